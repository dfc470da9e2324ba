"""Checks: what each statement of a block is, and what becomes of those that misbehave."""

from __future__ import annotations

import signal
import threading
from typing import Any

import pytest

from edu_widgets.progress.checking import NotTrueError, own_frames, parsed, run
from edu_widgets.protocol.errors import InvalidArgument


def states(code: str, names: dict[str, Any] | None = None, seconds: float = 10) -> list[str]:
    results = run(parsed(code), names or {}, exercise="x", code=code, seconds=seconds)
    return [result.state for result in results]


def test_each_statement_is_a_check_with_a_name() -> None:
    found = parsed(
        "temp_has_no_gaps: df.temp.notna().all()\n"
        "assert len(df) == 12, 'twelve months'\n"
        "assert df is not None\n"
        "df.shape == (12, 3)\n"
        "for one in df:\n    assert one\n"
    )
    assert [check.name for check in found] == [
        "temp has no gaps",
        "twelve months",
        "assert df is not None",
        "df.shape == (12, 3)",
        "for one in df:…",
    ]


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("ok: 1 + 1 == 2", "passed"),
        ("wrong: 1 + 1 == 3", "failed"),
        ("empty: []", "failed"),
        ("1 > 2", "failed"),
        ("print('x')", "passed"),
        ("None if True else 0", "failed"),
        ("raise SystemExit", "failed"),
        ("raise GeneratorExit", "failed"),
        ("import sys; sys.exit(0)", "failed"),
        ("unknown_name: missing", "failed"),
        ("broken: 1 / 0", "failed"),
        ("x: int = 3", "passed"),
    ],
)
def test_what_becomes_of_a_check(code: str, state: str) -> None:
    assert states(code)[-1] == state


@pytest.mark.parametrize("code", ["", "# nothing", "def f(:", "a = \x00", "x: " + "(" * 5000])
def test_what_is_no_block_of_checks(code: str) -> None:
    with pytest.raises(InvalidArgument):
        parsed(code)


def test_names_of_a_check_are_not_the_students() -> None:
    names = {"n": 1, "seen": []}
    code = "n = 2\nseen.append(n)\nhelper = 3\nn == 2"
    assert states(code, names) == ["passed"] * 4
    assert names == {"n": 1, "seen": [2]}


def test_all_results_come_though_the_first_fails() -> None:
    code = "assert False, 'first'\nsecond: True\nthird: zzyzx"
    results = run(parsed(code), {}, exercise="clean", code=code)
    assert [result.state for result in results] == ["failed", "passed", "failed"]
    assert [(r.type, r.message) for r in results][2] == ("NameError", "name '…' is not defined")
    assert results[0].error is not None
    found = own_frames(results[0].error)
    assert found is not None
    assert found.tb_frame.f_code.co_filename == "<check clean>"


def test_one_that_never_ends_is_stopped_and_the_rest_not_run() -> None:
    assert states("while True: pass\nlater: True", seconds=0.05) == ["stopped", "not run"]


def test_one_that_sleeps_is_stopped() -> None:
    assert states("__import__('time').sleep(60)", seconds=0.05) == ["stopped"]


def test_one_that_catches_its_interrupt_is_interrupted_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("edu_widgets.progress.checking.AGAIN", 0.02)
    code = (
        "for caught in range(3):\n"
        "    try:\n"
        "        while True: pass\n"
        "    except KeyboardInterrupt: pass\n"
        "later: True"
    )
    # It has ended by itself in the end, after its time.
    assert states(code, seconds=0.05) == ["stopped", "not run"]


def test_an_interrupt_of_ones_own_stops_too() -> None:
    assert states("raise KeyboardInterrupt\nlater: True") == ["stopped", "not run"]


def test_the_handler_of_interrupts_is_as_before() -> None:
    before = signal.getsignal(signal.SIGINT)
    _ = states("while True: pass", seconds=0.02)
    assert signal.getsignal(signal.SIGINT) is before


def test_in_another_thread_checks_run_without_a_limit() -> None:
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.extend(states("ok: True\n1 > 2")))
    thread.start()
    thread.join()
    assert found == ["passed", "failed"]


def test_what_is_not_so_is_told_as_an_assertion() -> None:
    [result] = run(parsed("no: 1 > 2"), {})
    assert isinstance(result.error, NotTrueError)
    assert (result.type, result.message) == ("AssertionError", "")
