"""host, join and connect; Lesson and its status; with the real service where it matters."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import edu_widgets as edu
from edu_widgets.lesson_status import Status
from edu_widgets.notebook.lesson_payload import lesson_fields
from edu_widgets.protocol.errors import InvalidArgument, NotConnected, Unauthorized
from tests.client.fake_service import FakeService, eventually
from tests.client.test_course import say, texts
from tests.hosting import leave_lessons
from tests.inside import client_of
from tests.waiting import PATIENCE


@pytest.fixture(autouse=True)
def _clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("EDU_WIDGETS_DATA_DIR", str(tmp_path / "data"))
    for name in ("URL", "TOKEN", "USER_ID", "COURSE"):
        monkeypatch.delenv(f"EDU_WIDGETS_{name}", raising=False)
    yield
    leave_lessons()


def connect(fake: FakeService, token: str = "t0ken") -> edu.Lesson:
    return edu.connect(url=fake.base, token=token, user_id="ada", course="py101")


def test_running_a_cell_again_gives_the_same_lesson(fake: FakeService) -> None:
    lesson = connect(fake).wait_connected(PATIENCE)
    assert connect(fake) is lesson
    assert len(fake.requests) == 1
    lesson.close()
    again = connect(fake).wait_connected(PATIENCE)
    assert again is not lesson
    assert not lesson.usable


def test_connecting_again_with_a_fresh_token_revives_a_stopped_lesson(fake: FakeService) -> None:
    fake.script.refuse = (401, {"Edu-Widgets": "1"}, b'{"code":4500,"message":"no"}')
    lesson = connect(fake)
    with pytest.raises(Unauthorized):
        lesson.wait_connected(PATIENCE)
    fake.script.refuse = None
    assert connect(fake, "fresh") is lesson
    lesson.wait_connected(PATIENCE)
    assert fake.requests[-1].headers["Authorization"] == "Bearer fresh"


def test_everything_may_come_from_the_environment(
    fake: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"URL": fake.base, "TOKEN": "t", "USER_ID": "ada", "COURSE": "py101"}
    for name, value in settings.items():
        monkeypatch.setenv(f"EDU_WIDGETS_{name}", value)
    with edu.connect() as lesson:
        lesson.wait_connected(PATIENCE)
        assert (lesson.course, lesson.user.user_id) == ("py101", "ada")
    assert lesson.status().state == "closed"


@pytest.mark.parametrize(
    ("setting", "then"), [(None, 0.005), (0, 0.005), (0.001, 0.001), (0.02, 0.005), (1e-9, 0.0001)]
)
def test_the_process_switches_threads_as_it_did_unless_it_is_told_to(
    fake: FakeService, setting: float | None, then: float
) -> None:
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.005)
    config = {} if setting is None else {"EduWidgets": {"switchInterval": setting}}
    try:
        edu.connect(
            url=fake.base, token="t", user_id="ada", course="py101", config=config
        ).wait_connected(PATIENCE)
        assert sys.getswitchinterval() == pytest.approx(then)
    finally:
        sys.setswitchinterval(before)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"token": None}, "token"),
        ({"user_id": None}, "user_id"),
        ({"course": None}, "course"),
        ({"url": "example.org"}, "wss://example.org"),
        ({"url": "ws://[::1"}, "address"),
        ({"user_id": "a b"}, "user_id"),
        ({"user_id": "a:b"}, "user_id"),
        ({"course": "no spaces"}, "course"),
        ({"token": "s3cr\nt"}, "token"),
    ],
)
def test_what_connect_needs(wrong: dict[str, str | None], named: str) -> None:
    arguments: dict[str, Any] = {
        "url": "ws://127.0.0.1:1",
        "token": "t",
        "user_id": "ada",
        "course": "py101",
        **wrong,
    }
    with pytest.raises(InvalidArgument, match=named) as raised:
        edu.connect(**arguments)
    assert "s3cr" not in str(raised.value)


def test_reprs_say_how_things_stand_and_no_secret(fake: FakeService) -> None:
    lesson = connect(fake).wait_connected(PATIENCE)
    shown = f"{lesson!r} {lesson._repr_html_()} {lesson.status()!r}"
    assert "Live over websocket" in shown
    assert "py101" in shown
    assert "t0ken" not in shown


def test_status_is_one_sentence() -> None:
    status = Status("live", "websocket", 0.0123, 2, 1, "A detail.")
    assert str(status) == (
        "Live over websocket, round trip 12 ms, 2 kept, to be sent, reconnected once. A detail."
    )
    assert "reconnected 3 times" in str(Status("live", "", None, 0, 3))
    assert str(Status("idle", "", None, 0, 0)) == "Idle."


def test_status_says_what_is_wrong() -> None:
    with FakeService() as fake:
        lesson = connect(fake).wait_connected(PATIENCE)
    eventually(lambda: "Nothing listens" in str(lesson.status()))
    with pytest.raises(NotConnected, match="background"):
        lesson.wait_connected(0.05)


def test_host_and_join_with_the_embedded_service() -> None:
    host = edu.host("py101", name="Mira")
    try:
        host.wait_connected(PATIENCE)
        assert host.user.role == "instructor"
        student = edu.join(host.invite, name="Ada").wait_connected(PATIENCE)
        assert (student.user.name, student.user.role) == ("Ada", "student")
        assert edu.join(host.invite, name="ada") is student
        assert student.user.name == "ada", "as it was spelt last"
        say(client_of(student), "hello").wait(PATIENCE)
        eventually(lambda: texts(client_of(host)) == ["hello"])
        for n in range(15):
            _ = say(client_of(student), str(n))
        own = client_of(student)
        eventually(lambda: any(c.state == "slowed" for c in own.commands("chat_message")))
        say(client_of(host), "not limited").wait(PATIENCE)
    finally:
        stop_service()


def test_a_rehearsal_is_in_a_room_of_its_own_that_begins_empty_each_time() -> None:
    def rehearse() -> edu.Lesson:
        return edu.host("py101", name="Mira", rehearse=True).wait_connected(PATIENCE)

    try:
        real = edu.host("py101", name="Mira").wait_connected(PATIENCE)
        student = edu.join(real.invite, name="Ada").wait_connected(PATIENCE)
        first = rehearse()
        assert first is not real
        assert first.invite.partition("?")[0] != real.invite.partition("?")[0]
        assert repr(first).startswith("Rehearsal")
        assert "Rehearsal" in first._repr_html_()
        assert "Rehearsal" not in repr(real)
        say(client_of(first), "one, two").wait(PATIENCE)
        first.polls.ask("Which?", ["a", "b"]).wait(PATIENCE)
        colleague = edu.join(first.invite, name="Bo").wait_connected(PATIENCE)
        eventually(lambda: texts(client_of(colleague)) == ["one, two"])
        assert lesson_fields(client_of(colleague), subshells=True)["rehearsal"] is True
        second = rehearse()
        assert not first.usable
        assert (texts(client_of(second)), second.polls.history) == ([], [])
        assert (texts(client_of(student)), student.polls.history) == ([], [])
        assert lesson_fields(client_of(student), subshells=True)["rehearsal"] is False
        again = edu.host("py101", name="Mira").wait_connected(PATIENCE)
        assert again is real
        assert (texts(client_of(real)), real.polls.history) == ([], [])
    finally:
        stop_service()


def stop_service() -> None:
    import signal

    import psutil

    data = os.environ["EDU_WIDGETS_DATA_DIR"]
    for process in psutil.process_iter(["cmdline"]):
        if any(data in part for part in process.info["cmdline"] or ()):
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)
