"""Presence and signals across the processes on one store.

Each process publishes the list of people who are connected to it after every change, a sign of life
each second, and the signals that its people send, as typing and strokes. When a process falls
silent, its people get the lease of a broken connection, in which they connect to another process.
"""

from collections.abc import Hashable, Iterable
from functools import partial

import msgspec

from edu_widgets.protocol import REGISTRY, Code
from edu_widgets.protocol.errors import refusal
from edu_widgets.service import identity_changes, typing_signals
from edu_widgets.service.features import Sender
from edu_widgets.service.hub import STREAM_S, Hub
from edu_widgets.service.member import Member
from edu_widgets.service.rooms import Elsewhere
from edu_widgets.service.rules import Person
from edu_widgets.service.store.sharing import SharedStore
from edu_widgets.service.throttle import Throttle

SAY_S = 0.25
"""Seconds between two comparisons of the people here with the list published last."""

ALIVE_S = 1.0
"""Seconds between two signs of life."""

WHOLE_S = 5.0
"""Seconds after which the list is published again, for processes that have started meanwhile."""

SILENT_S = 4.0
"""Seconds of silence after which a process counts as dead."""

MOST_SIGNALS = 1_000
"""Signals that may wait to be published; more are dropped."""

Here = dict[str, dict[str, tuple[Person, list[int]]]]
"""People, with the numbers of their connections, by channel and id."""

Signal = tuple[str, str, Person, bytes, int]
"""Channel, type, sender, data, and the number of the connection."""


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """A message of one process to the others."""

    process: str
    """The name of the sending process."""
    here: Here | None = None
    """The people who are connected to the sender; None: as in its message before."""
    signals: list[Signal] = []
    """Signals that the sender's people have sent since its message before, and, with `here`, those
    of before that last."""
    erased: list[tuple[str, str]] = []
    """Courses, and the ids of people who were erased from them."""


