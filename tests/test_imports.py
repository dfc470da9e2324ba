"""Contracts between modules, and the cost of importing.

The rules are import-linter's contracts in pyproject.toml; here they are checked, and, in
fresh processes, what the two sides really load.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.conftest import ROOT

PACKAGE = ROOT / "edu_widgets"

KERNEL_NEVER_LOADS = ("aiohttp.web", "edu_widgets.service")
SERVICE_NEVER_LOADS = (
    "IPython",
    "anywidget",
    "edu_widgets.notebook",
    "ipykernel",
    "ipywidgets",
    "traitlets",
)


def modules_at(*patterns: str) -> list[str]:
    """The modules whose file in the package matches one of the patterns; not what runs."""
    paths = {path for pattern in patterns for path in PACKAGE.glob(pattern)}
    paths = {path for path in paths if path.stem != "__main__"}
    return sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in paths
    )


def in_fresh_python(code: str) -> list[str]:
    """Runs code that prints a JSON list, in a Python that has loaded nothing yet."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(answer, list)
    return answer


def loaded_by(modules: list[str]) -> list[str]:
    return in_fresh_python(
        f"import sys, json, importlib\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        f"print(json.dumps(sorted(sys.modules)))"
    )


def within(loaded: list[str], forbidden: tuple[str, ...]) -> list[str]:
    return [name for name in loaded if f"{name}.".startswith(tuple(f"{f}." for f in forbidden))]


def test_contracts(tmp_path: Path) -> None:
    # In a process of its own: import-linter silences every logger of the one it runs in.
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", command, "--cache-dir", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def imports_of(module: str, path: Path, known: set[str]) -> set[str]:
    """The modules of `known` that a module imports, in functions and for type checking too."""
    package = module.split(".") if path.stem == "__init__" else module.split(".")[:-1]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            names = [f"{base}.{name.name}" for name in node.names]
            found.update(name if name in known else base for name in names)
    return (found & known) - {module}


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """The groups of nodes of which each leads to each other: what is left without the others."""
    left = {node: set(to) for node, to in graph.items()}
    for forward in (True, False):
        while True:
            reached = set().union(*left.values()) if left else set()
            ends = {n for n in left if not left[n]} if forward else left.keys() - reached
            if not ends:
                break
            left = {n: to - ends for n, to in left.items() if n not in ends}
    return [sorted([node, *to]) for node, to in sorted(left.items())]


def test_circles_are_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": set(), "d": {"a"}}) == []
    assert circles({"a": {"b"}, "b": {"a"}, "c": {"a"}}) == [["a", "b"], ["a", "b"]]


def test_no_module_imports_one_that_imports_it() -> None:
    paths = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in PACKAGE.rglob("*.py")
    }
    known = set(paths)
    graph = {module: imports_of(module, path, known) for module, path in paths.items()}
    assert circles(graph) == [], "also one for the type checker alone, or within a function"


FEATURES = sorted(path.parent.name for path in PACKAGE.glob("*/feature.py"))
PUTS_TOGETHER = {"edu_widgets.lesson": ["edu_widgets.panel"]}
"""What may be named besides by the type checker: the one way to show all features."""


def at_run_time(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a module but for those under `if TYPE_CHECKING`."""
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield node
            yield from at_run_time(node)


def test_only_manifests_say_which_features_there_are() -> None:
    """Engines, and what puts a lesson together, neither import nor name a feature's modules."""
    named = {}
    for path in PACKAGE.rglob("*.py"):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        part = path.relative_to(PACKAGE).parts[0]
        if part in {*FEATURES, "demo", "load"}:  # the last two play people
            continue
        nodes = list(at_run_time(ast.parse(path.read_text("utf-8"))))
        texts = [node.value for node in nodes if isinstance(node, ast.Constant)]
        for node in nodes:
            if isinstance(node, ast.Import | ast.ImportFrom):
                base = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
                texts += [f"{base}{name.name}" for name in node.names]
        allowed = PUTS_TOGETHER.get(module, [])
        found = [text for text in texts if isinstance(text, str) and text not in allowed]
        wrong = within(found, tuple(f"edu_widgets.{feature}" for feature in FEATURES))
        if left := sorted({text for text in wrong if not within([text], tuple(allowed))}):
            named[module] = left
    assert named == {}


def test_kernel_side_never_loads_the_service() -> None:
    modules = modules_at(
        "__init__.py", "entry.py", "lesson.py", "client/**/*.py", "notebook/**/*.py", "*/widget.py"
    )
    assert within(loaded_by(modules), KERNEL_NEVER_LOADS) == []


def test_service_never_loads_widgets() -> None:
    modules = modules_at("service/**/*.py", "*/service.py", "*/service/**/*.py")
    assert within(loaded_by(modules), SERVICE_NEVER_LOADS) == []


def test_importing_starts_no_thread_and_opens_no_socket() -> None:
    """So that nbconvert, Pyodide and whoever only looks can import the package."""
    modules = modules_at("__init__.py", "entry.py", "lesson.py", "client/**/*.py", "*/widget.py")
    assert (
        in_fresh_python(
            f"import sys, json, importlib, threading\n"
            f"seen = []\n"
            f"watched = 'socket.bind', 'socket.connect', 'socket.getaddrinfo', 'sqlite3.connect', "
            f"'subprocess.Popen'\n"
            f"import anywidget\n"  # what others do on import is theirs
            f"sys.addaudithook(lambda event, args: event in watched and seen.append(event))\n"
            f"for name in {modules!r}: importlib.import_module(name)\n"
            f"seen += [t.name for t in threading.enumerate() if t is not threading.main_thread()]\n"
            f"print(json.dumps(seen))"
        )
        == []
    )
