"""A classroom with a board, and widgets whose messages to their pages are recorded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.board.classroom import Classroom
from tests.notebook.conftest import client, comms, named_bundles, no_widget_left

__all__ = ["client", "comms", "named_bundles", "no_widget_left"]


@pytest.fixture
def room() -> Iterator[Classroom]:
    made = Classroom()
    yield made
    made.db.close()
