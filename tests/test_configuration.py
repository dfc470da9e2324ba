"""Settings: where they come from, which counts, what is said of wrong ones, what is never said."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from traitlets import TraitError
from traitlets.config import Config

import edu_widgets as edu
from edu_widgets import cli, configuration, entry, folders
from edu_widgets.client.link import Limits
from edu_widgets.client.network import stop_threads
from edu_widgets.configuration import SETTINGS, Setting, sources
from edu_widgets.configuration.page import COMMAND
from edu_widgets.configuration.settings import BY_NAME
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.service import launch, state
from tests.client.fake_service import FakeService, eventually, fake_service
from tests.conftest import ROOT
from tests.waiting import wait_until

TOKEN = "eyJhbGciOi-n0b0dy-sh0uld-see"

Write = Callable[..., Path]


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of this machine's configuration; two folders of our own."""
    for name in list(os.environ):
        if name.startswith(("EDU_WIDGETS_", "JUPYTERHUB_")):
            monkeypatch.delenv(name)
    paths = [str(tmp_path / "user"), str(tmp_path / "system")]
    monkeypatch.setattr(sources, "jupyter_config_path", lambda: paths)
    monkeypatch.setattr("edu_widgets.configuration.command.jupyter_config_dir", lambda: paths[0])
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a configuration file; returns its path."""

    def make(text: str, folder: str = "user", ending: str = ".py") -> Path:
        path = tmp_path / folder / f"{sources.FILE}{ending}"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        path.chmod(0o600)
        return path

    return make


@pytest.fixture
def fake() -> Iterator[FakeService]:
    with fake_service() as service:
        yield service


@pytest.fixture
def leave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Lessons of the test are left afterwards, its services ended."""
    monkeypatch.setenv("EDU_WIDGETS_DATA_DIR", str(tmp_path / "data"))
    yield
    for lesson in list(entry._open.values()):
        lesson.close()
    stop_threads()
    entry._pools.clear()
    for folder in (tmp_path / "data" / "services").glob("*"):
        about = state.read(folder)
        if about is not None and launch.find(folder):
            os.kill(about.pid, signal.SIGTERM)
            wait_until(lambda at=folder: launch.find(at) is None, "the service ends")  # type: ignore[misc]
    for process in launch._STARTED:
        process.wait(10)
    launch._STARTED.clear()


def refused(**arguments: Any) -> str:
    """What is said of the settings."""
    with pytest.raises(InvalidArgument) as raised:
        configuration.load(**arguments)
    return str(raised.value)


# -- defaults and sources --------------------------------------------------------------


def test_the_defaults_are_the_documents() -> None:
    found = configuration.load()
    socket, sse = found.websocket, found.sse
    assert socket.url == "ws://localhost:3001"
    assert (socket.reconnectInterval, socket.maxReconnectAttempts) == (1000, 5)
    assert socket.heartbeatInterval == 30_000
    assert (sse.endpoint, sse.retryInterval, sse.maxRetries) == ("/api/realtime/events", 3000, 10)
    assert found.channels.course == {
        "maxUsers": 1000,
        "requireAuth": True,
        "allowedRoles": ["student", "instructor", "admin"],
        "features": ["chat", "reactions", "polls", "questions", "presence"],
        "rateLimit": {"messages": 10, "interval": 60_000},
    }
    assert found.channels.lesson["maxUsers"] == 500
    assert found.channels.notifications["rateLimit"]["messages"] == 100
    assert found.limits() == Limits(), "the client's own defaults are the same"
    assert found.channel_rows() == {}
    assert {found.origin(setting) for setting in SETTINGS} == {"default"}


