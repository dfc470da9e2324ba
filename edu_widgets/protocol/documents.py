"""Keyed documents: what channels are made of."""

from typing import Any

import msgspec

JSON = msgspec.json.Decoder()


class Document(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One document of a channel, as stored and as sent.

    `born` is its first sequence number in the channel (order, paging), `seq` its last change.
    A deleted document stays as a tombstone: `deleted` is set and the body is empty.
    """

    id: str
    kind: str
    born: int
    seq: int
    body: msgspec.Raw = msgspec.Raw(b"null")
    deleted: bool = False

    def as_(self, type_: type[Any]) -> Any:
        """The body, read as `type_`."""
        return msgspec.json.decode(self.body, type=type_)


class Cursor(msgspec.Struct, frozen=True):
    """How far a mirror has got in one history of a channel."""

    epoch: str = ""
    seq: int = 0


def body(value: object) -> msgspec.Raw:
    """Encode a body once; from here on it is relayed untouched."""
    return msgspec.Raw(msgspec.json.encode(value))
