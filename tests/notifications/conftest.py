"""The tests of notifications use the same doubles as the widgets'."""

from collections.abc import Iterator

import pytest

from tests.notebook.conftest import client, comms, named_bundles, no_widget_left
from tests.notifications.office import Office

__all__ = ["client", "comms", "named_bundles", "no_widget_left"]


@pytest.fixture
def office() -> Iterator[Office]:
    made = Office()
    yield made
    made.db.close()
