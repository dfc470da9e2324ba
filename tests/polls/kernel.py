"""A kernel's side of polls on the real rules: a client whose service is a `School`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.client.sync.commands import InPlaceOf
from edu_widgets.protocol import REGISTRY
from tests.in_memory.client import InMemoryClient
from tests.polls.school import School


class PollClient(InMemoryClient[School]):
    """One person's client: commands reach the school, and documents the mirrors, when told."""

    def send(
        self,
        type_: str,
        data: msgspec.Struct,
        *,
        channel: str | None = None,
        id: str | None = None,  # noqa: A002
        instead: InPlaceOf | None = None,
        register: Callable[[Receipt], Callable[[], object]] | None = None,
    ) -> Receipt:
        key = getattr(data, "outbox_key", None)
        if REGISTRY.commands[type_].latest and key is not None:
            for command in self.commands(type_):
                old: Any = msgspec.json.decode(command.data, type=type(data))
                if old.outbox_key() == key():
                    self.drop(command.id)
        return super().send(type_, data, channel=channel, id=id, instead=instead, register=register)
