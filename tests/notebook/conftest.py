from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.notebook.doubles import FakeClient, RecordingComm, name_bundles, record_comms


@pytest.fixture
def comms(monkeypatch: pytest.MonkeyPatch) -> type[RecordingComm]:
    """Comms that record instead of publishing."""
    record_comms(monkeypatch)
    return RecordingComm


@pytest.fixture
def named_bundles(monkeypatch: pytest.MonkeyPatch, comms: type[RecordingComm]) -> None:
    """A widget's bundle is a line with its name, and its comm records: nothing has to be built."""
    del comms
    name_bundles(monkeypatch)


@pytest.fixture
def client() -> FakeClient:
    return FakeClient()


@pytest.fixture(autouse=True)
def no_widget_left() -> Iterator[None]:
    """Close what a test opened, so that no destructor publishes into the next one."""
    yield
    from ipywidgets import Widget

    Widget.close_all()
