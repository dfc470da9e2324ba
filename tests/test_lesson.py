"""A lesson as its user handles it: what it says, and how it ends."""

import gc
import inspect
import os
import re
import signal
import socket
import sqlite3
import sys
import threading
import traceback
import urllib.request
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from comm import get_comm_manager
from ipywidgets.widgets.widget import _instances

import edu_widgets as edu
from edu_widgets import folders
from edu_widgets.client.runtime.threads import network, stop_threads
from edu_widgets.notebook.lesson_payload import lesson_fields
from edu_widgets.protocol.errors import NotConnected, ServiceUnavailable
from edu_widgets.service import launch, state
from edu_widgets.service.store import schema
from tests.hosting import hosted
from tests.inside import client_of
from tests.notebook.doubles import RecordingComm, record_comms
from tests.ports import own_port
from tests.waiting import PATIENCE, wait_until


@pytest.fixture
def lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bundles: Path) -> Iterator[edu.Lesson]:
    """A hosted lesson of this test's own; its service is ended afterwards."""
    del bundles
    with hosted(tmp_path, monkeypatch, port=own_port()) as made:
        yield made


def test_it_says_how_it_stands(lesson: edu.Lesson) -> None:
    assert str(lesson.status()).startswith("Live over websocket, round trip ")
    assert lesson.invite in repr(lesson)
    assert "Only programs on this computer can reach it." in repr(lesson)
    assert lesson.user.is_staff
    shown = lesson._repr_html_()
    assert "Live" not in shown, "an output stays as it was written"
    assert "edu.join(&quot;http://127.0.0.1:" in shown


def test_what_it_shows_holds_no_name_since_it_is_saved_with_the_notebook(
    lesson: edu.Lesson,
) -> None:
    assert "py101</b> as instructor" in lesson._repr_html_()
    assert repr(lesson).startswith("Lesson py101, as instructor: ")
    assert "Mira" not in repr(lesson) + lesson._repr_html_()


def test_what_it_shows_says_how_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bundles: Path
) -> None:
    del bundles
    monkeypatch.setenv("EDU_WIDGETS_INSTALL_HINT", "%pip install /srv/<edu>.whl")
    with hosted(tmp_path, monkeypatch, port=own_port()) as lesson:
        assert "Who has no edu_widgets yet: %pip install /srv/<edu>.whl" in repr(lesson)
        assert "%pip install /srv/&lt;edu&gt;.whl" in lesson._repr_html_()
        page = urllib.request.urlopen(lesson.invite).read().decode()
        assert "%pip install /srv/&lt;edu&gt;.whl" in page


def test_asked_for_again_it_is_the_same(lesson: edu.Lesson) -> None:
    assert edu.host("py101", name="Mira") is lesson
    assert lesson.chat is lesson.chat
    student = edu.join(lesson.invite, name="Ada")
    assert edu.join(lesson.invite, name="Ada") is student
    assert student is not lesson
    student.close()
    assert edu.join(lesson.invite, name="Ada") is not student
    assert edu.join(lesson.invite, name="Ada").user == student.user


def test_hosted_under_another_name_the_class_is_told(lesson: edu.Lesson) -> None:
    student = edu.join(lesson.invite, name="Ada").wait_connected(PATIENCE)
    people = student.people
    wait_until(lambda: "Mira" in names(people), "the student sees who hosts")
    assert edu.host("py101") is lesson
    assert lesson.user.name == "Mira", "without a name it stays"
    assert edu.host("py101", name="Grace") is lesson
    assert lesson.user.name == "Grace"
    wait_until(lambda: names(people) == {"Grace", "Ada"}, "the student sees the new name")
    lesson.chat.send("hello").wait(PATIENCE)
    wait_until(
        lambda: [m.user_name for m in student.chat.messages] == ["Grace"], "so does the chat"
    )
    lesson.close()
    again = edu.host("py101").wait_connected(PATIENCE)
    assert again.user.name == "Grace", "also in the next kernel"
    student.close()
    again.close()


