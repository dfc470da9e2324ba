"""The browser side's own checks: types, lint and unit tests of js/."""

from __future__ import annotations

import subprocess

import pytest

from hatch_build import QUIETLY
from tests.conftest import ROOT

JS = ROOT / "js"

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("js")]


def npm(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["npm", *arguments],
        cwd=JS,
        env={**environment, "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def modules(node: dict[str, str]) -> dict[str, str]:
    """node_modules as package-lock.json wants them, the developer's tools included."""
    if npm(node, "ls").returncode:
        installed = npm(node, "ci", *QUIETLY)
        assert installed.returncode == 0, installed.stdout
    return node


@pytest.mark.parametrize("script", ["check", "lint", "test"])
def test_npm_run(modules: dict[str, str], script: str) -> None:
    done = npm(modules, "run", script)
    assert done.returncode == 0, done.stdout
