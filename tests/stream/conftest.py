"""A course with a stream, and widgets whose messages to their pages are recorded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.notebook.conftest import client, comms, named_bundles, no_widget_left
from tests.stream.studio import Studio

__all__ = ["client", "comms", "named_bundles", "no_widget_left"]


@pytest.fixture
def studio() -> Iterator[Studio]:
    made = Studio()
    yield made
    made.db.close()
