"""Notes as the pages get them: docs/widget-protocol.md, *Notes*."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.nodes import to_nodes
from edu_widgets.notebook.stream import Json, Window
from edu_widgets.notebook.versions import Versions
from edu_widgets.notes.commands import SHARING
from edu_widgets.notes.documents import SharedNote, shared_id
from edu_widgets.notes.item import NoteItem
from edu_widgets.notes.mirror import Notebook

MINE = "mine"
"""The collection of one's own notes."""

CLASS = "class"
"""The collection of the notes that are shared with the class, by the ids of their documents."""

ROOM = "room"
"""The collection with the single document of what is offered here."""


class NotesContent:
    """Notes as documents for the pages. Any thread.

    Their `rev` grows whenever their rendering changes.
    """

    def __init__(self, client: CourseClient, notebook: Notebook) -> None:
        self._client = client
        self._notebook = notebook
        self._versions = {MINE: Versions(), CLASS: Versions(), ROOM: Versions()}

    # -- notebook.stream.Content ----------------------------------------------------------

    def windows(self) -> Mapping[str, Window]:
        """Return the collections as a page begins with them."""
        mirror, kind = self._client.mirror(), SharedNote.kind
        return {
            MINE: Window(self._all(MINE)),
            CLASS: Window(self._all(CLASS), mirror.floor(kind), mirror.more(kind)),
            ROOM: Window(self._all(ROOM)),
        }

    def read(self, collection: str, ids: Iterable[str]) -> tuple[list[Json], list[str]]:
        """Return these documents in their current state, and the ids of missing ones."""
        wanted = dict.fromkeys(ids)
        found = [doc for doc in self._all(collection) if doc["id"] in wanted]
        gone = list(wanted.keys() - {doc["id"] for doc in found})
        self._versions[collection].forget(gone)
        return found, gone

    def older(self, collection: str, before: int) -> Window:
        """Return the loaded notes of the class that were born before `before`."""
        del collection
        mirror, kind = self._client.mirror(), SharedNote.kind
        docs = [doc for doc in self._all(CLASS) if doc["born"] < before]
        return Window(docs, min(before, mirror.floor(kind)), mirror.more(kind))

    # -- what differs ------------------------------------------------------------------------

    def changed(self) -> dict[str, list[str]]:
        """Return the ids of the documents whose rendering has changed, by collection."""
        found = {}
        for name, versions in self._versions.items():
            held = versions.last()
            now = {doc["id"]: doc for doc in self._render(name)}
            found[name] = [id_ for id_ in {**held, **now} if held.get(id_) != now.get(id_)]
        return found

    # -- rendering ---------------------------------------------------------------------------

    def _all(self, collection: str) -> list[Json]:
        versions = self._versions[collection]
        return [versions.stamped(doc["id"], doc) for doc in self._render(collection)]

    def _render(self, collection: str) -> list[Json]:
        if collection == MINE:
            return [_own(note) for note in self._notebook.mine()]
        if collection == CLASS:
            return [doc for note in self._notebook.shared() if (doc := self._shared(note))]
        view, me = self._client.view(), self._client.me()
        offered = SHARING in view.features and not (self._client.base or view.readonly)
        can = (["write"] if offered else []) + (["remove"] if offered and me.is_staff else [])
        return [{"id": ROOM, "can": can, "at": self._notebook.position()}]

    def _shared(self, note: NoteItem) -> Json | None:
        id_ = shared_id(note.user_id, note.id)
        document = self._client.mirror().get(id_)
        if document is None:
            return None
        mine = note.user_id == self._client.me().user_id
        optional: Json = {
            "role": note.role if note.is_staff else None,
            "via": note.via,
            "likes": note.likes,
            "liked": note.liked,
            "mine": mine,
        }
        doc = {"id": id_, "born": document.born, "note": note.id, "user": note.user_id}
        doc |= {"name": note.user_name} | _common(note)
        return doc | {key: value for key, value in optional.items() if value}


def _own(note: NoteItem) -> Json:
    optional: Json = {
        "shared": note.shared,
        "state": note.state if note.state != "sent" else None,
        "error": note.error,
    }
    doc = {"id": note.id, "version": note.version} | _common(note)
    return doc | {key: value for key, value in optional.items() if value}


def _common(note: NoteItem) -> Json:
    doc: Json = {"at": _ms(note.created_at), "body": to_nodes(note.text)}
    if note.edited_at is not None:
        doc["edited"] = _ms(note.edited_at)
    if note.cell is not None:
        doc["cell"] = note.cell
    if note.minute is not None:
        doc["minute"] = _ms(note.minute)
    return doc


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