def test_completion_shows_what_is_meant_for_people(lesson: edu.Lesson) -> None:
    assert "host" in dir(edu)
    assert set(dir(lesson)) == {
        *(
            "board",
            "cells",
            "chat",
            "client",
            "close",
            "course",
            "invite",
            "notes",
            "notifications",
            "panel",
            "people",
            "polls",
            "progress",
            "record",
            "report",
            "stream",
        ),
        "feature",
        *("status", "user", "wait_connected"),
        *("close_door", "door_closed", "erase", "new_invite", "open_door"),
        *("allow_viewers", "forbid_viewers", "viewers_allowed"),
        *("link_code", "unlink"),
    }
    for shown in (lesson.polls, lesson.chat, lesson.people, lesson.notifications, lesson.panel()):
        names = dir(shown)
        assert {"close", "options"} <= set(names)
        assert not {"comm", "traits", "observe", "kind_", "reopen", "model_id"} & set(names)
        assert callable(shown.observe), "still there for whoever knows it"
        assert len(names) < 40
    assert "ask" in dir(lesson.polls)
    lesson.chat.send("hello").wait(PATIENCE)
    assert set(dir(lesson.user)) == {"is_staff", "name", "role", "user_id", "via"}
    assert "content" in dir(lesson.chat.messages[0])


def test_a_widget_of_a_lesson_is_not_replaced(lesson: edu.Lesson) -> None:
    with pytest.raises(AttributeError, match="chat cannot be replaced"):
        setattr(lesson, "chat", None)  # noqa: B010 - a type checker refuses it, too
    assert lesson.chat.kind == "chat"


def test_a_wrong_name_is_told_the_right_one(lesson: edu.Lesson) -> None:
    wrong: dict[str, Callable[[], object]] = {
        "Lesson has no 'poll'. Did you mean 'polls'?": lambda: lesson.poll,  # type: ignore[attr-defined]
        "Lesson has no 'chats'. Did you mean 'chat'?": lambda: lesson.chats,  # type: ignore[attr-defined]
        "Lesson has no 'roster'.": lambda: lesson.roster,  # type: ignore[attr-defined]
        "LivePolls has no 'aks'. Did you mean 'ask'?": lambda: lesson.polls.aks,
        "Person has no 'nam'. Did you mean 'name'?": lambda: lesson.user.nam,  # type: ignore[attr-defined]
        "Lesson has no 'zzz'.": lambda: lesson.zzz,  # type: ignore[attr-defined]
        "edu_widgets has no 'hosts'. Did you mean 'host'?": lambda: edu.hosts,  # type: ignore[attr-defined]
    }
    for told, ask in wrong.items():
        with pytest.raises(AttributeError) as raised:
            ask()
        assert "".join(traceback.format_exception_only(raised.value)) == f"AttributeError: {told}\n"


def test_hosted_at_another_place_it_is_the_same_lesson(lesson: edu.Lesson) -> None:
    about = state.read(folders.service_folder("py101"))
    assert about is not None
    chat, student = lesson.chat, edu.join(lesson.invite, name="Ada")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(edu.ServiceUnavailable, match="goes on as it was"):
            edu.host("py101", port=port)
    assert str(lesson.status()).startswith("Live")
    assert edu.host("py101", port=port) is lesson
    assert str(lesson.status()).startswith("Live")
    assert f"127.0.0.1:{port}/" in lesson.invite
    assert lesson.chat is chat
    chat.send("moved").wait(PATIENCE)
    student.close()


def names(people: Any) -> set[str]:
    return {person.name for person in people.all}


def test_it_asks_in_a_line_and_in_a_cell(lesson: edu.Lesson) -> None:
    polls = lesson.polls
    asked = polls.ask("Is it?", ["yes", "no"])
    magics: dict[str, Any] = {}
    shell = SimpleNamespace(user_ns={"lesson": lesson}, input_transformers_cleanup=[])
    shell.register_magic_function = lambda fn, magic_kind, magic_name: magics.update(
        {f"{magic_kind} {magic_name}": fn}
    )
    edu.load_ipython_extension(shell)
    assert magics["cell poll"]("", "Is it?\n\n- yes\n- no\n") is asked
    wait_until(lambda: asked.state == "open", "it is open")
    assert lesson.polls is polls
    assert polls.current is asked
    polls.close()
    assert lesson.polls is not polls