class Neighbours:
    """The people of the other processes, as these have published them, in the rooms of this one."""

    def __init__(self, hub: Hub, store: SharedStore) -> None:
        self._hub = hub
        self._store = store
        self._process = store.process
        self._told: Here | None = None
        self._told_at = self._whole_at = float("-inf")
        self._heard: dict[str, Here] = {}
        self._heard_at: dict[str, float] = {}
        self._signals: list[Signal] = []
        self._lasting: dict[tuple[str, str, int], Signal] = {}
        """The last one of each channel, type and connection that holds until the next."""
        self._throttle = Throttle(hub.loop, STREAM_S)
        hub.relay, hub.tell_gone = self._relay, self._tell_gone
        store.listen_others(self._listen)

    def start(self) -> None:
        """Begin to tell the others."""
        self._hub.supervisor.every(SAY_S, "Telling other processes who is here", self._say)
        self._hub.supervisor.every(ALIVE_S, "Reading which lessons there are", self._lessons)

    @property
    def alone(self) -> bool:
        """True if no other process is known to run."""
        return not self._heard_at

    def close(self) -> None:
        """Tell nothing any more."""
        self._throttle.close()

    def _relay(self, *signal: *Signal) -> None:
        channel, type_, *_, number = signal
        if type_ in self._hub.lasting:
            self._lasting[channel, type_, number] = signal
        if self.alone or len(self._signals) >= MOST_SIGNALS:
            return
        self._signals.append(signal)
        self._throttle.call("signals", self._say_signals)

    def _tell_gone(self, course: str, user_id: str) -> None:
        said = msgspec.msgpack.encode(Said(self._process, erased=[(course, user_id)]))
        what = "Telling other processes who was erased"
        self._hub.supervisor.until_done(
            (what, course, user_id), what, partial(self._store.tell_others, said)
        )

    def _say_signals(self) -> None:
        _ = self._hub.supervisor.spawn("Telling other processes of signals", self._tell_signals())

    async def _tell_signals(self) -> None:
        signals, self._signals = self._signals, []
        if not all(_is_told(self._told or {}, signal) for signal in signals):
            await self._say()  # first that they are here
        await self._store.tell_others(msgspec.msgpack.encode(Said(self._process, signals=signals)))

    async def _say(self) -> None:
        now = self._hub.loop.time()
        for process, at in tuple(self._heard_at.items()):
            if now - at > SILENT_S:
                del self._heard_at[process]
                self._apply(process, {}, now + self._hub.lease_s)
                del self._heard[process]
        here: Here = {}
        for room in self._hub.rooms:
            present = room.present_here()
            people = {p.person.id: (p.person, _numbers(p.connections)) for p in present}
            if people:
                here[room.channel] = people
        whole = here != self._told or now - self._whole_at > WHOLE_S
        if whole or now - self._told_at > ALIVE_S:
            self._lasting = {k: s for k, s in self._lasting.items() if _is_told(here, s)}
            lasting = list(self._lasting.values()) if whole else []
            said = Said(self._process, here if whole else None, lasting)
            await self._store.tell_others(msgspec.msgpack.encode(said))
            self._told_at = now
            if whole:
                self._told, self._whole_at = here, now

    async def _lessons(self) -> None:
        self._hub.lessons |= await self._store.lessons()

    def _listen(self, raw: bytes) -> None:
        said = msgspec.msgpack.decode(raw, type=Said)
        if said.process == self._process:
            return
        now = self._hub.loop.time()
        if said.here is not None:
            self._apply(said.process, said.here, now)
        for course, user_id in said.erased:
            left = refusal(Code.UNAUTHORIZED, f"You left {course}.")
            identity_changes.expel(self._hub, course, user_id, left)
            self._hub.supervisor.call("Forgetting somebody", self._hub.forget, user_id)
        for signal in said.signals:
            self._hub.supervisor.call("A signal", self._signalled, said.process, *signal)
        if said.process in self._heard:
            self._heard_at[said.process] = now

    def _signalled(
        self, process: str, channel: str, type_: str, person: Person, raw: bytes, number: int
    ) -> None:
        """Handle a signal that was sent to another process."""
        if type_ in {typing_signals.START, typing_signals.STOP}:
            typing_signals.note(self._hub, channel, person, type_)
        elif type_ in self._hub.signals:
            data = msgspec.json.decode(raw, type=REGISTRY.frames[type_].data)
            sender = Sender(person, Elsewhere(process, number))
            self._hub.signals[type_](self._hub, channel, sender, data)

    def _apply(self, process: str, here: Here, lease_until: float) -> None:
        before, self._heard[process] = self._heard.get(process, {}), here
        for channel in before.keys() | here.keys():
            old, new = before.get(channel, {}), here.get(channel, {})
            if old == new:
                continue
            room = self._hub.rooms.open(channel)
            were = {(id_, where) for id_, (_, ns) in old.items() for where in _wheres(process, ns)}
            are = {(id_, where) for id_, (_, ns) in new.items() for where in _wheres(process, ns)}
            for user_id, where in sorted(are, key=lambda one: one[0]):
                person = new[user_id][0]
                if room.add_elsewhere(where, person):
                    self._hub.joined(room, person, first=True)
            for user_id, where in were - are:
                room.remove_elsewhere(where, user_id, lease_until)
            self._hub.settle(room)


def _is_told(here: Here, signal: Signal) -> bool:
    """Return whether a list of people has the connection that sent a signal."""
    channel, _, person, _, number = signal
    _, numbers = here.get(channel, {}).get(person.id, (None, []))
    return number in numbers


def _numbers(connections: Iterable[Hashable]) -> list[int]:
    return sorted(one.number for one in connections if isinstance(one, Member))


def _wheres(process: str, numbers: list[int]) -> list[Elsewhere]:
    """Return what stands for somebody's connections; where there is none, for their lease."""
    return [Elsewhere(process, number) for number in numbers or [0]]
