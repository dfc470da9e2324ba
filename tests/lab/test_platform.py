"""A student whose platform has a service of its own, in a real JupyterLab."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.base_service import Running, Variants

from .classroom import SETUP, Person
from .conftest import OpenNotebook

ROOM = "course:py101"
TOKEN = "s3cret-token"
CONNECT = """
lesson = edu.connect(url={url!r}, token={token!r}, user_id="ada", course="py101", name="Ada")
lesson.wait_connected(180)
"""


def enters(service: Running, notebook: OpenNotebook, folder: Path) -> Person:
    """Ada, with a notebook that connects to the platform's service."""
    cells = [
        SETUP.format(folder=str(folder)),
        CONNECT.format(url=service.url, token=TOKEN),
        "lesson.chat",
    ]
    person = Person(notebook(cells).run_all())
    person.light("Live")
    return person


def test_a_chat_with_a_platforms_service(
    notebook: OpenNotebook, tmp_path: Path, bundles: Path
) -> None:
    del bundles
    with Running(Variants(rewrite_ids=True)) as service:
        service.say(ROOM, "grace", "Is `b[:, None]` a *view*?")
        ada = enters(service, notebook, tmp_path)
        ada.sees("Is b[:, None] a view?")
        ada.says("It is.")
        ada.sees("It is.")
        expect(ada.message("It is.").locator(".state")).to_have_count(0)
        service.variants.echo_to_others_only = True
        ada.says("Anybody there?")
        ada.sees("Sent, unconfirmed")
        service.say(ROOM, "grace", "Yes!")
        ada.sees("Yes!", "Anybody there?", "Sent, unconfirmed")
        assert ada.messages()[-1] == "Yes!"
        assert [m["content"] for m in service.messages(ROOM)][1:3] == ["It is.", "Anybody there?"]
        service.tell(ROOM, "error", {"message": "Please be <b>kind</b>."})
        expect(ada.chat).to_contain_text("Please be <b>kind</b>.")
        assert ada.lab.our_errors() == []
        assert TOKEN not in ada.chat.evaluate("chat => chat.getRootNode().innerHTML")


@pytest.mark.nightly
def test_a_service_that_can_only_be_read(
    notebook: OpenNotebook, tmp_path: Path, bundles: Path
) -> None:
    del bundles
    with Running(Variants(websocket=False, posts=False)) as service:
        ada = enters(service, notebook, tmp_path)
        service.say(ROOM, "grace", "Hello!")
        ada.sees("Hello!")
        expect(ada.box).to_have_count(0)
        assert ada.lab.our_errors() == []
