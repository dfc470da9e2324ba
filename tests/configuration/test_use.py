"""Settings: who uses them, how they are listed and written down, and what importing costs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import edu_widgets as edu
from edu_widgets import cli, configuration, folders
from edu_widgets.configuration import SETTINGS, Setting, sources
from edu_widgets.configuration.page import COMMAND
from edu_widgets.configuration.settings import BY_NAME
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.service import state
from tests.client.fake_service import FakeService, eventually
from tests.configuration.conftest import Write
from tests.conftest import ROOT
from tests.ports import own_port
from tests.waiting import PATIENCE, wait_until

# -- what uses them ------------------------------------------------------------------


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
    lesson = edu.connect().wait_connected(PATIENCE)
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
    # A port of its own: the service that comes next takes the same.
    lesson = edu.host("py101", name="Mira", port=own_port(), config=config)
    lesson.wait_connected(PATIENCE)
    first = state.read(folder)
    assert first is not None
    assert first.channels["course"]["features"] == ["reactions"]
    with pytest.raises(edu.EduWidgetsError):
        lesson.chat.send("not offered here").wait(PATIENCE)
    assert edu.host("py101", name="Mira", config=config) is lesson
    again = state.read(folder)
    assert again is not None
    assert again.pid == first.pid, "the same table starts nothing anew"
    lesson = edu.host("py101", name="Mira")
    lesson.wait_connected(PATIENCE)
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
    assert cli.main([*command, "--config", str(table)]) == 2
    assert capsys.readouterr().err == (
        "edu-widgets: Configuration table.toml: course.maxUser is not a setting. "
        "Did you mean maxUsers?\n"
    )
    monkeypatch.setenv("EDU_WIDGETS_CHANNELS_COURSE", '{"maxUsers": "many"}')
    assert cli.main(command) == 2
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


# -- the command ---------------------------------------------------------------------


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
    assert cli.main(["config"]) == 2
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
    assert cli.main(["config", "--generate"]) == 2
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
    assert cli.main(["config", "--generate", str(tmp_path / "file" / "x.py")]) == 2
    assert "cannot be written" in capsys.readouterr().err


# -- the page, and what importing costs ----------------------------------------------


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
