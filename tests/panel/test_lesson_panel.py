"""`lesson.panel()`: one panel however often it is asked for."""

from __future__ import annotations

import pytest

from edu_widgets.client.transport.base import Target
from edu_widgets.lesson import Lesson
from edu_widgets.notebook.assembly import ViewerAssembly
from edu_widgets.notebook.viewers.claims import Place
from edu_widgets.notebook.viewers.company import company_of
from edu_widgets.notebook.viewers.viewer import Viewer
from edu_widgets.panel.widget import CoursePanel
from edu_widgets.protocol.errors import InvalidArgument
from tests.inside import client_of, content_of, models_of
from tests.notebook.doubles import as_client
from tests.panel.test_widget import Client


@pytest.fixture
def lesson(named_bundles: None) -> Lesson:
    del named_bundles
    return Lesson(as_client(Client()))


def test_asked_for_again_it_is_the_same(lesson: Lesson) -> None:
    panel = lesson.panel()
    assert panel.tabs == (
        *(
            "chat",
            "polls",
            "board",
            "cells",
            "stream",
            "people",
            "progress",
            "notes",
            "notifications",
        ),
    )
    assert lesson.panel() is panel
    assert lesson.panel(height=600) is panel
    assert panel.options == {"height": 600, "lang": ""}
    assert lesson.panel() is panel
    assert panel.options["height"] == 600, "what is not given stays"
    few = lesson.panel(["polls", "people"])
    assert few is not panel
    assert lesson.panel(tabs=("polls", "people")) is few


def test_its_tabs_are_the_widgets_of_the_lesson(lesson: Lesson) -> None:
    panel = lesson.panel(lang="tr")
    assert models_of(panel)["chat"] == f"IPY_MODEL_{lesson.chat.model_id}"
    assert models_of(panel)["people"] == f"IPY_MODEL_{lesson.people.model_id}"
    assert lesson.polls.options["lang"] == panel.options["lang"] == "tr"
    lesson.chat.close()
    assert lesson.panel() is panel
    assert models_of(panel)["chat"] == f"IPY_MODEL_{lesson.chat.model_id}"


def test_closed_it_is_made_anew(lesson: Lesson) -> None:
    panel = lesson.panel()
    panel.close()
    tabs = "chat, polls, board, cells, stream, people, progress, notes, notifications"
    assert repr(panel) == f"CoursePanel('py101', closed: {tabs})"
    assert lesson.panel() is not panel


def test_what_cannot_be_says_so(lesson: Lesson) -> None:
    with pytest.raises(InvalidArgument, match="tabs must be some of"):
        lesson.panel(("files",))
    with pytest.raises(InvalidArgument, match="height must be 160 to 4000"):
        lesson.panel(height=9)
    with pytest.raises(InvalidArgument, match="lang must be 'en', 'tr'"):
        lesson.panel(lang="xx")


def test_who_shares_the_kernel_has_it_too(lesson: Lesson) -> None:
    """Their twins have no comms; their pages have the models of the owner's panel."""
    bob = Client()
    bob.viewer = "k1"
    bob._target = Target("ws://127.0.0.1", "via-bob", lambda: "")
    bob.company = company = company_of(client_of(lesson))
    viewer = Viewer("k1", Place("viewer", "bob", "Bob"), as_client(bob))
    viewer.context = ViewerAssembly(lesson._widgets, as_client(bob))
    company._viewers["k1"] = viewer
    panel = lesson.panel()
    twin = panel.seen_by("k1")
    assert isinstance(twin, CoursePanel)
    assert twin is not panel
    assert twin.tabs == panel.tabs
    assert content_of(twin).parts["chat"].widget is lesson.chat.seen_by("k1") is not lesson.chat
    assert not models_of(twin)
    panel.close()
