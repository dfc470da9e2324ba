"""Blobs in an SQLite store. Every function but `read` runs in the writer's open transaction.

A blob belongs to one channel, and stays as long as a document of that channel names it.
"""

import sqlite3
from collections.abc import Sequence

from edu_widgets.protocol import Code
from edu_widgets.protocol.blobs import BlobRef
from edu_widgets.protocol.errors import refusal
from edu_widgets.service.store import NewBlob, StoredBlob

COURSE_BYTES = 200 * 1024 * 1024
"""Bytes of all blobs of one course."""

STUDENT_BYTES = 20 * 1024 * 1024
"""Bytes of all blobs of one student in a course, so that no one fills it for the others."""

MAX_PENDING = 16
"""Blobs of one student that no document names yet."""

PENDING_MS = 10 * 60 * 1000
"""Milliseconds for which a blob is kept that no document names."""

_RETRY_MS = 30_000
_GONE = "The picture is not there any more; add it again."
_UNNAMED = (
    "NOT EXISTS (SELECT 1 FROM blob_uses u WHERE u.channel = blobs.channel AND u.hash = blobs.hash)"
)


def put(db: sqlite3.Connection, new: NewBlob) -> None:
    """Keep a blob until a document names it; one that is there already is kept as long anew.

    Raises:
        Refused: `TOO_LARGE`: the course has no room for it; `RATE_LIMITED`: too many of a student's
            wait for their documents.
    """
    again = db.execute(
        "UPDATE blobs SET pending = ? WHERE channel = ? AND hash = ?",
        (new.now, new.channel, new.ref.hash),
    )
    if again.rowcount:
        return
    sweep(db, new.now)
    _check_room(db, new)
    row = (new.channel, new.course, new.author, *new.ref.content, new.now, new.data)
    db.execute(
        "INSERT INTO blobs (channel, course, author, hash, type, bytes, width, height, pending,"
        " data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        row,
    )


def _check_room(db: sqlite3.Connection, new: NewBlob) -> None:
    (total,) = db.execute(
        "SELECT total(bytes) FROM blobs WHERE course = ?", (new.course,)
    ).fetchone()
    if total + new.ref.bytes > COURSE_BYTES:
        text = (
            f"The pictures of {new.course} have {COURSE_BYTES >> 20} MiB, which is all there is "
            "room for. Delete messages with pictures first."
        )
        raise refusal(Code.TOO_LARGE, text)
    if new.unlimited:
        return
    own, waiting = db.execute(
        "SELECT total(bytes), total(pending > 0) FROM blobs WHERE course = ? AND author = ?",
        (new.course, new.author),
    ).fetchone()
    if own + new.ref.bytes > STUDENT_BYTES:
        text = f"Your pictures in {new.course} have {STUDENT_BYTES >> 20} MiB; delete some first."
        raise refusal(Code.TOO_LARGE, text)
    if waiting >= MAX_PENDING:
        text = "Too many pictures that no message shows; again in a moment."
        raise refusal(Code.RATE_LIMITED, text, _RETRY_MS)


def read(db: sqlite3.Connection, channel: str, hash_: str, user: str) -> StoredBlob | None:
    """Return a blob that a document names, or that `user` has sent themselves."""
    row = db.execute(
        f"SELECT type, data FROM blobs WHERE channel = ? AND hash = ? AND (author = ? OR NOT {_UNNAMED})",  # noqa: S608, E501 - ours
        (channel, hash_, user),
    ).fetchone()
    return StoredBlob(*row) if row else None


def name(
    db: sqlite3.Connection, channel: str, document: str, refs: Sequence[BlobRef], source: str
) -> None:
    """Note which blobs a document names from now on; what only it has named before goes.

    A blob that its channel has not is copied from the channel `source`.

    Raises:
        Refused: `NOT_FOUND`: neither has it; `INVALID`: it is described as it is not.
    """
    before = db.execute(
        "SELECT hash FROM blob_uses WHERE channel = ? AND document = ?", (channel, document)
    ).fetchall()
    for ref in refs:
        _check(db, channel, ref, source)
        db.execute(
            "INSERT OR IGNORE INTO blob_uses VALUES (?, ?, ?)", (channel, ref.hash, document)
        )
        db.execute(
            "UPDATE blobs SET pending = 0 WHERE channel = ? AND hash = ?", (channel, ref.hash)
        )
    left = {hash_ for (hash_,) in before} - {ref.hash for ref in refs}
    for hash_ in sorted(left):
        db.execute(
            "DELETE FROM blob_uses WHERE channel = ? AND hash = ? AND document = ?",
            (channel, hash_, document),
        )
        db.execute(
            f"DELETE FROM blobs WHERE channel = ? AND hash = ? AND pending = 0 AND {_UNNAMED}",  # noqa: S608 - ours
            (channel, hash_),
        )


def _check(db: sqlite3.Connection, channel: str, ref: BlobRef, source: str) -> None:
    described = "SELECT type, bytes, width, height FROM blobs WHERE channel = ? AND hash = ?"
    found = db.execute(described, (channel, ref.hash)).fetchone()
    if found is None and source != channel:
        db.execute(
            "INSERT INTO blobs (channel, hash, course, author, type, width, height, bytes, pending,"
            " data) SELECT ?, hash, course, author, type, width, height, bytes, 0, data FROM blobs"
            " WHERE channel = ? AND hash = ?",
            (channel, source, ref.hash),
        )
        found = db.execute(described, (channel, ref.hash)).fetchone()
    if found is None:
        raise refusal(Code.NOT_FOUND, _GONE)
    if (ref.hash, *found) != ref.content:
        raise refusal(Code.INVALID, "The picture is not as the message describes it.")


def destroy(db: sqlite3.Connection, channel: str) -> None:
    """Delete all blobs of a channel."""
    db.execute("DELETE FROM blobs WHERE channel = ?", (channel,))
    db.execute("DELETE FROM blob_uses WHERE channel = ?", (channel,))


def erase(db: sqlite3.Connection, course: str, user: str) -> None:
    """Delete the blobs of a person that nothing names, and forget whose the others were."""
    db.execute(
        f"DELETE FROM blobs WHERE course = ? AND author = ? AND {_UNNAMED}",  # noqa: S608 - ours
        (course, user),
    )
    db.execute("UPDATE blobs SET author = '' WHERE course = ? AND author = ?", (course, user))


def sweep(db: sqlite3.Connection, now: int) -> None:
    """Delete the blobs that no document has named in time."""
    late = "pending > 0 AND (pending < ?1 OR pending > ?2)"  # or of a clock that was ahead
    times = (now - PENDING_MS, now + PENDING_MS)
    db.execute(f"DELETE FROM blobs WHERE {late} AND {_UNNAMED}", times)  # noqa: S608 - ours
    db.execute(f"UPDATE blobs SET pending = 0 WHERE {late}", times)  # noqa: S608 - ours
