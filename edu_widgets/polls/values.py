"""Values as people hand them over in Python: NumPy's, pandas', exact ones; and numbers as text."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import Any

from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.validation import shown

_NUMBER = re.compile(r"[+-]?(\d[\d_]*\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_MOST_VALUES = 1_000
_MOST_DIGITS = 400
_DOUBLE = 8
_GROUPED = 1e15
_TINY = 1e-6


def plain(value: object) -> Any:
    """Return a value as Python's own type: for scalars of NumPy and pandas, the value they hold.

    Lists, tuples, sets and dicts hold plain values too; everything else stays as it is.
    """
    if isinstance(value, str):
        return str.__str__(value)
    if value is None or type(value) in {bool, int, float}:
        return value
    if type(value) in {list, tuple, set, frozenset}:
        kind: Any = type(value)
        many: Any = value
        return kind(plain(one) for one in many)
    if type(value) is dict:
        return {plain(key): plain(one) for key, one in value.items()}
    item = getattr(type(value), "item", None)
    try:
        return _scalar(value, item) if callable(item) and not getattr(value, "ndim", 0) else value
    except Exception:  # noqa: BLE001 - somebody else's class, with an `item` of another meaning
        return value


def _scalar(value: Any, item: Callable[[Any], Any]) -> Any:
    """Return the Python value of one value of NumPy; None of one that is masked."""
    if getattr(value, "mask", False):
        return None
    own = item(value)
    # A short float is the number that it shows, 0.1, not the double next to it.
    short = type(own) is float and getattr(value, "itemsize", _DOUBLE) < _DOUBLE
    return float(str(value)) if short else own


def number_of(value: object, name: str = "") -> float:
    """Return a number as a poll keeps it, a double that is exactly the given value.

    Args:
        value: The given value.
        name: The argument that it was given for.

    Raises:
        InvalidArgument: it is no number, not finite, or has more digits than a double keeps.
    """
    value = plain(value)
    is_text = isinstance(value, bool | str | bytes | bytearray)
    try:
        found = math.nan if is_text else float(value)  # type: ignore[arg-type]
    except OverflowError:
        found = math.inf
    except (TypeError, ValueError):
        found = math.nan
    if math.isinf(found) and isinstance(value, int | Decimal | Fraction):
        raise InvalidArgument("This number is too large: numbers go up to 1.8e308.")
    if not math.isfinite(found):
        what = f"`{name}`: {shown(value)}" if name else shown(value)
        raise InvalidArgument(f"{what} is not a number that can be used here.")
    if not _is_exact(value, found):
        msg = f"{shown(value)} has more digits than are kept: write {found!r}, if that will do."
        raise InvalidArgument(msg)
    return found + 0.0  # -0.0 and 0.0 are one number


def _is_exact(value: Any, found: float) -> bool:
    if isinstance(value, int | Decimal):
        return Decimal(repr(found)) == value
    if isinstance(value, Fraction):
        return Fraction(found) == value or Fraction(repr(found)) == value
    return True


def number_in(text: str) -> float | None:
    """Return the number in a text such as `3`, `-2.5`, `` `1e3` `` or `$4$`; None: not a number."""
    bare = text.strip().strip("`$").strip().replace("\u2212", "-")
    if len(bare) > _MOST_DIGITS or not _NUMBER.fullmatch(bare):
        return None
    number = float(bare)
    return number if math.isfinite(number) else None


def values_of(values: object, what: str, *, ordered: bool = False) -> list[Any]:
    """Several values, plain, in their order.

    Args:
        values: A list, tuple, array or other iterable; where order does not matter a set too.
        what: The noun for the values, with which a message begins.
        ordered: Whether their order says something, which a set has not.

    Raises:
        InvalidArgument: it is nothing of the kind.
    """
    one = isinstance(values, str | bytes | Mapping) or getattr(values, "ndim", 1) != 1
    if one or not isinstance(values, Iterable):
        raise InvalidArgument(f"{what} are a list, as in ['a', 'b'], not {shown(values)}.")
    if ordered and isinstance(values, set | frozenset):
        msg = f"{what} have an order, and a set has none: write a list, as in ['a', 'b']."
        raise InvalidArgument(msg)
    return [plain(one) for one in islice(values, _MOST_VALUES)]


def are_several(value: object) -> bool:
    """Return True if a value is several: a list, a tuple, a set, a range, an array."""
    if isinstance(value, list | tuple | set | frozenset | range):
        return True
    return callable(getattr(type(value), "tolist", None)) and getattr(value, "ndim", 0) > 0


def number_text(value: float, lang: str = "en") -> str:
    """Return a number for people, with all its digits: `12,000.5`, in Turkish `12.000,5`."""
    exact = Decimal(repr(float(value) + 0.0))
    if value and not _TINY <= abs(value) < _GROUPED:
        text = f"{exact.normalize():E}".replace("E+", "E")
    else:
        text = f"{exact:,f}".removesuffix(".0")
    return text.translate(_TURKISH) if lang == "tr" else text


_TURKISH = str.maketrans(",.", ".,")
