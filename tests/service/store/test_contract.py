"""The contract of every store."""

import asyncio
import threading
from dataclasses import replace

import msgspec
import pytest

from edu_widgets.chat.documents import WINDOW
from edu_widgets.protocol import REGISTRY, Code, Cursor, Document
from edu_widgets.protocol.errors import IdConflict, Refused, TooLate
from edu_widgets.protocol.proofs import Verifier
from edu_widgets.protocol.registry import DocumentKind
from edu_widgets.service.config import ChannelConfig
from edu_widgets.service.rules import Decision, Erasure, Get, Person, Request, RuleRun, Write
from edu_widgets.service.store import (
    MAX_BEHIND,
    PAGE_BYTES,
    Catchup,
    Committed,
    Known,
    LinkCode,
    Newcomer,
    Store,
    StoredInvite,
)
from tests.waiting import PATIENCE

from .conftest import OpenStore
from .rules import (
    ADA,
    BOB,
    CHANNEL,
    Put,
    ask,
    broken,
    burn,
    count_newest,
    increment,
    put,
    refuse,
    whisper,
)


def docs(catchup: Catchup) -> list[Document]:
    return [doc for frame in catchup.frames for doc in frame.docs]


async def since(store: Store, seq: int, channel: str = CHANNEL, **floors: int) -> Catchup:
    head = await store.heads(channel)
    return await store.changes_since(channel, Cursor(head.epoch, seq), floors)


# -- committing -----------------------------------------------------------------


async def test_documents_get_consecutive_numbers_and_keep_the_first(store: Store) -> None:
    first = await store.commit(ask("1", ("a", 1), ("b", 1)), put)
    second = await store.commit(ask("2", ("a", 2)), put)
    assert (first.seq, second.seq) == (2, 3)
    (change,) = second.changes
    assert (change.prev, change.seq) == (2, 3)
    assert (change.docs[0].born, change.docs[0].seq) == (1, 3)
    assert change.docs[0].body == msgspec.Raw(b'{"value":2}')


async def test_one_commit_changes_several_channels_at_once(store: Store) -> None:
    await store.commit(ask("0", ("z", 0)), put)
    data = Put([("staff:c", "a", "k", None), (CHANNEL, "a", "k", 1), (CHANNEL, "b", "k", 1)])
    request = Request("c", CHANNEL, ADA, "put", data, "1", 1, ChannelConfig())
    done = await store.commit(request, put)
    assert done.seq == 3
    assert {c.channel: (c.prev, c.seq) for c in done.changes} == {
        "staff:c": (0, 1),
        CHANNEL: (1, 3),
    }


async def test_a_refusal_changes_nothing(store: Store) -> None:
    with pytest.raises(TooLate):
        await store.commit(ask("1", ("a", 1)), refuse)
    assert (await store.heads(CHANNEL)).seq == 0


async def test_a_rules_bug_harms_no_other_command(store: Store) -> None:
    results = await asyncio.gather(
        store.commit(ask("1", ("a", 1)), put),
        store.commit(ask("2", ("b", 1)), broken),
        store.commit(ask("3", ("c", 1)), put),
        return_exceptions=True,
    )
    assert isinstance(results[1], Refused)
    assert results[1].code == Code.INTERNAL
    assert [r.seq for r in results if isinstance(r, Committed)] == [1, 2]


async def test_rules_see_each_others_writes(store: Store) -> None:
    await asyncio.gather(*(store.commit(ask(f"{i}"), increment) for i in range(50)))
    (doc,) = docs(await store.changes_since(CHANNEL, None, {}))
    assert msgspec.json.decode(doc.body) == {"value": 50}


async def test_a_rule_scans_without_tombstones(store: Store) -> None:
    await store.commit(ask("1", ("a", 1), ("b", 1), ("c", 1), ("d", 1)), put)
    await store.commit(ask("2", ("d", None)), put)
    done = await store.commit(ask("3"), count_newest)
    assert msgspec.json.decode(done.changes[0].docs[0].body) == ["b", "c"]


