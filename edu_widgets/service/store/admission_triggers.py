"""The people whom a change of admission concerns, told by the database itself.

Triggers of the writing connection, so that no statement is forgotten, whoever wrote it.
"""

import sqlite3
from collections.abc import Callable

_WATCHED = {
    "members": ("user", "name, role, voucher, linked"),
    "keys": ("user", "user, stored, server"),
    "removals": ("user", "user"),
}
"""By table: the column with the person, and the columns whose change concerns them."""


def add(db: sqlite3.Connection, touched: Callable[[str], None]) -> None:
    """Call `touched` with the id of each person that a statement concerns; "": with everybody.

    Also what is rolled back afterwards is told, within the transaction.
    """
    db.create_function("touched", 1, touched)
    for table, (person, columns) in _WATCHED.items():
        _trigger(db, table, "INSERT", f"NEW.{person}")
        _trigger(db, table, f"UPDATE OF {columns}", f"NEW.{person}")
        _trigger(db, table, "DELETE", f"OLD.{person}")
    _trigger(db, "doors", "UPDATE OF vouching", "''")
    _trigger(db, "doors", "INSERT", "''")


def _trigger(db: sqlite3.Connection, table: str, event: str, who: str) -> None:
    name = f"{table}_{event.split(maxsplit=1)[0].lower()}"
    db.execute(
        f"CREATE TEMP TRIGGER {name} AFTER {event} ON main.{table} BEGIN SELECT touched({who}); END"
    )
