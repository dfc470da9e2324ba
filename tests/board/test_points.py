"""The coding of points: the same in Python and on the page, and wary of what it is given."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edu_widgets.board.points import FAR, MAX_CODED, MAX_POINTS, decode, encode
from edu_widgets.protocol.errors import InvalidArgument
from tests.nightly import examples

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())
"""js/tests/board_points.test.ts reads them too."""

numbers = st.integers(-FAR, FAR)


@pytest.mark.parametrize("vector", VECTORS)
def test_points_are_coded_as_on_the_page(vector: dict[str, object]) -> None:
    points = [tuple(point) for point in vector["points"]]  # type: ignore[attr-defined]
    assert encode(points) == vector["coded"]
    assert decode(str(vector["coded"])) == points


@given(st.lists(st.tuples(numbers, numbers), max_size=50))
def test_what_is_coded_is_read_again(points: list[tuple[int, int]]) -> None:
    assert decode(encode(points)) == points


@settings(max_examples=examples(50))
@given(st.text(alphabet="AB/+9z", max_size=40) | st.text(max_size=10))
def test_any_text_is_points_or_refused(text: str) -> None:
    with suppress(InvalidArgument):
        assert all(abs(x) <= FAR >= abs(y) for x, y in decode(text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A", "cut off"),
        ("AA", "cut off"),
        ("gA", "cut off"),
        ("////////", "too large"),
        ("é", "no base64"),
        ("A" * (MAX_CODED + 1), "at most 4,000"),
        (encode([(0, 0)] * (MAX_POINTS + 1)), "at most 4,000"),
        (encode([(FAR + 1, 0)]), "a million"),
    ],
)
def test_what_is_no_stroke_is_refused_in_one_sentence(text: str, words: str) -> None:
    with pytest.raises(InvalidArgument, match=words):
        decode(text)


def test_a_usual_stroke_takes_two_letters_and_a_half_a_point() -> None:
    points = [(6 * n, (n % 7) * 9) for n in range(60)]
    assert len(encode(points)) <= 60 * 2 * 4 / 3 + 4