async def test_listeners_hear_every_commit_in_order_and_before_its_answer(store: Store) -> None:
    heard: list[int] = []
    stop = store.listen(lambda commit: heard.append(commit.seq))

    async def one(number: int) -> None:
        done = await store.commit(ask(f"{number}", (f"d{number}", 1)), put)
        assert done.seq in heard

    await asyncio.gather(*(one(i) for i in range(300)))
    assert heard == list(range(1, 301))
    stop()
    await store.commit(ask("x", ("x", 1)), put)
    assert len(heard) == 300


# -- the same command again -------------------------------------------------------


async def test_a_repeated_command_gets_its_first_answer(store: Store) -> None:
    await store.commit(ask("1", ("a", 1)), put)
    await store.commit(ask("2", ("b", 1)), put)
    again = await store.commit(ask("1", ("a", 1)), put)
    assert (again.seq, again.replayed, again.changes) == (1, True, ())
    assert (await store.heads(CHANNEL)).seq == 2


async def test_both_copies_at_once_count_once(store: Store) -> None:
    copies = await asyncio.gather(*(store.commit(ask("1"), increment) for _ in range(5)))
    assert sorted(c.replayed for c in copies) == [False, True, True, True, True]
    assert (await store.heads(CHANNEL)).seq == 1


async def test_an_id_with_other_content_is_a_conflict(store: Store) -> None:
    await store.commit(ask("1", ("a", 1)), put)
    with pytest.raises(IdConflict):
        await store.commit(ask("1", ("a", 2)), put)


async def test_a_document_never_takes_the_place_of_one_of_another_kind(store: Store) -> None:
    await store.commit(ask("1", ("a", 1)), put)
    for value in (2, None):
        other = ask("2", ("a", 1))
        data = Put([(CHANNEL, "before", "k", 1), (CHANNEL, "a", "other", value)])
        with pytest.raises(IdConflict):
            await store.commit(replace(other, data=data), put)
    page = await store.page(CHANNEL, "k", None, 10)
    assert [(doc.id, doc.kind) for doc in page.docs] == [("a", "k")]


async def test_people_do_not_share_ids(store: Store) -> None:
    await store.commit(ask("1", ("a", 1)), put)
    done = await store.commit(ask("1", ("b", 1), user=BOB), put)
    assert not done.replayed


async def test_a_creation_is_recognised_for_ever(store: Store) -> None:
    await store.commit(ask("m1", ("m1", 1)), put)
    await store.commit(ask("2", ("m1", None)), put)
    await store.sweep(10**12, tombstones_before=0)
    again = await store.commit(ask("m1", ("m1", 1)), put)
    assert (again.seq, again.replayed) == (1, True)
    with pytest.raises(IdConflict):
        await store.commit(ask("m1", ("m1", 2)), put)
    with pytest.raises(IdConflict):
        await store.commit(ask("m1", ("m1", 1), user=BOB), put)


async def test_a_command_that_is_not_remembered_runs_again(store: Store) -> None:
    await store.commit(ask("1", ("a", 1)), whisper)
    again = await store.commit(ask("1", ("a", 1)), whisper)
    assert (again.seq, again.replayed) == (2, False)


# -- channels nobody reads ----------------------------------------------------------

HIDDEN = "vault:c:p1"


async def test_a_hidden_channel_is_kept_like_any_other(store: Store) -> None:
    await store.commit(ask("1", ("a", 1), channel=HIDDEN), put)
    page = await store.page(HIDDEN, "k", None, 10)
    assert [doc.id for doc in page.docs] == ["a"]


async def test_a_destroyed_channel_is_gone_without_a_tombstone(store: Store) -> None:
    await store.commit(ask("1", ("a", 1), ("b", 2), channel=HIDDEN), put)
    await store.commit(ask("2", ("a", 1)), put)
    heard: list[Committed] = []
    store.listen(heard.append)
    done = await store.commit(burning(HIDDEN), burn)
    assert {c.channel for c in done.changes} == {CHANNEL}
    assert heard == [done]
    assert (await store.page(HIDDEN, "k", None, 10)).docs == []
    assert (await store.heads(HIDDEN)).seq == 0
    assert [doc.id for doc in (await store.page(CHANNEL, "k", None, 10)).docs] == ["a"]
    again = await store.commit(burning(HIDDEN), burn)
    assert again.replayed
    await store.commit(ask("4", ("a", 1), channel=HIDDEN), put)
    assert (await store.heads(HIDDEN)).seq == 1


