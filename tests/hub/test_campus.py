"""From nothing to a class in a JupyterHub, with two processes, Redis and nginx: docs/campus.md."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.client.network import Network
from tests.hub.browsing import VIEWS, Person, chromium
from tests.hub.campus import PAGE, campus
from tests.hub.server import ADDRESS

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.skipif(os.name == "nt", reason="neither nginx nor Redis is there"),
]


def test_a_class_meets_on_the_campus_and_loses_each_process(
    tmp_path_factory: pytest.TempPathFactory, node_modules: dict[str, str], bundles: Path
) -> None:
    """Ada by a WebSocket, Bob where none gets through, and Mira, who asks them."""
    del bundles
    folder = tmp_path_factory.mktemp("n")
    ask = 'poll = lesson.polls.ask("2 ** 3?", ["6", "8"])'
    assert ask in PAGE.read_text("utf-8")
    with Network(0) as network:
        network.upgrade = 403
        by_events = {ADDRESS: {"bob": f"{network.base}/services/class"}}
        with (
            campus(folder, node_modules, by_events) as built,
            sync_playwright() as playwright,
            chromium(playwright) as browser,
        ):
            network.target = built.port
            built.hub.start("ada", "bob", "mira")
            people = {n: Person(browser, built.hub, n, VIEWS) for n in ("ada", "bob")}
            mira = people["mira"] = Person(browser, built.hub, "mira", [*VIEWS, ask])
            people["ada"].is_told("student Live over websocket")
            people["bob"].is_told("student Live over event stream")
            mira.is_told("instructor Live over websocket")
            all_talk(people, "Here is")
            people["ada"].votes("8")
            mira.counts_votes(1, of=2)
            one, other = built.processes
            one.kill()
            people["bob"].votes("6")
            mira.counts_votes(2, of=2)
            all_talk(people, "Still here is")
            one.start()
            one.wait()
            other.kill()  # so that everybody has lost the process that they were at
            all_talk(people, "Here again is")


def all_talk(people: dict[str, Person], text: str) -> None:
    """Everybody says something, which everybody sees once."""
    for person in people.values():
        expect(person.page.locator(".edu.chat .light").first).to_have_text("Live")
        person.says(f"{text} {person.name}.")
    for person in people.values():
        for name in people:
            person.sees(f"{text} {name}.", name)
