"""Headlines of one feature's documents, for another to show among its own.

A feature makes headlines of its documents: of a chat message that names the reader, of a poll that
opens. Whoever composes the parts hands its source to whoever shows headlines; neither knows the
other. A headline is no copy on the service: it is made anew of the document, under the same id.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from edu_widgets.protocol import Document, is_id


@dataclass(frozen=True, slots=True)
class Headline:
    """Something happened in another feature.

    `kind` tells views which words to say it in; `title` says it in English. `at` is in ms since
    1970, `feature` and `target` (with its `born`) are where it leads.
    """

    id: str
    kind: str
    title: str
    text: str
    at: int
    feature: str
    target: str
    born: int = 0
    about: str = ""
    """The name of whom it is about, if it is about somebody."""


class NotificationSource(Protocol):
    """Makes headlines of documents of the course's or one's own channel. Any thread; no raising."""

    @property
    def documents(self) -> str:
        """The kind of documents it makes them of."""

    @property
    def seen_by(self) -> Collection[str]:
        """Kinds of documents that can tell that one was seen."""

    def headline(self, document: Document) -> Headline | None:
        """Return the headline of a document as it is now; None for none."""

    def seen(self, headline: Headline) -> bool:
        """Return True if the reader has seen the document that a headline is about."""


def headline_id(kind: str, *parts: object) -> str:
    """The id of a headline, the same in every kernel, so that it can be marked as read."""
    plain = "-".join(map(str, (kind, *parts)))
    return plain if is_id(plain) else f"{kind}-{sha256(plain.encode()).hexdigest()[:40]}"
