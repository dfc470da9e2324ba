"""Pictures in every store: kept as long as a document names them, in its channel only."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
import pytest

from edu_widgets.protocol import REGISTRY, Code, DocumentKind
from edu_widgets.protocol.blobs import BlobRef, picture
from edu_widgets.protocol.errors import Refused
from edu_widgets.protocol.messages import Data
from edu_widgets.service.config import ChannelConfig
from edu_widgets.service.rules import (
    DELETE,
    FORGET,
    Decision,
    Erasure,
    Get,
    Person,
    Request,
    RuleRun,
    Write,
)
from edu_widgets.service.store import NewBlob, Store, blobs
from tests.pictures import png

from .rules import ADA, BOB, CHANNEL

if TYPE_CHECKING:
    from .conftest import OpenStore

STAFF, OTHER = "staff:c", "course:d"
NOW = 1_700_000_000_000
DATA = png()
REF = picture(DATA)


class Shown(Data):
    kind: ClassVar[str] = "test_shown"

    pictures: list[BlobRef] = msgspec.field(default_factory=list)
    text: str = ""


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = REGISTRY.documents | {Shown.kind: DocumentKind(Shown.kind, Shown)}
    monkeypatch.setattr(REGISTRY, "documents", kinds)


class Ask(Data):
    writes: list[Any]


def show(request: Request[Ask]) -> RuleRun:
    yield from ()
    return Decision([Write(c, id_, Shown.kind, body) for c, id_, body in request.data.writes])


async def name(
    store: Store,
    id_: str,
    *refs: BlobRef,
    channel: str = CHANNEL,
    into: str = "",
    user: Person = ADA,
    body: Any = None,
) -> None:
    data = Ask([(into or channel, id_, Shown(list(refs)) if body is None else body)])
    course = channel.split(":")[1]
    mid = f"{id_}-{len(refs)}-{into}-{body}".replace(":", "_").replace("Delete.", "")[:60]
    request = Request(course, channel, user, "show", data, mid, NOW, ChannelConfig())
    await store.commit(replace(request, message_id="".join(c for c in mid if c.isalnum())), show)


async def send(
    store: Store, data: bytes = DATA, channel: str = CHANNEL, user: Person = ADA, now: int = NOW
) -> BlobRef:
    ref = picture(data)
    course = channel.split(":")[1]
    await store.put_blob(NewBlob(course, channel, user.id, ref, data, now, unlimited=user.staff))
    return ref


async def read(store: Store, ref: BlobRef = REF, channel: str = CHANNEL, user: str = "") -> bytes:
    found = await store.blob(channel, ref.hash, user)
    return found.data if found is not None else b""


async def test_a_picture_is_read_once_a_document_names_it(store: Store) -> None:
    await send(store)
    assert (await read(store), await read(store, user=ADA.id)) == (b"", DATA)
    await name(store, "m", REF)
    assert await read(store) == DATA
    found = await store.blob(CHANNEL, REF.hash, BOB.id)
    assert found is not None
    assert found.type == "image/png"


async def test_it_opens_nothing_in_another_channel_or_course(store: Store) -> None:
    await send(store, channel=STAFF)
    await name(store, "m", REF, channel=STAFF)
    assert await read(store, channel=STAFF) == DATA
    assert await read(store) == b""
    assert await read(store, channel=OTHER, user=ADA.id) == b""
    for channel in (CHANNEL, OTHER):
        with pytest.raises(Refused) as refused:
            await name(store, "x", REF, channel=channel)
        assert refused.value.code == Code.NOT_FOUND


async def test_a_document_says_of_a_picture_what_is_true(store: Store) -> None:
    await send(store)
    for wrong in ({"width": 9}, {"type": "text/html"}, {"bytes": 1}):
        with pytest.raises(Refused) as refused:
            await name(store, "m", msgspec.structs.replace(REF, **wrong))
        assert refused.value.code == Code.INVALID
    await name(store, "m", msgspec.structs.replace(REF, alt="A plot"))


@pytest.mark.parametrize("end", [DELETE, FORGET, Shown(text="no picture any more")])
async def test_it_goes_with_the_last_document_that_names_it(store: Store, end: object) -> None:
    await send(store)
    await name(store, "m", REF)
    await name(store, "n", REF, REF)
    await name(store, "m", body=DELETE)
    assert await read(store) == DATA
    await name(store, "n", body=end)
    assert await read(store, user=ADA.id) == b""
    assert (await store.sizes())["blob_uses"] == 0


async def test_a_document_changes_and_keeps_its_picture(store: Store) -> None:
    await send(store)
    await name(store, "m", REF)
    await name(store, "m", body=Shown([REF], "edited"))
    assert await read(store) == DATA


async def test_what_is_sent_anew_outlives_the_document_before(store: Store) -> None:
    await send(store)
    await name(store, "m", REF)
    await send(store, user=BOB)
    await name(store, "m", body=DELETE)
    await name(store, "n", REF, user=BOB)
    assert await read(store) == DATA


async def test_a_document_in_another_channel_gets_a_copy(store: Store) -> None:
    """As what one shares with the class from one's own notes."""
    own = "user:c:u1"
    await send(store, channel=own)
    await name(store, "note", REF, channel=own)
    await name(store, "shared", REF, channel=own, into=CHANNEL)
    await name(store, "note", body=DELETE, channel=own)
    assert await read(store, channel=own) == b""
    assert await read(store) == DATA


