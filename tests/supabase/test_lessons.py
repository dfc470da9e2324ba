"""A lesson on a Supabase project: chat, people, refusals, and connections that break."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import partial

import pytest

import edu_widgets as edu
from edu_widgets import Lesson
from edu_widgets.client.transport import supabase
from edu_widgets.protocol.errors import EduWidgetsError, InvalidArgument
from tests.supabase.project import API_KEY, Project
from tests.waiting import PATIENCE, wait_until

TOKENS = {"t0ken-of-ada": "ada", "t0ken-of-bob": "bob", "fresh-t0ken-of-ada": "ada"}
TOPIC = "realtime:course:py101"


@pytest.fixture
def project() -> Iterator[Project]:
    supabase.forget_tracks()
    with Project(dict(TOKENS)) as running:
        yield running


def lesson_of(project: Project, user: str, token: str = "") -> Lesson:
    return edu.connect(
        url=project.url,
        token=token or f"t0ken-of-{user}",
        user_id=user,
        course="py101",
        name=user.capitalize(),
    )


def _connected(project: Project, times: int) -> bool:
    return len(project.addresses) >= times


def said(lesson: Lesson) -> list[str]:
    return [message.content for message in lesson.chat.messages]


def test_two_people_talk_and_see_each_other(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="edu_widgets")
    with lesson_of(project, "ada") as ada:
        came: list[str] = []
        ada.client.on("user_joined", lambda message: came.append(message.data["userName"]))
        ada.wait_connected(PATIENCE)
        bob = lesson_of(project, "bob")
        bob.wait_connected(PATIENCE)
        ada.chat.send("Is it a view?").wait(PATIENCE)
        wait_until(lambda: said(bob) == ["Is it a view?"], "the question came")
        bob.chat.send("A copy.").wait(PATIENCE)
        wait_until(lambda: said(ada) == ["Is it a view?", "A copy."], "the answer came")
        wait_until(lambda: "Bob" in came, "Ada is told of Bob")
        assert [b["topic"] for b in project.broadcasts] == [TOPIC, TOPIC]
        bob.close()
        wait_until(lambda: project.present(TOPIC) == {"ada"}, "Bob has left")
    wait_until(lambda: project.present(TOPIC) == set(), "both have left")
    assert "t0ken" not in caplog.text
    assert API_KEY not in caplog.text
    assert not any("t0ken" in address for address in project.addresses)


def test_what_was_written_offline_comes_once_and_in_order(project: Project) -> None:
    with lesson_of(project, "ada") as ada, lesson_of(project, "bob") as bob:
        ada.wait_connected(PATIENCE)
        bob.wait_connected(PATIENCE)
        project.refused[TOPIC] = "RealtimeRestarting: Realtime is restarting"
        project.cut()
        wait_until(
            lambda: "live" not in (ada.status().state, bob.status().state), "both are cut off"
        )
        receipts = [ada.chat.send(text) for text in ("one", "two", "three")]
        project.refused.clear()
        for receipt in receipts:
            receipt.wait(PATIENCE)
        bob.wait_connected(PATIENCE)
        assert [b["payload"]["data"]["content"] for b in project.broadcasts] == [
            "one",
            "two",
            "three",
        ]


def test_who_comes_late_gets_what_the_database_keeps(project: Project) -> None:
    data = {"id": "m1", "userId": "bob", "userName": "Bob", "content": "Earlier", "timestamp": 1}
    project.send_from_database(TOPIC, "chat_message", data)
    with lesson_of(project, "ada") as ada:
        wait_until(lambda: said(ada) == ["Earlier"], "it was replayed")


def test_a_refused_channel_says_why_and_stops(project: Project) -> None:
    with lesson_of(project, "eve", "nobody-s-t0ken") as eve:
        with pytest.raises(EduWidgetsError, match="permissions to read"):
            eve.wait_connected(PATIENCE)
        assert project.broadcasts == []


def test_a_channel_closed_at_a_limit_is_joined_again_after_the_time(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edu_widgets.client.transport.phoenix._AFTER_LIMIT", 0.05)
    with lesson_of(project, "ada") as ada:
        ada.wait_connected(PATIENCE)
        project.close_channel(TOPIC, "Too many messages per second")
        wait_until(lambda: len(project.addresses) == 2, "it came back")
        ada.wait_connected(PATIENCE)
        ada.chat.send("Back.").wait(PATIENCE)


def test_heartbeats_go_on_and_a_fresh_token_reaches_the_channel(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supabase, "HEARTBEAT", 0.02)
    monkeypatch.setattr(supabase, "RENEW", 0.05)
    given = iter(["t0ken-of-ada"])

    def token() -> str:
        return next(given, "fresh-t0ken-of-ada")

    with edu.connect(url=project.url, token=token, user_id="ada", course="py101") as ada:
        ada.wait_connected(PATIENCE)
        wait_until(lambda: project.members[0].heartbeats > 2, "heartbeats come")
        wait_until(lambda: "fresh-t0ken-of-ada" in project.members[0].tokens, "the token came")
        assert ada.status().state == "live"
        assert len(project.addresses) == 1


def test_presence_is_told_no_oftener_than_a_project_takes_it(project: Project) -> None:
    with lesson_of(project, "ada") as ada:
        for times in range(2, supabase.MAX_TRACKS + 4):
            ada.wait_connected(PATIENCE)
            project.cut()
            wait_until(partial(_connected, project, times), "it came back")
        ada.wait_connected(PATIENCE)
        assert project.presence_calls == supabase.MAX_TRACKS


def test_a_wrong_key_is_told(project: Project) -> None:
    wrong = project.url.replace(API_KEY, "sb_publishable_other")
    with (
        edu.connect(url=wrong, token="t0ken-of-ada", user_id="ada", course="py101") as ada,
        pytest.raises(EduWidgetsError, match="API key"),
    ):
        ada.wait_connected(PATIENCE)


SERVICE_ROLE = "e30.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.c2ln"
ANON = "e30.eyJyb2xlIjoiYW5vbiJ9.c2ln"


@pytest.mark.parametrize("key", ["sb_secret_abc", SERVICE_ROLE])
def test_a_secret_key_is_not_taken(key: str) -> None:
    url = f"wss://abc.supabase.co/realtime/v1/websocket?apikey={key}"
    with pytest.raises(InvalidArgument, match="publishable") as refused:
        edu.connect(url=url, token="t", user_id="ada", course="py101")
    assert key not in str(refused.value)


def test_the_address_may_be_the_projects_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    del monkeypatch
    from edu_widgets.client.invites import platform_target

    made = platform_target(f"https://abc.supabase.co?apikey={ANON}", "ada", lambda: "t")
    assert made.url == "wss://abc.supabase.co/realtime/v1/websocket"
    assert made.api_key == ANON
    assert ANON not in repr(made)
    assert ANON not in str(made.key)
