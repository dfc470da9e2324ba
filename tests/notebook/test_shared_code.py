from __future__ import annotations

import json
from typing import Any, ClassVar

import pytest
from ipywidgets import Widget

from edu_widgets.notebook.bundles import bundle, extras_of
from edu_widgets.notebook.shared_code import answers, reference, references
from edu_widgets.notebook.widget import LiveWidget
from tests.inside import client_of, synced
from tests.notebook.doubles import FakeClient, RecordingComm, as_client, as_fake, name_bundles
from tests.notebook.test_widget import Things


class Polls(LiveWidget):
    kind_: ClassVar[str] = "polls"

    def __init__(self) -> None:
        super().__init__(as_client(FakeClient()), Things(), {})


@pytest.fixture(autouse=True)
def _fresh(comms: type[RecordingComm]) -> None:
    del comms


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    name_bundles(monkeypatch)


def asked(widget: LiveWidget, *codes: object) -> list[dict[str, Any]]:
    """The messages to a page that asks for code."""
    widget.comm.take()
    widget.comm.receive({"op": "code", "codes": list(codes)})
    return list(widget.comm.take())


@pytest.mark.usefixtures("plain")
def test_a_page_that_asks_gets_each_file_as_a_message() -> None:
    widget = Polls()
    assert [code.split("@")[0] for code in synced(widget, "_code")] == ["core", "polls"]
    assert asked(widget, *synced(widget, "_code")) == [
        {"op": "code", "code": synced(widget, "_code")[0], "text": "// core"},
        {"op": "code", "code": synced(widget, "_code")[1], "text": "// polls"},
    ]
    assert [told["text"] for told in asked(widget, synced(widget, "_code")[1])] == ["// polls"]
    extras = synced(widget, "_extras")
    assert [told["text"] for told in asked(widget, extras[0])] == ["// viewers"]


@pytest.mark.usefixtures("plain")
def test_what_a_page_uses_later_has_a_file_of_its_own() -> None:
    assert list(references(extras_of("notes"))) == ["viewers", "pictures"]
    codes = references(extras_of("chat"))
    assert list(codes) == ["viewers", "pictures", "chat.picker", "chat.questions"]
    assert [told["text"] for told in answers("chat", [codes["chat.picker"]])] == ["// chat.picker"]


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize("codes", [None, "core", 3, [], ["core@0"], [{}], ["x"] * 10_000])
def test_what_it_has_not_is_not_answered(codes: object) -> None:
    widget = Polls()
    widget.comm.take()
    widget.comm.receive({"op": "code", "codes": codes})
    assert widget.comm.take() == []


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize(
    ("running", "awaited", "sent"),
    [
        (
            True,
            False,
            ["// core", "// polls", "// viewers", "// pictures", "// polls.form"],
        ),  # a page that asks now would wait for the cell
        (True, True, []),
        (False, False, []),
    ],
)
def test_a_page_that_cannot_ask_is_sent_the_code(
    monkeypatch: pytest.MonkeyPatch, *, running: bool, awaited: bool, sent: list[str]
) -> None:
    monkeypatch.setattr("edu_widgets.notebook.widget.cell_is_running", lambda: running)
    widget = Polls()
    client = as_fake(client_of(widget))
    widget._repr_mimebundle_()
    if awaited:
        widget.comm.receive({"op": "ready", "page": "p1"})
    widget.comm.take()
    client.advance(1)
    texts = [told["text"] for told in widget.comm.take() if told["op"] == "code"]
    assert texts == sent


@pytest.mark.usefixtures("plain")
def test_other_code_of_the_same_name_is_another_version() -> None:
    assert reference("core", "1") != reference("core", "2")
    assert reference("core", "1") == reference("core", "1")


def test_a_notebook_saved_with_its_widgets_holds_hardly_any_code(bundles: object) -> None:
    del bundles
    widget = Polls()
    widget._repr_mimebundle_()
    asked(widget, *synced(widget, "_code"))
    saved = json.dumps(Widget.get_manager_state())
    assert bundle("loader") in json.loads(saved)["state"][widget.model_id]["state"]["_esm"]
    assert len(bundle("loader").encode()) <= 2_000
    for name in ("core", "polls"):
        assert bundle(name)[:200] not in saved
    assert len(saved) < 6_000
