"""The tests of the stream, not offered yet: `tests/test_stream.py` runs them by themselves.

Elsewhere its kinds of documents would be among those of the installed features.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.notebook.conftest import client, comms, named_bundles, no_widget_left

if TYPE_CHECKING:
    from tests.stream.studio import Studio

__all__ = ["client", "comms", "named_bundles", "no_widget_left"]

collect_ignore_glob = [] if "EDU_WIDGETS_STREAM" in os.environ else ["test_*.py"]


@pytest.fixture
def studio() -> Iterator[Studio]:
    from tests.stream.studio import Studio

    made = Studio()
    yield made
    made.db.close()
