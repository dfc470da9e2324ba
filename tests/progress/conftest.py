"""The tests of progress use the same doubles as the widgets'."""

from collections.abc import Iterator

import pytest

from tests.notebook.conftest import client, comms, named_bundles, no_widget_left
from tests.progress.course import Course

__all__ = ["client", "comms", "named_bundles", "no_widget_left"]


@pytest.fixture
def course() -> Iterator[Course]:
    """The rules of progress on a store in memory."""
    made = Course()
    yield made
    made.db.close()
