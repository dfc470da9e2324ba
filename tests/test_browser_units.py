"""The browser side's own checks: types, lint and unit tests of js/."""

from __future__ import annotations

import pytest

from tests.conftest import npm

pytestmark = pytest.mark.timeout(1500)


@pytest.mark.parametrize("script", ["check", "lint", "test"])
def test_npm_run(node_modules: dict[str, str], script: str) -> None:
    done = npm(node_modules, "run", script)
    assert done.returncode == 0, done.stdout
