"""The envelope: what is written can be read; what cannot be read is a ProtocolError, always."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from edu_widgets.protocol import (
    MAX_FRAME,
    MAX_SERVICE_FRAME,
    Code,
    Cursor,
    Document,
    Envelope,
    decode,
    decode_data,
    encode,
)
from edu_widgets.protocol.errors import InvalidArgument, ProtocolError
from edu_widgets.protocol.messages import Changes, Error, Subscribe

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
# Beyond 64 bits a JSON number is no integer any more.
INTEGERS = st.integers(-(2**63), 2**64 - 1)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | INTEGERS | FLOATS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
DATA = st.dictionaries(TEXT, JSON, max_size=4)


@given(TEXT, TEXT, DATA, st.integers(0, 2**53), TEXT, st.none() | TEXT)
def test_what_is_written_can_be_read(
    type_: str, channel: str, data: dict[str, Any], timestamp: int, id_: str, user: str | None
) -> None:
    frame = encode(type_, channel, data, timestamp=timestamp, message_id=id_, user_id=user)
    for form in (frame, frame.decode()):
        envelope = decode(form)
        read = (envelope.type, envelope.channel, envelope.timestamp, envelope.message_id)
        assert read == (type_, channel, timestamp, id_)
        assert envelope.user_id == (user or None)
        assert decode_data(envelope, dict) == data


@given(TEXT, DATA)
def test_data_is_relayed_untouched(type_: str, data: dict[str, Any]) -> None:
    envelope = decode(encode(type_, "course:py101", data, timestamp=1))
    again = decode(encode(type_, "course:py101", envelope.data, timestamp=2))
    assert bytes(again.data) == bytes(envelope.data)


def test_every_field_of_the_envelope_is_written_and_an_absent_user_is_not() -> None:
    frame = json.loads(encode("subscribe", "course:py101", Subscribe(), timestamp=5))
    assert frame == {
        "type": "subscribe",
        "channel": "course:py101",
        "data": {},
        "timestamp": 5,
        "messageId": "",
    }
    assert "userId" not in frame


def test_structs_travel_in_camel_case_without_defaults() -> None:
    error = Error("No.", Code.FORBIDDEN, "m1", retry_after=3)
    frame = json.loads(encode("error", "", error, timestamp=5))
    expected = {"message": "No.", "code": 4501, "messageId": "m1", "retryAfter": 3}
    assert frame["data"] == expected


def test_documents_in_changes_keep_their_bodies() -> None:
    doc = Document("m1", "message", 7, 9, msgspec.Raw(b'{"content": "caf\xc3\xa9"}'))
    frame = encode("changes", "course:py101", Changes("e", 8, 9, [doc]), timestamp=1)
    (read,) = decode_data(decode(frame), Changes).docs
    assert (read.id, read.born, read.seq, read.deleted) == ("m1", 7, 9, False)
    assert read.as_(dict) == {"content": "café"}


def test_unknown_fields_are_ignored() -> None:
    envelope = decode(b'{"type": "subscribe", "data": {"userId": "u", "new": [1]}, "later": {}}')
    assert decode_data(envelope, Subscribe) == Subscribe("u")


def malformed() -> Iterator[tuple[str, bytes | str]]:
    yield "empty", b""
    yield "blank", b"  \n"
    yield "not JSON", b"hello"
    yield "cut off", b'{"type": "subscr'
    yield "something behind it", b'{"type": "a"} {"type": "b"}'
    yield "byte order mark", b'\xef\xbb\xbf{"type": "a"}'
    yield "UTF-16", '{"type": "a"}'.encode("utf-16")
    yield "NaN", b'{"type": "a", "timestamp": NaN}'
    yield "single quotes", b"{'type': 'a'}"
    yield "a list", b'[{"type": "a"}]'
    yield "a number", b"1"
    yield "null", b"null"
    yield "no type", b'{"channel": "course:py101"}'
    yield "type null", b'{"type": null}'
    yield "type a number", b'{"type": 1}'
    yield "channel null", b'{"type": "a", "channel": null}'
    yield "timestamp text", b'{"type": "a", "timestamp": "1"}'
    yield "timestamp true", b'{"type": "a", "timestamp": true}'
    yield "timestamp endless", b'{"type": "a", "timestamp": 1e999}'
    yield "timestamp of 5000 digits", b'{"type": "a", "timestamp": ' + b"9" * 5000 + b"}"
    yield "id a number", b'{"type": "a", "messageId": 7}'
    yield "user a list", b'{"type": "a", "userId": []}'
    yield "invalid UTF-8", b'{"type": "\xff\xfe"}'
    yield "overlong UTF-8", b'{"type": "\xc0\xaf"}'
    yield "a surrogate in UTF-8", b'{"type": "\xed\xa0\x80"}'
    yield "half of an escaped pair", b'{"type": "\\ud800"}'
    yield "half of a pair", '{"type": "\ud800"}'
    yield "a control character", b'{"type": "a\x00"}'


@pytest.mark.parametrize(("name", "frame"), list(malformed()), ids=lambda v: str(v)[:30])
def test_malformed_frames(name: str, frame: bytes | str) -> None:
    with pytest.raises(ProtocolError) as caught:
        decode(frame)
    assert caught.value.code == Code.PROTOCOL, name
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("opening", [b"[", b'{"a":'], ids=["lists", "objects"])
@pytest.mark.parametrize("where", ["data", "unknown"])
@pytest.mark.parametrize("closed", [True, False])
def test_deep_nesting_is_refused(opening: bytes, where: str, closed: bool) -> None:
    depth = 10_000
    closing = (b"]" if opening == b"[" else b"}") * depth if closed else b""
    frame = b'{"type": "a", "%b": %b1%b}' % (where.encode(), opening * depth, closing)
    with pytest.raises(ProtocolError) as caught:
        decode(frame, limit=MAX_SERVICE_FRAME)
    assert caught.value.code == Code.PROTOCOL


def test_deep_nesting_in_data_is_refused() -> None:
    envelope = Envelope("a", data=msgspec.Raw(b"[" * 10_000 + b"]" * 10_000), message_id="m1")
    with pytest.raises(ProtocolError, match="nested") as caught:
        decode_data(envelope, list)
    assert caught.value.message_id == "m1"


def refused(frame: bytes | str, type_: type[msgspec.Struct] | None = None) -> int | None:
    """The code with which a frame is refused; any other exception is a bug."""
    try:
        envelope = decode(frame)
        if type_ is not None:
            decode_data(envelope, type_)
    except ProtocolError as error:
        return error.code
    return None


@given(st.binary(max_size=200))
def test_bytes_of_any_kind(frame: bytes) -> None:
    assert refused(frame) in {None, Code.PROTOCOL}


@given(st.text(max_size=60), JSON, JSON, JSON)
@example("a", 10**25, None, None)
def test_json_of_any_kind(type_: str, channel: Any, timestamp: Any, data: Any) -> None:
    frame = json.dumps(
        {"type": type_, "channel": channel, "timestamp": timestamp, "data": data, "userId": data}
    )
    assert refused(frame, Changes) in {None, Code.PROTOCOL}


def padded(size: int, fill: str = "x") -> str:
    head = '{"type": "a", "data": "'
    return head + fill * ((size - len(head) - 2) // len(fill.encode())) + '"}'


def test_the_limit_counts_bytes() -> None:
    assert decode(padded(MAX_FRAME)).type == "a"
    wide = padded(MAX_FRAME * 2, "ş")
    assert len(wide) < MAX_FRAME + 50 < len(wide.encode())
    for frame in (
        padded(MAX_FRAME + 1),
        padded(MAX_FRAME + 1).encode(),
        padded(MAX_FRAME * 2, "🎓"),
    ):
        with pytest.raises(ProtocolError, match=str(MAX_FRAME)) as caught:
            decode(frame)
        assert caught.value.code == Code.TOO_LARGE
    assert decode(padded(MAX_FRAME + 1), limit=MAX_SERVICE_FRAME).type == "a"


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b'{"seq": 1, "epoch": "e"}', "prev"),
        (b'{"epoch": 1, "prev": 0, "seq": 1}', "epoch"),
        (b'{"epoch": "e", "prev": 0, "seq": 1.5}', "seq"),
        (b'{"epoch": "e", "prev": 0, "seq": 99999999999999999999999999999999e9}', "seq"),
        (b'{"epoch": "e", "prev": 0, "seq": 1, "docs": [{"id": 1}]}', "docs"),
        (b'"\xff"', "^changes: "),
        (b'{"epoch": "\xff", "prev": 0, "seq": 1}', "^changes: "),
    ],
)
def test_data_of_another_form_is_refused_and_the_field_named(data: bytes, named: str) -> None:
    envelope = decode(b'{"type": "changes", "messageId": "m1", "data": %b}' % data)
    with pytest.raises(ProtocolError, match=named) as caught:
        decode_data(envelope, Changes)
    assert (caught.value.code, caught.value.message_id) == (Code.PROTOCOL, "m1")
    assert str(caught.value).startswith("changes: ")


def test_half_of_a_pair_is_not_written() -> None:
    with pytest.raises(InvalidArgument, match="broken character"):
        encode("chat_message", "course:py101", {"content": "\ud83d"}, timestamp=1)


@pytest.mark.parametrize("body", [b"null", b"[]", b'{"seq": "1"}', b'{"epoch": "\xff"}'])
def test_a_body_of_another_form_is_a_protocol_error(body: bytes) -> None:
    doc = Document("m1", "cursor", 1, 1, msgspec.Raw(body))
    with pytest.raises(ProtocolError, match="cursor"):
        doc.as_(Cursor)


@given(INTEGERS, INTEGERS, TEXT)
def test_documents_round_trip(born: int, seq: int, content: str) -> None:
    body = msgspec.json.encode({"content": content})
    doc = Document("m1", "message", born, seq, msgspec.Raw(body))
    read = msgspec.json.decode(msgspec.json.encode(doc), type=Document)
    assert (read.born, read.seq, read.as_(dict)) == (born, seq, {"content": content})
