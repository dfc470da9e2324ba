"""The table of codes, and the errors made from it."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edu_widgets.protocol import Code, is_retry, meaning
from edu_widgets.protocol import errors as module
from edu_widgets.protocol.errors import (
    EduWidgetsError,
    Forbidden,
    IdConflict,
    InvalidArgument,
    MessageTooLong,
    ProtocolError,
    Refused,
    TooLate,
    Unauthorized,
    refusal,
)

RETRY = range(4000, 4500)
STOP = range(4500, 5000)


def test_no_two_codes_share_a_number_or_a_sentence() -> None:
    assert len(Code.__members__) == len(list(Code)), "an alias is a number used twice"
    assert len({code.meaning for code in Code}) == len(list(Code))


@pytest.mark.parametrize("code", list(Code), ids=lambda c: c.name)
def test_every_code_is_in_one_range_and_says_what_it_means(code: Code) -> None:
    assert (code in RETRY) != (code in STOP)
    assert code.retry == (code in RETRY) == is_retry(code)
    assert meaning(code) == code.meaning
    assert code.meaning[0].isupper()
    assert code.meaning.endswith(".")
    assert len(code.meaning.encode()) <= 123, "a WebSocket close frame has no more room"


@given(st.integers(-(2**63), 2**63))
def test_any_number_has_a_meaning(number: int) -> None:
    assert meaning(number).endswith(".")
    assert is_retry(number) == (number not in STOP)


@pytest.mark.parametrize("number", [1000, 1001, 1006, 1008, 1011, 1012, 3000, 4001, 4499])
def test_unknown_numbers_say_try_again(number: int) -> None:
    assert is_retry(number)


@pytest.mark.parametrize("number", [4600, 4999])
def test_unknown_numbers_of_the_stop_range_say_stop(number: int) -> None:
    assert not is_retry(number)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (Code.UNAUTHORIZED, Unauthorized),
        (Code.TOKEN_EXPIRED, Unauthorized),
        (Code.INVITE_INVALID, Unauthorized),
        (Code.INVITE_EXPIRED, Unauthorized),
        (Code.FORBIDDEN, Forbidden),
        (Code.TOO_LATE, TooLate),
        (Code.ID_CONFLICT, IdConflict),
        (Code.RATE_LIMITED, Refused),
        (Code.STALE, Refused),
        (4999, Refused),
        (0, Refused),
    ],
)
def test_refusals(code: int, kind: type[Refused]) -> None:
    error = refusal(code, "Not now.")
    assert type(error) is kind
    assert (error.code, str(error)) == (code, "Not now.")


@pytest.mark.parametrize("code", list(Code), ids=lambda c: c.name)
def test_every_code_makes_an_error_that_keeps_it(code: Code) -> None:
    assert refusal(code, "x").code == code


ERRORS = [e for e in vars(module).values() if isinstance(e, type) and issubclass(e, Exception)]


@pytest.mark.parametrize("error", ERRORS, ids=lambda e: e.__name__)
def test_errors_are_ours_and_described(error: type[EduWidgetsError]) -> None:
    assert issubclass(error, EduWidgetsError)
    assert (error.__doc__ or "").strip()
    assert error.__name__ in (module.__doc__ or ""), "the tree at the top of the module shows all"


def test_invalid_arguments_are_value_errors() -> None:
    assert issubclass(InvalidArgument, ValueError)
    assert issubclass(MessageTooLong, InvalidArgument)


@pytest.mark.parametrize(
    "error", [refusal(Code.TOO_LATE, "Over."), ProtocolError("No.", code=4503, message_id="m1")]
)
def test_errors_survive_processes_and_copies(error: Refused | ProtocolError) -> None:
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(again) is type(error)
        assert (str(again), vars(again)) == (str(error), vars(error))


def test_a_protocol_error_has_the_code_of_the_table() -> None:
    assert ProtocolError("x").code == Code.PROTOCOL
    assert Refused("x").code == Code.FORBIDDEN
