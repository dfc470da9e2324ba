"""Intents of pages for presence. Handlers run in any thread, also while a cell does."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Protocol

import msgspec

from edu_widgets.client.admission import Admission
from edu_widgets.client.runtime.receipts import Answer, Receipt
from edu_widgets.notebook.page_requests import Intent, on_intent
from edu_widgets.presence import commands
from edu_widgets.presence.failure import Failure, last_failure
from edu_widgets.protocol import uuid7
from edu_widgets.protocol.errors import InvalidArgument

_REMEMBERED = 16
"""Errors that were shown to pages and may still be sent."""


class PeoplePort(Protocol):
    """The actions for pages, as `PresenceList` has them."""

    hide_names: bool

    @property
    def admission(self) -> Admission: ...
    def set_status(self, status: str | None) -> Receipt: ...
    def raise_with(self, note: str, traceback: str) -> Receipt: ...
    def lower_hand(self) -> Receipt: ...
    def take(self, who: str, taken: bool, *, anyway: bool) -> Receipt: ...  # noqa: FBT001
    def solved(self, who: str) -> Receipt: ...
    def clear_statuses(self) -> Receipt: ...
    def list_for(self, page: str, ask: commands.People) -> None: ...
    def decide(self, page: str, asked: Answer) -> None: ...
    def renew_for(self, page: str) -> None: ...
    def signal_to(self, page: str, name: str, data: object) -> None: ...


class IntentHandlers:
    """Acts on intents of the pages of one list."""

    def __init__(self, people: PeoplePort) -> None:
        self._people = people
        self._lock = threading.Lock()
        self._failures: OrderedDict[str, Failure] = OrderedDict()

    @on_intent("people.status")
    def status(self, intent: Intent) -> None:
        """`people.status {status}`: one of three, or null."""
        status = intent.args.get("status")
        _ = self._people.set_status(None if status is None else intent.text("status"))

    @on_intent("people.error")
    def error(self, intent: Intent) -> None:
        """`people.error {}`: show what could be sent, and remember it under an id."""
        failure = last_failure()
        data = None
        if failure is not None:
            id_ = uuid7()
            with self._lock:
                self._failures[id_] = failure
                while len(self._failures) > _REMEMBERED:
                    self._failures.popitem(last=False)
            data = {"id": id_, "headline": failure.headline, "text": failure.text}
        self._people.signal_to(intent.page, "error", {"error": data})

    @on_intent("people.raise")
    def raise_(self, intent: Intent) -> None:
        """`people.raise {note, error?}`: what is sent is the error that was shown, no other."""
        text = ""
        if intent.args.get("error") is not None:
            with self._lock:
                failure = self._failures.get(intent.id_of("error"))
            if failure is None:
                msg = "The error is not known any more. Open the dialog again to send it."
                raise InvalidArgument(msg)
            text = failure.text
        _ = self._people.raise_with(intent.text("note"), text)

    @on_intent("people.lower")
    def lower(self, intent: Intent) -> None:
        """`people.lower {}`: one's own hand."""
        del intent
        _ = self._people.lower_hand()

    @on_intent("people.take")
    def take(self, intent: Intent) -> None:
        """`people.take {id, on, anyway?}`."""
        on, anyway = intent.args.get("on") is not False, intent.args.get("anyway") is True
        _ = self._people.take(intent.text("id"), on, anyway=anyway)

    @on_intent("people.solved")
    def solved(self, intent: Intent) -> None:
        """`people.solved {id}`."""
        _ = self._people.solved(intent.text("id"))

    @on_intent("people.clear")
    def clear(self, intent: Intent) -> None:
        """`people.clear {}`."""
        del intent
        _ = self._people.clear_statuses()

    @on_intent("people.remove")
    def remove(self, intent: Intent) -> None:
        """`people.remove {id, sameJoin?}`: out of the course, until readmitted."""
        same = intent.args.get("sameJoin") is True
        asked = self._people.admission.ask_to_remove(intent.text("id"), same_join=same)
        self._people.decide(intent.page, asked)

    @on_intent("people.readmit")
    def readmit(self, intent: Intent) -> None:
        """`people.readmit {id}`."""
        self._people.decide(intent.page, self._people.admission.ask_to_readmit(intent.text("id")))

    @on_intent("people.door")
    def door(self, intent: Intent) -> None:
        """`people.door {closed}`."""
        closed = intent.args.get("closed") is True
        self._people.decide(intent.page, self._people.admission.ask_for_door(closed=closed))

    @on_intent("people.invite")
    def invite(self, intent: Intent) -> None:
        """`people.invite {}`: another one, answered by the signal `invite`."""
        self._people.renew_for(intent.page)

    @on_intent("people.hide")
    def hide(self, intent: Intent) -> None:
        """`people.hide {on}`: for all pages of this kernel."""
        self._people.hide_names = intent.args.get("on") is True

    @on_intent("people.list")
    def list(self, intent: Intent) -> None:
        """`people.list {query, filter, offset, limit}`: answered by the signal `list`."""
        asked = {
            "query": intent.text("query")[: commands.MAX_QUERY],
            "filter": intent.text("filter"),
            "offset": intent.number("offset"),
            "limit": intent.number("limit"),
        }
        try:
            ask = msgspec.convert(asked, commands.People)
        except msgspec.ValidationError as error:
            msg = f"people.list: {error}."
            raise InvalidArgument(msg) from error
        self._people.list_for(intent.page, ask)
