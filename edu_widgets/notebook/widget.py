"""The base of every widget: its traits, its comm, its pages, its end."""

from __future__ import annotations

import logging
import sys
import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar

import anywidget
import traitlets

from edu_widgets.client.course import CourseClient, CourseEvent
from edu_widgets.notebook import comms, development, hosts, inside, pace
from edu_widgets.notebook.bundles import bundle, extras_of, files_of
from edu_widgets.notebook.channel import PageChannel
from edu_widgets.notebook.ending import say_at_end
from edu_widgets.notebook.fallback import fallback, sentences
from edu_widgets.notebook.held_back import ASK_EVERY, HeldBack
from edu_widgets.notebook.identity import asking_session
from edu_widgets.notebook.lesson_payload import as_sent, lesson_fields
from edu_widgets.notebook.options import DEFAULT_HEIGHT, checked
from edu_widgets.notebook.packed import Pack, with_buffers
from edu_widgets.notebook.page_messages import PageMessages
from edu_widgets.notebook.page_requests import Intent, PageRequests, handlers_of, on_intent
from edu_widgets.notebook.page_visibility import cell_is_running
from edu_widgets.notebook.shared_code import answers, references
from edu_widgets.notebook.stream import Content, Json
from edu_widgets.notebook.viewers.company import company_of
from edu_widgets.notebook.viewers.faces import Face, Faces
from edu_widgets.notebook.viewers.intent_handlers import ViewerIntents
from edu_widgets.notebook.viewers.joint import JointBatches
from edu_widgets.notebook.widget_context import WidgetContext
from edu_widgets.protocol import is_id, uuid7
from edu_widgets.protocol.attributes import Tidy
from edu_widgets.protocol.errors import EduWidgetsError

_log = logging.getLogger(__name__)

_UNASKED = 0.5
"""Seconds after which a page has what it needs to keep what it is sent."""


class _Pages:
    """Sends custom messages as the base does: a chat's own `send` is people's."""

    def __init__(self, widget: LiveWidget) -> None:
        self._widget = weakref.proxy(widget)

    @property
    def comm(self) -> Any:
        return self._widget.comm

    def send(self, content: Any, /, buffers: Sequence[bytes] | None = None) -> None:
        anywidget.AnyWidget.send(self._widget, content, buffers)