def test_a_notification_reaches_one_student(lesson: edu.Lesson) -> None:
    assert lesson.notifications is lesson.notifications
    ada, bo = [
        edu.join(lesson.invite, name=name).wait_connected(PATIENCE) for name in ("Ada", "Bo")
    ]
    told: list[str] = []
    ada.notifications.on("notification", lambda item: told.append(item.title))
    lesson.notifications.send("just you", to=ada.user).wait(PATIENCE)
    lesson.notifications.send("all of you", actions=[("Done", "done")]).wait(PATIENCE)
    wait_until(lambda: told == ["just you", "all of you"], "Ada is told, once each")
    wait_until(lambda: bo.notifications.unread == 1, "Bo has one")
    bo.notifications.act(bo.notifications.items[0], "done").wait(PATIENCE)
    wait_until(lambda: [t.user_name for t in lesson.notifications.taken] == ["Bo"], "it is known")
    ada.notifications.mark_read()
    assert (ada.notifications.unread, lesson.notifications.unread) == (0, 0)
    for student in (ada, bo):
        student.close()


def test_offline_it_names_no_transport(lesson: edu.Lesson) -> None:
    about = state.read(folders.service_folder("py101"))
    assert about is not None
    os.kill(about.pid, signal.SIGKILL)
    wait_until(lambda: lesson.status().state == "reconnecting", "the loss is noticed")
    line = f'edu.host("py101", port={about.port})'  # a saved notebook holds no name
    told = f"The service has ended: run {line} to start it again."
    wait_until(lambda: told in str(lesson.status()), "the remedy is told")
    assert told in repr(lesson)
    assert lesson_fields(client_of(lesson), subshells=True)["restart"] == line
    with pytest.raises(edu.NotConnected, match=r"The service has ended\. Run edu\.host"):
        lesson.wait_connected(0.1)
    _ = lesson.chat.send("kept")
    wait_until(lambda: lesson.status().queued == 1, "it is kept")
    told = str(lesson.status())
    assert "websocket" not in told.split(".", maxsplit=1)[0]
    assert "round trip" not in told
    assert "1 kept, to be sent" in told
    assert edu.host("py101", port=about.port) is lesson
    assert lesson.user.name == "Mira", "what was told to run keeps the name"
    assert repr(lesson).startswith("Lesson py101, as instructor: Live"), "true when it is said"
    assert lesson_fields(client_of(lesson), subshells=True)["restart"] is None
    lesson.wait_connected(PATIENCE)
    wait_until(lambda: lesson.status().queued == 0, "it was sent")
    assert [message.content for message in lesson.chat.messages] == ["kept"]


def test_a_token_that_is_none_is_told_to_who_connects(lesson: edu.Lesson) -> None:
    url = lesson.invite.split("/py101")[0]
    stranger = edu.connect(url=url, token="nonsense", user_id="u1", course="py101")
    with pytest.raises(edu.Unauthorized, match=r"connect\(\) needs a token that is signed"):
        stranger.wait_connected(PATIENCE)
    stranger.close()


def test_left_with_the_chat_on_screen_the_chat_says_so(lesson: edu.Lesson) -> None:
    chat = lesson.chat
    comm = chat.comm
    assert isinstance(comm, RecordingComm)
    comm.receive({"op": "ready", "page": "p1", "lang": "en"})
    lesson.close()
    said: list[str] = []

    def closed() -> bool:
        said.extend(m["lesson"].get("state", "") for m in comm.take() if "lesson" in m)
        return said[-1:] == ["closed"]

    wait_until(closed, "the chat says so, with its next batch")
    assert not chat.closed
    assert lesson.chat is chat
    with pytest.raises(edu.NotConnected, match=r'closed. Run edu.host\("py101", port=\d+\) again.'):
        _ = chat.send("too late")
    with pytest.raises(edu.NotConnected):
        _ = chat.older()
    chat.close()


