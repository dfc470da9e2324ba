"""A poll's own output shows this poll, whatever is asked later."""

from __future__ import annotations

import json
from typing import Any

import pytest

from edu_widgets.polls.poll import Poll
from edu_widgets.polls.view import PollView
from edu_widgets.protocol import uuid7
from tests.polls.desk import Desk, both
from tests.polls.school import ADA, School

pytestmark = pytest.mark.usefixtures("named_bundles")


def shown(desk: Desk, poll: Poll) -> PollView:
    """The view that a cell with this poll at its end shows."""
    data, _ = poll._repr_mimebundle_()
    id_ = data["application/vnd.jupyter.widget-view+json"]["model_id"]
    view = desk.polls._views[poll.id]
    assert view.model_id == id_
    return view


def page(desk: Desk, view: PollView) -> dict[str, Any]:
    """The snapshot for a page that shows it anew."""
    view.comm.receive({"op": "ready", "page": "q1", "lang": ""})
    *_, snapshot = [m for m in told(desk, view) if m["op"] == "snapshot"]
    return dict(snapshot["collections"])


def told(desk: Desk, view: PollView) -> list[dict[str, Any]]:
    desk.client.advance(1)
    desk.client.run()
    messages: list[dict[str, Any]] = json.loads(json.dumps(view.comm.take()))
    return messages


def test_each_output_shows_its_own_question(mira: Desk) -> None:
    first = mira.polls.ask("First?", ["a", "b"])
    second = mira.polls.ask("Second?", ["a", "b"])
    draft = mira.polls.draft("Third?", ["a", "b"])
    both(mira)
    for poll in (first, second, draft):
        view = shown(mira, poll)
        assert view is shown(mira, poll), "a cell run again shows the same view"
        assert view.options["poll"] == poll.id
        held = page(mira, view)
        assert [doc["question"] for doc in held["polls"]["docs"]] == [poll.question]
        (desk,) = held["desk"]["docs"]
        assert (desk["can"], desk["next"]) == (["vote", "manage"], None)
    assert mira.polls.options == {"height": 420, "lang": ""}
    assert len({shown(mira, poll).model_id for poll in (first, second, draft)}) == 3


def test_its_page_is_told_of_its_poll_alone_and_can_run_it(mira: Desk, school: School) -> None:
    ada = Desk(school, ADA)
    first = mira.polls.ask("First?", ["a", "b"])
    both(mira, ada)
    view = shown(mira, first)
    page(mira, view)
    mira.polls.ask("Second?", ["a", "b"])
    both(mira, ada)
    assert "Second?" not in json.dumps(told(mira, view))
    intent = {"op": "intent", "page": "q1", "id": uuid7(), "do": "polls.close"}
    view.comm.receive({**intent, "args": {"id": first.id, "round": 1}})
    both(mira, ada)
    (closed,) = [doc for m in told(mira, view) for doc in m.get("set", {}).get("polls", [])][-1:]
    assert (closed["id"], closed["state"]) == (first.id, "closed")
    _ = first.delete()
    both(mira, ada)
    assert page(mira, view)["polls"]["docs"] == []


def test_the_settings_of_the_widget_hold_for_it(mira: Desk) -> None:
    poll = mira.polls.ask("First?", ["a", "b"])
    mira.polls.options = {"height": 300, "lang": "tr"}
    assert shown(mira, poll).options == {"height": 300, "lang": "tr", "poll": poll.id}


def test_closing_the_widget_closes_it_too(mira: Desk) -> None:
    poll = mira.polls.ask("First?", ["a", "b"])
    view = shown(mira, poll)
    mira.polls.close()
    assert view.closed
