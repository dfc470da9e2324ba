"""Simulated classmates: real members of the service whose lines are written beforehand."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass

from edu_widgets.chat.commands import AddReaction
from edu_widgets.chat.documents import ChatMessage, Message
from edu_widgets.client.course import CourseClient, CourseEvent
from edu_widgets.client.events import DocumentsChanged
from edu_widgets.protocol.errors import EduWidgetsError, Refused
from edu_widgets.protocol.ids import uuid7

LABEL = "(simulated)"


@dataclass(frozen=True, slots=True)
class Line:
    """Who says what; `who` is an index into the cast. `asks`: it stands among the questions."""

    who: int
    text: str
    asks: bool = False


CAST = ("Priya", "Deniz", "Emre", "Lina", "Tomás")

SCRIPT = (
    Line(0, "Good morning! Sound and screen are fine at the back."),
    Line(1, "Günaydın 👋"),
    Line(2, "Are we in `first-lesson-student.ipynb`?"),
    Line(0, "Yes, the first cell only needs running."),
    Line(3, "I think it prints `[1, 2, 3]`, because only `b` was changed."),
    Line(1, "I expected `[1, 2, 3]` too. Why does `a` change when I never touch it?"),
    Line(
        0,
        "Look at this, they are the same object:\n\n```python\na = [1, 2, 3]\nb = a\n"
        "print(a is b)   # True\n```",
    ),
    Line(2, "Türkçesi: `b = a` yeni bir liste yapmaz, aynı listeye ikinci bir ad verir."),
    Line(4, "So `b = a[:]` would be a copy?"),
    Line(3, "It is for me:\n\n```python\nb = a[:]\nb.append(4)\na            # [1, 2, 3]\n```"),
    Line(4, "And what about a list **inside** a list?", asks=True),
    Line(1, "`copy.deepcopy`, says the documentation. Is that slow?"),
    Line(0, "Only if the list is large, I would guess. Try `%timeit`."),
    Line(2, "> Is that slow?\n\nFor ten elements: 4 µs here. A slice takes 90 ns."),
    Line(3, "Good to know. Can we see both on the screen, please?"),
    Line(4, "My kernel was restarting for a minute, but the chat is all still here. Nice."),
)

ANSWERS = (
    "Good question, I was wondering too.",
    "Same here.",
    "Could you show the cell as well?",
    "👍",
)


REACTIONS = ("👍", "👍", "🎉", "🤔", "❤️")


class Classmates:
    """Sends the script, a line every few seconds, and answers people now and then.

    Line after line until the script ends; then only answers. Stops by `stop`.
    """

    def __init__(
        self,
        members: list[CourseClient],
        rng: random.Random,
        pause: tuple[float, float] = (4.0, 9.0),
    ) -> None:
        self._members = members
        self._ids = {member.me().user_id for member in members}
        self._rng = rng
        self._pause = pause
        self._stopped = threading.Event()
        self._answers: list[str] = []
        self._stop_listening: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._run, name="classmates", daemon=True)

    def start(self, first: int = 4) -> None:
        """Say the first lines at once, so that nobody meets an empty room; then go on slowly."""
        for line in SCRIPT[:first]:
            self._say(line)
        self._next = first
        self._stop_listening = self._members[0].listen(self._heard)
        self._thread.start()

    def stop(self) -> None:
        """Fall silent and leave."""
        self._stop_listening()
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(5.0)
        for member in self._members:
            member.close()

    def _heard(self, event: CourseEvent) -> None:
        if not isinstance(event, DocumentsChanged) or not event.live:
            return
        for doc in event.upserted:
            if doc.kind == Message.kind and doc.born == doc.seq:
                message: Message = doc.as_(Message)
                if message.user_id not in self._ids and self._rng.random() < 0.6:  # noqa: PLR2004
                    self._answers.append(message.id)

    def _run(self) -> None:
        while not self._stopped.wait(self._rng.uniform(*self._pause)):
            if self._answers:
                reply_to = self._answers.pop()
                self._answers.clear()
                self._react(reply_to)
                who = self._rng.randrange(len(self._members))
                self._say(Line(who, self._rng.choice(ANSWERS)), reply_to)
            elif self._next < len(SCRIPT):
                self._say(SCRIPT[self._next])
                self._next += 1

    def _say(self, line: Line, reply_to: str | None = None) -> None:
        member = self._members[line.who % len(self._members)]
        id_ = uuid7()
        message = ChatMessage(id=id_, content=line.text, reply_to=reply_to, question=line.asks)
        self._send(member, "chat_message", message, id_)

    def _react(self, message_id: str) -> None:
        """Two of them react."""
        for member in self._rng.sample(self._members, min(2, len(self._members))):
            data = AddReaction(message_id, self._rng.choice(REACTIONS), member.me().user_id)
            self._send(member, "add_reaction", data)

    def _send(
        self, member: CourseClient, type_: str, data: ChatMessage | AddReaction, id_: str = ""
    ) -> None:
        id_ = id_ or uuid7()
        try:
            member.send(type_, data, id=id_).wait()
        except Refused:
            member.discard(id_)  # muted, or what they react to was deleted: they go on
        except EduWidgetsError:
            # The service is gone or going; a simulated line is not worth a message to people.
            self._stopped.set()
