"""Commands as they are handed over."""

import time

import msgspec

from edu_widgets.client.outbox import Command
from edu_widgets.protocol import REGISTRY, is_id, uuid7
from edu_widgets.protocol.envelope import BROKEN_TEXT
from edu_widgets.protocol.errors import InvalidArgument


def compose(type_: str, data: msgspec.Struct, channel: str, id_: str | None) -> Command:
    """A command of a registered type; with a new id, or one that was made elsewhere (a page).

    Raises:
        InvalidArgument: `id_` cannot be an id, or a text is not Unicode.
    """
    if id_ is not None and not is_id(id_):
        msg = f"{id_!r:.80} cannot be an id: 1 to 64 letters, digits, '_', '.' or '-'."
        raise InvalidArgument(msg)
    try:
        body = msgspec.json.encode(data)
    except UnicodeEncodeError as error:
        raise InvalidArgument(BROKEN_TEXT) from error
    kind = REGISTRY.commands[type_]
    key = getattr(data, "outbox_key", None)
    return Command(
        id_ or uuid7(),
        type_,
        channel,
        msgspec.Raw(body),
        kind.lane,
        int(time.time() * 1000),
        key() if (kind.latest or kind.one_by_one) and callable(key) else None,
    )