def test_each_source_counts_more_than_the_one_before(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = BY_NAME["WebSocket.url"]

    def now(**arguments: Any) -> tuple[str, str]:
        found = configuration.load(**arguments)
        return found.websocket.url, found.origin(url)

    system = write("c.WebSocket.url = 'ws://system'", "system")
    assert now() == ("ws://system", str(system))
    user = write("c.WebSocket.url = 'ws://user'")
    assert now() == ("ws://user", str(user))
    also = write('{"WebSocket": {"url": "ws://json"}}', ending=".json")
    assert now() == ("ws://json", str(also))
    monkeypatch.setenv("EDU_WIDGETS_URL", "ws://environment")
    assert now() == ("ws://environment", "EDU_WIDGETS_URL")
    config = Config()
    config.WebSocket.url = "ws://config"
    assert now(config=config) == ("ws://config", "config=…")
    assert now(config={"WebSocket": {"url": "ws://dict"}}) == ("ws://dict", "config=…")
    both = {"config": config, "keywords": {"url": "ws://keyword"}}
    assert now(**both) == ("ws://keyword", "url=…")
    assert now(config=config, keywords={"url": None}) == ("ws://config", "config=…")
    monkeypatch.setenv("EDU_WIDGETS_URL", "")
    assert now() == ("ws://json", str(also)), "an empty variable is not set"


def test_the_current_folder_is_not_read(write: Write, tmp_path: Path) -> None:
    write("raise SystemExit('run')", folder=".")
    assert configuration.load().websocket.url == "ws://localhost:3001"


def test_rows_are_laid_over_each_other(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    system = write("c.Channels.course = {'maxUsers': 300, 'features': ['chat']}", "system")
    user = write("c.Channels.course.update({'rateLimit': {'messages': 3}})")
    monkeypatch.setenv("EDU_WIDGETS_CHANNELS_COURSE", '{"maxUsers": 40}')
    found = configuration.load()
    assert found.channels.course == {
        "maxUsers": 40,
        "requireAuth": True,
        "allowedRoles": ["student", "instructor", "admin"],
        "features": ["chat"],
        "rateLimit": {"messages": 3, "interval": 60_000},
    }
    assert list(found.channel_rows()) == ["course"]
    told = found.origin(BY_NAME["Channels.course"])
    assert told == f"EDU_WIDGETS_CHANNELS_COURSE over {user} over {system}"


def test_a_row_that_says_the_default_is_no_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDU_WIDGETS_CHANNELS_LESSON", '{"maxUsers": 500}')
    assert configuration.load().channel_rows() == {}


def test_what_is_only_looked_at_is_not_set(write: Write) -> None:
    write("c.WebSocket.url\nc.Nonsense\nif c.EduWidgets.token: pass\n")
    assert configuration.load().origin(BY_NAME["WebSocket.url"]) == "default"


def test_the_hubs_user_is_who_connects_unless_something_says_otherwise(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = BY_NAME["EduWidgets.userId"]
    monkeypatch.setenv("JUPYTERHUB_USER", "mira")
    assert (configuration.load().edu.userId, configuration.load().origin(user)) == (
        "mira",
        "JUPYTERHUB_USER",
    )
    write("c.EduWidgets.userId = 'u17'")
    assert configuration.load().edu.userId == "u17"
    monkeypatch.setenv("JUPYTERHUB_USER", "a:b")
    assert configuration.load().edu.userId == "u17"


# -- wrong values ----------------------------------------------------------------------


WRONG: list[tuple[str, object, str, str]] = [
    ("WebSocket.url", "example.org", "'example.org'", "such as wss://example.org"),
    ("WebSocket.url", 3001, "3001", "such as wss://example.org"),
    ("WebSocket.reconnectInterval", 0, "0", "a whole number of milliseconds from 50 to 6000"),
    ("WebSocket.reconnectInterval", "soon", "'soon'", "from 50 to 6000"),
    ("WebSocket.maxReconnectAttempts", 0, "0", "a whole number from 1 to 1000"),
    ("WebSocket.heartbeatInterval", 30, "30", "milliseconds from 1000 to 600000"),
    ("Sse.endpoint", "events", "'events'", "begins with '/'"),
    ("Sse.retryInterval", -1, "-1", "from 50 to 60000"),
    ("Sse.maxRetries", 10_000, "10000", "from 1 to 1000"),
    ("Channels.course", {"maxUsers": 0}, "{'maxUsers': 0}", "course.maxUsers must be at least 1"),
    ("Channels.course", {"maxUser": 3}, "maxUser", "Did you mean maxUsers?"),
    ("Channels.lesson", {"rateLimit": {"message": 3}}, "", "Did you mean messages?"),
    ("Channels.lesson", {"features": "chat"}, "'chat'", "Expected `array`"),
    ("Channels.notifications", {"requireAuth": False}, "", "requireAuth has to stay true"),
    ("Channels.staff", {"allowedRoles": ["student"]}, "", "may not name 'student'"),
    ("Channels.staff", 3, "3", "a table (a dict, a JSON object) of maxUsers"),
    ("EduWidgets.userId", "a:b", "'a:b'", "no ':'"),
    ("EduWidgets.course", "no spaces", "'no spaces'", "beginning with a letter"),
    ("EduWidgets.channel", "two words", "'two words'", "in one word"),
    ("EduWidgets.dataDir", "~nobody-of-this-name/x", "'~nobody-of-this-name/x'", "whole path"),
    ("EduWidgets.outboxDir", "not/whole", "something that is no whole path", "whole path"),
    ("EduWidgets.linger", -1, "-1", "a number of seconds"),
    ("EduWidgets.invite", "K7QX4M2P", "(not shown)", "an invite, such as"),
    ("EduWidgets.token", "two\nlines", "(not shown)", "one line of printable ASCII"),
]


def test_every_setting_is_tried_with_a_wrong_value() -> None:
    # An endpoint's and a token file's are below.
    tried = {name for name, *_ in WRONG} | {"EduWidgets.tokenFile"}
    assert tried == set(BY_NAME)


@pytest.mark.parametrize(("name", "value", "shown", "allowed"), WRONG)
def test_a_wrong_value_is_told_with_its_place_and_what_is_allowed(
    name: str,
    value: object,
    shown: str,
    allowed: str,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    section, key = name.split(".")
    path = write(f"# mine\n\nc.{name} = {value!r}\n")
    told = refused()
    assert told.startswith(f"c.{name} in {path}, line 3")
    assert shown in told
    assert allowed in told
    path.unlink()

    path = write(json.dumps({section: {key: value}}), ending=".json")
    told = refused()
    assert told.startswith(f"{name} in {path}")
    assert allowed in told
    path.unlink()

    told = refused(config={section: {key: value}})
    assert told.startswith(f"{name} in config=…")
    assert allowed in told

    variable = BY_NAME[name].variable
    text = value if isinstance(value, str) else json.dumps(value)
    if name != "WebSocket.url" or isinstance(value, str):
        monkeypatch.setenv(variable, text)
        told = refused()
        assert told.startswith(f"{variable} in the environment")
        assert allowed in told


def test_the_error_has_the_traits_as_its_cause() -> None:
    with pytest.raises(InvalidArgument) as raised:
        configuration.load(config={"WebSocket": {"heartbeatInterval": True}})
    assert isinstance(raised.value.__cause__, TraitError)
    assert str(raised.value) == (
        "WebSocket.heartbeatInterval in config=… is True; it has to be a whole number of "
        "milliseconds from 1000 to 600000."
    )


def test_a_wrong_keyword_is_told_as_it_was_written() -> None:
    with pytest.raises(InvalidArgument, match=r"^user_id='a b' cannot be used; it has to be 1 to"):
        edu.connect(user_id="a b", token="t", course="py101")
    with pytest.raises(InvalidArgument, match="config=… has to be a dict"):
        edu.connect(config=[("url", "x")])  # type: ignore[arg-type]


def test_what_connect_lacks_is_told_with_every_way_to_give_it() -> None:
    with pytest.raises(InvalidArgument) as raised:
        edu.connect(user_id="ada", course="py101")
    assert str(raised.value) == (
        "connect() needs token=…, or EDU_WIDGETS_TOKEN in the environment, or "
        "c.EduWidgets.token in jupyter_edu_widgets_config.py."
    )


@pytest.mark.parametrize(
    ("text", "where", "meant"),
    [
        ("c.WebSocket.heartbeat_interval = 3", "line 1", "WebSocket.heartbeatInterval"),
        ("c.WebSockets.url = 'ws://x'", "c.WebSockets.url", "WebSocket.url"),
        ("\nc.EduWidgets.tokne = 'SECRET'", "line 2", "EduWidgets.token"),
        ("c.EduWidgets.url = 'ws://x?token=SECRET'", "line 1", "WebSocket.url"),
        ("c.userId = 'SECRET'", "c.userId", "EduWidgets.userId"),
        ("c.Channels.curse = {}", "line 1", "Channels.course"),
        ("c.Wholly.different = 'SECRET'", "c.Wholly.different", "`edu-widgets config`"),
    ],
)
def test_an_unknown_setting_is_an_error_that_suggests_the_nearest(
    text: str, where: str, meant: str, write: Write
) -> None:
    path = write(text)
    told = refused()
    assert str(path) in told
    assert where in told
    assert "is not a setting" in told
    assert meant in told
    assert "SECRET" not in told


def test_an_unknown_variable_is_an_error_that_suggests_the_nearest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EDU_WIDGETS_HEARTBEAT", "SECRET")
    assert refused() == (
        "EDU_WIDGETS_HEARTBEAT in the environment is not a setting of edu-widgets. "
        "Did you mean EDU_WIDGETS_HEARTBEAT_INTERVAL?"
    )


@pytest.mark.parametrize(
    ("text", "ending", "told"),
    [
        ("x = 1\nc.WebSocket.url = 1 / 0\n", ".py", "line 2: it fails with ZeroDivisionError: div"),
        ("x = 1\n\nif:\n", ".py", "line 3: it is not Python (invalid syntax)."),
        ("import sys\nsys.exit(3)\n", ".py", "line 2: it fails with SystemExit: 3."),
        ('{\n "WebSocket": }', ".json", "line 2: it is not JSON (Expecting value)."),
        ('{"WebSocket": 3}', ".json", "has to be an object with any of url, reconnectInterval"),
        ("[]", ".json", "it fails with TypeError: the file has to hold an object."),
    ],
)
def test_a_file_that_fails_is_told_with_its_line(
    text: str, ending: str, told: str, write: Write
) -> None:
    path = write(text, ending=ending)
    said = refused()
    assert str(path) in said
    assert told in said


# -- the environment's names -----------------------------------------------------------


def test_variables_follow_one_rule() -> None:
    assert {str(setting): setting.variable for setting in SETTINGS} == {
        "WebSocket.url": "EDU_WIDGETS_URL",
        "WebSocket.reconnectInterval": "EDU_WIDGETS_RECONNECT_INTERVAL",
        "WebSocket.maxReconnectAttempts": "EDU_WIDGETS_MAX_RECONNECT_ATTEMPTS",
        "WebSocket.heartbeatInterval": "EDU_WIDGETS_HEARTBEAT_INTERVAL",
        "Sse.endpoint": "EDU_WIDGETS_SSE_ENDPOINT",
        "Sse.retryInterval": "EDU_WIDGETS_SSE_RETRY_INTERVAL",
        "Sse.maxRetries": "EDU_WIDGETS_SSE_MAX_RETRIES",
        "Channels.course": "EDU_WIDGETS_CHANNELS_COURSE",
        "Channels.lesson": "EDU_WIDGETS_CHANNELS_LESSON",
        "Channels.notifications": "EDU_WIDGETS_CHANNELS_NOTIFICATIONS",
        "Channels.staff": "EDU_WIDGETS_CHANNELS_STAFF",
        "EduWidgets.token": "EDU_WIDGETS_TOKEN",
        "EduWidgets.tokenFile": "EDU_WIDGETS_TOKEN_FILE",
        "EduWidgets.userId": "EDU_WIDGETS_USER_ID",
        "EduWidgets.course": "EDU_WIDGETS_COURSE",
        "EduWidgets.channel": "EDU_WIDGETS_CHANNEL",
        "EduWidgets.invite": "EDU_WIDGETS_INVITE",
        "EduWidgets.dataDir": "EDU_WIDGETS_DATA_DIR",
        "EduWidgets.outboxDir": "EDU_WIDGETS_OUTBOX_DIR",
        "EduWidgets.linger": "EDU_WIDGETS_LINGER",
    }
    assert BY_NAME["EduWidgets.dataDir"].variable == folders.VARIABLE


NAMES = st.text("ABCDEFGHIKLNORSTU_", min_size=1, max_size=30)


@given(NAMES | st.sampled_from([s.variable.removeprefix("EDU_WIDGETS_") for s in SETTINGS]))
def test_a_variable_is_a_setting_or_an_error(name: str) -> None:
    variable = f"EDU_WIDGETS_{name}"
    known = next((setting for setting in SETTINGS if setting.variable == variable), None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(variable, "\x7f")  # wrong for every setting
        told = refused()
    assert told.startswith(f"{variable} in the environment")
    assert ("is not a setting" in told) == (known is None)


INTERVAL = BY_NAME["WebSocket.heartbeatInterval"]


@given(st.integers() | st.text(min_size=1).filter(lambda text: "\0" not in text))
def test_a_number_in_the_environment_is_taken_or_refused(value: int | str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        try:
            patch.setenv(INTERVAL.variable, str(value))
        except UnicodeEncodeError:
            return
        taken = isinstance(value, int) and 1000 <= value <= 600_000
        plain = str(value).strip()
        taken = taken or (plain.isascii() and plain.lstrip("+").isdigit() and _fits(plain))
        if taken:
            assert configuration.load().websocket.heartbeatInterval == int(plain)
        else:
            assert INTERVAL.trait.allowed in refused()


def _fits(digits: str) -> bool:
    return digits.count("+") <= 1 and len(digits) <= 18 and 1000 <= int(digits) <= 600_000


# -- tokens ----------------------------------------------------------------------------


def test_a_token_shows_nowhere(
    write: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(f"c.EduWidgets.token = {TOKEN!r}")
    found = configuration.load()
    assert found.token_source()() == TOKEN
    assert cli.main(["config"]) == 0
    listed = capsys.readouterr().out
    shown = f"{found!r} {found.edu!r} {list(sources.from_files())} {listed}"
    assert "token=set" in shown
    assert TOKEN not in shown
    path.unlink()
    monkeypatch.setenv("EDU_WIDGETS_TOKEN", TOKEN + "é")
    assert TOKEN not in refused()
    monkeypatch.delenv("EDU_WIDGETS_TOKEN")
    for wrong in ("tokenFile", "dataDir", "tokn"):
        assert TOKEN not in refused(config={"EduWidgets": {wrong: TOKEN}}), wrong
    for place in ("url", "heartbeatInterval"):
        address = f"ws//ada:{TOKEN}@x?token={TOKEN}"
        if place == "url":
            assert TOKEN not in refused(config={"WebSocket": {place: address}})
    assert TOKEN not in refused(config={"Sse": {"endpoint": f"x?token={TOKEN}"}})


@pytest.mark.parametrize("secret", ["token", "invite"])
def test_a_file_that_fails_over_its_token_does_not_tell_it(write: Write, secret: str) -> None:
    path = write(f"c.EduWidgets.{secret} = int({TOKEN!r})")
    with pytest.raises(InvalidArgument) as raised:
        configuration.load()
    assert str(raised.value) == f"{path}, line 1: it fails with ValueError."
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None, "a traceback would show the file's line"


@pytest.mark.skipif(os.name == "nt", reason="modes of files")
@pytest.mark.parametrize("ending", [".py", ".json"])
def test_a_token_in_a_file_that_all_can_read_gets_a_warning(write: Write, ending: str) -> None:
    python = f"c.EduWidgets.token = {TOKEN!r}"
    as_json = json.dumps({"EduWidgets": {"token": TOKEN}})
    path = write(python if ending == ".py" else as_json, ending=ending)
    configuration.load()
    path.chmod(0o644)
    with pytest.warns(UserWarning, match=f"chmod 600 '{path}'") as warned:
        configuration.load()
    assert TOKEN not in str(warned[0].message)
    write("c.WebSocket.url = 'ws://x'" if ending == ".py" else "{}", ending=ending).chmod(0o644)
    configuration.load()


def test_a_token_file_is_read_anew_each_time(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("first\n")
    path.chmod(0o600)
    source = configuration.load(config={"EduWidgets": {"tokenFile": str(path)}}).token_source()
    assert source() == "first"
    path.write_text("second\n")
    assert source() == "second"
    path.chmod(0o644)
    if os.name != "nt":
        with pytest.warns(UserWarning, match="chmod 600"):
            configuration.load(config={"EduWidgets": {"tokenFile": str(path)}}).token_source()
    path.write_text("two\nlines\n")
    with pytest.raises(InvalidArgument, match="it holds no token") as raised:
        source()
    assert "lines\n" not in str(raised.value)
    path.unlink()
    with pytest.raises(InvalidArgument, match=r"tokenFile in config=…: .*No such file"):
        source()


def test_of_token_and_token_file_the_nearer_counts(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "token"
    file.write_text("of-the-file")
    file.chmod(0o600)

    def now(keywords: dict[str, str | None] | None = None) -> str:
        return configuration.load(keywords).token_source()()

    write(f"c.EduWidgets.tokenFile = {str(file)!r}", "system")
    write("c.EduWidgets.token = 'of-the-user'")
    assert now() == "of-the-user"
    monkeypatch.setenv("EDU_WIDGETS_TOKEN_FILE", str(file))
    assert now() == "of-the-file"
    assert now({"token": "of-the-call"}) == "of-the-call"
    monkeypatch.setenv("EDU_WIDGETS_TOKEN", "both")
    with pytest.raises(InvalidArgument, match="set one of the two"):
        now()


# -- what uses them --------------------------------------------------------------------


@pytest.mark.usefixtures("leave")
def test_connect_takes_everything_from_a_file(
    fake: FakeService, write: Write, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text("t0ken\n")
    file.chmod(0o600)
    write(
        f"c.WebSocket.url = {fake.base!r}\n"
        "c.WebSocket.heartbeatInterval = 1000\n"
        f"c.EduWidgets.tokenFile = {str(file)!r}\n"
        "c.EduWidgets.userId = 'ada'\n"
        "c.EduWidgets.course = 'py101'\n"
        f"c.EduWidgets.outboxDir = {str(tmp_path / 'elsewhere')!r}\n"
    )
    lesson = edu.connect().wait_connected()
    assert (lesson.course, lesson.user.user_id) == ("py101", "ada")
    assert fake.requests[0].headers["Authorization"] == "Bearer t0ken"
    assert list((tmp_path / "elsewhere").iterdir())
    assert not (tmp_path / "data" / "outbox").exists()
    eventually(lambda: fake.of("heartbeat"), "the heartbeat comes after a second, not thirty")


@pytest.mark.usefixtures("leave")
def test_a_call_says_how_often_is_tried_before_the_view_says_offline() -> None:
    config = {"WebSocket": {"reconnectInterval": 50, "maxReconnectAttempts": 1}}
    lesson = edu.connect(
        url="ws://127.0.0.1:9", token="t", user_id="ada", course="py101", config=config
    )
    wait_until(lambda: lesson.status().state == "offline", "one failure is enough")


@pytest.mark.usefixtures("leave")
def test_the_hosted_service_has_the_channel_table(tmp_path: Path) -> None:
    folder = folders.service_folder("py101")
    config = {"Channels": {"course": {"features": ["reactions"]}}}
    lesson = edu.host("py101", name="Mira", config=config).wait_connected(20)
    first = state.read(folder)
    assert first is not None
    assert first.channels["course"]["features"] == ["reactions"]
    with pytest.raises(edu.EduWidgetsError):
        lesson.chat.send("not offered here").wait(10)
    assert edu.host("py101", name="Mira", config=config) is lesson
    again = state.read(folder)
    assert again is not None
    assert again.pid == first.pid, "the same table starts nothing anew"
    lesson = edu.host("py101", name="Mira")
    lesson.wait_connected(20)
    changed = state.read(folder)
    assert changed is not None
    assert changed.pid != first.pid
    assert changed.channels == {}


def test_serve_lays_its_file_over_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EDU_WIDGETS_CHANNELS_COURSE", '{"maxUsers": 30, "features": ["chat"]}')
    options: list[Any] = []

    async def run(given: Any) -> int:
        options.append(given)
        return 0

    monkeypatch.setattr("edu_widgets.service.serve._run", run)
    command = ["serve", "--course", "py101", "--data", str(tmp_path)]
    table = tmp_path / "table.toml"
    table.write_text("[course]\nmaxUsers = 20\n")
    assert cli.main(command) == 0
    assert cli.main([*command, "--config", str(table)]) == 0
    rows = [given.config.course for given in options]
    assert [(row.max_users, row.features) for row in rows] == [(30, ("chat",)), (20, ("chat",))]
    table.write_text("[course]\nmaxUser = 20\n")
    assert cli.main([*command, "--config", str(table)]) == 1
    assert capsys.readouterr().err == (
        "edu-widgets: Configuration table.toml: course.maxUser is not a setting. "
        "Did you mean maxUsers?\n"
    )
    monkeypatch.setenv("EDU_WIDGETS_CHANNELS_COURSE", '{"maxUsers": "many"}')
    assert cli.main(command) == 1
    told = capsys.readouterr().err
    assert "EDU_WIDGETS_CHANNELS_COURSE in the environment" in told
    assert "Traceback" not in told


@pytest.mark.usefixtures("leave")
def test_host_and_join_refuse_wrong_settings_before_they_start_anything(tmp_path: Path) -> None:
    wrong = {"WebSocket": {"heartbeatInterval": 1}}
    with pytest.raises(InvalidArgument, match=r"WebSocket\.heartbeatInterval"):
        edu.host("py101", config=wrong)
    with pytest.raises(InvalidArgument, match=r"WebSocket\.heartbeatInterval"):
        edu.join("http://127.0.0.1:1/py101?code=K7QX4M2P", config=wrong)
    assert not (tmp_path / "data").exists()


# -- the command -----------------------------------------------------------------------


def test_config_lists_every_setting_with_its_origin(
    write: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write("c.WebSocket.url = 'wss://class.example.org'")
    monkeypatch.setenv("EDU_WIDGETS_COURSE", "py101")
    assert cli.main(["config"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["url", "'wss://class.example.org'", str(path)] in lines
    assert ["course", "'py101'", "EDU_WIDGETS_COURSE"] in lines
    assert ["heartbeatInterval", "30000", "default"] in lines
    assert ["token", "not", "set", "default"] in lines
    assert ["maxUsers", "1000"] in lines
    assert [str(path)] in lines
    named = {words[0] for words in lines if words}
    assert {setting.name for setting in SETTINGS} <= named


def test_config_says_what_is_wrong_in_one_sentence(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write("c.WebSocket.url = 'example.org'")
    assert cli.main(["config"]) == 1
    assert capsys.readouterr().err.startswith(f"edu-widgets: c.WebSocket.url in {path}, line 1, is")


def test_a_generated_file_changes_nothing_also_with_every_line_in_force(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "user" / f"{sources.FILE}.py"
    assert cli.main(["config", "--generate"]) == 0
    assert str(path) in capsys.readouterr().out
    if os.name != "nt":
        assert path.stat().st_mode & 0o777 == 0o600
    assert repr(configuration.load()) == "<Configuration all defaults>"
    assert cli.main(["config", "--generate"]) == 1
    assert "--force" in capsys.readouterr().err
    assert cli.main(["config", "--generate", "--force"]) == 0

    inside, live = False, []
    for line in path.read_text("utf-8").splitlines():
        begins = line.startswith("# c.")
        live.append(line.removeprefix("# ") if begins or inside else line)
        inside = (begins and line.endswith("{")) or (inside and line != "# }")
    path.write_text("\n".join(live), "utf-8")
    found = configuration.load()
    assert {found.origin(setting) for setting in SETTINGS} == {str(path)}
    plain = configuration.Configuration()
    assert [found.value(s) for s in SETTINGS] == [plain.value(s) for s in SETTINGS]


def test_a_generated_file_can_be_printed_or_put_elsewhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["config", "--generate", "-"]) == 0
    printed = capsys.readouterr().out
    assert "# c.WebSocket.heartbeatInterval = 30000" in printed
    assert cli.main(["config", "--generate", str(tmp_path / "own" / "x.py")]) == 0
    assert (tmp_path / "own" / "x.py").read_text("utf-8") == printed
    (tmp_path / "file").touch()
    assert cli.main(["config", "--generate", str(tmp_path / "file" / "x.py")]) == 1
    assert "cannot be written" in capsys.readouterr().err


# -- the page, and what importing costs ------------------------------------------------


def test_the_page_is_up_to_date() -> None:
    command = [sys.executable, *COMMAND.split()[1:], "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}Run: {COMMAND}"


def test_importing_reads_no_configuration(tmp_path: Path) -> None:
    path = tmp_path / "user" / f"{sources.FILE}.py"
    path.parent.mkdir()
    path.write_text("raise SystemExit('was run')")
    code = (
        "import sys, edu_widgets;"
        "print([m for m in sys.modules if m.startswith('edu_widgets.configuration')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "JUPYTER_CONFIG_DIR": str(path.parent), "EDU_WIDGETS_NONSENSE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def test_connecting_does_not_load_the_service() -> None:
    code = (
        "import sys, edu_widgets.configuration as c; c.load();"
        "print([m for m in sys.modules if m.startswith('edu_widgets.service')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def test_jupyters_own_folders_are_searched(tmp_path: Path) -> None:
    """Without this file's stand-in for Jupyter's path."""
    path = tmp_path / "extra" / f"{sources.FILE}.json"
    path.parent.mkdir()
    path.write_text('{"WebSocket": {"url": "ws://extra"}}')
    done = subprocess.run(
        [sys.executable, "-m", "edu_widgets.cli", "config"],
        cwd=ROOT,
        env={**os.environ, "JUPYTER_CONFIG_PATH": str(path.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"'ws://extra'                 {path}" in done.stdout, done.stderr


def test_settings_compare_by_name() -> None:
    assert Setting("WebSocket", "url") == BY_NAME["WebSocket.url"]
    assert len(BY_NAME) == len({setting.variable for setting in SETTINGS}) == len(SETTINGS)