async def test_what_no_document_names_is_swept(store: Store) -> None:
    await send(store)
    kept = await send(store, png(mark="named"))
    await name(store, "m", kept)
    await store.sweep(NOW + blobs.PENDING_MS - 1, 0)
    assert await read(store, user=ADA.id) == DATA
    await store.sweep(NOW + blobs.PENDING_MS + 1, 0)
    assert await read(store, user=ADA.id) == b""
    assert await read(store, kept) != b""


async def test_a_picture_of_a_clock_that_was_ahead_is_swept_too(store: Store) -> None:
    await send(store, now=NOW + 10 * blobs.PENDING_MS)
    await store.sweep(NOW, 0)
    assert await read(store, user=ADA.id) == b""


async def test_a_refused_command_leaves_the_pictures_as_they_are(store: Store) -> None:
    await send(store)
    with pytest.raises(Refused):
        await name(store, "m", REF, picture(png(mark="not sent")))
    assert (await store.sizes())["blob_uses"] == 0
    assert await read(store, user=ADA.id) == DATA


async def test_a_course_has_so_much_room_and_a_student_less(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blobs, "STUDENT_BYTES", 2_500)
    monkeypatch.setattr(blobs, "COURSE_BYTES", 5_000)
    prof = Person("p", "Prof", "instructor")
    sent = [await send(store, png(mark=str(n), size=1_000)) for n in range(2)]
    with pytest.raises(Refused, match="Your pictures") as full:
        await send(store, png(mark="2", size=1_000))
    assert full.value.code == Code.TOO_LARGE
    for n in range(3):
        await send(store, png(mark=f"p{n}", size=1_000), user=prof)
    with pytest.raises(Refused, match="pictures of c"):
        await send(store, png(mark="p4", size=1_000), user=prof)
    await send(store, png(mark="0", size=1_000))  # which is there already
    await send(store, png(mark="d", size=1_000), channel=OTHER)
    for ref in sent:
        await name(store, ref.hash[:9], ref)
        await name(store, ref.hash[:9], body=DELETE)
    await send(store, png(mark="2", size=1_000))


async def test_a_student_cannot_fill_the_store_with_what_nobody_sees(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blobs, "MAX_PENDING", 2)
    first = await send(store, png(mark="0"))
    await send(store, png(mark="1"))
    with pytest.raises(Refused) as refused:
        await send(store, png(mark="2"))
    assert refused.value.code == Code.RATE_LIMITED
    await name(store, "m", first)
    await send(store, png(mark="2"))
    await send(store, png(mark="3"), now=NOW + blobs.PENDING_MS + 1)  # the others are over


def nothing(_: Erasure) -> RuleRun:
    yield Get(CHANNEL, ())
    return Decision()


async def test_whoever_is_erased_takes_their_pictures_along(store: Store) -> None:
    await store.enter("c", ADA.id, "Ada", "student")
    shared, unnamed = await send(store), await send(store, png(mark="unnamed"))
    await name(store, "m", shared)
    own = await send(store, png(mark="own"))
    await name(store, "mine", own)
    await name(store, "theirs", shared, user=BOB)
    await store.erase("c", ADA.id, NOW, [nothing])
    assert [await read(store, ref, user=ADA.id) for ref in (own, unnamed)] == [b"", b""]
    assert await read(store, shared) == DATA, "somebody else shows it, too"
    await name(store, "theirs", body=DELETE, user=BOB)
    assert (await store.sizes())["blobs"] == 0


async def test_a_course_that_is_retired_keeps_no_picture(store: Store) -> None:
    await send(store)
    await name(store, "m", REF)
    await store.retire(NOW * 2)
    sizes = await store.sizes()
    assert (sizes["blobs"], sizes["blob_uses"]) == (0, 0)


async def test_they_are_there_after_a_start(reopen: OpenStore) -> None:
    store = await reopen()
    await send(store)
    await name(store, "m", REF)
    assert await read(await reopen()) == DATA
