"""Arguments and results of a store: commits, catch-ups, people, invites, pictures."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from edu_widgets.protocol import Document
from edu_widgets.protocol.blobs import BlobRef
from edu_widgets.protocol.messages import Changes
from edu_widgets.protocol.proofs import Verifier
from edu_widgets.service.rules import Person


@dataclass(frozen=True, slots=True)
class ChannelChange:
    """The changes of one commit in one channel: `docs` have seqs above `prev`, up to `seq`."""

    channel: str
    epoch: str
    prev: int
    seq: int
    docs: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class Committed:
    """A stored command. `seq` is the last change in the command's own channel.

    `replayed`: it was stored before; nothing was changed now. `urgent`: as the rule decided.
    `destroyed`: data was deleted that no file may keep. `heads`: the seq of the last change in its
    sender's own channel and in the staff's channel, if the command changed them, too.
    """

    seq: int
    changes: tuple[ChannelChange, ...] = ()
    replayed: bool = False
    urgent: bool = True
    destroyed: bool = False
    heads: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Catchup:
    """The way from a cursor to the head: frames to write, in order (none: nothing has changed)."""

    epoch: str
    seq: int
    frames: tuple[Changes, ...] = ()


@dataclass(frozen=True, slots=True)
class Searched:
    """The matches of a search, newest first, down to `floor`; `more`: there are older documents."""

    docs: tuple[Document, ...]
    floor: int
    more: bool


@dataclass(frozen=True, slots=True)
class StoredMember:
    """A person in a course."""

    course: str
    user_id: str
    name: str
    role: str
    voucher: str = ""
    """The id of the person who vouches for them; "" for those who joined by themselves."""
    via: str = ""
    """The name of the voucher."""
    linked: str = ""
    """The id of the member who they are, as a viewer that is linked; `name` is the member's."""

    @property
    def person(self) -> Person:
        """The person in the course; a linked viewer is the member, as a student."""
        if self.linked:
            return Person(self.linked, self.name, "student", linked=True)
        return Person(self.user_id, self.name, self.role, self.via)


@dataclass(frozen=True, slots=True)
class Known:
    """A person found by the id of their key."""

    user_id: str
    verifier: Verifier


@dataclass(frozen=True, slots=True)
class ServiceKeys:
    """The id of the service that owns a store, the same at any address, and its signing key."""

    id: str
    key: bytes = field(repr=False)
    """The signing key; a new one at each start."""


@dataclass(frozen=True, slots=True)
class StoredInvite:
    """A course's invite. `expires` in ms since 1970, 0 for never."""

    course: str
    code: str
    expires: int = 0


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A person who wants to become a member, or to come back under a name."""

    course: str
    user_id: str
    name: str
    key: Verifier | None = None
    """The verifier of a new secret."""
    staff_invite: bytes = b""
    """The hash of a staff invite, which is used up and makes an instructor of them."""
    invite: str = ""
    """A digest of the invite they use."""
    source: str = ""
    """A digest of the address they join from."""
    now: int = 0
    """The time in ms since 1970."""
    voucher: str = ""
    """The id of the person who vouches for them; "" for nobody."""


@dataclass(frozen=True, slots=True)
class LinkCode:
    """The digest of a code that links viewers to a member; `expires` in ms since 1970."""

    course: str
    user_id: str
    digest: str
    expires: int


@dataclass(frozen=True, slots=True)
class Door:
    """The rules of admission to a course: nobody new if `closed`, else any name or a roster.

    `listed` is the number of names on the roster; `None`: there is none, and any name may join.
    Without `vouching` nobody takes part through somebody else's notebook.
    """

    closed: bool = False
    listed: int | None = None
    vouching: bool = True


@dataclass(frozen=True, slots=True)
class Removed:
    """A person who was removed from a course; `at` in ms since 1970."""

    course: str
    user_id: str
    name: str
    at: int = 0


@dataclass(frozen=True, slots=True)
class NewBlob:
    """A picture that somebody sends to a channel; `now` in ms since 1970."""

    course: str
    channel: str
    author: str
    ref: BlobRef
    data: bytes = field(repr=False)
    now: int
    unlimited: bool = False
    """True for staff, whose pictures have only the course's limit."""


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """A stored picture and its media type."""

    type: str
    data: bytes = field(repr=False)
