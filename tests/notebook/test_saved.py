"""What a widget leaves in a notebook that is saved with its widgets' state."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import anywidget
import pytest

from edu_widgets.notebook.fallback import fallback
from edu_widgets.notebook.stream import Json, Window
from edu_widgets.notebook.widget import LiveWidget
from edu_widgets.protocol import features
from tests.notebook.doubles import FakeClient, as_client

MOST = 2_000
"""Bytes of a saved widget that are ours; what every anywidget has comes on top."""
MOST_OF_FALLBACK = 900
"""Bytes of the text and the HTML beside it."""

COURSE = "Introduction to Python 101"
KINDS = [one.name for one in features.built_in() if one.name != "panel"]
"""Not the panel: it carries the names and icons of its tabs as well."""


class Nothing:
    """Content without documents."""

    def windows(self) -> Mapping[str, Window]:
        return {}

    def read(self, collection: str, ids: Iterable[str]) -> tuple[list[Json], list[str]]:
        raise AssertionError(collection, ids)

    def older(self, collection: str, before: int) -> Window:
        raise AssertionError(collection, before)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("comms")
def test_a_saved_widget_is_small(kind: str, bundles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del bundles
    monkeypatch.setattr(LiveWidget, "kind_", kind)
    widget = LiveWidget(as_client(FakeClient(COURSE)), Nothing(), lang="tr")
    own = ours(widget.get_state())
    assert len(_saved(own)) <= MOST, {k: len(_saved(v)) for k, v in own.items()}
    for lang in ("en", "tr"):
        assert len(_saved(fallback(kind, COURSE, lang))) <= MOST_OF_FALLBACK


def ours(state: Mapping[str, object]) -> dict[str, object]:
    """Return the part of a saved widget that not every anywidget has."""
    common = {*anywidget.AnyWidget().get_state(), "_anywidget_id"} - {"_esm"}
    return {name: value for name, value in state.items() if name not in common}


def _saved(part: object) -> bytes:
    """As `nbformat` writes it."""
    return json.dumps(part, ensure_ascii=False, default=str).encode()
