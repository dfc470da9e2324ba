"""The command `edu-widgets`: what it says when things go right, and when they do not."""

import json
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from edu_widgets import cli
from tests.conftest import ROOT

COMMAND = [sys.executable, "-m", "edu_widgets.cli"]


def serve(*arguments: str) -> subprocess.CompletedProcess[str]:
    """`edu-widgets serve`, which ends by itself."""
    return subprocess.run(
        [*COMMAND, "serve", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_help_names_both_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert "demo" in told
    assert "serve" in told


def test_serve_says_where_it_is_and_ends_politely(tmp_path: Path) -> None:
    command = [*COMMAND, "serve", "--course", "py101", "--course", "Türkçe-1", "--port", "0"]
    process = subprocess.Popen(
        [*command, "--data", str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process.stdout as lines:
        first = lines.readline()
        told = [lines.readline(), lines.readline()]
        assert "Only programs on this computer can reach it." in first
        url = first.split()[3]
        assert url.startswith("http://127.0.0.1:")
        assert told[0].split(": ")[1].startswith(f"{url}/py101?code=")
        with urllib.request.urlopen(f"{url}/health", timeout=10) as answer:
            assert json.loads(answer.read())["ok"] is True
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = serve("--course", "py101", "--data", str(tmp_path), "--port", port)
    assert done.returncode == 1
    assert port in done.stderr
    assert "Traceback" not in done.stderr


def test_an_odd_course_name_is_one_sentence(tmp_path: Path) -> None:
    done = serve("--course", "../x", "--data", str(tmp_path), "--port", "0")
    assert done.returncode == 1
    assert "cannot be a course's name" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_demo_without_jupyterlab_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("edu_widgets.demo.run._has_jupyterlab", lambda: False)
    assert cli.main(["demo", "--no-browser"]) == 1
    assert "edu-widgets[lab]" in capsys.readouterr().err


def test_a_demo_whose_lesson_needs_more_says_what(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("edu_widgets.demo.run.find_spec", lambda name: name != "numpy" or None)
    assert cli.main(["demo", "--no-browser", "--lesson", "broadcasting-numpy"]) == 1
    told = capsys.readouterr().err
    assert "needs numpy" in told
    assert "edu-widgets[lessons]" in told
