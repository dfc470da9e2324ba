"""Keyed documents: what channels are made of."""

from typing import Any

import msgspec

from edu_widgets.protocol.errors import ProtocolError

JSON = msgspec.json.Decoder()


class Document(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One document of a channel, as stored and as sent.

    `born` is its first sequence number in the channel (order, paging), `seq` its last change.
    A deleted document stays as a tombstone: `deleted` is set and the body is empty.
    """

    id: str
    """The document's id, unique in its channel; of a created thing also the command's id."""
    kind: str
    """Which kind of document this is; it decides what `body` holds."""
    born: int
    """The channel's sequence number of its creation; it never changes."""
    seq: int
    """The channel's sequence number of its last change; the greater one is the newer version."""
    body: msgspec.Raw = msgspec.Raw(b"null")
    """What it says; `null` or absent for a tombstone."""
    deleted: bool = False
    """Whether it is a tombstone: what was here is gone."""

    def as_(self, type_: type[Any]) -> Any:
        """The body, read as `type_`.

        Raises:
            ProtocolError: the body does not have this form; the message names kind and field.
        """
        try:
            return msgspec.json.decode(self.body, type=type_)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            msg = f"A document of kind {self.kind!r:.80} cannot be read: {error}."
            raise ProtocolError(msg) from error


class Cursor(msgspec.Struct, frozen=True):
    """How far a mirror has got in one history of a channel."""

    epoch: str = ""
    """The history the mirror follows; empty before the first answer."""
    seq: int = 0
    """The last change the mirror holds without a hole before it."""
    generation: str = ""
    """The start of the service that last said so, as `subscribed` named it; empty for none."""


def body(value: object) -> msgspec.Raw:
    """Encode a body once; from here on it is relayed untouched."""
    return msgspec.Raw(msgspec.json.encode(value))
