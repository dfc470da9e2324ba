"""Many documents of one command: written and read some by one statement, the rest one by one."""

import sqlite3

import msgspec
import pytest

from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import Refused
from edu_widgets.service.rules import DELETE, Get, Write
from edu_widgets.service.store import schema
from edu_widgets.service.store.reads import answer
from edu_widgets.service.store.writes import write

ROOM = "course:c"
IDS = [f"d{n}" for n in range(41)]


def kept(db: sqlite3.Connection, ids: list[str], kind: str = "chat_message") -> list[int]:
    """Write documents, and return their seqs."""
    items = [Write(ROOM, id_, kind, msgspec.Raw(b'{"n": 1}')) for id_ in ids]
    [change] = write(db, "c", items, author="ada", fingerprint=b"f", now=1)
    assert [doc.id for doc in change.docs] == ids
    return [doc.seq for doc in change.docs]


@pytest.fixture
def db() -> sqlite3.Connection:
    made = sqlite3.connect(":memory:", isolation_level=None)
    schema.make_tables(made)
    return made


def test_each_has_its_seq_and_keeps_where_it_was_born(db: sqlite3.Connection) -> None:
    assert kept(db, IDS) == list(range(1, 42))
    assert kept(db, IDS[::-1]) == list(range(42, 83))
    wanted = ["none", *IDS[20:], *IDS[:20]]
    found = answer(db, Get(ROOM, tuple(wanted)))
    assert [doc.id for doc in found] == wanted[1:]
    assert [(doc.born, doc.seq) for doc in found[:2]] == [(21, 62), (22, 61)]
    gone = [Write(ROOM, id_, "chat_message", DELETE) for id_ in IDS[:20]]
    write(db, "c", gone, author="ada", fingerprint=b"f", now=2)
    assert [doc.deleted for doc in answer(db, Get(ROOM, tuple(IDS[:21])))] == [True] * 20 + [False]


def test_one_among_them_that_is_of_another_kind_refuses_all(db: sqlite3.Connection) -> None:
    kept(db, IDS[7:8], "poll")
    with pytest.raises(Refused) as refused:
        kept(db, IDS)
    assert refused.value.code == Code.ID_CONFLICT
