"""Nodes as HTML that stands alone, in a saved notebook or in the record of a lesson."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from edu_widgets.notebook.links import safe_href
from edu_widgets.notebook.nodes import Body

Html = str

_TAGS = {
    "p": "p", "quote": "blockquote", "em": "em", "strong": "strong", "del": "del", "h": "p",
    "ul": "ul", "ol": "ol", "li": "li", "code": "code", "table": "table", "tr": "tr",
    "th": "th", "td": "td",
}  # fmt: skip
MATH = frozenset({
    "math", "mfrac", "mi", "mn", "mo", "mover", "mpadded", "mphantom", "mroot", "mrow", "mspace",
    "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr", "munder",
    "munderover",
})  # fmt: skip
"""The elements of formulas."""
_MATH_ATTRIBUTES = (
    "accent", "display", "displaystyle", "linethickness", "stretchy", "width",
)  # fmt: skip
_ALIGNS = frozenset({"left", "center", "right"})


def nodes_html(body: Body, called: Callable[[str], str] = str) -> Html:
    """Return nodes as HTML: the elements of docs/widget-protocol.md and nothing else.

    Args:
        body: The nodes, or a plain string.
        called: The name to write for the name in a mention.
    """
    if isinstance(body, str):
        return escape(body).replace("\n", "<br>")
    return "".join(_node(node, called) for node in body)


def _node(node: Any, called: Callable[[str], str]) -> Html:
    if isinstance(node, str):
        return escape(node)
    tag, *rest = node
    attributes: dict[str, Any] = rest.pop(0) if rest and isinstance(rest[0], dict) else {}
    if tag == "at":
        name = "".join(child for child in rest if isinstance(child, str))
        return f"<strong>@{escape(called(name.removeprefix('@')))}</strong>"
    inner = "".join(_node(child, called) for child in rest)
    if tag in {"br", "hr"}:
        return f"<{tag}>"
    name, more = _TAGS.get(tag, ""), ""
    if tag == "pre":
        name, more = "pre", ' style="margin:0;white-space:pre-wrap"'
    elif tag == "a" and safe_href(str(attributes.get("href", ""))):
        href = escape(attributes["href"], quote=True)
        name, more = "a", f' href="{href}" rel="noopener noreferrer"'
    elif tag in MATH:
        name, more = tag, _layout(attributes)
    return f"<{name}{more}>{inner}</{name}>" if name else inner


def _layout(attributes: Mapping[str, Any]) -> Html:
    """Return the attributes of an element of a formula; none of them leads anywhere."""
    told = [
        f' {name}="{escape(str(attributes[name]), quote=True)}"'
        for name in _MATH_ATTRIBUTES
        if name in attributes
    ]
    if attributes.get("align") in _ALIGNS:
        told.append(f' style="text-align:{attributes["align"]}"')
    return "".join(told)
