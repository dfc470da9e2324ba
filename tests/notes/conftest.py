"""The tests of notes use the same doubles as the widgets'."""

from collections.abc import Iterator

import pytest

from tests.notebook.conftest import client, comms, named_bundles, no_widget_left
from tests.notes.classroom import Classroom

__all__ = ["client", "comms", "named_bundles", "no_widget_left"]


@pytest.fixture
def room() -> Iterator[Classroom]:
    made = Classroom()
    yield made
    made.db.close()
