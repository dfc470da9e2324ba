"""A term of lessons: what is kept grows with what people write, and with nothing else.

`pytest -s` prints a line a week: rows of each table, bytes of each file, entries of each map.
"""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from edu_widgets.chat.service import silenced
from edu_widgets.presence.service import watch
from edu_widgets.progress.service.counting import Counts
from edu_widgets.protocol import REGISTRY, uuid7
from edu_widgets.protocol.blobs import BlobRef, picture
from edu_widgets.protocol.channels import course_channel, user_channel
from edu_widgets.protocol.errors import Refused
from edu_widgets.protocol.proofs import Verifier
from edu_widgets.service import audit as audits
from edu_widgets.service import features, steady_time
from edu_widgets.service.audit import REFUSED, Audit
from edu_widgets.service.config import ServiceConfig
from edu_widgets.service.hub import Hub
from edu_widgets.service.identity import Identity
from edu_widgets.service.identity_cache import MOST_A_PERSON, IdentityCache
from edu_widgets.service.people import Join, Members
from edu_widgets.service.rooms import Presence
from edu_widgets.service.rules import Person, Request
from edu_widgets.service.server import TOMBSTONES_KEPT_MS
from edu_widgets.service.store import NewBlob, Newcomer, StoredMember
from edu_widgets.service.store.sqlite import SqliteStore
from edu_widgets.service.store.sweeping import REPLIES_KEPT_MS, STRANGERS_KEPT_MS
from edu_widgets.service.throttle import Throttle
from tests.pictures import png

COURSE = "c"
ROOM = course_channel(COURSE)
MIRA = Person("u-mira", "Mira", "instructor")

WEEKS = 16
LESSONS = 2
"""Lessons a week."""
STARTS = 40
"""Starts of the service a month, most of them without a lesson."""
CLASS = 12
"""300 people, scaled, with as much less of what they do in a lesson; all else is as it is."""
STRANGERS = 3
"""People a lesson who come in, look, and never come back."""
REFUSALS = 40

DAY = 24 * 3600


