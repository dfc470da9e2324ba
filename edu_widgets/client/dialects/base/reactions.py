"""My own reactions, as the documents that a service of ours would write for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from edu_widgets.client.dialects.base.room import BaseRoom
from edu_widgets.client.sync.events import DocumentsChanged
from edu_widgets.client.sync.mirror import Mirror
from edu_widgets.protocol import Document
from edu_widgets.protocol.documents import body
from edu_widgets.protocol.messages import Changes

KIND = "own_reactions"


class OwnReactionDocuments:
    """Documents `own_reactions` in my own channels, which exist only in this process."""

    def __init__(self, me: str, new_id: Callable[[], str]) -> None:
        self._me = me
        self._new_id = new_id
        self._epoch = ""
        self._seq = 0
        self._mirrors: dict[str, Mirror] = {}
        self._docs: dict[str, Document] = {}
        self._emojis: dict[str, list[str]] = {}

    def begin(self, name: str, mirror: Mirror) -> bool:
        """Fill a channel's mirror; return True if it held documents of another service."""
        self._epoch = self._epoch or f"base-{self._new_id()}"
        self._mirrors[name] = mirror
        if mirror.cursor.epoch == self._epoch:
            return False
        held = mirror.cursor.epoch != ""
        docs = list(self._docs.values())
        mirror.apply(Changes(self._epoch, 0, self._seq, docs, reset=True))
        return held

    def end(self, name: str) -> None:
        """Stop filling a channel's mirror."""
        self._mirrors.pop(name, None)

    def follow(self, room: BaseRoom, changed: Iterable[str]) -> list[DocumentsChanged]:
        """Update my reactions to changed messages; return the events about them."""
        docs = [doc for id_ in changed if (doc := self._changed(room, id_)) is not None]
        if not docs:
            return []
        told = []
        for name, mirror in self._mirrors.items():
            frame = Changes(self._epoch, mirror.cursor.seq, self._seq, docs)
            applied = mirror.apply(frame)
            told.append(DocumentsChanged(name, applied.upserted, applied.removed, live=True))
        return told

    def drop(self, ids: Iterable[str]) -> None:
        """Drop the reactions to messages that are no longer held."""
        keys = [f"reactions:{id_}" for id_ in ids if self._emojis.pop(id_, None) is not None]
        for key in keys:
            del self._docs[key]
        for mirror in self._mirrors.values():
            mirror.drop(keys)

    def _changed(self, room: BaseRoom, id_: str) -> Document | None:
        emojis = room.reacted(self._me, id_)
        if emojis is None or emojis == self._emojis.get(id_, []):
            return None
        self._emojis[id_] = emojis
        self._seq += 1
        key = f"reactions:{id_}"
        old = self._docs.get(key)
        said = body({"messageId": id_, "emojis": emojis})
        doc = Document(key, KIND, old.born if old else self._seq, self._seq, said)
        self._docs[key] = doc
        return doc
