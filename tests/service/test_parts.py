"""Limits, lanes, coalescing, frames, configuration: the small parts alone."""

import asyncio
from pathlib import Path

import pytest

from edu_widgets.chat.documents import CHAT_MESSAGE
from edu_widgets.protocol import CommandType, Document, Envelope
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.messages import Changes, Heartbeat
from edu_widgets.service import config
from edu_widgets.service.audit import Audit
from edu_widgets.service.command_queues import FORGET_S, CommandQueues
from edu_widgets.service.frames import Frame, merged
from edu_widgets.service.limits import SlidingWindow
from edu_widgets.service.throttle import Throttle
from tests.waiting import comes_true


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_window_slides() -> None:
    clock = Clock()
    window: SlidingWindow[str] = SlidingWindow(clock)

    def admit(event: str = "") -> int:
        return window.admit("k", most=2, interval_ms=1000, event=event)

    assert admit("a") == 0
    clock.now = 0.4
    assert admit("b") == 0
    assert 600 <= admit("c") <= 602
    assert admit("a") == 0, "the same command again is not counted twice"
    clock.now = 1.001
    assert admit("c") == 0
    assert admit("d") > 0
    assert window.admit("other", most=2, interval_ms=1000) == 0


def test_a_window_forgets_who_was_quiet() -> None:
    clock = Clock()
    window: SlidingWindow[str] = SlidingWindow(clock)
    window.admit("k", most=2, interval_ms=1000)
    clock.now = 100
    window.sweep()
    assert not window._events


def test_later_commands_of_a_lane_wait_for_the_refused_one() -> None:
    clock = Clock()
    lanes = CommandQueues(clock)
    lanes.refuse(CHAT_MESSAGE, "a", 1000)
    assert lanes.behind(CHAT_MESSAGE, "b")
    vote = CommandType("vote", Heartbeat, "vote", feature="polls")
    assert not lanes.behind(vote, "v"), "another lane goes on"
    assert not lanes.behind(CHAT_MESSAGE, "a")
    assert not lanes.behind(CHAT_MESSAGE, "b")


def test_a_lane_is_not_shut_for_ever() -> None:
    clock = Clock()
    lanes = CommandQueues(clock)
    lanes.refuse(CHAT_MESSAGE, "given-up", 1000)
    clock.now = 2 + FORGET_S
    assert not lanes.behind(CHAT_MESSAGE, "b")


def test_commands_of_which_the_latest_counts_shut_nothing() -> None:
    lanes = CommandQueues(Clock())
    status = CommandType("status", Heartbeat, "status", feature="presence", latest=True)
    lanes.refuse(status, "a", 1000)
    assert not lanes.behind(status, "b")


def test_a_lane_has_one_worker() -> None:
    lanes = CommandQueues(Clock())
    assert lanes.push("chat", Envelope("a"))
    assert not lanes.push("chat", Envelope("b"))
    assert [lanes.pop("chat"), lanes.pop("chat")] == [Envelope("a"), Envelope("b")]
    assert lanes.pop("chat") is None
    assert lanes.push("chat", Envelope("c"))


async def test_coalescing_says_the_first_at_once_and_the_last_always() -> None:
    loop = asyncio.get_running_loop()
    coalescer = Throttle(loop, interval=0.05)
    said: list[tuple[int, float]] = []
    done = asyncio.Event()
    began = loop.time()
    for number in range(100):

        def say(number: int = number) -> None:
            said.append((number, loop.time()))
            if number == 99:
                done.set()

        coalescer.call("k", say)
    assert [n for n, _ in said] == [0]
    await asyncio.wait_for(done.wait(), 5)
    assert [n for n, _ in said] == [0, 99]
    assert said[1][1] - began >= 0.049
    coalescer.call("k", lambda: said.append((-1, 0)))
    coalescer.close()


