"""The browser side's own checks: types, lint and unit tests of js/."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import FLAKY, npm

# The units have run what failed once more already.
pytestmark = [pytest.mark.timeout(1500), pytest.mark.flaky(reruns=0)]


@pytest.mark.parametrize("script", ["check", "lint", "test"])
def test_npm_run(
    node_modules: dict[str, str], script: str, record_property: Callable[[str, object], None]
) -> None:
    done = npm(node_modules, "run", script)
    for line in done.stdout.splitlines():
        before, found, name = line.partition(f"{FLAKY}: ")
        if found and not before:
            record_property(FLAKY, name)
    assert done.returncode == 0, done.stdout
