"""Lint, format and types of everything in Python."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT


@pytest.mark.parametrize(
    "command",
    [["ruff", "check", "--quiet"], ["ruff", "format", "--check"], ["mypy"]],
    ids=["lint", "format", "types"],
)
def test_python_is_clean(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def test_no_file_names_a_registry() -> None:
    lock = (ROOT / "js" / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in lock, "js/.npmrc leaves addresses out of package-lock.json"
