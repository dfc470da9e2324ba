"""Handlers of the intents of a chat's pages. They run in any thread, while a cell may run."""

from __future__ import annotations

from collections.abc import Callable

from edu_widgets.chat import searching
from edu_widgets.chat.api import ChatApi
from edu_widgets.chat.commands import Found
from edu_widgets.chat.documents import WINDOW, Message, pin_id, question_id
from edu_widgets.chat.mirror import MESSAGES
from edu_widgets.chat.typists import Typing
from edu_widgets.chat.validation import check_number, checked
from edu_widgets.notebook.channel import PageChannel
from edu_widgets.notebook.page_requests import Intent, PageRequests, on_intent
from edu_widgets.notebook.pictures import read_picture
from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import (
    EduWidgetsError,
    NotConnected,
    Refused,
    refusal,
)

_PATIENCE = 10.0
"""Seconds that a page of older messages may take."""

_REACH = 100
"""Most pages of older messages that are loaded to reach one message."""

_LATE = "Older messages could not be loaded now."


class IntentHandlers(ChatApi):
    """Handles the pages' intents."""

    _channel: PageChannel
    _intents: PageRequests
    _mine: Typing

    # -- writing -----------------------------------------------------------------------------

    @on_intent("chat.send")
    def _on_send(self, intent: Intent) -> None:
        named = intent.args.get("pictures")
        pictures = [read_picture(one) for one in named] if isinstance(named, list) else []
        check_number(pictures)
        id_, text = intent.id_of("id"), checked(intent.text("text"), empty=bool(pictures))
        reply_to = intent.id_of("replyTo") if intent.args.get("replyTo") else None
        # A page that was reloaded, or talks to a new kernel, may send a known message again.
        if not self._chat.knows(id_):
            anonymous = intent.args.get("anonymous") is True
            _ = self._hand_over(
                text,
                reply_to,
                id_,
                question=anonymous or intent.args.get("question") is True,
                anonymous=anonymous,
                pictures=pictures,
            )
        self._client.on_network(lambda: self._mine.say(on=False))

    @on_intent("chat.edit")
    def _on_edit(self, intent: Intent) -> None:
        found = self._chat.message(intent.id_of("id"))
        text = checked(intent.text("text"), empty=found is not None and bool(found.pictures))
        _ = self._edit(intent.id_of("id"), text, intent.number("version"))

    @on_intent("chat.delete")
    def _on_delete(self, intent: Intent) -> None:
        _ = self.delete(intent.id_of("id"))

    @on_intent("chat.source")
    def _on_source(self, intent: Intent) -> None:
        """Send a message's Markdown for editing, with one's own pending edit applied."""
        id_ = intent.id_of("id")
        message = self._chat.message(id_)
        if message is None:
            raise refusal(Code.NOT_FOUND, "This message is not there any more.")
        source = {"id": id_, "text": message.content, "version": message.version}
        self._channel.signal("source", source, to=intent.page)

    @on_intent("chat.retry")
    def _on_retry(self, intent: Intent) -> None:
        self._client.retry(intent.id_of("id"))

    @on_intent("chat.discard")
    def _on_discard(self, intent: Intent) -> None:
        self._client.discard(intent.id_of("id"))

    @on_intent("chat.withdraw")
    def _on_withdraw(self, intent: Intent) -> None:
        receipt = self._client.withdraw(intent.id_of("id"))

        def settled() -> None:
            if receipt.error is not None:
                self._intents.refuse(intent, receipt.error)

        receipt.when_settled(settled)

    # -- reactions, votes and moderation -------------------------------------------------------

    @on_intent("chat.react")
    def _on_react(self, intent: Intent) -> None:
        _ = self._react(intent.id_of("id"), intent.text("emoji"), on=intent.switch())

    @on_intent("chat.pin")
    def _on_pin(self, intent: Intent) -> None:
        _ = self._pin(intent.id_of("id"), on=intent.switch())

    @on_intent("chat.upvote")
    def _on_upvote(self, intent: Intent) -> None:
        _ = self._upvote(intent.id_of("id"), on=intent.switch())

    @on_intent("chat.answered")
    def _on_answered(self, intent: Intent) -> None:
        _ = self.answered(intent.id_of("id"), intent.switch())

    @on_intent("chat.mute")
    def _on_mute(self, intent: Intent) -> None:
        on = intent.switch()
        minutes = intent.number("minutes") if on else 0
        _ = self._mute(intent.text("user"), intent.text("name"), minutes=minutes, on=on)

    @on_intent("chat.slow")
    def _on_slow(self, intent: Intent) -> None:
        _ = self.slow_mode(intent.number("seconds"))

    @on_intent("chat.pictures")
    def _on_pictures(self, intent: Intent) -> None:
        _ = self.pictures(intent.switch())

    @on_intent("chat.anonymous")
    def _on_anonymous(self, intent: Intent) -> None:
        _ = self.anonymous_questions(intent.switch())

    # -- typing, reading and searching ---------------------------------------------------------

    @on_intent("chat.typing")
    def _on_typing(self, intent: Intent) -> None:
        on = intent.switch()
        if not on or "typing" in self._chat.room.can():
            self._client.on_network(lambda: self._mine.say(on=on))

    @on_intent("chat.read")
    def _on_read(self, intent: Intent) -> None:
        if self._marks.read(intent.number("born")):
            self._client.on_network(self._look_at_room)

    @on_intent("chat.search")
    def _on_search(self, intent: Intent) -> None:
        query = searching.checked_query(intent.text("query"))
        before = intent.number("before") if intent.args.get("before") else None

        def found(answer: Found, error: EduWidgetsError | None) -> None:
            docs = self._chat.render_found(answer.docs)
            more = {"query": query, "docs": docs, "more": answer.more, "floor": answer.floor}
            if error is not None:
                code = error.code if isinstance(error, Refused) else 0
                again = error.retry_after if isinstance(error, Refused) else None
                more["missed"] = {"code": code, "message": str(error), "again": again}
            self._channel.signal("found", more, to=intent.page)

        searching.search(self._client, query, before, found)

    # -- older messages --------------------------------------------------------------------------

    @on_intent("chat.older")
    def _on_older(self, intent: Intent) -> None:
        self._page(intent, intent.number("before"))

    def _page(self, intent: Intent, before: int) -> None:
        """Send a page the messages born before `before`, loading them if none is here."""
        mirror = self._client.mirror()
        if mirror.before(Message.kind, before, 1) or not mirror.more(Message.kind):
            self._channel.send_older(intent.page, MESSAGES, before)
            return
        self._load(intent, lambda: self._channel.send_older(intent.page, MESSAGES, before))

    def _load(self, intent: Intent, then: Callable[[], object]) -> None:
        """Load older messages, then call `then`; refuse the intent if it takes over ten seconds."""
        receipt = self.older()

        def wait() -> None:
            late = NotConnected(_LATE)
            cancel = self._client.later(_PATIENCE, lambda: self._intents.refuse(intent, late))

            def settled() -> None:
                cancel()
                if receipt.error is None:
                    then()
                else:
                    self._intents.refuse(intent, receipt.error)

            receipt.when_settled(settled)

        self._client.on_network(wait)

    @on_intent("chat.reach")
    def _on_reach(self, intent: Intent) -> None:
        """Load older messages down to this one, and send them all to the page."""
        mirror = self._client.mirror()
        newest = mirror.newest(Message.kind, WINDOW)
        start = newest[0].born if newest else 0
        before = intent.number("before") if intent.args.get("before") else start
        id_, born = intent.id_of("id"), intent.number("born")
        self._client.on_network(lambda: self._reach(intent, id_, before, born, _REACH))

    def _reach(self, intent: Intent, id_: str, before: int, born: int, left: int) -> None:
        """Send loaded messages window by window, loading more at the end (network thread)."""
        mirror = self._client.mirror()
        born = self._place(id_, born)
        while before > born:
            if not mirror.before(Message.kind, before, 1) and mirror.more(Message.kind):
                break
            floor = self._chat.older(MESSAGES, before).floor
            self._channel.send_older(intent.page, MESSAGES, before)
            if floor == before or floor <= born:
                return
            before = floor
        else:
            self._channel.send_older(intent.page, MESSAGES, before)
            return
        if not left:
            self._intents.refuse(intent, NotConnected("That message is too far back to load."))
            return
        try:
            self._load(intent, lambda: self._reach(intent, id_, before, born, left - 1))
        except EduWidgetsError as error:
            self._intents.refuse(intent, error)

    def _place(self, id_: str, born: int) -> int:
        """Return the `born` of a loaded message; 0 if only its pin or question is loaded.

        The `born` of a pin or a question is above that of its message, so it is of no use here.
        """
        mirror = self._client.mirror()
        document = mirror.get(id_)
        if document is not None:
            return document.born
        pointed = mirror.get(pin_id(id_)) or mirror.get(question_id(id_))
        return born if pointed is None else 0
