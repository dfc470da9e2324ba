"""LivePolls: the course's polls in a notebook."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

import msgspec

from edu_widgets.client.course import CourseClient, CourseEvent
from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.client.sync.commands import CommandState
from edu_widgets.client.sync.events import CommandChanged, DocumentsChanged
from edu_widgets.notebook.event_widget import EventWidget
from edu_widgets.notebook.nodes import to_nodes
from edu_widgets.notebook.widget import LiveWidget
from edu_widgets.notebook.widget_context import WidgetContext
from edu_widgets.polls import commands
from edu_widgets.polls.api import PollsApi
from edu_widgets.polls.asking import Asking
from edu_widgets.polls.documents import ORDER, OWN_BALLOT, POLL, SECRET, SESSION, TALLY, TURNOUT
from edu_widgets.polls.event_diff import EventDiff
from edu_widgets.polls.intent_handlers import IntentHandlers
from edu_widgets.polls.mirror import Polls
from edu_widgets.polls.page_content import DESK, POLLS, PollsContent
from edu_widgets.polls.poll import Poll
from edu_widgets.polls.view import PollView
from edu_widgets.protocol import CommandType
from edu_widgets.protocol.errors import EduWidgetsError, InvalidArgument

_COMMANDS = frozenset(
    {
        commands.CREATE_POLL.name,
        commands.OPEN_POLL.name,
        commands.EDIT_POLL.name,
        commands.ORDER_DRAFTS.name,
        commands.CLOSE_POLL.name,
        commands.EXTEND_POLL.name,
        commands.REVEAL_POLL.name,
        commands.REVOTE_POLL.name,
        commands.DELETE_POLL.name,
    }
)
_KINDS = frozenset({POLL, SECRET, TALLY, TURNOUT, OWN_BALLOT})


class LivePolls(PollsApi, EventWidget):
    """The polls of a course; displayed by being the last line of a cell.

    `polls.options = {"height": 300, "lang": "tr"}` sets its height in pixels and its language
    (default: the page's).

    `polls.on(event, fn)` has `fn(poll)` called when a poll opens (`open`, each round), closes
    (`close`) or is revealed (`reveal`).

    What sends something raises `NotConnected` once the lesson is closed, and `OutboxFull` where too
    much is waiting.
    """

    kind_: ClassVar[str] = "polls"
    _inner: ClassVar[str] = "create discard missing peek poll put seen send source view"
    events_: ClassVar[tuple[str, ...]] = ("open", "close", "reveal")

    def __init__(
        self, client: CourseClient, grace: Callable[[], float] = float, **options: Any
    ) -> None:
        self._polls = Polls(client, grace)
        self._shown = PollsContent(client, self._polls)
        self._news = EventDiff(client, self._polls)
        self._made: dict[str, Poll] = {}
        self._views: dict[str, PollView] = {}
        self._asking = Asking(client, self._polls, self._poll)
        self._state = client.view().state
        self._handlers = IntentHandlers(self)
        super().__init__(client, self._shown, self._handlers, **options)
        self._forget_old()

    @classmethod
    def made_for(cls, lesson: WidgetContext) -> LiveWidget:
        """Return the polls of a lesson, which know how late its picture is."""
        return cls(lesson.client, lesson.grace)

    def _forget_old(self) -> None:
        """Drop commands of an earlier session that were refused, or are too old to be meant now."""
        for type_ in (*_COMMANDS, commands.CAST_VOTE.name):
            for command in self._client.commands(type_):
                if command.state in (CommandState.FAILED, CommandState.HELD):
                    self._client.discard(command.id)

    def _contents(self) -> str:
        count = len(self._polls.all())
        return f"{count} poll{'s' * (count != 1)}"

    @property
    def unread(self) -> int:
        """Number of open polls I have not voted in; 0 for staff, who run them."""
        seen = [] if self._client.me().is_staff else self.seen.all()
        return sum(
            one.poll.state == "open" and (one.vote is None or one.vote.choice is None)
            for one in seen
        )

    # -- the polls as objects, and their views ---------------------------------------------

    def poll(self, id_: str) -> Poll:
        """Return the poll with this id, the same object every time.

        Raises:
            InvalidArgument: there is none.
        """
        if id_ not in self._made and self._polls.get(id_) is None:
            raise InvalidArgument("There is no such poll, or it was deleted.")
        return self._poll(id_, None)

    def _poll(self, id_: str, made: Receipt | None) -> Poll:
        poll = self._made.get(id_)
        if poll is None:
            show = partial(self._show, id_)
            poll = self._made[id_] = Poll(id_, self._client, self._polls, made, show)
        return poll

    def _show(self, id_: str, **kwargs: Any) -> Any:
        """The view of one poll, as the output of a cell."""
        view = self.view(id_)
        view.options = self.options
        return view._repr_mimebundle_(**kwargs)

    def view(self, id_: str) -> PollView:
        """Return the widget that shows one poll."""
        view = self._views.get(id_)
        if view is None or view.closed:
            client, options = self._client, self.options
            view = PollView(client, self._shown, self._handlers, id_, **options)
            self._views[id_] = view
        return view

    def close(self) -> None:
        """Close the widget and the views of single polls; the lesson stays open."""
        for view in getattr(self, "_views", {}).values():
            view.close()
        super().close()

    def retire(self) -> None:
        """Close the views that no page shows, as the lesson was left."""
        for view in self._views.values():
            view.retire()
        if all(view.closed for view in self._views.values()):
            super().retire()

    # -- for what pages ask (intent_handlers.py) ---------------------------------------------

    @property
    def seen(self) -> Polls:
        """The polls as this process knows them."""
        return self._polls

    def send(self, command: CommandType, data: msgspec.Struct) -> Receipt:
        """Send an instructor's command.

        Raises:
            Refused: only instructors run polls.
            NotConnected: the lesson is closed.
        """
        self._check_staff()
        return self._client.send(command.name, data)

    def peek(self, poll_id: str, page: str, *, on: bool) -> None:
        """Show live counts on a page of the instructor's, or no more."""
        self._check_staff()
        self._shown.peek(poll_id, page, on=on)
        self._on_network(lambda: self._changed(POLLS, [poll_id]))

    def source(self, poll_id: str, page: str) -> None:
        """Tell a page of the instructor's how a draft is written, to be edited there.

        Raises:
            Refused: only instructors run polls.
        """
        self._check_staff()
        seen = self._polls.get(poll_id)
        if seen is not None:
            self._say("source", {"to": page, **self._shown.source(seen)})

    def missing(self, poll_id: str, page: str) -> None:
        """Send an instructor's page the names of those who have not answered in a named poll.

        Raises:
            Refused: only instructors run polls.
            InvalidArgument: it is not asked with names, or not open.
        """
        asked = self.poll(poll_id).ask_missing()

        def told() -> None:
            try:
                if asked.error is not None:
                    raise asked.error
                found = asked.read(commands.PollMissing)
            except EduWidgetsError as error:
                self._say("notice", {"to": page, "message": str(error)})
                return
            names = [one.name or one.user_id for one in found.people]
            self._say("missing", {"to": page, "id": poll_id, "round": found.round, "names": names})

        asked.when_settled(told)

    def discard(self, id_: str) -> None:
        """Forget the failed commands of a poll: its creation, or one's vote in it."""
        failed = [v.id for v in self._polls.votes.waiting() if id_ in (v.id, v.data.poll_id)]
        for command in {id_, *failed}:
            self._client.discard(command)

    def _welcomed(self) -> None:
        # Loads the parser and a lexer here: the first poll should not wait for it.
        to_nodes("```python\n1\n```")

    # -- from the course (network thread) ----------------------------------------------------------

    def _heard(self, event: CourseEvent) -> None:
        match event:
            case DocumentsChanged():
                self._heard_documents(event)
            case CommandChanged(command) if command.type == commands.CAST_VOTE.name:
                self._polls.votes.heard(event)
                # The page that sent it shows it as pending by itself.
                moving = command.state in (CommandState.QUEUED, CommandState.SENT)
                self._touch(commands.poll_of(command.data), news=not moving)
            case CommandChanged(command) if command.type in _COMMANDS:
                self._heard_command(event)
            case _:
                state, self._state = self._state, self._client.view().state
                # What waits is shown as kept, or as under way, by the connection's state; and
                # what one can do hangs on role and features.
                self._changed(DESK, [DESK], news=False)
                if state != self._state:
                    ids = [vote.data.poll_id for vote in self._polls.votes.waiting()]
                    ids += [making.id for making in self._polls.making.waiting()]
                    self._changed(POLLS, ids)

    def _heard_documents(self, event: DocumentsChanged) -> None:
        if any(doc.kind == SESSION for doc in event.upserted):
            self._polls.heard_session()
        told = (*event.upserted, *event.removed)
        changed = [doc for doc in told if doc.kind in _KINDS]
        ids = [doc.id.rpartition(":")[2] for doc in changed]
        for poll_id, what in self._news.of(ids, event):
            for fn in self._callbacks.on(what):  # a poll is looked up only if somebody listens
                self._client.call_back(fn, self.poll(poll_id))
        if changed or event.reset:
            self._changed(POLLS, ids, reset=event.reset)
        if any(doc.kind in {POLL, ORDER} for doc in told):
            following = self._polls.next_draft(self._polls.all())
            # What is asked next may be older than what the pages began with.
            next_ = [following.poll.id] if following is not None else []
            self._changed(DESK, [DESK], also={POLLS: next_})

    def _heard_command(self, event: CommandChanged) -> None:
        command, gone = event.command, event.gone
        self._polls.steps.heard(event)
        if command.type == commands.CREATE_POLL.name:
            self._polls.making.heard(event)
            self._touch(command.id)
            return
        if command.type == commands.ORDER_DRAFTS.name:
            self._polls.orders.heard(event)
            self._changed(DESK, [DESK])
        if command.type == commands.EDIT_POLL.name:
            self._polls.edits.heard(event)
            self._touch(commands.poll_of(command.data))
        if command.state is CommandState.FAILED and not gone:
            # It cannot be done any more, and would only lie there: said once, and forgotten.
            self._notice(command.error)
            self._client.discard(command.id)

    def _changed(
        self,
        collection: str,
        ids: Sequence[str],
        *,
        reset: bool = False,
        news: bool = True,
        also: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """Tell the pages of this widget, and those that show one poll."""
        self._channel.changed(collection, ids, reset=reset, news=news, also=also)
        for view in list(self._views.values()):
            view.changed(collection, ids, reset=reset, news=news)

    def _touch(self, poll_id: str, *, news: bool = True) -> None:
        self._changed(POLLS, [poll_id] if poll_id else [], news=news)
        self._changed(DESK, [DESK], news=news)

    def _notice(self, message: str) -> None:
        self._say("notice", {"message": message})

    def _say(self, name: str, data: Mapping[str, Any]) -> None:
        said = {"op": "signal", "name": name, "data": data}
        self._reply(said)
        for view in list(self._views.values()):
            view.notice(said)
