"""Who may import whom, and what importing costs.

The rules are import-linter's contracts in pyproject.toml; here they are checked, and, in
fresh processes, what the two sides really load.
"""

from __future__ import annotations

import json
import subprocess
import sys
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
