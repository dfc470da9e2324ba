"""Verifiers of people's secrets, in SQLite.

Functions that write run in the writer's open transaction.
"""

import sqlite3

from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import refusal
from edu_widgets.protocol.proofs import Verifier
from edu_widgets.service.store import Known, ServiceKeys


def service(db: sqlite3.Connection) -> ServiceKeys:
    """Return the id and the signing key of the service that owns the store."""
    meta = dict(db.execute("SELECT key, value FROM meta WHERE key IN ('service', 'key')"))
    return ServiceKeys(meta["service"], bytes.fromhex(meta["key"]))


def add(db: sqlite3.Connection, user_id: str, key: Verifier, most: int | None = None) -> None:
    """Store a person's key; one that has `most` already loses the others."""
    (held,) = db.execute("SELECT count(*) FROM keys WHERE user = ?", (user_id,)).fetchone()
    if most is not None and held >= most:
        db.execute("DELETE FROM keys WHERE user = ?", (user_id,))
    row = (key.key_id, user_id, key.stored_key, key.server_key)
    db.execute("INSERT OR REPLACE INTO keys VALUES (?, ?, ?, ?)", row)


def known(db: sqlite3.Connection, key_id: str) -> Known | None:
    """Return the person with a key of this id."""
    row = db.execute("SELECT user, stored, server FROM keys WHERE id = ?", (key_id,)).fetchone()
    return None if row is None else Known(row[0], Verifier(key_id, row[1], row[2]))


def owner_of(db: sqlite3.Connection, key: Verifier) -> str | None:
    """Return the id of a key's owner; `None` for a new key.

    Raises:
        Refused: `ID_CONFLICT`: a key of another secret has its id.
    """
    found = known(db, key.key_id)
    if found is not None and not found.verifier.equals(key):
        raise refusal(Code.ID_CONFLICT, Code.ID_CONFLICT.meaning)
    return None if found is None else found.user_id


def replace(db: sqlite3.Connection, key_id: str, key: Verifier) -> None:
    """Replace a person's key, given by its id, by another one."""
    row = db.execute("DELETE FROM keys WHERE id = ? RETURNING user", (key_id,)).fetchone()
    if row is not None and owner_of(db, key) in (None, row[0]):
        add(db, row[0], key)


def use_nonce(db: sqlite3.Connection, nonce: bytes, now: int, until: int) -> bool:
    """Store a nonce until a time, and forget expired ones; false if it was used before."""
    db.execute("DELETE FROM nonces WHERE until < ?", (now,))
    done = db.execute("INSERT OR IGNORE INTO nonces VALUES (?, ?)", (nonce, until))
    return done.rowcount == 1


def take_over_secrets(db: sqlite3.Connection) -> None:
    """Turn an earlier version's hashes of secrets into keys, valid until their first use."""
    rows = db.execute("SELECT hash, user FROM secrets").fetchall()
    for digest, user in rows:
        add(db, user, Verifier.of_key(digest))
    db.execute("DROP TABLE secrets")
