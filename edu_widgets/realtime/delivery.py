"""Messages and events of a client, handed to the functions and loops that wait for them."""

from __future__ import annotations

import contextlib

import msgspec

from edu_widgets.client.runtime.threads import CallbackThread
from edu_widgets.notebook.callbacks import Callbacks
from edu_widgets.protocol.errors import Refused
from edu_widgets.realtime.messages import Message, MessageStream

_CONNECTION = ("connected", "disconnected", "reconnect_failed", "error")
"""Events of the client itself; a message of such a type calls no function."""


class Delivery:
    """The functions and streams of one client.

    Args:
        thread: The thread on which functions are called, one after the other.
    """

    def __init__(self, thread: CallbackThread) -> None:
        self.functions = Callbacks()
        self._thread = thread
        self._streams: list[MessageStream] = []

    def stream(self, type_: str | None) -> MessageStream:
        """Return a new stream of the messages of a type; None: of all types."""
        made = MessageStream(type_, self._forget)
        self._streams.append(made)
        return made

    def _forget(self, stream: MessageStream) -> None:
        with contextlib.suppress(ValueError):
            self._streams.remove(stream)

    def close(self) -> None:
        """End all streams."""
        for stream in tuple(self._streams):
            stream.close()

    def message(self, message: Message, *, known: bool) -> None:
        """Hand over a message; one of a type that is not `known` is an `unknown_message` too."""
        streams = tuple(self._streams)
        size = len(msgspec.json.encode(message.data)) if streams else 0
        for stream in streams:
            stream.take(message, size)
        if message.type == "error":
            text = message.data.get("message") if isinstance(message.data, dict) else None
            self.event("error", Refused(str(text or "The service reports an error.")))
            return
        if message.type in _CONNECTION:
            return
        if not known and not self.functions.on(message.type):
            self.event("unknown_message", message)
        self.event(message.type, message)
        if message.type == "chat_message":
            self.event("message", message)

    def event(self, name: str, *arguments: object) -> None:
        """Call the functions of an event."""
        for fn in self.functions.on(name):
            self._thread.call(fn, *arguments)
