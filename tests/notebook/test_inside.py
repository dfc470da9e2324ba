"""Other packages' insides are used in `notebook.inside` alone, and it does without them."""

from __future__ import annotations

import ast
import enum
import functools
import importlib
import pkgutil
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import anywidget
import pytest

import edu_widgets
from edu_widgets.notebook import inside
from tests.conftest import ROOT

PROTOCOLS = {"_repr_html_", "_repr_mimebundle_", "_render_traceback_", "_ipython_display_"}
PROTOCOLS |= {"_display_"}
"""Names with an underscore that IPython and marimo document for others to define."""
PLACE = "edu_widgets/notebook/inside.py"
BUILT_INS = ("getattr", "setattr", "hasattr", "delattr")


def is_private(name: object) -> bool:
    return isinstance(name, str) and name.startswith("_") and not name.startswith("__")


def defined(tree: ast.AST) -> Iterator[str]:
    """Names that the package gives: of functions, classes, variables and own attributes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


@functools.cache
def trees() -> dict[str, ast.Module]:
    """The package, parsed, by each module's path."""
    return {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8"))
        for path in sorted((ROOT / "edu_widgets").rglob("*.py"))
    }


@functools.cache
def own() -> set[str]:
    return {name for path, tree in trees().items() if path != PLACE for name in defined(tree)}


def foreign(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The uses of private names of other packages, also those in texts."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_private(node.attr) and node.attr not in own():
            yield node.lineno, node.attr
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in BUILT_INS
            and len(node.args) > 1
            and isinstance(node.args[1], ast.Constant)
            and is_private(node.args[1].value)
            and ast.unparse(node.args[0]) not in ("self", "super()")
        ):
            yield node.lineno, str(node.args[1].value)


def test_no_private_name_of_another_package_is_used_elsewhere() -> None:
    found = {path: list(foreign(tree)) for path, tree in trees().items() if path != PLACE}
    found = {
        path: kept
        for path, used in found.items()
        if (kept := [one for one in used if one[1] not in PROTOCOLS])
    }
    assert not found


def test_nothing_lets_a_private_name_pass_the_linter() -> None:
    for path in trees():
        assert "SLF001" not in (ROOT / path).read_text("utf-8"), path


def test_no_private_method_of_another_package_is_replaced() -> None:
    for module in pkgutil.walk_packages(edu_widgets.__path__, "edu_widgets."):
        if module.name.endswith("__main__"):
            continue
        for cls in vars(importlib.import_module(module.name)).values():
            made_here = isinstance(cls, type) and cls.__module__ == module.name
            if not made_here or issubclass(cls, enum.Enum):  # Python gives these private names
                continue
            bases = [base for base in cls.__mro__ if not base.__module__.startswith("edu_widgets")]
            theirs = {name for base in bases for name, it in vars(base).items() if callable(it)}
            ours = {name for name, it in vars(cls).items() if callable(it) and is_private(name)}
            assert ours & theirs <= PROTOCOLS, cls


def test_the_architecture_page_names_each_with_its_test() -> None:
    page = (ROOT / "docs/architecture.md").read_text("utf-8")
    table = page.partition("## What is relied on beyond promises")[2].partition("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ") and "`" in line]
    assert {one for row in rows for one in re.findall(r"`inside\.(\w+)`", row)} == {
        *inside.__all__
    } - {"kernel"}
    for row in rows:
        tests = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", row)
        assert tests, f"no test: {row}"
        for path, test in tests:
            assert f"def {test}" in Path(ROOT / path).read_text("utf-8"), (path, test)


def test_a_comm_of_another_shape_is_open() -> None:
    assert inside.is_closed(SimpleNamespace(_closed=True))
    assert not inside.is_closed(SimpleNamespace())
    assert not inside.is_closed(None)


def test_a_model_without_a_private_id_is_only_cut_from_its_comm() -> None:
    model = SimpleNamespace(comm=object())
    inside.forget_id(model)
    assert vars(model) == {"comm": None}


def test_without_metadata_a_view_is_shown_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anywidget, "_util", SimpleNamespace())
    assert inside.view_metadata() == {}
    monkeypatch.delattr(anywidget, "_util")
    assert inside.view_metadata() == {}


class Session:
    """A kernel's session, as far as its messages are noted."""

    def __init__(self) -> None:
        self.sent: list[object] = []

    def send(
        self, stream: object, msg_or_type: object, content: object = None, parent: object = None
    ) -> object:
        del stream, content, parent
        self.sent.append(msg_or_type)
        return msg_or_type


def test_messages_are_noted_and_pass_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session()
    monkeypatch.setattr(inside, "kernel", lambda: SimpleNamespace(session=session))
    noted: list[tuple[object, ...]] = []

    def note(*message: object) -> None:
        noted.append(message)
        raise RuntimeError

    end = inside.tap_messages(note)
    assert end is not None
    assert session.send("stream", "status", parent={"a": 1}) == "status"
    assert session.send(None, msg_or_type="stream", content={"b": 2}) == "stream"
    assert noted == [("status", None, {"a": 1}), ("stream", {"b": 2}, None)]
    wrapped = session.send
    end()
    assert "send" not in vars(session)
    assert wrapped(None, "late") == "late"
    assert len(noted) == 2
    assert session.sent == ["status", "stream", "late"]


def test_a_session_of_another_shape_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def note(*_: object) -> None:
        raise AssertionError

    for running in (None, SimpleNamespace(), SimpleNamespace(session=SimpleNamespace(send=print))):
        monkeypatch.setattr(inside, "kernel", lambda running=running: running)
        assert inside.tap_messages(note) is None


def test_without_its_names_no_file_is_a_cell() -> None:
    assert inside.cell_numbers(None) == {}
    assert inside.cell_numbers(SimpleNamespace(compile=SimpleNamespace(_filename_map=3))) == {}
    compile_ = SimpleNamespace(_filename_map={"/tmp/a.py": 3})
    assert inside.cell_numbers(SimpleNamespace(compile=compile_)) == {"/tmp/a.py": 3}


def test_without_marimo_there_is_no_session_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "marimo._runtime.context.types", raising=False)
    assert inside.marimo_context() is None
    other_shape = SimpleNamespace()
    monkeypatch.setitem(sys.modules, "marimo._runtime.context.types", other_shape)
    assert inside.marimo_context() is None


def test_a_host_that_cannot_be_told_of_a_model_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr("ipywidgets.Widget._widget_construction_callback", told.append)
    inside.announce("a model")
    monkeypatch.delattr("ipywidgets.Widget._call_widget_constructed")
    inside.announce("another")
    assert told == ["a model"]
