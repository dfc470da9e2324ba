from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from edu_widgets import configuration
from edu_widgets.notebook import bundles, development
from edu_widgets.notebook.development import VARIABLE
from tests.inside import synced
from tests.notebook.doubles import RecordingComm
from tests.notebook.test_shared_code import Polls, asked
from tests.waiting import wait_until


@pytest.fixture
def static(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, comms: type[RecordingComm]
) -> Iterator[Path]:
    """A package's folder with code of this test's own."""
    del comms
    folder = tmp_path / "static"
    folder.mkdir()
    for name in ("loader", "core", "polls", *bundles.extras_of("polls")):
        (folder / f"{name}.js").write_text(f"// {name} 1")
    monkeypatch.setattr("edu_widgets.notebook.bundles.resources.files", lambda _: tmp_path)
    monkeypatch.setattr(development, "_STATIC", folder)
    monkeypatch.setattr(development, "_widgets", type(development._widgets)())
    development._start.cache_clear()
    bundles.bundle.cache_clear()
    yield folder
    bundles.bundle.cache_clear()
    development._start.cache_clear()


def test_what_is_built_reaches_each_page_that_is_open(
    static: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "1")
    configuration.load()  # it is no setting, and no mistake
    first, second = Polls(), Polls()
    try:
        for widget in (first, second):
            widget.comm.published.clear()
        (static / "polls.js").write_text("// polls 2, and longer")
        wait_until(lambda: synced(second, "_esm") != "// loader 1", "the code is renewed")
        for widget in (first, second):
            told = [list(data["state"]) for _, data in widget.comm.published]
            assert told == [["_code"], ["_esm"]], "a page that runs it anew knows which code"
            texts = [message["text"] for message in asked(widget, *synced(widget, "_code"))]
            assert texts == ["// core 1", "// polls 2, and longer"]
    finally:
        first.close()
        second.close()


@pytest.mark.parametrize("value", [None, "", "0"])
def test_without_the_variable_nothing_is_watched(
    static: Path, monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    assert static.is_dir()
    monkeypatch.delenv(VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(VARIABLE, value)
    monkeypatch.setattr("threading.Thread", None)
    widget = Polls()
    assert list(development._widgets) == []
    widget.close()
