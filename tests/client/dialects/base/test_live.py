"""A real client against real services, each with its ways, on a network that breaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest

from edu_widgets.chat.commands import AddReaction
from edu_widgets.client.course_connection import scope
from edu_widgets.client.transport.base import WEBSOCKET_PATH
from edu_widgets.client.transport.selection import TransportSettings
from edu_widgets.notebook.lesson_payload import lesson_fields
from edu_widgets.notifications.documents import NOTIFICATION
from edu_widgets.protocol.errors import Forbidden, NotConnected, Refused
from tests.base_service import Running, Variants
from tests.client.dialects.base.conftest import QUICK, ROOM, Enter, Watch, say
from tests.client.fake_service import eventually
from tests.faults import Faults
from tests.waiting import PATIENCE

SILENT: dict[str, Any] = {"echo_to_others_only": True}

KINDS: dict[str, dict[str, Any]] = {
    "as the document says": {},
    "echoes only to others": SILENT,
    "gives its own ids": {"rewrite_ids": True},
    "gives its own ids, to others": {"rewrite_ids": True} | SILENT,
    "wraps": {"wrap": True},
    "wraps and gives its own ids": {"wrap": True, "rewrite_ids": True},
    "acknowledges no heartbeats": {"acknowledge_heartbeats": False},
    "is slow to shake hands": {"handshake_delay": 1.0},
    "is slow to tell its history": {"history_delay": 1.5},
    "has no history": {"has_history": False},
    "has no history and echoes to others": {"has_history": False} | SILENT,
    "accepts any subprotocol": {"any_subprotocol": True},
    "says odd things": {"noise": True},
    "takes the token only in the query": {"token_in_query_only": True},
    "has only a stream": {"websocket": False},
    "has only a stream, gives its own ids": {"websocket": False, "rewrite_ids": True},
    "has only a stream, loses two": {"websocket": False, "lose_before_storing": 2},
    "has only a stream, loses two echoes": {"websocket": False, "lose_after_storing": 2},
    "has only a stream, echoes to others": {"websocket": False} | SILENT,
    "has only a stream and no history": {"websocket": False, "has_history": False},
    "loses two before storing": {"lose_before_storing": 2},
    "loses two before the echo": {"lose_after_storing": 2},
    "loses and gives its own ids": {"lose_after_storing": 2, "rewrite_ids": True},
    "loses and echoes to others": {"lose_after_storing": 1, "lose_before_storing": 1} | SILENT,
}


def once_each(watch: Watch, service: Running, words: list[str]) -> None:
    """Everything is stored once, and shown once, and nothing else was ever claimed."""
    mine = [m["content"] for m in service.messages(ROOM) if m["userId"] == "ada"]
    assert sorted(mine) == sorted(words)
    assert watch.wrong == []
    assert sorted(w.rstrip("?") for w in watch.shown() if w.startswith("w")) == sorted(words)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_nothing_lost_nothing_twice_no_wrong_claim(enter: Enter, kind: str) -> None:
    with Running() as service:
        service.say(ROOM, "grace", "hello")
        for name, value in KINDS[kind].items():
            setattr(service.variants, name, value)
        watch = enter(service)
        watch.client.wait_connected(PATIENCE)
        receipts = watch.say(*(f"w{n}" for n in range(6)))
        for receipt in receipts:
            receipt.wait(PATIENCE)
        once_each(watch, service, [f"w{n}" for n in range(6)])
        eventually(lambda: service.people(ROOM) == ["ada"])
        service.say(ROOM, "grace", "bye")
        eventually(lambda: "bye" in watch.shown())
        if service.variants.has_history:
            eventually(lambda: "hello" in watch.shown())
        else:
            assert "hello" not in watch.shown()
        if not KINDS[kind].get("echo_to_others_only"):
            eventually(lambda: not any(words.endswith("?") for words in watch.shown()))
        assert watch.views[-1] == "live"
        assert watch.client.view().dialect == "base"
        assert watch.client.view().features == ("chat", "reactions")
        assert watch.wrong == []


# -- a line that is cut at each step -------------------------------------------------------------

STEPS: dict[str, Callable[[Watch, Running], object]] = {
    "at once": lambda w, s: True,
    "when asked": lambda w, s: s.asked,
    "when in the room": lambda w, s: s.people(ROOM),
    "when live": lambda w, s: w.client.view().state == "live",
    "when handed over": lambda w, s: w.states.get("w2"),
    "when under way": lambda w, s: "sent" in w.states.get("w2", []),
    "when stored": lambda w, s: any(m["content"] == "w2" for m in s.messages(ROOM)),
    "when all is stored": lambda w, s: any(m["content"] == "w4" for m in s.messages(ROOM)),
}


@pytest.mark.parametrize("step", STEPS, ids=str)
@pytest.mark.parametrize(
    "kind",
    [
        "as the document says",
        "gives its own ids",
        "echoes only to others",
        "gives its own ids, to others",
        "is slow to tell its history",
        "has only a stream",
    ],
)
def test_a_line_that_is_cut(enter: Enter, kind: str, step: str) -> None:
    with Running(Variants(**KINDS[kind])) as service, Faults(service.port) as faults:
        service.say(ROOM, "grace", "hello")
        watch = enter(service, url=f"ws://127.0.0.1:{faults.port}")
        words = [f"w{n}" for n in range(5)]
        receipts = watch.say(*words)
        eventually(lambda: STEPS[step](watch, service), step)
        faults.cut()
        for receipt in receipts:
            receipt.wait(PATIENCE)
        once_each(watch, service, words)


def test_a_line_that_is_cut_again_and_again(enter: Enter) -> None:
    with Running(Variants(rewrite_ids=True)) as service, Faults(service.port) as faults:
        watch = enter(service, url=f"ws://127.0.0.1:{faults.port}")
        watch.client.wait_connected(PATIENCE)
        words = [f"w{n}" for n in range(30)]
        receipts = []
        for n, text in enumerate(words):
            receipts += watch.say(text)
            if n % 6 == 3:
                faults.cut()
        for receipt in receipts:
            receipt.wait(PATIENCE)
        once_each(watch, service, words)
        assert [m["content"] for m in service.messages(ROOM)] == words, (
            "in the order they were said"
        )


def test_a_line_on_which_nothing_moves_confirms_nothing(enter: Enter) -> None:
    with Running() as service, Faults(service.port) as faults:
        watch = enter(service, url=f"ws://127.0.0.1:{faults.port}")
        watch.client.wait_connected(PATIENCE)
        faults.half_open()
        (receipt,) = watch.say("w0")
        with pytest.raises(NotConnected):
            receipt.wait(QUICK.confirm * 4)
        assert watch.states["w0"][-1] == "sent", "on its way, nothing more"
        faults.heal()
        receipt.wait(PATIENCE)
        assert receipt.state == "done"
        once_each(watch, service, ["w0"])


def test_what_was_said_over_four_cuts_is_all_there_at_both_ends(enter: Enter) -> None:
    """The newest fifty of a history do not reach back over 120 that were missed."""
    with Running() as service, Faults(service.port) as faults:
        watch = enter(service, url=f"ws://127.0.0.1:{faults.port}")
        watch.client.wait_connected(PATIENCE)
        words: list[str] = []
        for cut in range(4):
            words.append(f"w{cut}")
            watch.say(words[-1])[0].wait(PATIENCE)
            faults.refuse()
            faults.cut()
            for n in range(120):
                words.append(f"{cut}-{n}")
                service.say(ROOM, "grace", words[-1])
            faults.heal()
            watch.client.retry_now()
            eventually(lambda: words[-1] in watch.shown(), "the newest is there")
        assert watch.shown() == words
        assert [m["content"] for m in service.messages(ROOM)] == words


def test_unconfirmed_is_said_and_becomes_true_when_it_is_seen(enter: Enter) -> None:
    with Running(Variants(**SILENT)) as service, Faults(service.port) as faults:
        watch = enter(service, url=f"ws://127.0.0.1:{faults.port}")
        watch.client.wait_connected(PATIENCE)
        (receipt,) = watch.say("w0")
        receipt.wait(PATIENCE)
        assert receipt.state == "unconfirmed"
        assert watch.shown() == ["w0?"]
        assert watch.states["w0"][-1] == "unconfirmed and gone"
        assert watch.client.view().queued == 0
        faults.cut()
        eventually(lambda: watch.shown() == ["w0"], "the history has it")
        once_each(watch, service, ["w0"])


# -- what else there is --------------------------------------------------------------------------


def test_reactions_people_typing_errors(enter: Enter) -> None:
    from edu_widgets.client.sync.events import SignalReceived

    with Running() as service:
        id_ = service.say(ROOM, "grace", "hello")
        watch = enter(service)
        signals: list[str] = []
        watch.client.listen(
            lambda e: signals.append(e.type) if isinstance(e, SignalReceived) else None
        )
        watch.client.wait_connected(PATIENCE)
        watch.client.send("add_reaction", AddReaction(id_, "👍"), channel=ROOM).wait(PATIENCE)
        assert service.messages(ROOM)[0]["reactions"][0]["users"] == ["ada"]
        service.do(ROOM, "grace", "typing_start", {"userId": "grace"})
        service.tell(ROOM, "user_joined", {"userId": "bob", "userName": "Bob"})
        service.tell(ROOM, "error", {"message": "Please be kind."})
        service.tell(ROOM, "notification", {"id": "n", "title": "Five minutes left"})
        eventually(lambda: signals == ["user_typing", "error", NOTIFICATION.name])
        eventually(lambda: watch.client.view().online == 2)
        assert "Bob" in watch.client.view().here
        assert watch.client.view().state == "live"


def test_what_the_service_has_not_is_refused_at_once(enter: Enter) -> None:
    with Running() as service:
        watch = enter(service)
        watch.client.wait_connected(PATIENCE)
        with pytest.raises(Refused, match="take a reaction back"):
            _ = watch.client.send("add_reaction", AddReaction("m", "👍", action="remove"))
        answer = watch.client.ask("search", AddReaction("m", "x"))
        with pytest.raises(Refused, match="no such thing"):
            answer.wait(PATIENCE)
        assert watch.client.view().state == "live"


def test_a_channel_by_the_platforms_name(enter: Enter) -> None:
    with Running() as service:
        service.say("room/42", "grace", "hello")
        watch = enter(service, channel="room/42")
        watch.client.wait_connected(PATIENCE)
        eventually(lambda: watch.shown() == ["hello"])
        say(watch.client, "w0").wait(PATIENCE)
        assert [m["content"] for m in service.messages("room/42")] == ["hello", "w0"]
        assert not service.messages(ROOM)


@pytest.mark.parametrize("websocket", [True, False])
def test_two_courses_share_a_connection(enter: Enter, websocket: bool) -> None:
    with Running(Variants(websocket=websocket)) as service:
        first = enter(service)
        first.client.wait_connected(PATIENCE)
        second = enter(service, course="bio")
        second.client.wait_connected(PATIENCE)
        for watch, channel in ((first, ROOM), (second, "course:bio")):
            eventually(lambda c=channel: service.people(c) == ["ada"])  # type: ignore[misc]
            service.say(channel, "grace", f"in {channel}")
            eventually(lambda w=watch, c=channel: f"in {c}" in w.shown())  # type: ignore[misc]
        assert first.client.mirror().count("message") == 1


def test_the_next_process_goes_on_where_this_one_was_killed(enter: Enter) -> None:
    with Running(Variants(lose_after_storing=1)) as service, Faults(service.port) as faults:
        url = f"ws://127.0.0.1:{faults.port}"
        watch = enter(service, url=url)
        watch.client.wait_connected(PATIENCE)
        faults.refuse()
        watch.say("w0")
        eventually(lambda: service.messages(ROOM))
        eventually(lambda: watch.client.view().state != "live")
        watch.say("w1")
        watch.client.close()
        faults.heal()
        again = enter(service, url=url)
        again.client.wait_connected(PATIENCE)
        eventually(lambda: not again.client.commands("chat_message"))
        once_each(again, service, ["w0", "w1"])


# -- without an uplink ---------------------------------------------------------------------------


def test_without_a_way_to_send_one_reads(enter: Enter) -> None:
    with Running(Variants(websocket=False, posts=False)) as service:
        watch = enter(service)
        watch.client.wait_connected(PATIENCE)
        assert watch.client.view().readonly
        eventually(lambda: service.people(ROOM) == ["ada"])
        service.say(ROOM, "grace", "live")
        eventually(lambda: watch.shown() == ["live"])
        with pytest.raises(Forbidden, match="only be read"):
            watch.say("w0")
        assert watch.client.view().state == "live"


def test_a_stream_resumes_where_it_was_cut(enter: Enter) -> None:
    variants = Variants(websocket=False, posts=False)
    with Running(variants) as service, Faults(service.port) as faults:
        watch = enter(service, url=f"ws://127.0.0.1:{faults.port}")
        watch.client.wait_connected(PATIENCE)
        eventually(lambda: service.people(ROOM) == ["ada"])
        service.say(ROOM, "grace", "one")
        eventually(lambda: watch.shown() == ["one"])
        faults.refuse()
        faults.cut()
        service.say(ROOM, "grace", "two")
        faults.heal()
        eventually(lambda: watch.shown() == ["one", "two"])
        assert [a.last_event_id for a in service.asked if a.last_event_id]
        assert watch.wrong == []


# -- which way -----------------------------------------------------------------------------------


def test_the_way_that_works_is_remembered_and_the_better_one_taken_when_it_opens(
    enter: Enter,
) -> None:
    with Running(Variants(websocket=False)) as service:
        first = enter(service, settings=TransportSettings(again=1.0, retry_interval=0.05))
        first.client.wait_connected(PATIENCE)
        assert first.client.numbers().transport == "event stream"
        before = len(service.asked)
        second = enter(service, user="bob")
        second.client.wait_connected(PATIENCE)
        ways = [a.address.split("?")[0] for a in service.asked[before:]]
        assert "/api/realtime/events" in ways
        assert "/api/realtime/ws" not in ways, "nobody tries again so soon what did not work"
        service.variants.websocket = True
        eventually(lambda: first.client.numbers().transport == "websocket")
        eventually(lambda: first.client.view().state == "live")
        (receipt,) = first.say("w0")
        receipt.wait(PATIENCE)
        once_each(first, service, ["w0"])


def test_a_websocket_that_hangs_gives_way_to_a_stream(enter: Enter) -> None:
    with Running(Variants(handshake_delay=60)) as service:
        watch = enter(service, settings=TransportSettings(up_within=0.3))
        watch.client.wait_connected(PATIENCE)
        assert watch.client.numbers().transport == "event stream"


def test_where_there_is_nothing_else_a_websocket_may_take_its_time(enter: Enter) -> None:
    with Running(Variants(handshake_delay=1.0, stream=False)) as service:
        watch = enter(service, settings=TransportSettings(up_within=0.3))
        watch.client.wait_connected(PATIENCE)
        assert watch.client.numbers().transport == "websocket"


def test_a_service_under_a_plain_address_only(enter: Enter) -> None:
    with Running() as service:
        watch = enter(service, url=f"{service.url}/deep")
        watch.client.wait_connected(PATIENCE)
        assert service.asked[0].address.startswith("/deep/api/realtime/ws?")


def test_variants_are_options_of_the_command_line() -> None:
    from tests.base_service.__main__ import variants

    chosen, host, port = variants(["--wrap", "--port", "7", "--no-stream", "--token", "t"])
    assert (host, port) == ("127.0.0.1", 7)
    assert asdict(chosen) == asdict(Variants(wrap=True, stream=False, token="t"))


def test_what_a_page_keeps_is_told_apart_by_person_and_service(enter: Enter) -> None:
    """A base service names no scope: the kernel makes one, so that nobody gets another's drafts."""
    with Running(Variants()) as service:
        client = enter(service).client
        eventually(lambda: client.view().state == "live")
        url = service.url + WEBSOCKET_PATH
        assert client.scope == scope(url, ROOM, "ada")
        assert lesson_fields(client, subshells=False)["scope"] == client.scope
        others = [(url, ROOM, "bob"), (url, "course:ds200", "ada"), ("ws://x/ws", ROOM, "ada")]
        assert client.scope not in {scope(*other) for other in others}
