"""The tests of presence use the same doubles as the widgets'."""

from collections.abc import Iterator

import pytest

from tests.notebook.conftest import client, comms, named_bundles, no_widget_left
from tests.presence.classroom import Classroom

__all__ = ["client", "comms", "named_bundles", "no_widget_left"]


@pytest.fixture
def classroom() -> Iterator[Classroom]:
    """The rules of presence on a store in memory."""
    made = Classroom()
    yield made
    made.db.close()
