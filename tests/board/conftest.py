"""The tests of the board, which is not offered yet: `tests/test_board.py` runs them by themselves.

Elsewhere its kinds of documents would be among those of the installed features.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.notebook.conftest import client, comms, named_bundles, no_widget_left

if TYPE_CHECKING:
    from tests.board.classroom import Classroom

__all__ = ["client", "comms", "named_bundles", "no_widget_left"]

collect_ignore_glob = [] if "EDU_WIDGETS_BOARD" in os.environ else ["test_*.py"]


@pytest.fixture
def room() -> Iterator[Classroom]:
    from tests.board.classroom import Classroom

    made = Classroom()
    yield made
    made.db.close()
