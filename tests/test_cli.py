"""The command `edu-widgets`: what it says when things go right, and when they do not."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from edu_widgets import cli
from edu_widgets.protocol import Code
from edu_widgets.service.locks import alone_in
from tests.conftest import ROOT
from tests.waiting import PATIENCE

COMMAND = [sys.executable, "-m", "edu_widgets.cli"]


def serve(*arguments: str) -> subprocess.CompletedProcess[str]:
    """`edu-widgets serve`, which ends by itself."""
    return subprocess.run(
        [*COMMAND, "serve", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
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
        with urllib.request.urlopen(f"{url}/health", timeout=PATIENCE) as answer:
            assert json.loads(answer.read())["ok"] is True
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = serve("--course", "py101", "--data", str(tmp_path), "--port", port)
    assert done.returncode == 1
    assert port in done.stderr
    assert "Traceback" not in done.stderr


def test_an_odd_course_name_is_one_sentence(tmp_path: Path) -> None:
    done = serve("--course", "../x", "--data", str(tmp_path), "--port", "0")
    assert done.returncode == 2
    assert "cannot be a course's name" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_demo_without_jupyterlab_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("edu_widgets.demo.run._has_jupyterlab", lambda: False)
    assert cli.main(["demo", "--no-browser"]) == 1
    assert "pip install jupyterlab ipykernel" in capsys.readouterr().err


def test_a_demo_whose_lesson_needs_more_says_what(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("edu_widgets.demo.run.find_spec", lambda name: name != "numpy" or None)
    assert cli.main(["demo", "--no-browser", "--lesson", "broadcasting-numpy"]) == 1
    told = capsys.readouterr().err
    assert "needs numpy" in told
    assert "pip install" in told


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["backup", "--help"]])
def test_what_is_asked_for_is_told(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 0
    assert "edu-widgets" in capsys.readouterr().out


SERVE = ["serve", "--course", "x", "--data", "DATA"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "COMMAND"),
        (["nonsense"], "nonsense"),
        (["serve"], "--course"),
        (["serve", "--course", "x"], "--data"),
        *[([*SERVE, "--port", port], "65535") for port in ("99999", "-1", "abc", "1.5", "")],
        (["demo", "--port", "70000"], "65535"),
        *[([*SERVE, "--linger", time], "0 or more") for time in ("-1", "nan", "inf", "x")],
        *[([*SERVE, "--invite-hours", time], "87600") for time in ("-1", "nan", "1e9", "x")],
        *[([*SERVE, "--watch-pid", pid], "1 or more") for pid in ("0", "-5", "x", "9" * 20)],
        ([*SERVE, "--address", "0.0.0.0"], "--bind 0.0.0.0"),
        ([*SERVE, "--address", "::"], "--bind ::"),
        ([*SERVE, "--address", "https://"], "public URL"),
        ([*SERVE, "--address", "https://x:99999"], "public URL"),
        ([*SERVE, "--address", "https://[x"], "public URL"),
        ([*SERVE, "--address", "https://x/?q=1"], "public URL"),
        ([*SERVE, "--address", "class.example.org"], "not an address"),
        ([*SERVE, "--bind", "class.example.org"], "--bind"),
        ([*SERVE, "--config", "DATA/none.toml"], "no such file"),
        ([*SERVE, "--config", "FILE"], "JSON"),
        ([*SERVE, "--jwt-key-file", "DATA/none"], "cannot be read"),
        ([*SERVE, "--jwt-key-file", "FILE"], "at least 32"),
        ([*SERVE, "--feature", "os"], "'os' is not a feature"),
        (["serve", "--course", "x", "--data", "FILE"], "is a file"),
        (["backup", "DATA/b.db"], "--data DIR"),
        (["backup", "DATA/b.db", "--data", "DATA"], "no store"),
        (["backup", "DATA/b.db", "--course", "../x"], "course's name"),
        ([*SERVE, "--proxy", "nginx"], "--proxy"),
        ([*SERVE, "--roster", "DATA/none.txt"], "no such file"),
        ([*SERVE, "--roster", "TWICE"], "same name"),
        (["invite"], "COURSE"),
        (["invite", "py101", "--staff", "--new"], "not allowed with"),
        (["invite", "py101", "--hours", "-2"], "87600"),
        (["invite", "../x", "--data", "DATA"], "course's name"),
        (["restore", "DATA/none.db", "--data", "DATA"], "no file"),
        (["restore", "FILE", "--data", "DATA"], "no backup"),
        (["config", "--generate", "FILE"], "there already"),
        (["config", "--generate", "FILE/x"], "in the way"),
        (["config", "--generate", "DATA"], "in the way"),
        (["config", "--generate", "DATA", "--force"], "in the way"),
        (["config", "--generate", "a\0b"], "no path of a file"),
        ([*SERVE, "--jwt-key-file", "DATA"], "a folder, not a file"),
        ([*SERVE, "--config", "a\0b"], "no path of a file"),
    ],
)
def test_a_wrong_argument_is_one_sentence_and_exit_code_2(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("something")
    (tmp_path / "twice").write_text("Ada\n# a comment\n\nADA\n")
    places = {"DATA": str(tmp_path)} | {
        name: str(tmp_path / name.lower()) for name in ("FILE", "TWICE")
    }
    for name, place in places.items():
        arguments = [argument.replace(name, place) for argument in arguments]
    try:
        code = cli.main(arguments)
    except SystemExit as ended:
        code = int(ended.code or 0)
    told = capsys.readouterr().err
    assert code == 2, told
    assert said in told
    assert told.startswith("edu-widgets")
    assert told.count("\n") == 1
    assert "Errno" not in told
    assert "Error" not in told


def test_ctrl_c_ends_a_command_without_a_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_run", interrupted)
    assert cli.main(["config"]) == 130
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("make", ["missing", "a folder", "in use"])
def test_a_folder_that_cannot_be_used_is_told_as_it_is(make: str, tmp_path: Path) -> None:
    """The message names its fault, and never another service."""
    if make == "missing":
        done = serve("--course", "x", "--data", "/proc/none", "--port", "0")
        assert "cannot be used" in done.stderr
    elif make == "a folder":
        (tmp_path / "service.db").mkdir()
        done = serve("--course", "x", "--data", str(tmp_path), "--port", "0")
        assert "service.db cannot be opened" in done.stderr
        assert "it is a folder" in done.stderr
    else:
        with alone_in(tmp_path):
            done = serve("--course", "x", "--data", str(tmp_path), "--port", "0")
        assert "Another service" in done.stderr
        assert "Stop it first" in done.stderr
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert ("Another service" in done.stderr) == (make == "in use")


@contextlib.contextmanager
def served(*arguments: str) -> Iterator[str]:
    """`edu-widgets serve` at a terminal; gives what it says once it is there."""
    reading, writing = os.openpty()
    command = [*COMMAND, "serve", *arguments, "--port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    told = b""
    try:
        while b"code=" not in told.partition(b"instructor each")[2] or not told.endswith(b"\n"):
            told += os.read(reading, 4096)
        yield told.decode()
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=PATIENCE)
        assert (process.returncode, b"Traceback" in complaints) == (0, False)
    finally:
        process.kill()
        os.close(reading)


def codes(told: str) -> list[str]:
    return re.findall(r"code=(\w+)", told)


@pytest.mark.skipif(os.name == "nt", reason="terminals")
def test_at_a_terminal_an_instructor_is_invited_once(tmp_path: Path) -> None:
    roster = tmp_path / "names.txt"
    roster.write_text("\ufeffAda Lovelace\n", "utf-8")
    data = tmp_path / "data"
    with served("--course", "py101", "--data", str(data), "--roster", str(roster)) as told:
        students, staff = codes(told)
        assert (len(students), len(staff)) == (8, 20)
        url = told.split("is at ")[1].split()[0]

        def invite(*more: str) -> subprocess.CompletedProcess[str]:
            command = [*COMMAND, "invite", "py101", "--data", str(data), *more]
            return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

        assert invite().stdout == f"{url}/py101?code={students}\n"
        (further,) = codes(invite("--staff").stdout)
        assert len(further) == 20
        assert further != staff
        (renewed,) = codes(invite("--new").stdout)
        assert renewed != students
        assert codes(invite().stdout) == [renewed]
        assert join_as(url, "Eve", renewed) == Code.NOT_LISTED
        assert join_as(url, "ada lovelace", renewed) == "student"
        assert join_as(url, "Mira", staff) == "instructor"
        assert join_as(url, "Eve", staff) == Code.INVITE_INVALID
        wrong = subprocess.run(
            [*COMMAND, "invite", "ds200", "--data", str(data)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (wrong.returncode, wrong.stderr.count("\n")) == (1, 1)
        assert "hosts py101, not 'ds200'" in wrong.stderr
    gone = invite()
    assert gone.returncode == 1
    assert f"No service runs in {data}" in gone.stderr


def join_as(url: str, name: str, code: str) -> object:
    """The role that somebody gets, or the code of the refusal."""
    body = json.dumps({"course": "py101", "code": code, "name": name}).encode()
    try:
        with urllib.request.urlopen(f"{url}/api/join", data=body, timeout=PATIENCE) as answer:
            return json.loads(answer.read())["role"]
    except urllib.error.HTTPError as error:
        with error:
            return json.loads(error.read())["code"]


def test_a_backup_is_put_back_as_the_page_says(tmp_path: Path) -> None:
    data, file = str(tmp_path / "data"), str(tmp_path / "backups.db")
    with served("--course", "py101", "--data", data) as told:
        assert cli.main(["backup", file, "--data", data]) == 0
        assert cli.main(["restore", file, "--data", data]) == 1, "not while it runs"
        students = codes(told)[0]
    assert cli.main(["restore", file, "--data", data]) == 0
    with served("--course", "py101", "--data", data) as told:
        assert codes(told)[0] == students
