"""What all tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from hatch_build import BuildError, Bundles, node_environment

ROOT = Path(__file__).resolve().parent.parent


def require(condition: object, reason: str) -> None:
    """Skip where something is missing; with CI=true nothing may be missing, so fail.

    `reason` says what is missing and how to get it.
    """
    if condition:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def bundles() -> Path:
    """The folder of the browser bundles, built anew if js/ has changed since."""
    made = Bundles(ROOT)
    if not made.are_fresh():
        made.build()
    return made.static


@pytest.fixture(scope="session")
def node() -> Iterator[dict[str, str]]:
    """An environment in which `node` and `npm` are found."""
    with ExitStack() as stack:
        try:
            environment = stack.enter_context(node_environment())
        except BuildError as error:
            require(condition=False, reason=str(error))
            raise
        yield environment
