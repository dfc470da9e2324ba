"""The polls' tests use the same doubles as the widgets'."""

from collections.abc import Iterator

import pytest

from tests.notebook.conftest import client, comms, named_bundles, no_widget_left
from tests.polls.school import School

__all__ = ["client", "comms", "named_bundles", "no_widget_left"]


@pytest.fixture
def school() -> Iterator[School]:
    made = School()
    yield made
    made.db.close()