def burning(channel: str) -> Request[Put]:
    data = Put([(channel, "", "", None)])
    return Request("c", CHANNEL, ADA, "put", data, "burn", 1_000, ChannelConfig())


async def test_what_is_not_signed_is_nobodys(store: Store) -> None:
    await store.commit(ask("1", ("a", 1), channel=HIDDEN), whisper)
    await store.commit(ask("2", ("b", 1), channel=HIDDEN), put)
    assert await store.erase("c", ADA.id, now=9) == 1
    page = await store.page(HIDDEN, "k", None, 10)
    assert [doc.id for doc in page.docs] == ["a"]


# -- catching up ----------------------------------------------------------------


async def test_a_first_join_is_a_reset_without_tombstones(store: Store) -> None:
    await store.commit(ask("1", ("a", 1), ("b", 1)), put)
    await store.commit(ask("2", ("a", None)), put)
    caught = await store.changes_since(CHANNEL, None, {})
    (frame,) = caught.frames
    assert (frame.reset, frame.prev, frame.seq) == (True, 0, 3)
    assert [d.id for d in frame.docs] == ["b"]


async def test_an_empty_channel_resets_to_nothing(store: Store) -> None:
    caught = await store.changes_since("course:empty", None, {})
    assert [(f.reset, f.prev, f.seq, f.docs) for f in caught.frames] == [(True, 0, 0, [])]
    assert caught.epoch


async def test_at_the_head_there_is_nothing_to_say(store: Store) -> None:
    await store.commit(ask("1", ("a", 1)), put)
    assert (await since(store, 1)).frames == ()


async def test_a_cursor_gets_what_changed_after_it_once_and_in_order(store: Store) -> None:
    await store.commit(ask("1", ("a", 1), ("b", 1), ("c", 1)), put)
    await store.commit(ask("2", ("a", 2)), put)
    await store.commit(ask("3", ("c", None)), put)
    caught = await since(store, 1)
    assert [(d.id, d.seq, d.deleted) for d in docs(caught)] == [
        ("b", 2, False),
        ("a", 4, False),
        ("c", 5, True),
    ]
    assert (caught.frames[0].prev, caught.frames[-1].seq) == (1, 5)
    assert not caught.frames[0].reset


async def test_windows_hold_the_newest_and_name_their_floor(store: Store) -> None:
    for n in range(WINDOW + 5):
        await store.commit(ask(f"m{n}", (f"m{n}", n), kind="message"), put)
    await store.commit(ask("p", ("p", 1), kind="poll"), put)
    (frame,) = (await store.changes_since(CHANNEL, None, {})).frames
    assert frame.floors == {"message": 6}
    assert len([d for d in frame.docs if d.kind == "message"]) == WINDOW
    assert [d.born for d in frame.docs][:1] == [6]
    assert frame.docs[-1].id == "p"