class LiveWidget(Tidy, anywidget.AnyWidget):
    """A widget that mirrors a course's documents into every page that shows it.

    Its traits are all that a saved notebook can hold. A kind of widget names itself with
    `kind_`, brings its content, and reports changes in `_heard`. What its pages may ask for are the
    methods marked with `on_intent`, its own and those of the objects given as `handlers`.

    Raises:
        EduWidgetsError: the browser's part is not built.
    """

    kind_: ClassVar[str] = ""
    packs_: ClassVar[Mapping[str, Pack]] = {}
    """How documents of a collection are packed on their way to the pages, by its name."""
    _inner: ClassVar[str] = (
        "face kind kind_ packs_ events_ made_for offer_code open refer_to_code reload reopen "
        "retire say_ended seen_by summary twin_for watch"
    )
    comm: Any

    # ipywidgets 7 would show itself by this, and pass by what is shown here.
    _ipython_display_ = None

    _esm = traitlets.Unicode().tag(sync=True)
    _code = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _extras = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _says = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _instance = traitlets.Unicode().tag(sync=True)
    kind = traitlets.Unicode().tag(sync=True)
    course = traitlets.Unicode().tag(sync=True)
    options = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        client: CourseClient,
        content: Content,
        *handlers: object,
        height: int = DEFAULT_HEIGHT,
        lang: str = "",
    ) -> None:
        # A page may answer before the base's constructor has returned: all is ready by then.
        self._client = client
        self._beside_cells = comms.subshells_supported()
        self._reported = False
        self._pages = _Pages(self)
        self._outlet: Callable[[Json], None] = lambda _: None
        self._over = False
        self._as_opened, self._opened_for = hosts.carried(), asking_session()
        self._held_back = HeldBack() if hosts.hears_only_answers() else None
        self._company = company_of(client)
        self._channel = PageChannel(
            content, self._standing, self._push, client, busy=cell_is_running, pace=pace.MESSAGES
        )
        self._intents = PageRequests(
            handlers_of(self, ViewerIntents(self._company), *handlers), self._reply
        )
        self._messages = PageMessages(client, self._channel, self._intents, self._welcomed)
        self._stop_listening = client.listen(self._on_event)
        # Of somebody else's face there is one twin only: the widget that has the comm leads to it.
        self._faces = None if client.viewer else Faces(self._company, self.face(), self._twin)
        self._joint = JointBatches(self._to_pages, self._later, self._watching)
        self.on_msg(self._received)
        try:
            super().__init__(
                _esm=bundle("loader"),
                # marimo opens a comm before `open` can.
                _code=list(references(files_of(self.kind_)).values()),
                _extras=list(references(extras_of(self.kind_)).values()),
                _says=sentences(),
                _instance=uuid7(),
                kind=self.kind_,
                course=client.course,
                options={"height": height, "lang": lang},
            )
        except BaseException:
            self._stop_listening()
            raise
        if client.viewer:
            self.layout.close()
        else:
            say_at_end(self)

    @classmethod
    def made_for(cls, lesson: WidgetContext) -> LiveWidget:
        """Make the widget of a lesson; a widget that needs more than its client overrides this.

        Args:
            lesson: The lesson's widgets and its client.
        """
        make: Callable[[CourseClient], LiveWidget] = cls
        return make(lesson.client)

    def twin_for(self, context: WidgetContext) -> LiveWidget:
        """Make the twin that another person who shares the kernel sees.

        Args:
            context: The lesson as that person sees it.
        """
        return type(self).made_for(context)

    def seen_by(self, viewer: str) -> LiveWidget:
        """Return the twin that a viewer sees, by their key."""
        face = None if self._faces is None else self._faces.twin(viewer)
        return face.widget if face is not None and isinstance(face.widget, LiveWidget) else self

    def face(self, outlet: Callable[[Json], None] | None = None) -> Face:
        """Return this widget as one person's pages show it; a twin sends through `outlet`."""
        self._outlet = outlet or self._outlet
        return Face(self, self._channel, self._take, self._welcomed)

    def _twin(self, key: str, context: WidgetContext) -> Face:
        comms.ready_thread()
        return self.twin_for(context).face(lambda message: self._push(message, key))

    @property
    def unread(self) -> int:
        """Number of new things that wait for me; the panel shows it in the tab."""
        return 0

    def summary(self) -> Json:
        """Further parts of its tab in the panel: `figures`, `note`, `icon`; see docs/extending.md.

        Called on any thread, often, so it has to be quick and must not raise.
        """
        return {}

    def _welcomed(self) -> None:
        """Prepare what comes next, since a page has got its snapshot (any thread)."""

    def _heard(self, event: CourseEvent) -> None:
        """Tell the channel which documents an event has changed (network thread)."""
        del event
        self._channel.changed()

    # -- life --------------------------------------------------------------------------------

    def open(self) -> None:
        """Open a comm to the front end, if none is open."""
        if self._client.viewer:
            return  # its pages are those of the widget that it is a twin of
        comms.keep_reading()
        self.refer_to_code()
        super().open()
        self._as_opened, self._opened_for = hosts.carried(), asking_session()
        comms.keep_on_subshell(self.comm)
        development.follow(self)

    def reopen(self) -> None:
        """Open anew what was closed, as by "close all widgets" or marimo; else do nothing."""
        if self._client.viewer:
            return
        if hosts.forgets_comms() and asking_session() != self._opened_for:
            for model in (self, self.layout):
                model.comm.close()
        # The layout first, because a page needs it to make the widget.
        for model in (self.layout, self):
            if inside.is_closed(model.comm):
                inside.forget_id(model)
                inside.announce(model)
                model.open()

    def watch(self, fn: Callable[[], object]) -> Callable[[], None]:
        """Call `fn` whenever what the pages see may have changed; returns what ends it."""
        return self._channel.watch(fn)

    def close(self) -> None:
        """Close the widget: its views go, nothing of it stays. The lesson stays open."""
        # Also called by the base's destructor, even where the constructor did not get far.
        self._over = True
        channel, faces = getattr(self, "_channel", None), getattr(self, "_faces", None)
        if faces is not None:
            faces.close()
        if channel is not None:
            channel.close()
            getattr(self, "_stop_listening", lambda: None)()
        if self.comm is not None:
            self.layout.close()
        super().close()

    def say_ended(self) -> None:
        """Tell the pages that the kernel ends, and nothing more."""
        if self._over or not (self._faces or self._channel).awaited:
            return
        self._joint.flush()
        self._over = True
        self._to_pages({"op": "ended"})

    def retire(self) -> None:
        """The lesson was left: close it, unless a page shows it, which then says so."""
        if not (self._faces or self._channel).awaited:
            self.close()

    def refer_to_code(self) -> None:
        """Refer to the code as it is now."""
        self._code = list(references(files_of(self.kind_)).values())
        self._extras = list(references(extras_of(self.kind_)).values())

    def reload(self) -> None:
        """Have each page run the code that is referred to: a changed `_esm` is run anew."""
        if not self.closed:
            codes = " ".join([*self._code, *self._extras])
            self._esm = f"{bundle('loader')}\n// {codes}"

    @property
    def closed(self) -> bool:
        """True if it was closed and can no longer be shown."""
        return self._over or (self.comm is None and not self._client.viewer)

    def __repr__(self) -> str:
        parts = [repr(self.course), "closed" if self.closed else self._client.view().state]
        with suppress(EduWidgetsError):  # a forked child may look, but has no lesson
            parts += filter(None, [self._contents()])
        return f"{type(self).__name__}({', '.join(parts)})"

    def _contents(self) -> str:
        """Return how much it holds, for its repr: `3 polls`."""
        return ""

    def _display_(self) -> object:
        """Show it in marimo, where running a cell again has closed what the cell had opened."""
        self.reopen()
        self.refer_to_code()
        return hosts.marimo_view(self)

    def offer_code(self) -> None:
        """Send its code soon without being asked, if the cell still runs and no page can ask."""
        if not self._beside_cells:
            self._on_network(lambda: self._client.later(_UNASKED, self._offer))

    def _offer(self) -> None:
        if cell_is_running() and not self.closed and not (self._faces or self._channel).awaited:
            self._hand_out([*self._code, *self._extras])

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[Json, Json] | None:
        self.reopen()
        self.refer_to_code()
        self.offer_code()
        of_base = getattr(super(), "_repr_mimebundle_", None)
        shown = hosts.early_view(self.model_id) if of_base is None else of_base(**kwargs)
        if shown is None:
            return None
        data, metadata = shown
        return {**data, **fallback(self.kind, self.course, self.options["lang"])}, metadata

    @traitlets.validate("options")
    def _check_options(self, proposal: dict[str, Any]) -> dict[str, Any]:
        return checked(proposal["value"])

    # -- from the pages (any thread) -----------------------------------------------------------

    def _received(self, _: object, content: object, buffers: object) -> None:
        """Pass a page's message to the face of the page's viewer."""
        try:
            if not isinstance(content, dict):
                _log.warning("A message of a page was ignored: it is no object.")
                return
            if isinstance(buffers, list) and buffers:
                content = content | {"data": bytes(buffers[0])}
            page, sender = content.get("page"), comms.sender()
            if content.get("op") == "code":  # no secret: the same for whoever looks
                self._hand_out(content.get("codes"))
            elif self._faces is not None and isinstance(page, str) and is_id(page):
                self._faces.take(page, sender.session if sender is not None else "", content)
            else:
                self._take(content)
        except Exception:  # noqa: BLE001 - reported; a handler must not raise into the kernel
            _log.exception("A message of a page could not be handled.")
        if self._held_back is not None:
            self._held_back.send_all(self._client, self._to_pages)

    def _take(self, content: Json) -> None:
        self._note_thread()
        self._messages.take(content)

    def _note_thread(self) -> None:
        beside = comms.beside_cells()
        if beside != self._beside_cells:
            self._beside_cells = beside
            self._on_network(self._channel.changed)

    def _standing(self) -> Json:
        viewer = self._company.told(self._client.viewer)
        fields = lesson_fields(self._client, subshells=self._beside_cells, viewer=viewer)
        return fields if self._held_back is None else {**fields, "asks": ASK_EVERY}

    @on_intent("lesson.retry")
    def _retry_now(self, _: Intent) -> None:
        self._client.retry_now()

    # -- to the pages ------------------------------------------------------------------------------

    def _on_event(self, event: CourseEvent) -> None:
        try:
            self._heard(event)
        except Exception:  # noqa: BLE001 - it must not end the network thread
            level = logging.DEBUG if self._reported else logging.ERROR
            self._reported = True
            _log.log(level, "%r missed something (reported once).", self, exc_info=True)

    def _reply(self, message: Json) -> None:
        # After what was asked for has been written, and by whoever has written it: a handler
        # that stayed to tell would compete with it for the interpreter.
        try:
            self._client.on_network(lambda: self._channel.reply(message))
        except Exception:  # noqa: BLE001 - the lesson is closed or the process ends
            self._channel.reply(message)

    def _push(self, message: Json, viewer: str = "") -> None:
        if self._over or sys.is_finalizing():
            return
        if self._client.viewer:
            self._outlet(message)
            return
        if inside.is_closed(self.comm):
            self._channel.forget()
            return
        self._joint.push(viewer, as_sent(message))

    def _to_pages(self, message: Json) -> None:
        if self._held_back is not None and self._held_back.keeps(message):
            return
        message = with_buffers(message, self.packs_)
        with self._as_opened():
            if "buffers" in message:
                content = {key: value for key, value in message.items() if key != "buffers"}
                comms.push_buffers(self._pages, content, message["buffers"])
            else:
                comms.push(self._pages, message)

    def _hand_out(self, codes: object) -> None:
        for message in answers(self.kind_, codes):
            self._to_pages(message)

    def _watching(self) -> int:
        return self._faces.watching if self._faces is not None else 1

    def _later(self, delay: float, fn: Callable[[], None]) -> None:
        self._client.on_network(lambda: self._client.later(delay, fn))

    def _on_network(self, fn: Callable[[], object]) -> None:
        self._channel.on_network(fn)
