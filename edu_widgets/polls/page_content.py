"""The pages' view of polls: docs/widget-protocol.md, *Documents of polls*."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.highlight import highlight
from edu_widgets.notebook.nodes import Body, to_nodes
from edu_widgets.notebook.stream import Json, Window
from edu_widgets.notebook.versions import Versions
from edu_widgets.polls.documents import Poll, PollTally
from edu_widgets.polls.mirror import Polls
from edu_widgets.polls.seen import Seen
from edu_widgets.polls.text_answers import answer_mark

POLLS = "polls"
"""The collection of polls in the page."""

DESK = "desk"
"""The collection with the one document of what can be done here."""

MOST = 100
"""Polls that a page gets: those that are open, the next drafts, then those asked last."""

_DRAFTS = 30
"""Drafts that come before polls that are over."""

_OFFERED = "polls"


class PollsContent:
    """Polls as documents for the pages. Any thread.

    Their `rev` grows whenever they look different from before; `peek` is what some pages of the
    instructor's asked to see.
    """

    def __init__(self, client: CourseClient, polls: Polls) -> None:
        self._client = client
        self._polls = polls
        self._lock = threading.RLock()
        self._versions = Versions()
        self._peeks: dict[str, dict[str, None]] = {}

    # -- notebook.stream.Content ----------------------------------------------------------

    def windows(self) -> Mapping[str, Window]:
        """Both collections, whole."""
        seen = self._polls.all()
        docs = [self._render(one) for one in _relevant(seen, self._polls.drafts(seen))]
        return {POLLS: Window(docs), DESK: Window([self._desk(seen)])}

    def read(self, collection: str, ids: Iterable[str]) -> tuple[list[Json], list[str]]:
        """These documents as they are now, and the ids of those that are gone."""
        if collection == DESK:
            return [self._desk(self._polls.all())], []
        read = {id_: self._polls.get(id_) for id_ in dict.fromkeys(ids)}
        found = [seen for seen in read.values() if seen is not None]
        gone = [id_ for id_, seen in read.items() if seen is None]
        self._versions.forget(gone)
        with self._lock:
            for id_ in gone:
                self._peeks.pop(id_, None)
        found.sort(key=lambda seen: (seen.poll.created_at, seen.born))
        return [self._render(seen) for seen in found], gone

    def older(self, collection: str, before: int) -> Window:
        """Nothing: there are no pages of polls."""
        del collection, before
        return Window([])

    def peek(self, poll_id: str, page: str, *, on: bool) -> None:
        """Note that an instructor's page wants to see live counts, or wants them no more."""
        with self._lock:
            pages = self._peeks.setdefault(poll_id, {})
            if on:
                pages[page] = None
            else:
                pages.pop(page, None)

    def can(self) -> list[str]:
        """Return this person's abilities here."""
        view = self._client.view()
        if view.readonly or (view.features and _OFFERED not in view.features):
            return []
        return ["vote", "manage"] if self._client.me().is_staff else ["vote"]

    def source(self, seen: Seen) -> Json:
        """Return the source of a poll, for an instructor's form."""
        poll, (correct, tolerance) = seen.poll, self._polls.answer_of(seen)
        return {
            "id": poll.id,
            "question": poll.question,
            "kind": poll.kind,
            "options": list(poll.options),
            "correct": list(correct),
            "tolerance": tolerance,
            "anonymous": poll.anonymous,
            "live": poll.live,
            "seconds": poll.seconds or 0,
        }

    # -- rendering ---------------------------------------------------------------------------

    def _desk(self, seen: list[Seen]) -> Json:
        draft = self._polls.next_draft(seen)
        doc: Json = {"id": DESK, "can": self.can(), "next": draft.poll.id if draft else None}
        if drafts := [one.poll.id for one in self._polls.drafts(seen)]:
            doc["order"] = drafts[:MOST]
        name = variable_of(self._client)
        if name is not None:
            doc["lesson"] = name
        return self._versions.stamped(DESK, doc)

    def _render(self, seen: Seen) -> Json:
        doc = self._versions.stamped(seen.poll.id, self._document(seen))
        left = self._polls.left(seen.poll)
        # Not part of what makes a new version: it changes all the time.
        return doc if left is None else {**doc, "left": left}

    def _document(self, seen: Seen) -> Json:
        poll = seen.poll
        doc: Json = {
            "id": poll.id,
            "born": poll.created_at,
            "question": to_nodes(poll.question),
            "kind": poll.kind,
            "options": [option_nodes(poll, option) for option in poll.options],
            "state": poll.state,
            "round": poll.round,
            "shown": msgspec.to_builtins(poll.shown),
            "results": msgspec.to_builtins(poll.results),
            "flows": msgspec.to_builtins(poll.flows),
            "answered": seen.answered,
        }
        optional: Json = {
            "anonymous": poll.anonymous or None,
            "named": poll.named or None,
            "live": self._live(seen),
            "edited": poll.edited,
            "opened": poll.opened,
            "closes": poll.closes,
            "seconds": poll.seconds,
            "correct": list(poll.correct) if poll.shown.answer else None,
            "tolerance": (poll.tolerance or None) if poll.shown.answer else None,
            "ended": poll.ended or None,
            "earlier": {str(n): choice for n, choice in seen.earlier} or None,
            "hasAnswer": True if seen.secret else None,
            "peek": self._peek(seen),
            "hiddenTexts": self._hidden_texts(seen) or None,
        }
        if seen.vote is not None:
            optional["mine"] = seen.vote.choice
            optional["mineState"] = seen.vote.state
            optional["mineError"] = seen.vote.error or None
        if seen.making is not None:
            failed = seen.making.state == "failed"
            optional["error"] = seen.making.error if failed else None
            optional["saving"] = None if failed else True
        return doc | {key: value for key, value in optional.items() if value is not None}

    @staticmethod
    def _live(seen: Seen) -> Json | bool | None:
        """The counts so far of a poll that is live, or that there are none yet."""
        if not seen.poll.live:
            return None
        return True if seen.live is None else msgspec.to_builtins(seen.live)

    def _hidden_texts(self, seen: Seen) -> list[str]:
        """The answers that students are not shown, once the others are: not seen by peeking."""
        if seen.tally is None or not (seen.poll.shown.counts and self._client.me().is_staff):
            return []
        return sorted(set(_hidden(seen.tally)))

    def _peek(self, seen: Seen) -> Json | None:
        with self._lock:
            pages = list(self._peeks.get(seen.poll.id, ()))
        tally, secret = seen.tally, seen.secret
        if not pages or tally is None or not self._client.me().is_staff:
            return None
        told: Json = {
            "pages": pages,
            "people": tally.people,
            "results": _with_hidden(tally),
            "merged": sorted(set(tally.merged.values())) or None,
            "flows": msgspec.to_builtins(tally.flows),
            "suggestion": tally.suggestion or None,
            "correct": list(secret.correct) if secret else None,
            "tolerance": secret.tolerance or None if secret else None,
        }
        return {key: value for key, value in told.items() if value is not None}