async def test_what_is_written_to_many_comes_more_seldom() -> None:
    loop = asyncio.get_running_loop()
    coalescer = Throttle(loop, interval=0.05)
    said: list[float] = []
    began = loop.time()
    coalescer.call("k", lambda: said.append(loop.time()), 4)
    coalescer.call("k", lambda: said.append(loop.time()), 4)
    coalescer.forget_old()
    await comes_true(lambda: len(said) == 2, "the last one is said")
    assert said[1] - began >= 0.199
    coalescer.close()


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_websocket_frames_have_the_right_length(size: int) -> None:
    raw = Frame(b"x" * size).websocket
    assert raw[0] == 0x81
    short = raw[1]
    width = {126: 2, 127: 8}.get(short, 0)
    told = int.from_bytes(raw[2 : 2 + width], "big") if width else short
    assert told == size == len(raw) - 2 - width


def test_merging_keeps_the_latest_of_each_document_in_order_of_seq() -> None:
    def change(prev: int, *docs: tuple[str, int]) -> Changes:
        listed = [Document(name, "k", 1, seq) for name, seq in docs]
        return Changes("e", prev, docs[-1][1], listed)

    both = merged(change(0, ("a", 1), ("b", 2)), change(2, ("a", 3)))
    assert (both.prev, both.seq) == (0, 3)
    assert [(d.id, d.seq) for d in both.docs] == [("b", 2), ("a", 3)]


def test_the_seeds_table() -> None:
    table = config.ServiceConfig()
    course = table.channel("course")
    assert (course.max_users, course.rate_limit.messages, course.rate_limit.interval) == (
        1000,
        10,
        60_000,
    )
    # The seed offers `questions` in a lesson; here they are where the chat is.
    assert course.features == (
        "chat",
        "reactions",
        "questions",
        "pictures",
        "polls",
        "board",
        "cells",
        "stream",
        "presence",
        "progress",
        "notes_sharing",
    )
    lesson = table.channel("lesson")
    assert (lesson.max_users, lesson.rate_limit.messages) == (500, 15)
    assert lesson.allowed_roles == ("student", "instructor")
    assert table.channel("user").max_users == 1
    assert table.channel("user").rate_limit.messages == 100


@pytest.mark.parametrize("name", ["t.toml", "t.json"])
def test_a_file_changes_only_what_it_names(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    texts = {
        "t.toml": "[course]\nmaxUsers = 30\n[course.rateLimit]\nmessages = 3\n",
        "t.json": '{"course": {"maxUsers": 30, "rateLimit": {"messages": 3}}}',
    }
    path.write_text(texts[name])
    course = config.load(path).course
    assert (course.max_users, course.rate_limit.messages) == (30, 3)
    assert course.rate_limit.interval == 60_000


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ({"course": {"maxUser": 3}}, "maxUser"),
        ({"course": {"maxUsers": "many"}}, r"course\.maxUsers"),
        ({"course": {"maxUsers": 0}}, r"course\.maxUsers"),
        ({"lesson": {"rateLimit": {"messages": 0}}}, r"lesson\.rateLimit\.messages"),
        ({"course": {"allowedRoles": ["teacher"]}}, "teacher"),
        ({"staff": {"allowedRoles": ["student"]}}, "staff"),
        ({"course": {"requireAuth": False}}, r"course\.requireAuth"),
        ({"corse": {}}, "corse"),
        ([], "object"),
    ],
)
def test_a_wrong_setting_is_named(table: object, named: str) -> None:
    with pytest.raises(InvalidArgument, match=named):
        config.from_table(table)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match=r"nothing\.toml"):
        config.load(tmp_path / "nothing.toml")


def test_audit_is_private_and_never_raises(tmp_path: Path) -> None:
    with Audit(tmp_path / "audit.jsonl") as audit:
        audit.record("WEBSOCKET_CONNECTED", userId="u")
    assert (tmp_path / "audit.jsonl").stat().st_mode & 0o077 == 0
    assert '"action":"WEBSOCKET_CONNECTED"' in (tmp_path / "audit.jsonl").read_text()
    with Audit(tmp_path / "missing" / "audit.jsonl") as audit:
        audit.record("WEBSOCKET_CONNECTED")
        audit.record("WEBSOCKET_CONNECTED")
