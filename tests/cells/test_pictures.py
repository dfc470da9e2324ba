"""Pictures among the outputs of a cell: as they are shared, and what is none."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from edu_widgets.cells.documents import Cell, CellOutput, size
from edu_widgets.cells.masking import Masking
from edu_widgets.cells.outputs import document
from edu_widgets.cells.pictures import without_pictures
from edu_widgets.cells.runs import Run
from edu_widgets.protocol.blobs import MAX_BLOB, MAX_SIDE, BlobRef, picture
from edu_widgets.protocol.errors import OutboxFull
from tests.cells.studio import Wire
from tests.pictures import GIF, JPEG, SVG, png

HOSTILE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10" onload="alert(1)">'
    b'<script>alert("x?token=abcdefghij")</script><image href="https://evil.example/x.png"/></svg>'
)


def encoded(data: bytes) -> str:
    return base64.encodebytes(data).decode()


class Album:
    """A picture store that a test can fill up."""

    def __init__(self) -> None:
        self.given: list[bytes] = []
        self.full = False

    def put(self, data: bytes, alt: str) -> BlobRef:
        ref = picture(data, alt)
        if self.full:
            raise OutboxFull("Pictures of 16 MiB already wait.")
        self.given.append(data)
        return ref


@pytest.fixture
def album() -> Album:
    return Album()


def shown(album: Album, data: dict[str, Any], **content: Any) -> CellOutput:
    wire = Wire()
    run, cell = wire.begin("fig")
    wire.say("display_data", cell, data=data, **content)
    return only(run, album)


def only(run: Run, album: Album) -> CellOutput:
    (output,) = document(run, Masking(), album.put).outputs
    return output


@pytest.mark.parametrize(
    ("type_", "data", "size_"),
    [
        ("image/png", png(), (4, 3)),
        ("image/jpeg", JPEG, (7, 5)),
        ("image/gif", GIF, (2, 3)),
        ("image/png", JPEG, (7, 5)),
    ],
)
def test_a_picture_is_shared_by_what_its_bytes_say(
    album: Album, type_: str, data: bytes, size_: tuple[int, int]
) -> None:
    output = shown(album, {type_: encoded(data), "text/plain": "<Figure size 640x480>"})
    assert output.picture is not None
    assert (output.type, output.picture.alt) == ("picture", "")
    assert (output.picture.width, output.picture.height) == size_
    assert album.given == [data]


def test_a_description_is_what_the_kernel_says_of_it_without_secrets(album: Album) -> None:
    data = {"image/png": encoded(png()), "text/plain": "A week of Mars\nmore"}
    told = shown(album, data, metadata={"image/png": {"alt": "Mars ?token=abcdefgh", "width": 4}})
    assert told.picture is not None
    assert told.picture.alt == "Mars ?token=••••••••"
    plain = shown(album, data).picture
    assert plain is not None
    assert plain.alt == "A week of Mars"


def test_an_svg_is_text_in_which_secrets_are_masked(album: Album) -> None:
    assert shown(album, {"image/svg+xml": SVG.decode()}).picture is not None
    for hostile in (HOSTILE.decode(), HOSTILE):
        output = shown(album, {"image/svg+xml": hostile})
        assert output.picture is not None, "as an image, it runs and loads nothing"
        assert b"abcdefghij" not in album.given[-1]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"image/png": encoded(png(size=MAX_BLOB + 1))}, "large_picture"),
        ({"image/png": "A" * 50_000_000}, "large_picture"),
        ({"image/svg+xml": "<" * 50_000_000}, "large_picture"),
        ({"image/png": encoded(png(MAX_SIDE + 1, 1_000))}, "broken_picture"),
        ({"image/png": encoded(b"<html>text</html>")}, "broken_picture"),
        ({"image/png": "no base64!"}, "broken_picture"),
        ({"image/png": None}, "broken_picture"),
        ({"image/svg+xml": "<p>text</p>"}, "broken_picture"),
        ({"image/svg+xml": '<!DOCTYPE s [<!ENTITY a "aa">]><svg/>'}, "broken_picture"),
    ],
)
def test_what_is_no_picture_leaves_a_line_and_the_rest_of_the_cell(
    album: Album, data: dict[str, Any], why: str
) -> None:
    wire = Wire()
    run, cell = wire.begin("fig")
    wire.say("display_data", cell, data=data)
    wire.say("stream", cell, name="stdout", text="kept")
    bad, kept = document(run, Masking(), album.put).outputs
    assert (bad.type, bad.name) == ("note", why)
    assert (kept.type, kept.text) == ("text", "kept")
    assert album.given == []


def test_another_representation_takes_the_place_of_one_that_is_too_large(album: Album) -> None:
    large = encoded(png(size=MAX_BLOB + 1))
    output = shown(album, {"image/png": large, "image/jpeg": encoded(JPEG)})
    assert output.picture is not None
    assert output.picture.type == "image/jpeg"


def test_each_is_put_once_and_again_where_there_was_no_room(album: Album) -> None:
    wire = Wire()
    run, cell = wire.begin("fig")
    wire.say("display_data", cell, data={"image/png": encoded(png()), "text/plain": "A plot"})
    album.full = True
    assert (only(run, album).type, only(run, album).name) == ("note", "picture")
    album.full = False
    first = only(run, album)
    assert only(run, album) == first
    assert album.given == [png()]


def test_a_service_without_pictures_gets_a_line_in_its_place() -> None:
    wire = Wire()
    run, cell = wire.begin("fig")
    wire.say("display_data", cell, data={"image/png": encoded(png()), "text/plain": "A plot"})
    (output,) = document(run, Masking(), None).outputs
    assert (output.type, output.name, output.text) == ("note", "picture", "A plot")


def test_fifty_pictures_fit_into_a_cell_and_can_be_left_out() -> None:
    ref = picture(png(), "é" * 100)
    cell = Cell("x", 1, outputs=[CellOutput("picture", picture=ref)] * 50)
    assert size(cell) < 48 * 1024
    bare = without_pictures(cell)
    assert bare is not None
    assert {output.name for output in bare.outputs} == {"picture"}
    assert without_pictures(bare) is None