class Term:
    """A service that runs for a month at a time, on a clock that moves when told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = 1_800_000_000.0
        self.people = [Person(f"u-{n}", f"Student {n}", "student") for n in range(CLASS)]
        self.messages = 0
        self.polls = 0

    def time(self) -> float:
        return self.now

    async def begin(self) -> None:
        self.store = SqliteStore(self.folder / "service.db")
        self.audit = Audit(self.folder / "audit.jsonl")
        self.hub = Hub(
            self.store,
            courses=[COURSE],
            config=ServiceConfig(),
            features=features.installed(),
            audit=self.audit,
        )
        self.hub.coalescer = Throttle(self.hub.loop, 0)
        self.proved = IdentityCache(self.store, self.time)
        self.members = Members(self.store, [COURSE], self._told)
        budgets = self.hub.budgets
        self.windows: dict[str, Any] = {
            "limiter": self.hub.limiter,
            "audited": self.audit._often,
            "held back": budgets.told,
            "wrong codes": self.members._wrong,
            "joins": self.members._new,
        }
        self.buckets: dict[str, Any] = {
            "people": budgets.people,
            "notebooks": budgets.notebooks,
            "addresses": budgets.addresses,
            "guests": budgets.guests,
        }
        for each in (*self.windows.values(), *self.buckets.values()):
            each.now = self.time
        # Nothing here is about a computer that loses its power.
        assert self.store.writer._db is not None
        self.store.writer._db.execute("PRAGMA synchronous = OFF")
        self.hub.hooks.start()
        await self.settle()

    async def end(self) -> None:
        await self.hub.close()
        await self.store.close()
        self.audit.close()

    async def _told(self, member: StoredMember) -> None:
        """Whom a join has changed is told to nobody here."""

    async def settle(self) -> None:
        """Until what features do by themselves is done."""
        for _ in range(3):
            await self.hub.beat()
            while self.hub.supervisor._tasks:
                await asyncio.gather(*self.hub.supervisor._tasks)

    async def do(
        self, who: Person, type_: str, id_: str = "", room: str = ROOM, **data: Any
    ) -> str:
        id_ = id_ or uuid7()
        read = msgspec.json.decode(msgspec.json.encode(data), type=REGISTRY.commands[type_].data)
        now, config = steady_time.now_ms(), self.hub.config.channel(room.partition(":")[0])
        request = Request(COURSE, room, who, type_, read, id_, now, config)
        await self.store.commit(request, self.hub.rules[type_])
        return id_

    async def all_do(self, type_: str, room: str = ROOM, **data: Any) -> None:
        await asyncio.gather(*(self.do(who, type_, room=room, **data) for who in self.people))

    async def lesson(self, number: int) -> None:
        """Everybody comes, says something, asks, reacts, votes, says how far they are, and goes."""
        room = self.hub.rooms.open(ROOM)
        for who in (*self.people, MIRA):
            room.present[who.id] = Presence(who, leased_until=float("inf"))
            await self.store.seen((who.id,), steady_time.now_ms())
            await self.prove(who, f"{number} {who.id}")
        for n in range(STRANGERS):
            key = Verifier.of(f"{number}.{n}")
            now = steady_time.now_ms()
            stranger = Newcomer(COURSE, uuid7(), f"S {number} {n}", key, now=now)
            await self.store.admit(stranger)
            await self.prove(Person(stranger.user_id, stranger.name, "student"), f"{number}.{n}")
            await self.try_to_come(f"2001:db8::{number:x}:{n:x}")
        for _ in range(REFUSALS):
            self.audit.record(REFUSED, path="/api/join", code=4101)
        self.audit.record("MODERATION", kind="mute_user", about="u-1", by=MIRA.id)
        await self.talk()
        await self.work(number)
        await self.ask(anonymous=number % 2 == 0)
        own = user_channel(COURSE, MIRA.id)
        await self.do(MIRA, "send_notification", room=own, title="Break", seconds=60)
        await self.all_do("set_status", status="stuck")
        await self.all_do("set_status", status="stuck")  # which changes nothing
        await self.all_do("raise_hand", note="here")
        await self.do(MIRA, "mute_user", userId="u-1", userName="Student 1", minutes=1)
        await self.do(MIRA, "mute_user", userId="u-1", userName="Student 1", muted=False)
        for member in self.people:
            self.hub.limiter.admit((member.id, ROOM), most=10, interval_ms=60_000, event=uuid7())
        await self.settle()
        room.present.clear()
        self.now += 3600
        await self.settle()
        now = steady_time.now_ms()
        await self.store.sweep(now, now - TOMBSTONES_KEPT_MS)

    async def prove(self, who: Person, bearer: str) -> None:
        """Somebody signs in by what they have had since this lesson."""
        found = Identity(who.id, {COURSE: who}, self.now + DAY / 2)

        async def prove(_value: str) -> Identity:
            return found

        await self.proved.get(bearer, prove)

    async def try_to_come(self, source: str) -> None:
        """Somebody from another address tries a wrong code, and sends more than they may."""
        with pytest.raises(Refused):
            await self.members.join(Join(COURSE, "WRONGONE", "Eve"), source)
        self.members.check_newcomers(source)
        self.hub.budgets.charge_guest(source, 10_000)
        self.hub.budgets.charge_as(Identity(source), source, 10_000)

    async def work(self, number: int) -> None:
        """Notes, an exercise, shared cells and pictures; some of it is taken back."""
        for n, who in enumerate(self.people):
            note = uuid7()
            await self.do(who, "note_write", id=note, text="Remember")
            await self.do(who, "note_share", id=note, on=True)
            await self.do(self.people[n - 1], "note_like", userId=who.id, id=note, on=True)
            await self.do(who, "note_delete", id=note)
        name, before = f"e{number}", f"e{number - 1}"
        checks = [{"name": "rows", "code": "n == 2"}]
        await self.do(MIRA, "set_exercise", name=name, title="Clean", checks=checks, counts=True)
        for result in "fp":
            done = [{"exercise": name, "checks": result}]
            await self.all_do("report_progress", results=done)
        await self.settle()
        await self.do(MIRA, "delete_exercise", name=before)
        await self.do(MIRA, "set_sharing", state="on")
        for status in ("running", "ok"):
            cell = {"source": "1 + 1", "started": steady_time.now_ms(), "status": status}
            await self.do(MIRA, "share_cell", id=f"c{number}", cell=cell)
        await self.do(MIRA, "take_back_cell", id=f"c{number}")
        await self.do(MIRA, "set_sharing", state="off")
        shown = await self.show(f"{number} shown")
        await self.show(f"{number} never shown")
        id_ = uuid7()
        seen = [msgspec.to_builtins(shown)]
        await self.do(self.people[0], "chat_message", id_, id=id_, content="", pictures=seen)
        await self.do(self.people[0], "delete_message", messageId=id_)
        self.messages += 1

    async def show(self, mark: str) -> BlobRef:
        """A picture that somebody sends to the room."""
        data = png(mark=mark)
        ref, author = picture(data), self.people[0].id
        blob = NewBlob(COURSE, ROOM, author, ref, data, steady_time.now_ms())
        await self.store.put_blob(blob)
        return ref

    async def talk(self) -> None:
        for n in range(CLASS // 3):
            id_ = uuid7()
            question = n == 0
            await self.do(
                self.people[n], "chat_message", id_, id=id_, content="Hello", question=question
            )
            self.messages += 1
            await asyncio.gather(
                *(
                    self.do(who, "add_reaction", messageId=id_, emoji="👍", action=action)
                    for who in self.people[:3]
                    for action in ("add", "add", "remove")
                )
            )

    async def ask(self, *, anonymous: bool) -> None:
        poll = await self.do(
            MIRA, "create_poll", question="?", options=["a", "b"], open=True, anonymous=anonymous
        )
        self.polls += 1
        await self.all_do("cast_vote", pollId=poll, round=1, choice=0)
        await self.settle()
        await self.do(MIRA, "close_poll", pollId=poll, round=1)
        await self.do(MIRA, "reveal_poll", pollId=poll, counts=True)
        await self.settle()

    async def sizes(self) -> dict[str, int]:
        """Everything that could grow."""
        rows = await self.store.sizes()
        living = await self.store.readers.rows(
            "SELECT count(*) FROM documents WHERE body IS NOT NULL"
        )
        course = watch._course(self.hub, ROOM)
        assert course is not None
        tally = self.hub.state(Counts).of(COURSE)
        maps = {name: len(window) for name, window in self.windows.items()}
        maps |= {name: len(each.full_at) + len(each.waited) for name, each in self.buckets.items()}
        maps |= {
            "proved": len(self.proved),
            "proved about": len(self.proved._about),
            "progress": sum(1 + len(held) for held in tally.done.values()),
            "progress people": len(tally.runs_in) + len(tally.changed),
            "questions": len(self.hub.asking) + len(self.hub.turns),
            "faults": len(self.hub.supervisor._told) + len(self.hub.supervisor._going),
            "here": len(course._last_here) + len(course.roll._attention),
            "rooms": len(list(self.hub.rooms)),
            "coalescer": len(self.hub.coalescer._last),
            "statuses": len(course.kept.statuses) + len(course.kept.hands),
            "versions": sum(len(reader._seen) for _, reader in self.hub.hooks.watches),
            "mutes": len(self.hub.state(silenced.Mutes)),
            "timers": sum(len(timers) for _, timers in self.hub.hooks.timers),
        }
        files = {path.name: path.stat().st_size for path in self.folder.iterdir()}
        return rows | {"living": living[0][0]} | maps | files


@pytest.fixture
def term(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Term:
    term = Term(tmp_path)
    monkeypatch.setattr(steady_time, "_TIME", steady_time.SteadyTime(term.time, term.time))
    monkeypatch.setattr(time, "time", term.time)
    monkeypatch.setattr(audits, "MAX_REFUSED_BYTES", 20_000)
    return term


async def test_a_term_grows_with_what_is_written_alone(term: Term) -> None:
    await term.begin()
    for who in term.people:
        await term.store.enter(COURSE, who.id, who.name, who.role)
    weeks: list[dict[str, int]] = []
    for week in range(WEEKS):
        for lesson in range(LESSONS):
            await term.lesson(week * LESSONS + lesson)
            if lesson == LESSONS - 1:
                weeks.append(await term.sizes())
            term.now += 7 * DAY / LESSONS - 3600
        if week % 4 == 3:
            await term.end()
            for _ in range(STARTS):
                await SqliteStore(term.folder / "service.db").close()
            await term.begin()
    await term.end()
    for name in weeks[-1]:
        print(f"{name:>22}", *(f"{week.get(name, 0):>8}" for week in weeks))  # noqa: T201
    half, last = weeks[WEEKS // 2], weeks[-1]

    # What people wrote, and one channel each for themselves and for a poll's named votes.
    written = term.messages + term.polls
    assert last["living"] <= 12 * CLASS * term.polls + 10 * written
    grown = [b["living"] - a["living"] for a, b in pairwise(weeks[4:])]
    assert max(grown) <= 1.3 * min(grown), "each week as much as the one before"
    lesson_ms = 7 * DAY * 1000 // LESSONS
    strangers = STRANGERS * (STRANGERS_KEPT_MS // lesson_ms + 1)
    people = CLASS + 1 + strangers
    bounds = {
        "members": people,
        "keys": people,
        "channels": people + term.polls + 4,
        "replies": 60 * CLASS * (REPLIES_KEPT_MS // lesson_ms + 1),
        "runs": 64,
        "run_heads": 64 * (people + term.polls),
        "nonces": 0,
        "staff_invites": 0,
        "removals": 0,
        "limiter": 0,
        "audited": 0,
        "held back": 0,
        "wrong codes": STRANGERS + 1,
        "joins": 2 * STRANGERS,
        "people": 0,
        "notebooks": 0,
        "addresses": 0,
        "guests": 0,
        "proved": MOST_A_PERSON * people,
        "proved about": 2 * people,
        "progress": CLASS + 1,
        "progress people": CLASS,
        "questions": 0,
        "faults": 0,
        "here": 0,
        "blobs": 1,
        "blob_uses": 0,
        "rooms": 1,
        "coalescer": 8,
        "statuses": 0,
        "versions": 0,
        "mutes": 0,
        "timers": 0,
        "service.db-wal": 16 * 1024 * 1024,
        "refused.jsonl": 21_000,
        "refused.old.jsonl": 21_000,
    }
    assert {name: last[name] for name in bounds if last.get(name, 0) > bounds[name]} == {}
    flat = {"members", "keys", "replies", "runs"}
    assert {name for name in flat if last[name] > 1.1 * half[name] + 8} == set()
    tombstones = [week["documents"] - week["living"] for week in weeks]
    assert tombstones[-1] <= 1.1 * tombstones[WEEKS // 2], "deleted ones are forgotten"
    assert "MODERATION" in (term.folder / "audit.jsonl").read_text(), "strangers push nothing out"
    # A first join gets a window, however long the term.
    store = SqliteStore(term.folder / "service.db")
    caught = await store.changes_since(ROOM, None, {})
    docs = [doc for part in caught.frames for doc in part.docs]
    assert len([doc for doc in docs if doc.kind == "question"]) <= 200
    await store.close()
