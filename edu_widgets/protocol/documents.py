"""Keyed documents, the content of channels."""

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
    """The document's id, unique in its channel; a created document has the id of its command."""
    kind: str
    """The kind of document; it decides the fields of `body`."""
    born: int
    """The channel's sequence number of its creation; it never changes."""
    seq: int
    """The channel's sequence number of its last change; the greater one is the newer version."""
    body: msgspec.Raw = msgspec.Raw(b"null")
    """The document's content; `null` or absent for a tombstone."""
    deleted: bool = False
    """True for a tombstone: the document was deleted."""

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
    """A mirror's position in one history of a channel."""

    epoch: str = ""
    """The history the mirror follows; empty before the first answer."""
    seq: int = 0
    """The sequence number up to which the mirror holds every change."""
    generation: str = ""
    """The service start that last confirmed the position, named by `subscribed`; empty for none."""


def body(value: object) -> msgspec.Raw:
    """Encode a body once; it is relayed as these bytes from here on."""
    return msgspec.Raw(msgspec.json.encode(value))
