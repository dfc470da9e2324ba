"""Features are found by their manifests; what is broken is left out and told of."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from edu_widgets.protocol import features
from edu_widgets.protocol.errors import EduWidgetsError, InvalidArgument
from edu_widgets.protocol.export.__main__ import main as export
from edu_widgets.protocol.manifest import CORE, Manifest, Tab, Words
from tests.conftest import ROOT

OURS = [
    *("chat", "polls", "board", "cells", "stream", "presence", "progress"),
    *("notes", "notifications", "panel"),
]
WORDS = {"en": Words("Bell of {course}")}

Install = Callable[..., list[str]]


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Installs further features, as entry points; returns the names of all that are found."""
    ours = list(entry_points(group=features.GROUP))

    def install(**manifests: object) -> list[str]:
        module = ModuleType("bell_of_test")
        monkeypatch.setitem(__import__("sys").modules, "bell_of_test", module)
        points = list(ours)
        for name, manifest in manifests.items():
            setattr(module, name.upper(), manifest)
            value = f"bell_of_test:{name.upper()}"
            points.append(EntryPoint(name.rstrip("_"), value, features.GROUP))
        monkeypatch.setattr(features, "entry_points", lambda group: points)
        features.installed.cache_clear()
        return [manifest.name for manifest in features.installed()]

    yield install
    features.installed.cache_clear()


def test_ours_are_in_the_order_of_their_tabs(install: Install) -> None:
    assert install() == OURS
    assert [manifest.called for manifest in features.built_in()] == [
        "chat",
        "polls",
        "board",
        "cells",
        "stream",
        "people",
        "progress",
        "notes",
        "notifications",
        "panel",
    ]


def test_those_of_other_packages_come_after_ours(install: Install) -> None:
    early = Manifest(name="early", words=WORDS, tab=Tab("bell", place=1))
    assert install(early=early, late=Manifest(name="late", words=WORDS, tab=Tab("bell"))) == [
        "early",
        *OURS[:-1],
        "late",
        "panel",
    ]
    assert [manifest.name for manifest in features.built_in()] == OURS


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ({"other": Manifest(name="bell", words=WORDS)}, "its entry point is called other"),
        ({"bell": "no manifest"}, "is no Manifest"),
        ({"chat_": Manifest(name="chat", words=WORDS)}, "is called chat already"),
        ({"bell": Manifest(name="bell", words=WORDS, attribute="people")}, "is called people"),
        ({"bell": Manifest(name="bell", words={})}, "no words in English"),
        ({"bell": Manifest(name="Bell", words=WORDS)}, "cannot be a feature's name"),
        ({"bell": Manifest(name="bell", words=WORDS, widget="bell.py")}, "no 'package.module:name"),
        (
            {"bell": Manifest(name="bell", words=WORDS, core=CORE + 1)},
            "install a newer",
        ),
    ],
)
def test_what_is_broken_is_left_out_and_logged(
    install: Install, caplog: pytest.LogCaptureFixture, broken: dict[str, Any], why: str
) -> None:
    with caplog.at_level(logging.WARNING):
        assert install(**broken) == OURS
    (line,) = caplog.messages
    assert "is left out" in line
    assert why in line


def test_without_its_entry_points_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "entry_points", lambda group: [])
    features.installed.cache_clear()
    try:
        with pytest.raises(EduWidgetsError, match=r"install it again.*pip install --editable"):
            features.installed()
    finally:
        features.installed.cache_clear()


@pytest.mark.parametrize("value", [None, "edu_widgets.polls.feature:FORMER"])
def test_a_feature_that_cannot_be_exported_stops_the_export(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    value: str | None,
) -> None:
    points = [point for point in entry_points(group=features.GROUP) if point.name != "polls"]
    points += [EntryPoint("polls", value, features.GROUP)] if value else []
    monkeypatch.setattr(features, "entry_points", lambda group: points)
    monkeypatch.setattr(sys, "argv", ["export", "--root", str(tmp_path)])
    features.installed.cache_clear()
    try:
        with pytest.raises(SystemExit, match="1"):
            export()
    finally:
        features.installed.cache_clear()
    assert "The features polls of edu-widgets cannot be used" in (said := capsys.readouterr().err)
    assert "pip install --editable ." in said
    assert not list(tmp_path.iterdir())


def test_a_setting_allows_some_or_forbids_some() -> None:
    def names(setting: str) -> list[str]:
        return [manifest.name for manifest in features.allowed(setting)]

    assert names("") == OURS
    assert names("polls, chat") == ["chat", "polls"]
    assert names("-polls,-panel") == [
        "chat",
        "board",
        "cells",
        "stream",
        "presence",
        "progress",
        "notes",
        "notifications",
    ]
    assert names("-bell") == OURS, "what is not installed may be forbidden"
    with pytest.raises(InvalidArgument, match="all with '-' before them, or all without"):
        features.allowed("chat,-polls")
    with pytest.raises(InvalidArgument, match="no feature 'bell': installed are board, cells, "):
        features.allowed("chat,bell")


def test_the_core_has_the_version_that_manifests_are_compared_with() -> None:
    text = (ROOT / "js" / "src" / "core" / "index.ts").read_text("utf-8")
    assert f"export const CORE_VERSION = {CORE};" in text
