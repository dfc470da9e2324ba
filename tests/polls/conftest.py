"""The polls' tests use the same doubles as the widgets'."""

from collections.abc import Iterator

import pytest

from tests.in_memory.service import MIRA
from tests.notebook.conftest import client, comms, named_bundles, no_widget_left
from tests.notebook.doubles import RecordingComm
from tests.polls.desk import Desk
from tests.polls.school import ADA, School

__all__ = ["client", "comms", "named_bundles", "no_widget_left"]


@pytest.fixture
def school() -> Iterator[School]:
    made = School()
    yield made
    made.db.close()


@pytest.fixture
def mira(school: School, comms: type[RecordingComm]) -> Desk:
    """The instructor's."""
    del comms
    return Desk(school, MIRA)


@pytest.fixture
def ada(school: School, comms: type[RecordingComm]) -> Desk:
    """A student's."""
    del comms
    return Desk(school, ADA)
