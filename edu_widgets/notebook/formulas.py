"""LaTeX to nodes of MathML (docs/widget-protocol.md).

latex2mathml builds the tree; its text output escapes nothing, so only what is allowed here is taken
from the tree. A formula that it does not understand is shown as it was typed, as code.
"""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

Built = tuple[Any, ...]
"""A node, as `nodes` describes them."""

MAX_SOURCE = 2_000
"""Characters of a formula."""

_MAX_IN_LINE = 60
"""Elements; what has more stands on a line of its own, where it can be scrolled."""

_MAX_DEPTH = 30
_MAX_ELEMENTS = 1_000
_MAX_BRACES = 20  # the library calls itself for each
_CACHED = 256

_ARITY = {
    **dict.fromkeys(("mfrac", "mroot", "msub", "msup", "mover", "munder"), 2),
    **dict.fromkeys(("msubsup", "munderover"), 3),
}
_LIMITS = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}
_WITH_LIMITS = frozenset({"lim", "max", "min", "sup", "inf", "liminf", "limsup"})
_TEXT = frozenset({"mi", "mn", "mo", "mtext"})
ELEMENTS = _TEXT | {
    *_ARITY,
    *("mpadded", "mphantom", "mrow", "mspace", "msqrt", "mstyle", "mtable", "mtd", "mtr"),
}
_OTHERWISE = {"menclose": "mrow"}  # browsers know it no more
_LENGTH = re.compile(r"(?:[0-3]?(?:\.\d{1,4})?|4)(?:em|ex|pt)?")
_BOOLEAN = re.compile("true|false")
ALLOWED = {
    **dict.fromkeys(("accent", "displaystyle", "stretchy"), _BOOLEAN),
    **dict.fromkeys(("linethickness", "width"), _LENGTH),
    "columnalign": re.compile("left|center|right"),
}
_NAMED = {"columnalign": "align"}
"""Browsers align cells by their style alone."""

# What the library builds wrongly, as what it builds right.
_ALIGNED = re.compile(r"\\(begin|end)\s*\{(?:aligned|gathered)\}")
_OPERATOR = re.compile(r"(\\operatorname\*?\s*\{)([^{}\\]*)\}")


class _NotUnderstoodError(Exception):
    """The formula is shown as it was typed."""


@functools.lru_cache(maxsize=_CACHED)
def formula(source: str, *, display: bool = False) -> tuple[Built, int]:
    """Return the node of a formula, and how many elements it has.

    Args:
        source: LaTeX between dollars.
        display: Whether it stands on a line of its own.
    """
    mark = "$$" if display else "$"
    typed = ("code", f"{mark}{source}{mark}")
    if not source or len(source) > MAX_SOURCE or _nesting(source) > _MAX_BRACES:
        return typed, 1
    try:
        element = _converted(source, display=display)
        children = tuple(_children(element, 0, display=display))
    except Exception:  # noqa: BLE001 - the library raises what it likes; the text is shown
        return typed, 1
    count = sum(1 for _ in element.iter())
    display |= count > _MAX_IN_LINE
    if count > _MAX_ELEMENTS:
        return typed, 1
    about: dict[str, Any] = {"tex": source} | ({"display": "block"} if display else {})
    return ("math", about, *children), count


def _nesting(source: str) -> int:
    depth = deepest = 0
    for mark in re.findall(r"[{}]|\\left|\\right|\\begin|\\end", source):
        depth += 1 if mark in {"{", "\\left", "\\begin"} else -1
        deepest = max(deepest, depth)
    return deepest


def _converted(source: str, *, display: bool) -> Element:
    from latex2mathml.converter import convert_to_element  # noqa: PLC0415 - 30 ms, at the first

    source = _ALIGNED.sub(r"\\\1{split}", source)
    source = _OPERATOR.sub(lambda found: found[1] + found[2].replace(" ", "\u00a0") + "}", source)
    return convert_to_element(source, display="block" if display else "inline")


def _children(element: Element, depth: int, *, display: bool) -> Iterator[Built]:
    if depth > _MAX_DEPTH:
        raise _NotUnderstoodError
    for child in element:
        yield _node(child, depth + 1, display=display)


def _node(element: Element, depth: int, *, display: bool) -> Built:
    """A node of an element that is allowed; attributes that are not are left out."""
    tag = _OTHERWISE.get(element.tag, element.tag)
    if tag not in ELEMENTS or len(element) != _ARITY.get(tag, len(element)):
        raise _NotUnderstoodError
    if display and tag in _LIMITS and _has_limits(element[0]):
        tag = _LIMITS[tag]
    given = {
        _NAMED.get(name, name): value
        for name, value in element.attrib.items()
        if (allowed := ALLOWED.get(name)) and allowed.fullmatch(value)
    }
    head = (tag, given) if given else (tag,)
    return (
        (*head, _text(element))
        if tag in _TEXT
        else (*head, *_children(element, depth, display=display))
    )


def _has_limits(base: Element) -> bool:
    """Return True if an operator's limits belong below and above it, where there is room."""
    named = base.tag == "mo" and base.text in _WITH_LIMITS
    return named or base.get("movablelimits") == "true"


def _text(element: Element) -> str:
    """The characters of an element; a command or a separator that is left over is no formula."""
    text = element.text or ""
    if len(element) or text == "&" or (element.tag == "mi" and text.startswith("\\")):
        raise _NotUnderstoodError
    return html.unescape(text)
