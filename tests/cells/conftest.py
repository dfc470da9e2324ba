"""The tests of cells use the same doubles as the widgets'."""

from collections.abc import Iterator

import pytest

from tests.cells.studio import Studio
from tests.notebook.conftest import client, comms, named_bundles, no_widget_left

__all__ = ["client", "comms", "named_bundles", "no_widget_left"]


@pytest.fixture
def studio() -> Iterator[Studio]:
    made = Studio()
    yield made
    made.db.close()
