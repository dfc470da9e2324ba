"""Requests of pages: each intent is confirmed, acts once, and is refused with a sentence."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from edu_widgets.notebook.stream import Json
from edu_widgets.protocol import Code, is_id
from edu_widgets.protocol.errors import (
    EduWidgetsError,
    InvalidArgument,
    MessageTooLong,
    NotConnected,
    OutboxFull,
    Refused,
)

T = TypeVar("T")
H = TypeVar("H", bound=Callable[..., None])

_log = logging.getLogger(__name__)

_REMEMBERED = 2_000

_CODES: tuple[tuple[type[EduWidgetsError], Code], ...] = (
    (MessageTooLong, Code.TOO_LARGE),
    (InvalidArgument, Code.INVALID),
    (OutboxFull, Code.UNAVAILABLE),
    (NotConnected, Code.UNAVAILABLE),
)


@dataclass(frozen=True, slots=True)
class Intent:
    """One intent of one page, as it came: `args` are anybody's JSON."""

    page: str
    id: str
    do: str
    args: Mapping[str, Any]

    def text(self, name: str) -> str:
        """An argument that has to be a string.

        Raises:
            InvalidArgument: it is missing or something else; so for the others.
        """
        return str(self._needed(name, "a string", lambda value: isinstance(value, str)))

    def id_of(self, name: str) -> str:
        """An argument that has to be an id."""
        return str(self._needed(name, "an id", lambda v: isinstance(v, str) and is_id(v)))

    def number(self, name: str) -> int:
        """An argument that has to be a whole number, 0 or more."""
        return int(self._needed(name, "a whole number", lambda v: type(v) is int and v >= 0))

    def switch(self, name: str = "on") -> bool:
        """An argument that has to be true or false."""
        return bool(self._needed(name, "true or false", lambda value: isinstance(value, bool)))

    def _needed(self, name: str, kind: str, fits: Callable[[Any], bool]) -> Any:
        value = self.args.get(name)
        if not fits(value):
            raise InvalidArgument(f"{self.do} needs {name!r}, {kind}.")
        return value

    def read(self, type_: type[T]) -> T:
        """All arguments as a struct.

        Raises:
            InvalidArgument: they have another form.
        """
        try:
            return msgspec.convert(dict(self.args), type_)
        except (msgspec.ValidationError, RecursionError) as error:
            raise InvalidArgument(f"{self.do}: {error}.") from error


Handler = Callable[[Intent], None]
"""Does what an intent asks for, or only enqueues it: it may run while a cell does."""


def on_intent(do: str) -> Callable[[H], H]:
    """Mark a method, which takes an `Intent`, as the handler of those that ask to `do` this."""

    def mark(method: H) -> H:
        method.__dict__["intent"] = do
        return method

    return mark


def handlers_of(*sources: object) -> dict[str, Handler]:
    """Return the methods of `sources` that are marked with `on_intent`, by their intents."""
    return {
        method.__dict__["intent"]: getattr(source, name)
        for source in sources
        for kind in type(source).__mro__
        for name, method in vars(kind).items()
        if "intent" in getattr(method, "__dict__", ())
    }


class PageRequests:
    """Receives a widget's intents, in any thread and as often as they come."""

    def __init__(self, handlers: Mapping[str, Handler], reply: Callable[[Json], None]) -> None:
        self._handlers = dict(handlers)
        self._reply = reply
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, Json | None] = OrderedDict()

    def receive(self, content: Mapping[str, Any], objection: Refused | None = None) -> None:
        """Take one `intent` message. Never raises; what cannot be answered is logged.

        With an `objection` it is refused, and not done.
        """
        intent = self._read(content)
        if intent is None:
            _log.warning("A malformed intent of a page was ignored.")
            return
        first, refusal = self._remember(intent.id)
        if first:
            refusal = self._act(intent, objection)
        self._reply({"op": "got", "to": intent.page, "ids": [intent.id]})
        if refusal is not None:
            self._reply({"op": "refused", "to": intent.page, "id": intent.id, **refusal})

    def refuse(self, intent: Intent, error: EduWidgetsError) -> None:
        """Refuse an intent later, once it has turned out that it cannot be done."""
        refusal = {"code": int(_code(error)), "message": str(error)}
        self._reply({"op": "refused", "to": intent.page, "id": intent.id, **refusal})

    @staticmethod
    def _read(content: Mapping[str, Any]) -> Intent | None:
        page, id_, do = content.get("page"), content.get("id"), content.get("do")
        args = content.get("args")
        if not isinstance(page, str) or not isinstance(id_, str) or not isinstance(do, str):
            return None
        if not is_id(page) or not is_id(id_):
            return None
        return Intent(page, id_, do[:64], args if isinstance(args, dict) else {})

    def _remember(self, id_: str) -> tuple[bool, Json | None]:
        """Note an id; return True if it is new, and the refusal it got if it is not."""
        with self._lock:
            if id_ in self._seen:
                self._seen.move_to_end(id_)
                return False, self._seen[id_]
            self._seen[id_] = None
            while len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)
            return True, None

    def _act(self, intent: Intent, objection: Refused | None) -> Json | None:
        """Do it; what to refuse it with, if it cannot be done."""
        try:
            handler = self._handlers.get(intent.do)
            if handler is None:
                msg = f"This kernel does not know {intent.do!r}. Restart it to use the new version."
                raise Refused(msg, Code.UNKNOWN_TYPE)  # noqa: TRY301 - one way out
            if objection is not None:
                raise objection  # noqa: TRY301 - one way out
            handler(intent)
        except EduWidgetsError as error:
            refusal: Json = {"code": int(_code(error)), "message": str(error)}
        except Exception:  # noqa: BLE001 - reported; the page learns that it failed
            _log.exception("The intent %s of a page failed.", intent.do)
            message = "Something went wrong in the kernel; its log tells what."
            refusal = {"code": int(Code.UNAVAILABLE), "message": message}
        else:
            return None
        with self._lock:
            if intent.id in self._seen:
                self._seen[intent.id] = refusal
        return refusal


def _code(error: EduWidgetsError) -> int:
    if isinstance(error, Refused):
        return error.code
    return next((code for kind, code in _CODES if isinstance(error, kind)), Code.UNAVAILABLE)
