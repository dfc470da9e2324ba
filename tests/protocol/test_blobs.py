"""Pictures by their bytes, and which documents name them."""

import msgspec
import pytest

from edu_widgets.protocol.blobs import MAX_ALT, MAX_BLOB, BlobRef, holds, named_in, picture
from edu_widgets.protocol.errors import InvalidArgument, MessageTooLong
from edu_widgets.protocol.messages import Data
from tests.pictures import GIF, JPEG, SVG, WEBP, png


@pytest.mark.parametrize(
    ("data", "type_", "size"),
    [
        (png(4, 3), "image/png", (4, 3)),
        (JPEG, "image/jpeg", (7, 5)),
        (GIF, "image/gif", (2, 3)),
        (WEBP, "image/webp", (6, 8)),
        (SVG, "image/svg+xml", (20, 10)),
        (b"\xef\xbb\xbf\n" + SVG, "image/svg+xml", (20, 10)),
        (SVG.replace(b"width", b"viewBox='0 0 30 60' width"), "image/svg+xml", (20, 10)),
    ],
)
def test_a_picture_is_known_by_its_bytes(data: bytes, type_: str, size: tuple[int, int]) -> None:
    ref = picture(data, "A plot")
    assert (ref.type, ref.width, ref.height) == (type_, *size)
    assert (ref.bytes, ref.alt, len(ref.hash)) == (len(data), "A plot", 64)


@pytest.mark.parametrize(
    ("root", "size"),
    [
        (b'width="1in" height="72pt"', (96, 96)),
        (b'viewBox="0 0 20.5 30"', (21, 30)),
        (b'viewBox="0,0,30,60" width="15"', (15, 30)),
        (b'viewBox="0 0 30 60" height="100%" width="100%"', (30, 60)),
        (b"", (300, 150)),
    ],
)
def test_an_svg_says_its_size_in_several_ways(root: bytes, size: tuple[int, int]) -> None:
    ref = picture(b'<svg xmlns="http://www.w3.org/2000/svg" %s/>' % root)
    assert (ref.width, ref.height) == size


BOMB = b'<!DOCTYPE s [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<html><body onload='alert(1)'></body></html>",
        b"<!-- " + png() + b" -->",
        b"%PDF-1.7",
        b"BM" + bytes(60),
        png()[:20],
        png()[:-12],
        JPEG[:-2],
        WEBP[:-4],
        GIF[:8],
        png(8193, 1),
        png(0, 5),
        GIF.replace(b"\x02\0\x03\0", b"\xff\xff\xff\xff", 1),
        SVG[:-6],
        SVG.replace(b"http://www.w3.org/2000/svg", b"http://example.org"),
        BOMB + SVG,
        SVG.replace(b'width="20"', b'width="99999"'),
    ],
)
def test_what_is_no_whole_picture_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(InvalidArgument, match=r"\.$"):
        picture(data)


def test_a_picture_has_a_megabyte_at_most() -> None:
    assert picture(png(size=MAX_BLOB)).bytes == MAX_BLOB
    with pytest.raises(MessageTooLong, match="1 MiB"):
        picture(png(size=MAX_BLOB + 1))
    with pytest.raises(MessageTooLong, match="description"):
        picture(png(), "x" * (MAX_ALT + 1))


class Cell(Data):
    text: str = ""
    picture: BlobRef | None = None


class Notebook(Data):
    cells: list[Cell] = msgspec.field(default_factory=list)
    title: BlobRef | None = None
    inside: "Notebook | None" = None


def test_the_engine_finds_the_blobs_that_a_document_names() -> None:
    assert holds(Notebook)
    assert not holds(Data)
    one, two = picture(png(mark="1")), picture(png(mark="2"))
    body = Notebook([Cell("a", one), Cell("b")], one, Notebook([Cell("c", two)]))
    assert named_in(msgspec.json.encode(body), Notebook) == (one, two)
    assert named_in(b'{"cells":7}', Notebook) == ()