async def test_what_comes_to_life_again_is_in_the_window_of_what_changed_last(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = DocumentKind("poll", Put, window=5, recent=True)
    monkeypatch.setitem(REGISTRY.documents, "poll", kind)
    for n in range(8):
        await store.commit(ask(f"p{n}", (f"p{n}", n), kind="poll"), put)
    await store.commit(ask("again", ("p0", 9), kind="poll"), put)
    (frame,) = (await store.changes_since(CHANNEL, None, {})).frames
    assert [doc.id for doc in frame.docs] == ["p4", "p5", "p6", "p7", "p0"]
    assert frame.floors == {}, "so that an older one is seen as soon as it changes"
    await store.commit(ask("more", ("p1", 9), kind="poll"), put)
    later = await store.changes_since(CHANNEL, Cursor(frame.epoch, frame.seq), {})
    assert [doc.id for doc in docs(later)] == ["p1"]


async def test_a_change_below_a_mirrors_window_is_left_out(store: Store) -> None:
    await store.commit(ask("1", ("m1", 1), ("m2", 1), kind="message"), put)
    await store.commit(ask("2", ("m1", 2), ("m2", 2), kind="message"), put)
    caught = await since(store, 2, message=2)
    assert [d.id for d in docs(caught)] == ["m2"]
    assert caught.frames[-1].seq == 4


@pytest.mark.parametrize(("behind", "reset"), [(MAX_BEHIND, False), (MAX_BEHIND + 1, True)])
async def test_too_far_behind_is_a_reset(store: Store, behind: int, reset: bool) -> None:
    await store.commit(ask("0", ("first", 1)), put)
    await store.commit(ask("1", *((f"d{n}", n) for n in range(behind))), put)
    assert (await since(store, 1)).frames[0].reset is reset


async def test_big_catchups_come_in_pages(store: Store) -> None:
    def big(request: Request[Put]) -> RuleRun:
        yield from ()
        return Decision([Write(request.channel, f"b{n}", "k", "x" * 60_000) for n in range(20)])

    await store.commit(ask("1"), big)
    caught = await since(store, 0)
    assert len(caught.frames) > 3
    prev = 0
    for frame in caught.frames:
        assert frame.prev == prev
        assert sum(len(d.body) for d in frame.docs) <= PAGE_BYTES
        prev = frame.seq
    assert prev == 20
    assert len(docs(caught)) == 20


async def test_another_epoch_is_a_reset(store: Store) -> None:
    await store.commit(ask("1", ("a", 1)), put)
    caught = await store.changes_since(CHANNEL, Cursor("other", 1), {})
    assert caught.frames[0].reset


async def test_a_cursor_ahead_begins_a_new_history_once(store: Store) -> None:
    await store.commit(ask("1", ("a", 1)), put)
    before = await store.heads(CHANNEL)
    caught = await store.changes_since(CHANNEL, Cursor(before.epoch, 99), {})
    assert caught.frames[0].reset
    assert caught.epoch != before.epoch
    again = await store.changes_since(CHANNEL, Cursor(caught.epoch, 99), {})
    assert again.frames[0].reset
    assert again.epoch == caught.epoch, "a forged cursor must not reset the class again"


async def test_below_a_swept_tombstone_is_a_reset(store: Store) -> None:
    await store.commit(ask("1", ("a", 1), ("b", 1)), put)
    await store.commit(ask("2", ("a", None), now=5_000), put)
    await store.commit(ask("3", ("b", None), now=9_000), put)
    await store.sweep(9_000, tombstones_before=6_000)
    assert (await since(store, 2)).frames[0].reset
    kept = await since(store, 3)
    assert [(d.id, d.deleted) for d in docs(kept)] == [("b", True)]


async def test_a_store_opened_again_goes_on_with_its_history(reopen: OpenStore) -> None:
    store = await reopen()
    await store.commit(ask("1", ("a", 1)), put)
    before = await store.heads(CHANNEL)
    store = await reopen()
    assert await store.heads(CHANNEL) == before
    assert (await store.commit(ask("1", ("a", 1)), put)).replayed


async def test_pages_go_back_in_time(store: Store) -> None:
    await store.commit(ask("1", *((f"m{n}", n) for n in range(1, 8)), kind="message"), put)
    await store.commit(ask("2", ("m3", None), kind="message"), put)
    newest = await store.page(CHANNEL, "message", None, 3)
    assert [d.id for d in newest.docs] == ["m5", "m6", "m7"]
    assert (newest.floor, newest.more) == (5, True)
    older = await store.page(CHANNEL, "message", newest.floor, 3)
    assert [d.id for d in older.docs] == ["m1", "m2", "m4"]
    assert (older.floor, older.more) == (0, False)


# -- people ---------------------------------------------------------------------


async def test_a_name_taken_gets_a_number(store: Store) -> None:
    names = [
        (await store.enter("c", f"u{n}", name, "student")).name
        for n, name in enumerate(["Ada", "ada", "ＡDA", "Bob"])
    ]
    assert names == ["Ada", "ada (2)", "ＡDA (3)", "Bob"]
    assert (await store.enter("c", "u1", "Ada", "student")).name == "Ada (2)"
    assert (await store.enter("c", "u0", "Ada", "student")).name == "Ada"
    assert (await store.enter("other", "u9", "Ada", "student")).name == "Ada"


async def test_a_name_that_looks_like_one_taken_gets_a_number(store: Store) -> None:
    first, greek, cyrillic = "Ada", "\u0391da", "Ad\u0430"
    ordinary = ("\u041c\u0438\u0440\u0430", "Mupa", "\u039d\u03af\u03ba\u03bf\u03c2", "Nikos")
    named = [
        (await store.enter("c", f"u{number}", name, "student")).name
        for number, name in enumerate((first, greek, cyrillic, *ordinary))
    ]
    assert named[:3] == [first, f"{greek} (2)", f"{cyrillic} (3)"]
    assert named[3:] == list(ordinary)
    again = await store.enter("c", "u0", "Ada", "student")
    assert again.name == "Ada", "who was first keeps it"


async def test_secrets_roles_and_invites_are_kept(reopen: OpenStore) -> None:
    store = await reopen()
    key = Verifier.of("s3cret")
    await store.add_person("u1", key)
    await store.enter("c", "u1", "Ada", "student")
    await store.set_invite(StoredInvite("c", "K7QX4M2P", 5))
    held = await store.set_invite(StoredInvite("c", "AAAABBBB"), unless_good_at=4)
    assert held.code == "K7QX4M2P", "somebody else was first"
    store = await reopen()
    assert await store.known(key.key_id) == Known("u1", key)
    assert await store.known("0" * 32) is None
    changed = await store.set_role("c", "u1", "instructor")
    assert changed is not None
    assert (await store.memberships("u1"))["c"].role == "instructor"
    assert await store.set_role("c", "nobody", "instructor") is None
    assert await store.invite("c") == StoredInvite("c", "K7QX4M2P", 5)
    assert await store.invite("d") is None


async def test_a_store_says_which_service_it_is_of(reopen: OpenStore) -> None:
    first = await (await reopen()).service()
    again = await (await reopen()).service()
    assert (first.id == again.id, len(first.id)) == (True, 32)
    assert first.key != again.key
    assert first.key.hex() not in repr(first)


async def test_a_nonce_is_used_once(reopen: OpenStore) -> None:
    store = await reopen()
    assert await store.use_nonce(b"n", 1, 9)
    assert not await store.use_nonce(b"n", 1, 9)
    store = await reopen()
    assert not await store.use_nonce(b"n", 9, 20)
    assert await store.use_nonce(b"n", 10, 20), "it holds no more, so nobody asks"


async def test_another_key_takes_the_place_of_one(store: Store) -> None:
    old, new, others = (Verifier.of(secret) for secret in ("old", "new", "others"))
    await store.add_person("u1", old)
    await store.add_person("u2", others)
    await store.replace_key(old.key_id, new)
    assert await store.known(old.key_id) is None
    assert await store.known(new.key_id) == Known("u1", new)
    await store.replace_key(new.key_id, others)
    assert await store.known(others.key_id) == Known("u2", others), "nobody becomes another"
    await store.replace_key("0" * 32, new)
    assert await store.known("0" * 32) is None


async def test_who_joins_twice_with_one_key_is_one_person(store: Store) -> None:
    key = Verifier.of("s3cret")
    asked = [Newcomer("c", f"u{n}", "Ada", key) for n in range(5)]
    people = await asyncio.gather(*(store.admit(who) for who in asked))
    assert {(p.user_id, p.name) for p in people} == {(people[0].user_id, "Ada")}
    forged = replace(key, stored_key=b"x" * 32)
    with pytest.raises(IdConflict):
        await store.admit(Newcomer("c", "u9", "Eve", forged))


async def test_erasing_a_person_leaves_tombstones_and_tells_the_mirrors(store: Store) -> None:
    key = Verifier.of("s3cret")
    await store.add_person("u1", key)
    await store.enter("c", "u1", "Ada", "student")
    await store.commit(ask("1", ("a", 1)), put)
    await store.commit(ask("2", ("own", 1), channel="user:c:u1", user=BOB), put)
    await store.commit(ask("3", ("b", 1), user=BOB), put)
    heard: list[Committed] = []
    store.listen(heard.append)
    assert await store.erase("c", "u1", now=9) == 2
    assert {(c.channel, d.id, d.deleted) for e in heard for c in e.changes for d in c.docs} == {
        (CHANNEL, "a", True),
        ("user:c:u1", "own", True),
    }
    assert [d.id for d in docs(await store.changes_since(CHANNEL, None, {}))] == ["b"]
    assert await store.known(key.key_id) is None
    assert await store.memberships("u1") == {}


async def test_erasing_does_what_features_decide_in_the_same_commit(store: Store) -> None:
    await store.enter("c", ADA.id, ADA.name, ADA.role)
    await store.commit(ask("1", ("a", 1)), put)
    await store.commit(ask("2", ("b", 1), ("c", 1), user=BOB), put)
    heard: list[Committed] = []
    store.listen(heard.append)
    asked: list[Erasure] = []

    def forget(person: Erasure) -> RuleRun:
        asked.append(person)
        found = yield Get(CHANNEL, ("a", "b"))
        return Decision([Write(CHANNEL, doc.id, doc.kind, {"value": 7}) for doc in found])

    assert await store.erase("c", ADA.id, 9, [forget]) == 2
    assert asked == [Erasure("c", ADA.id, ADA.name, (CHANNEL,))]
    (change,) = heard[0].changes
    assert {doc.id: doc.deleted for doc in change.docs} == {"a": True, "b": False}


# -- searching --------------------------------------------------------------------


def even(body: bytes) -> bool:
    value: int = msgspec.json.decode(body)["value"]
    return value % 2 == 0


async def test_a_search_goes_from_the_newest_down(store: Store) -> None:
    many = [(f"d{n}", n) for n in range(600)]
    await store.commit(ask("1", *many), put)
    await store.commit(ask("2", ("d598", None)), put)
    found = await store.search(CHANNEL, "k", even, None, 3)
    assert [doc.id for doc in found.docs] == ["d596", "d594", "d592"]
    assert found.more
    more = await store.search(CHANNEL, "k", even, found.floor, 1_000)
    assert [doc.id for doc in more.docs] == [f"d{n}" for n in range(590, -1, -2)]
    assert (more.floor, more.more) == (0, False)
    assert (await store.search(CHANNEL, "other", even, None, 9)).docs == ()
    assert (await store.search("course:d", "k", even, None, 9)).docs == ()
    last = await store.search(CHANNEL, "k", even, 2, 1)
    assert ([doc.id for doc in last.docs], last.floor, last.more) == (["d0"], 0, False)


async def test_a_search_looks_only_so_far_and_says_where_to_go_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edu_widgets.service.store.readers.MAX_SEARCHED", 500)
    await store.commit(ask("1", *[(f"d{n}", 1) for n in range(900)], ("x", 2)), put)
    await store.commit(ask("2", *[(f"e{n}", 1) for n in range(899)]), put)
    found, asked = await store.search(CHANNEL, "k", even, None, 5), 1
    while not found.docs and found.more:
        found, asked = await store.search(CHANNEL, "k", even, found.floor, 5), asked + 1
    assert asked == 2
    assert [doc.id for doc in found.docs] == ["x"]
    assert found.more


async def test_a_search_that_takes_long_ends_where_it_is(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edu_widgets.service.store.readers.SEARCH_S", 0.0)
    await store.commit(ask("1", ("x", 2), *[(f"d{n}", 1) for n in range(300)]), put)
    found = await store.search(CHANNEL, "k", even, None, 5)
    assert (found.docs, found.more) == ((), True)
    more = await store.search(CHANNEL, "k", even, found.floor, 5)
    assert ([doc.id for doc in more.docs], more.more) == (["x"], False)


async def test_searches_hold_nobody_up(store: Store) -> None:
    await store.commit(ask("1", ("a", 1)), put)
    go = threading.Event()

    def patient(body: bytes) -> bool:
        assert go.wait(PATIENCE)
        return bool(body)

    searches = [asyncio.create_task(store.search(CHANNEL, "k", patient, None, 5)) for _ in range(4)]
    await asyncio.sleep(0)
    await store.commit(ask("2", ("b", 1)), put)
    assert (await store.heads(CHANNEL)).seq == 2
    assert len((await store.page(CHANNEL, "k", None, 5)).docs) == 2
    assert not any(search.done() for search in searches)
    go.set()
    assert all(found.docs for found in await asyncio.gather(*searches))


# -- what a write cannot do -----------------------------------------------------------


@pytest.mark.parametrize("gone", [False, True])
async def test_a_write_never_changes_a_documents_kind(store: Store, gone: bool) -> None:
    await store.commit(ask("1", ("a", 1), kind="poll"), put)
    if gone:
        await store.commit(ask("2", ("a", None), kind="poll"), put)
    before = docs(await since(store, 0))
    with pytest.raises(IdConflict):
        await store.commit(ask("3", ("b", 1), ("a", 2), kind="message"), put)
    assert docs(await since(store, 0)) == before, "nor anything else of that command"


async def test_a_repeated_command_is_answered_with_the_same_heads(reopen: OpenStore) -> None:
    store = await reopen()
    data = Put([(CHANNEL, "a", "k", 1), ("user:c:u1", "b", "k", 1), ("staff:c", "c", "k", 1)])
    first = Request("c", CHANNEL, ADA, "put", data, "1", 1, ChannelConfig())
    done = await store.commit(first, put)
    assert done.heads == {"user:c:u1": 1, "staff:c": 1}
    more = Put([("user:c:u1", "b", "k", 2)])
    await store.commit(Request("c", CHANNEL, ADA, "put", more, "2", 1, ChannelConfig()), put)
    store = await reopen()
    again = await store.commit(first, put)
    assert (again.seq, again.heads, again.replayed) == (done.seq, done.heads, True)


async def test_a_command_of_a_viewer_is_recognised_when_the_member_repeats_it(store: Store) -> None:
    for user, name in (("u1", "Ada"), ("u2", "Bob")):
        await store.enter("py101", user, name, "student")
    await store.vouch(Newcomer("py101", "via-1", "Bobby", now=1, voucher="u1"))
    channel = "course:py101"
    data = Put([(channel, "a", "k", 1), ("user:py101:via-1", "b", "k", 1)])

    def sent_by(user: str) -> Request[Put]:
        person = Person(user, "Bob", "student")
        return Request("py101", channel, person, "put", data, "a", 2, ChannelConfig())

    done = await store.commit(sent_by("via-1"), put)
    await store.add_link_code(LinkCode("py101", "u2", "digest", expires=9))
    await store.link("py101", "via-1", "digest", now=3)
    again = await store.commit(sent_by("u2"), put)
    assert (again.seq, again.heads, again.replayed) == (done.seq, {}, True)
    with pytest.raises(IdConflict):
        await store.commit(sent_by("u1"), put)


async def test_a_linked_viewer_is_the_member_until_the_link_ends(reopen: OpenStore) -> None:
    store = await reopen()
    for user, name in (("u1", "Ada"), ("u2", "Bob")):
        await store.enter("py101", user, name, "student")
    await store.vouch(Newcomer("py101", "via-1", "Bobby", now=1, voucher="u1"))
    await store.add_link_code(LinkCode("py101", "u2", "digest", expires=9))
    with pytest.raises(Refused):
        await store.link("py101", "via-1", "another", now=2)
    assert (await store.link("py101", "via-1", "digest", now=2)).person.id == "u2"
    with pytest.raises(Refused):
        await store.link("py101", "via-1", "digest", now=3)
    store = await reopen()
    found = (await store.memberships("via-1"))["py101"]
    assert (found.person.id, found.name, found.person.role) == ("u2", "Bob", "student")
    assert await store.linked("py101", "u2") == ("via-1",)
    assert await store.unlink("py101", "u2") == ("via-1",)
    assert (await store.memberships("via-1"))["py101"].person.id == "via-1"
