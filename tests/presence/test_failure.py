"""The error that may go with a hand: one's own lines, what it says, and nothing else."""

from __future__ import annotations

import json
import linecache
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from edu_widgets.presence.documents import MAX_TRACEBACK
from edu_widgets.presence.failure import describe, last_failure


@pytest.fixture(autouse=True)
def _no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("last_exc", "last_value"):
        monkeypatch.delattr(sys, name, raising=False)


def fails(source: str, path: str, monkeypatch: pytest.MonkeyPatch, **names: Any) -> Exception:
    """The exception of a cell that is kept in `path`, as IPython keeps it."""
    lines = source.splitlines(keepends=True)
    monkeypatch.setitem(linecache.cache, path, (len(source), None, lines, path))
    try:
        exec(compile(source, path, "exec"), names)
    except Exception as error:  # noqa: BLE001 - that is what it is for
        return error
    raise AssertionError("it did not fail")


def in_ipython(monkeypatch: pytest.MonkeyPatch, **cells: int) -> None:
    names = {f"/tmp/ipykernel_7/{name}.py": number for name, number in cells.items()}
    shell = SimpleNamespace(compile=SimpleNamespace(_filename_map=names), kernel=None)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))


def test_ones_own_lines_and_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    in_ipython(monkeypatch, one=12)
    source = "def shapes(text):\n    return json.loads(text)\n\nshapes('{')\n"
    error = fails(source, "/tmp/ipykernel_7/one.py", monkeypatch, json=json)
    failure = describe(error)
    first, code, second, more, *said = failure.text.splitlines()
    assert "test_failure.py" in failure.text, "this file is the user's, too"
    assert "json/decoder.py" not in failure.text, "Python's own is not"
    assert "/tmp" not in failure.text
    assert first.startswith("test_failure.py, line ")
    assert code.startswith("    exec(")
    assert second == "Cell 12, line 4"
    assert more == "    shapes('{')"
    assert said[:2] == ["Cell 12, line 2, in shapes", "    return json.loads(text)"]
    assert failure.headline == said[-1]
    assert failure.headline.startswith("json.decoder.JSONDecodeError: ")


def test_a_mistake_in_writing_names_its_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    in_ipython(monkeypatch, two=3)
    with pytest.raises(SyntaxError) as caught:
        compile("x = = 3", "/tmp/ipykernel_7/two.py", "exec")
    failure = describe(caught.value.with_traceback(None))
    assert "Cell 3, line 1" in failure.text
    assert "/tmp" not in failure.text
    assert failure.headline == f"SyntaxError: {caught.value.msg}"


def test_a_mistake_in_a_file_does_not_tell_where_it_is() -> None:
    with pytest.raises(SyntaxError) as caught:
        compile("x = = 3", "/home/ada/work/task.py", "exec")
    text = describe(caught.value.with_traceback(None)).text
    assert text.startswith("  task.py, line 1")
    assert "/home" not in text


def test_a_deep_one_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    path = "/home/ada/deep.py"
    error = fails("def f():\n    f()\nf()\n", path, monkeypatch)
    text = describe(error).text
    assert len(text) < 1_000
    assert "more" in text
    assert "/home/ada" not in text
    assert text.splitlines()[-1].startswith("RecursionError")


def test_a_long_one_is_cut() -> None:
    failure = describe(ValueError("x" * 50_000))
    assert len(failure.text) <= MAX_TRACEBACK
    assert failure.text.startswith("ValueError: xxx")


def test_one_that_cannot_say_anything() -> None:
    class OddError(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    assert "OddError" in describe(OddError()).headline
    assert describe(ValueError("a\ud800b")).text == "ValueError: a?b"


@pytest.mark.parametrize("value", [None, KeyboardInterrupt(), SystemExit(1), "text"])
def test_what_is_no_error(monkeypatch: pytest.MonkeyPatch, value: object) -> None:
    monkeypatch.setattr(sys, "last_value", value, raising=False)
    assert last_failure() is None


def test_the_last_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert last_failure() is None
    monkeypatch.setattr(sys, "last_value", KeyError("np"), raising=False)
    failure = last_failure()
    assert failure is not None
    assert failure.headline == "KeyError: 'np'"


def test_colours_of_a_terminal_are_not_sent() -> None:
    failure = describe(ValueError("\x1b[31mshapes\x1b[0m differ\x07\r\n\tby one"))
    assert failure.text == "ValueError: shapes differ\n\tby one"
    assert failure.headline == "\tby one"
    assert describe(ValueError("\x1b[0m")).headline == "ValueError:"
