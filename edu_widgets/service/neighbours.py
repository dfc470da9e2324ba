"""Who is connected to the other processes on the same store, so that each lists everybody.

Each process tells the others who is here, at once after a change and otherwise a sign of life. The
people of one that has gone silent stay for as long as those of any broken connection: they come
back to another process meanwhile.
"""

import secrets

import msgspec

from edu_widgets.service.hub import Hub
from edu_widgets.service.rooms import Elsewhere
from edu_widgets.service.rules import Person
from edu_widgets.service.store.sharing import SharedStore

SAY_S = 0.25
"""Seconds between two looks at who is here."""

ALIVE_S = 1.0
"""Seconds between signs of life …"""

WHOLE_S = 5.0
"""… and until everything is told again, for processes that have begun meanwhile."""

SILENT_S = 4.0
"""Seconds of silence after which a process counts as dead."""

Here = dict[str, dict[str, Person]]
"""People by channel and id."""


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a process tells of itself; without `here` nothing has changed."""

    process: str
    here: Here | None = None


class Neighbours:
    """The other processes, as this one has heard of them."""

    def __init__(self, hub: Hub, store: SharedStore) -> None:
        self._hub = hub
        self._store = store
        self._process = secrets.token_hex(6)
        self._told: Here | None = None
        self._told_at = self._whole_at = float("-inf")
        self._heard: dict[str, Here] = {}
        self._heard_at: dict[str, float] = {}
        store.listen_others(self._listen)

    def start(self) -> None:
        """Begin to tell the others."""
        self._hub.supervisor.every(SAY_S, "Telling other processes who is here", self._say)
        self._hub.supervisor.every(ALIVE_S, "Reading which lessons there are", self._lessons)

    async def _say(self) -> None:
        now = self._hub.loop.time()
        for process, at in tuple(self._heard_at.items()):
            if now - at > SILENT_S:
                del self._heard_at[process]
                self._apply(process, {}, now + self._hub.lease_s)
                del self._heard[process]
        here: Here = {}
        for room in self._hub.rooms:
            if people := {person.id: person for person in room.people_here()}:
                here[room.channel] = people
        whole = here != self._told or now - self._whole_at > WHOLE_S
        if whole or now - self._told_at > ALIVE_S:
            said = Said(self._process, here if whole else None)
            await self._store.tell_others(msgspec.json.encode(said))
            self._told_at = now
            if whole:
                self._told, self._whole_at = here, now

    async def _lessons(self) -> None:
        self._hub.lessons |= await self._store.lessons()

    def _listen(self, raw: bytes) -> None:
        said = msgspec.json.decode(raw, type=Said)
        if said.process == self._process:
            return
        now = self._hub.loop.time()
        if said.here is not None:
            self._apply(said.process, said.here, now)
        if said.process in self._heard:
            self._heard_at[said.process] = now

    def _apply(self, process: str, here: Here, lease_until: float) -> None:
        before, self._heard[process] = self._heard.get(process, {}), here
        where = Elsewhere(process)
        for channel in before.keys() | here.keys():
            old, new = before.get(channel, {}), here.get(channel, {})
            if old == new:
                continue
            room = self._hub.rooms.open(channel)
            for user_id in old.keys() - new.keys():
                room.remove_elsewhere(where, user_id, lease_until)
            for person in new.values():
                first = room.add_elsewhere(where, person)
                if first:
                    self._hub.joined(room, person, first=True)
            self._hub.settle(room)