def _hidden(tally: PollTally) -> Iterator[str]:
    rounds: list[Json] = _with_hidden(tally)
    for text in (text for told in rounds for text in told.get("texts", ())):
        if "hidden" in text:
            yield text["text"]


def _with_hidden(tally: PollTally) -> list[Json]:
    """The counted rounds; texts that students do not see are marked."""
    rounds: list[Json] = msgspec.to_builtins(tally.rounds)
    if tally.hidden:
        for text in (text for told in rounds for text in told.get("texts", ())):
            if answer_mark(text["text"]) in tally.hidden:
                text["hidden"] = True
    return rounds


def _relevant(seen: list[Seen], drafts: list[Seen]) -> list[Seen]:
    """The polls that a page begins with, in the order given."""
    opened = [one for one in seen if one.poll.state == "open"]
    latest = sorted(seen, key=lambda one: one.poll.opened or one.poll.created_at, reverse=True)
    ranked = dict.fromkeys(one.poll.id for one in (*reversed(opened), *drafts[:_DRAFTS], *latest))
    chosen = set(list(ranked)[:MOST])
    return [one for one in seen if one.poll.id in chosen]


def variable_of(client: CourseClient) -> str | None:
    """Return the name of the notebook's variable with the lesson; None if unknown."""
    variables = vars(sys.modules["__main__"])
    for name, value in list(variables.items()):
        # Nothing of other people's objects is touched but a plain field.
        if not name.startswith("_") and vars(type(value)).get("polls") is not None:
            held = getattr(value, "__dict__", {}).get("_client")
            if held is client:
                return name
    return None


def option_nodes(poll: Poll, option: str) -> Body:
    """Return an option as nodes; of `predict` it is code, or the output of code."""
    return code_nodes(option) if poll.kind == "predict" else to_nodes(option)


def code_nodes(text: str) -> Body:
    """Return one code block as nodes, without the fences around it."""
    lines = text.strip("\n").split("\n")
    language, code = "python", text.strip("\n")
    if len(lines) > 1 and lines[0].startswith("```") and lines[-1].strip() == "```":
        language, code = lines[0][3:].strip() or "", "\n".join(lines[1:-1])
    elif len(lines) == 1 and len(code) > 2 and code[0] == code[-1] == "`" and "`" not in code[1:-1]:  # noqa: PLR2004
        code = code[1:-1]
    attributes: dict[str, Any] = {}
    if runs := highlight(code, language):
        attributes = {"lang": language, "runs": runs}
    return (("pre", attributes, code) if attributes else ("pre", code),)
