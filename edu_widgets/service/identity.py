"""The identity behind a connection, and its grants for channels."""

import time
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field, replace
from functools import lru_cache

from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import Channel, parse_channel
from edu_widgets.protocol.errors import InvalidArgument, refusal
from edu_widgets.service.config import ChannelConfig, ServiceConfig
from edu_widgets.service.rules import Person

_parsed = lru_cache(1024)(parse_channel)  # only valid names are kept, and those are short


@dataclass(slots=True)
class Identity:
    """A person as proven by a secret or token, with their name and role in each course.

    `expires`: the end of the proof, in s since 1970; `None` for never. `voucher`: the id of the
    person through whose notebook they take part; "" for those who came by themselves. `until`: the
    time, in s since 1970, at which the source of the proof is to be asked again, by `ask_again`;
    `None` where nobody has to be asked. `linked`: the ids of the members who they are in courses,
    as a viewer that is linked to them.
    """

    user_id: str
    people: dict[str, Person] = field(default_factory=dict)
    expires: float | None = None
    voucher: str = ""
    until: float | None = None
    ask_again: "Callable[[], Awaitable[Identity]] | None" = field(default=None, repr=False)
    linked: frozenset[str] = frozenset()

    @property
    def rests_on(self) -> frozenset[str]:
        """The ids of the people whose membership this depends on."""
        return frozenset({self.user_id, self.voucher} - {""}) | self.linked

    def is_person(self, user_id: str) -> bool:
        """Return whether this is a person, also as a viewer that is linked to them."""
        return user_id == self.user_id or user_id in self.linked

    def copy(self) -> "Identity":
        """Return the same for a connection, which changes it while it lasts."""
        return replace(self, people=dict(self.people))

    @property
    def expired(self) -> bool:
        """True if the proof has expired."""
        return self.expires is not None and time.time() > self.expires


@dataclass(frozen=True, slots=True)
class Grant:
    """Permission to enter a channel, with the person in its course and the channel's settings."""

    channel: Channel
    name: str
    person: Person
    config: ChannelConfig


def grant(identity: Identity, name: str, courses: Collection[str], config: ServiceConfig) -> Grant:
    """Return the grant for a channel, if the person may enter it.

    Raises:
        Refused: `NO_SUCH_CHANNEL` or `FORBIDDEN`.
    """
    try:
        channel = _parsed(name)
    except InvalidArgument as error:
        raise refusal(Code.NO_SUCH_CHANNEL, str(error)) from error
    if channel.course not in courses:
        text = f"There is no course {channel.course!r} on this service."
        raise refusal(Code.NO_SUCH_CHANNEL, text)
    person = identity.people.get(channel.course)
    if person is None:
        raise refusal(
            Code.FORBIDDEN, f"You are not in the course {channel.course!r}; join it first."
        )
    row = config.channel(channel.kind)
    if channel.kind == "user":
        # Not even staff: votes and drafts are here.
        if channel.rest != person.id:
            raise refusal(Code.FORBIDDEN, "This channel belongs to another person.")
    elif person.role not in row.allowed_roles:
        raise refusal(Code.FORBIDDEN, f"A {person.role} may not enter {channel.kind} channels.")
    return Grant(channel, str(channel), person, row)
