"""Settings: what is said of wrong ones, and of names that are none."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from traitlets import TraitError

import edu_widgets as edu
from edu_widgets import configuration, folders
from edu_widgets.configuration import SETTINGS
from edu_widgets.configuration.settings import BY_NAME
from edu_widgets.protocol.errors import InvalidArgument
from tests.configuration.conftest import Write, refused

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
    ("Channels.lesson", {"features": "chat"}, "'chat'", "features"),
    ("Channels.notifications", {"requireAuth": False}, "", "requireAuth has to stay true"),
    ("Channels.staff", {"allowedRoles": ["student"]}, "", "may not name 'student'"),
    ("Channels.staff", 3, "3", "a table (a dict, a JSON object) of maxUsers"),
    ("EduWidgets.userId", "a:b", "'a:b'", "no ':'"),
    ("EduWidgets.course", "no spaces", "'no spaces'", "beginning with a letter"),
    ("EduWidgets.channel", "two words", "'two words'", "in one word"),
    ("EduWidgets.dataDir", "~nobody-of-this-name/x", "'~nobody-of-this-name/x'", "whole path"),
    ("EduWidgets.outboxDir", "not/whole", "something that is no whole path", "whole path"),
    ("EduWidgets.rosterFile", "names.txt", "something that is no whole path", "whole path"),
    ("EduWidgets.installHint", "two\nlines", "'two\\nlines'", "one line"),
    ("EduWidgets.visitorRole", "owner", "'owner'", "'student' or 'instructor'"),
    ("EduWidgets.hubService", "two words", "'two words'", "the name of a service of JupyterHub"),
    ("EduWidgets.features", "chat,-bell", "'chat,-bell'", "all with '-' before them or none"),
    ("EduWidgets.linger", -1, "-1", "a number of seconds"),
    ("EduWidgets.switchInterval", "quick", "'quick'", "a number of seconds"),
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
        ("x = 1\nc.WebSocket.url = 1 / 0\n", ".py", "line 2: it fails with ZeroDivisionError: "),
        ("x = 1\n\nif:\n", ".py", "line 3: it is not Python ("),
        ("import sys\nsys.exit(3)\n", ".py", "line 2: it fails with SystemExit: 3."),
        ('{\n "WebSocket": }', ".json", "line 2: it is not JSON ("),
        ('{"WebSocket": 3}', ".json", "has to be an object with any of url, reconnectInterval"),
        ("[]", ".json", "the file has to hold an object."),
    ],
)
def test_a_file_that_fails_is_told_with_its_line(
    text: str, ending: str, told: str, write: Write
) -> None:
    path = write(text, ending=ending)
    said = refused()
    assert str(path) in said
    assert told in said


# -- the environment's names ---------------------------------------------------------


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
        "EduWidgets.features": "EDU_WIDGETS_FEATURES",
        "EduWidgets.linger": "EDU_WIDGETS_LINGER",
        "EduWidgets.switchInterval": "EDU_WIDGETS_SWITCH_INTERVAL",
        "EduWidgets.rosterFile": "EDU_WIDGETS_ROSTER_FILE",
        "EduWidgets.installHint": "EDU_WIDGETS_INSTALL_HINT",
        "EduWidgets.visitorRole": "EDU_WIDGETS_VISITOR_ROLE",
        "EduWidgets.hubService": "EDU_WIDGETS_HUB_SERVICE",
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