def test_a_receipt_shows_nothing_in_a_notebook(lesson: edu.Lesson) -> None:
    receipt = lesson.chat.send("a last line of a cell")
    assert receipt._ipython_display_() is None  # type: ignore[func-returns-value]
    assert receipt.wait() > 0
    assert repr(receipt).endswith(" done>")


def test_a_join_without_an_invite_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EDU_WIDGETS_INVITE", raising=False)
    with pytest.raises(edu.InvalidArgument, match="the invite your instructor shows"):
        edu.join(name="Ada")


def test_a_status_names_the_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://ada:pw@127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    lesson = edu.connect(
        url="http://class.example", token="t0ken-t0ken", user_id="ada", course="py101"
    )
    wait_until(lambda: "Nothing listens" in str(lesson.status()), "the proxy is tried")
    told = str(lesson.status())
    assert told.count("through the proxy 127.0.0.1:9") == 1
    assert "pw" not in told
    lesson.close()


def test_the_first_look_at_who_is_here_finds_them(lesson: edu.Lesson) -> None:
    lesson.wait_connected(PATIENCE)
    assert [person.name for person in lesson.people.all] == [lesson.user.name]
    assert lesson.people.counts["here"] == 1


def test_a_rehearsal_begun_again_keeps_its_hosts_name(lesson: edu.Lesson) -> None:
    del lesson  # where it is, nothing of another test's is
    try:
        assert edu.host("py101", name="Zoe", rehearse=True, port=own_port()).user.name == "Zoe"
        again = edu.host("py101", rehearse=True)
        assert again.user.name == "Zoe"
        again.close()
    finally:
        about = state.read(folders.service_folder("py101.rehearsal"))
        assert about is not None
        os.kill(about.pid, signal.SIGTERM)


def test_completion_shows_no_helpers() -> None:
    from edu_widgets.polls.poll import Poll
    from edu_widgets.presence.widget import PresenceList

    assert {"exported", "amend", "begin"} <= set(Poll._inner.split())
    assert {"decide", "renew_for", "list_for"} <= set(PresenceList._inner.split())


def test_left_it_leaves_nothing_in_the_kernel(
    lesson: edu.Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks: list[str] = []
    events = SimpleNamespace(
        register=lambda name, fn: hooks.append(name),
        unregister=lambda name, fn: hooks.remove(name),
    )
    shell = SimpleNamespace(kernel=object(), events=events)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    held: list[int] = []
    for _ in range(2):
        ada = edu.join(lesson.invite, name="Ada").wait_connected(PATIENCE)
        made = [ada.chat, ada.polls, ada.people, ada.notifications, ada.panel()]
        assert hooks
        ada.close()
        assert all(widget.closed for widget in made)
        held.append(len(hooks))
    assert held[0] == held[1]


def test_left_with_a_panel_on_screen_its_tabs_stay(lesson: edu.Lesson) -> None:
    panel, chat = lesson.panel(), lesson.chat
    panel.comm.receive({"op": "ready", "page": "p1", "lang": "en"})
    lesson.close()
    assert not panel.closed
    assert not chat.closed
    panel.close()
    lesson.close()
    assert chat.closed, "once nobody shows it"


def test_a_killed_service_is_told_and_its_invite_is_not_shown_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(folders.VARIABLE, str(tmp_path))
    record_comms(monkeypatch)
    lesson = edu.host("py101", name="Mira").wait_connected(PATIENCE)
    assert "Students join" in repr(lesson)
    try:
        about = state.read(folders.service_folder("py101"))
        assert about is not None
        os.kill(about.pid, signal.SIGKILL)
        again = 'Run edu.host("py101") to start it again.'
        wait_until(lambda: "has ended" in str(lesson.status()), "it is noticed")
        for ask in (lesson.new_invite, lesson.close_door):
            with pytest.raises(NotConnected, match=re.escape(again)):
                ask()
        for shown in (repr(lesson), lesson._repr_html_()):
            assert "Students join" not in shown
            assert "has ended" in shown
    finally:
        lesson.close()
        stop_threads()
    assert "Students join" not in repr(lesson) + lesson._repr_html_(), "nor of a closed lesson"
    assert capfd.readouterr().err == ""


def test_a_full_disk_is_told_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "is_full", lambda _: True)
    told = schema.problem(tmp_path / "service.db", sqlite3.OperationalError("disk I/O error"))
    assert "because the disk is full" in told
    assert told.count(". ") == 0
    monkeypatch.setattr(launch, "is_full", lambda _: True)
    arguments = ["--config", str(tmp_path / "none.toml")]  # any reason to end at once
    with pytest.raises(ServiceUnavailable, match="because the disk of") as caught:
        launch.start("py101", tmp_path / "service", arguments=arguments)
    assert "log" not in str(caught.value)


