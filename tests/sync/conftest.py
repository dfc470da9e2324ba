"""The tests' own types are registered while these tests run, and only then."""

from collections.abc import Iterator

import pytest

from tests.sync.world import registered


@pytest.fixture(autouse=True, scope="package")
def own_types() -> Iterator[None]:
    with registered():
        yield
