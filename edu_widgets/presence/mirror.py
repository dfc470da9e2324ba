"""Presence as this process knows it: who is here, statuses and hands, and one's own wishes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import msgspec

from edu_widgets.client.bodies import decoded
from edu_widgets.client.course import CourseClient
from edu_widgets.client.pending_commands import PendingCommand, PendingCommands
from edu_widgets.presence import commands
from edu_widgets.presence.commands import Counts, Here, LowerHand, RaiseHand, SetStatus
from edu_widgets.presence.counting import for_everybody, for_staff
from edu_widgets.presence.documents import Hand, Status, hand_id, status_id
from edu_widgets.presence.roster import Roster
from edu_widgets.protocol import CommandType
from edu_widgets.protocol.channels import staff_channel, user_channel

T = TypeVar("T", bound=msgspec.Struct)

_Own: TypeAlias = SetStatus | RaiseHand | LowerHand


@dataclass(frozen=True, slots=True)
class OwnStatus:
    """One's own status; `state` is "" once it is stored, else `pending` or `queued`."""

    status: str | None
    at: int
    state: str = ""


@dataclass(frozen=True, slots=True)
class OwnHand:
    """One's own hand; `state` is "" once it is stored, else `pending` or `queued`."""

    hand: Hand
    state: str = ""


class PresenceMirror:
    """Reads the roster, and the mirrors of staff and of this person. Any thread."""

    def __init__(
        self,
        client: CourseClient,
        roster: Roster | None = None,
    ) -> None:
        self._client = client
        self.roster = roster or Roster()
        self.own_commands = PendingCommands[_Own](
            client, commands.SET_STATUS, commands.RAISE_HAND, commands.LOWER_HAND
        )

    @property
    def staff(self) -> str:
        """The channel of what only instructors see."""
        return staff_channel(self._client.course)

    @property
    def own(self) -> str:
        """The channel of what only this person sees."""
        return user_channel(self._client.course, self._client.me().user_id)

    @property
    def offered(self) -> bool:
        """True if the course offers presence."""
        return "presence" in self._client.view().features

    # -- who is here ------------------------------------------------------------------------

    def here(self) -> dict[str, Here]:
        """The people here by id, as far as the service names them."""
        return dict(self.roster.people)

    def counts(self) -> Counts:
        """Return the number of people here; for staff also by status."""
        roster = self.roster
        staff = self._client.me().is_staff
        if roster.crowd:
            counts = roster.counts
            if not staff:
                return counts
            return msgspec.structs.replace(roster.staff_counts, here=counts.here)
        people = roster.people.values()
        return for_staff(people, self.statuses()) if staff else for_everybody(people)

    # -- statuses and hands -------------------------------------------------------------------

    def statuses(self) -> dict[str, Status]:
        """By id the statuses this person may see: staff all, others their own as it is stored."""
        channel = self.staff if self._client.me().is_staff else self.own
        found = (decoded(doc, Status) for doc in self._client.mirror(channel).of_kind(Status.kind))
        return {status.user_id: status for status in found if status is not None}

    def status_of(self, user_id: str) -> Status | None:
        """One person's status, if it may be seen."""
        channel = self.staff if self._client.me().is_staff else self.own
        return decoded(self._client.mirror(channel).get(status_id(user_id)), Status)

    def hands(self) -> list[Hand]:
        """The hands that are up and may be seen, the longest wait first."""
        channel = self.staff if self._client.me().is_staff else self.own
        found = (decoded(doc, Hand) for doc in self._client.mirror(channel).of_kind(Hand.kind))
        up = [hand for hand in found if hand is not None and hand.solved is None]
        return sorted(up, key=lambda hand: (hand.at, hand.user_id))

    def hand_of(self, user_id: str) -> Hand | None:
        """One person's hand if it is up and may be seen."""
        channel = self.staff if self._client.me().is_staff else self.own
        hand = decoded(self._client.mirror(channel).get(hand_id(user_id)), Hand)
        return hand if hand is not None and hand.solved is None else None

    # -- one's own --------------------------------------------------------------------------------

    def my_status(self) -> OwnStatus:
        """One's own status as it is wanted, or stored."""
        wanted = self._newest(commands.SET_STATUS)
        if wanted is not None and isinstance(wanted.data, SetStatus):
            return OwnStatus(wanted.data.status, self._by_service(wanted.created), _state(wanted))
        held = self._my(status_id, Status)
        return OwnStatus(held.status, held.at) if held is not None else OwnStatus(None, 0)

    def my_hand(self) -> OwnHand | None:
        """One's own hand as it is wanted, or stored; also one that was solved a while ago."""
        held, me = self._my(hand_id, Hand), self._client.me()
        wanted = self._newest(commands.RAISE_HAND, commands.LOWER_HAND)
        if wanted is None:
            return OwnHand(held) if held is not None else None
        if not isinstance(wanted.data, RaiseHand):
            return None
        note, traceback = wanted.data.note, wanted.data.traceback
        if held is not None and held.solved is None:
            hand = msgspec.structs.replace(held, note=note, traceback=traceback)
        else:
            at = self._by_service(wanted.created)
            hand = Hand(me.user_id, me.name, at, note, traceback)
        return OwnHand(hand, _state(wanted))

    def _my(self, id_of: Callable[[str], str], type_: type[T]) -> T | None:
        return decoded(self._client.mirror(self.own).get(id_of(self._client.me().user_id)), type_)

    def _newest(self, *types: CommandType) -> PendingCommand[_Own] | None:
        """The newest command about this person that is not done; of several that one counts."""
        waiting = self.own_commands.waiting(*(type_.name for type_ in types))
        mine = [own for own in waiting if own.hopeful and not getattr(own.data, "user_id", "")]
        return mine[-1] if mine else None

    # -- the service's clock -----------------------------------------------------------------------

    def _by_service(self, at: int) -> int:
        """A time of this computer's own by the service's clock."""
        return round(self._client.service_now() - (time.time() * 1000 - at))

    def age(self, at: int) -> int:
        """Return the age of something in ms by the service's clock."""
        return max(0, round(self._client.service_now()) - at)


def _state(own: PendingCommand[_Own]) -> str:
    """Return the state that a page shows: "" once it is stored."""
    return {"sent": "", "pending": "pending"}.get(own.state, "queued")