def test_what_a_closed_lesson_raises_is_documented(lesson: edu.Lesson) -> None:
    chat, polls, people, pane = lesson.chat, lesson.polls, lesson.people, lesson.notifications
    _ = chat.send("hello").wait(PATIENCE)
    poll = polls.ask("Is it?", ["yes", "no"])
    poll.wait(PATIENCE)
    message = chat.messages[-1]
    lesson.close()
    calls: list[tuple[Any, str, tuple[Any, ...]]] = [
        *((lesson, name, ()) for name in ("new_invite", "close_door", "open_door", "status")),
        *((chat, name, (message,)) for name in ("delete", "retry", "discard", "pin", "upvote")),
        *((chat, "search", ("hello",)), (chat, "older", ()), (chat, "load_all", ())),
        *((polls, name, ("Next?", ["a", "b"])) for name in ("ask", "draft")),
        *((poll, name, ()) for name in ("close", "reveal", "revote", "delete", "answers")),
        *((people, name, ()) for name in ("find", "raise_hand", "lower_hand", "clear_statuses")),
        *((pane, "send", ("Soon", "in 5 minutes")), (pane, "mark_read", ()), (pane, "clear", ())),
    ]
    untold: list[str] = []
    for owner, name, args in calls:
        bases = [base for base in type(owner).__mro__ if base.__module__.startswith("edu_widgets")]
        told = " ".join(inspect.getdoc(one) or "" for one in (getattr(owner, name), *bases))
        try:
            getattr(owner, name)(*args)
        except edu.EduWidgetsError as error:
            if type(error).__name__ not in told:
                untold.append(f"{type(owner).__name__}.{name}")
    assert not untold


def test_nothing_of_a_closed_lesson_stays_in_the_kernel(lesson: edu.Lesson) -> None:
    def kept() -> list[str]:
        ours = [w for w in _instances.values() if type(w).__module__.startswith("edu_widgets")]
        return sorted(type(one).__name__ for one in ours)

    def once() -> tuple[list[str], list[weakref.ref[object]]]:
        ada = edu.join(lesson.invite, name="Ada").wait_connected()
        ada.chat.on("message", lambda message: (ada, message))
        widgets = [ada.panel(), ada.chat, ada.polls, ada.people, ada.notifications]
        gone = [weakref.ref(one) for one in (*widgets, ada, client_of(ada))]
        during = kept()
        ada.close()
        RecordingComm.opened.clear()  # a list for tests, which holds them
        return during, gone

    before, threads = kept(), threading.active_count()
    during, gone = once()
    assert len(during) == len(before) + 10, "a panel, and what is in its tabs"
    wait_until(lambda: kept() == before, "no model is left")

    def collected() -> bool:
        network().post(int)  # a thread that waits may still hold what it did last
        gc.collect()
        return not [ref() for ref in gone if ref() is not None]

    wait_until(collected, "nothing holds what was closed")
    comms = len(get_comm_manager().comms)
    _, gone = once()
    wait_until(collected, "nothing holds it the second time")
    assert len(get_comm_manager().comms) == comms
    assert threading.active_count() <= threads
