"""What pages ask of presence. Handlers run in any thread, also while a cell does."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from edu_widgets.notebook.intents import Handler, Intent
from edu_widgets.presence import commands
from edu_widgets.presence.failure import Failure, last_failure
from edu_widgets.protocol import uuid7
from edu_widgets.protocol.errors import InvalidArgument

if TYPE_CHECKING:
    from edu_widgets.presence.widget import PresenceList

_REMEMBERED = 16
"""Errors that were shown to pages and may still be sent."""


class Asked:
    """Acts on intents of the pages of one list."""

    def __init__(self, people: PresenceList) -> None:
        self._people = people
        self._lock = threading.Lock()
        self._failures: OrderedDict[str, Failure] = OrderedDict()

    def status(self, intent: Intent) -> None:
        """`people.status {status}`: one of three, or null."""
        status = intent.args.get("status")
        _ = self._people.set_status(None if status is None else intent.text("status"))

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

    def lower(self, intent: Intent) -> None:
        """`people.lower {}`: one's own hand."""
        del intent
        _ = self._people.lower_hand()

    def take(self, intent: Intent) -> None:
        """`people.take {id, on, anyway?}`."""
        on, anyway = intent.args.get("on") is not False, intent.args.get("anyway") is True
        _ = self._people.take(intent.text("id"), on, anyway=anyway)

    def solved(self, intent: Intent) -> None:
        """`people.solved {id}`."""
        _ = self._people.solved(intent.text("id"))

    def clear(self, intent: Intent) -> None:
        """`people.clear {}`."""
        del intent
        _ = self._people.clear_statuses()

    def remove(self, intent: Intent) -> None:
        """`people.remove {id, sameJoin?}`: out of the course, until readmitted."""
        same = intent.args.get("sameJoin") is True
        asked = self._people.admission.ask_to_remove(intent.text("id"), same_join=same)
        self._people.decide(intent.page, asked)

    def readmit(self, intent: Intent) -> None:
        """`people.readmit {id}`."""
        self._people.decide(intent.page, self._people.admission.ask_to_readmit(intent.text("id")))

    def door(self, intent: Intent) -> None:
        """`people.door {closed}`."""
        closed = intent.args.get("closed") is True
        self._people.decide(intent.page, self._people.admission.ask_for_door(closed=closed))

    def invite(self, intent: Intent) -> None:
        """`people.invite {}`: another one, answered by the signal `invite`."""
        self._people.renew_for(intent.page)

    def hide(self, intent: Intent) -> None:
        """`people.hide {on}`: for all pages of this kernel."""
        self._people.hide_names = intent.args.get("on") is True

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


def handlers(people: PresenceList) -> Mapping[str, Handler]:
    """The handlers of a list's intents."""
    asked = Asked(people)
    return {
        "people.status": asked.status,
        "people.error": asked.error,
        "people.raise": asked.raise_,
        "people.lower": asked.lower,
        "people.take": asked.take,
        "people.solved": asked.solved,
        "people.clear": asked.clear,
        "people.hide": asked.hide,
        "people.list": asked.list,
        "people.remove": asked.remove,
        "people.readmit": asked.readmit,
        "people.door": asked.door,
        "people.invite": asked.invite,
    }
