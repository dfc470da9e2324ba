"""HTML of an output to the nodes that a page may build: tables, paragraphs, emphasis.

What is not allowed is left out with its content (scripts, styles, frames) or is transparent; no
attribute is kept but the address of a link, which is checked, and the place of a cell.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from edu_widgets.notebook.links import destination, safe_href

MAX_HTML = 1024 * 1024
"""Characters that are read."""

MAX_ROWS = 200
MAX_COLUMNS = 50
_MAX_NODES = 12_000
_MAX_DEPTH = 24
_MAX_TEXT = 2_000
"""Characters of one piece of text."""

_NAMES = {
    **{name: name for name in ("p", "table", "tr", "th", "td", "code", "pre", "ul", "ol", "li")},
    **dict.fromkeys(("i", "em", "cite", "dfn", "var"), "em"),
    **dict.fromkeys(("b", "strong"), "strong"),
    **dict.fromkeys(("s", "del", "strike"), "del"),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "caption"), "h"),
    **dict.fromkeys(("kbd", "samp", "tt"), "code"),
    **dict.fromkeys(("div", "section", "article", "header", "footer", "dd", "dt"), "p"),
    "blockquote": "quote",
    "a": "a",
}
_DROPPED = frozenset(
    {
        *("script", "style", "head", "title", "template", "svg", "math", "iframe", "object"),
        *("embed", "noscript", "canvas", "video", "audio", "select", "textarea", "button"),
        *("form", "map", "datalist", "dialog"),
    }
)
_VOID = frozenset(
    {
        *("br", "hr", "img", "input", "link", "meta", "area", "base", "col", "embed"),
        *("source", "track", "wbr"),
    }
)
_BLOCKS = frozenset({"p", "table", "h", "quote", "pre", "ul", "ol"})
_INLINE = frozenset({"em", "strong", "del", "code", "a"})


class Html:
    """The nodes of a piece of HTML, and what was left out of its tables."""

    def __init__(self, text: str) -> None:
        parser = _Parser()
        parser.feed(text[:MAX_HTML])
        parser.close()
        self.nodes: list[Any] = parser.finish()
        self.rows = parser.rows
        """Number of rows that the longest table had, its head apart."""
        self.columns = parser.columns
        """Number of columns that the widest table had."""


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows = self.columns = 0
        self._stack: list[list[Any]] = [["", []]]
        self._names: list[str] = [""]
        self._count = 0
        self._dropping: list[str] = []
        self._table_rows = self._heads = self._row_columns = 0
        self._spans: dict[int, int] = {}

    def finish(self) -> list[Any]:
        while len(self._stack) > 1:
            self._close()
        return _tidy(self._stack[0][1])

    # -- what the parser finds ---------------------------------------------------------

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._drops(tag):
            return
        if tag in ("br", "hr"):
            self._add([tag])
            return
        name = _NAMES.get(tag)
        if name is not None and len(self._stack) <= _MAX_DEPTH:
            self._open(tag, name, dict(attrs))

    def _drops(self, tag: str) -> bool:
        """Return True within something that is left out, and at its beginning."""
        begins = tag == self._dropping[0] if self._dropping else tag in _DROPPED
        if begins and tag not in _VOID:
            self._dropping.append(tag)
        return bool(self._dropping)

    def _open(self, tag: str, name: str, attributes: dict[str, str | None]) -> None:
        self._make_room(name)
        given: dict[str, Any] = {}
        if name in ("td", "th") and not self._begin_cell(attributes):
            return
        if name == "a":
            href = safe_href(attributes.get("href"))
            if href is None:
                return
            given = {"href": href}
        if name == "table":
            self._table_rows, self._heads, self._spans = 0, 0, {}
        if name == "tr":
            self._row_columns = 0
            self._table_rows += 1
        self._stack.append([name, [], given])
        self._names.append(tag)
        if name == "tr":
            self._fill()

    def handle_endtag(self, tag: str) -> None:
        if self._dropping:
            if tag == self._dropping[0]:
                self._dropping.pop()
            return
        if tag in self._names:
            while self._names[-1] != tag:
                self._close()
            self._close()

    def handle_data(self, data: str) -> None:
        if self._dropping or self._hidden:
            return
        pre = any(entry[0] == "pre" for entry in self._stack)
        text = data if pre else " ".join(data.split(" ")).replace("\n", " ")
        if text.strip() or (text and self._stack[-1][0] in _INLINE | {"p", "td", "th", "li"}):
            self._add(text if len(text) <= _MAX_TEXT else text[:_MAX_TEXT] + "…")

    # -- tables ------------------------------------------------------------------------

    @property
    def _hidden(self) -> bool:
        """True in a row or a cell that is not shown."""
        in_row = any(entry[0] == "tr" for entry in self._stack)
        return in_row and (self._is_beyond or self._row_columns > MAX_COLUMNS)

    @property
    def _is_beyond(self) -> bool:
        """True in a row after the last one that is shown."""
        return self._table_rows - self._heads > MAX_ROWS

    def _make_room(self, name: str) -> None:
        """Close what HTML lets end by itself: a paragraph before a block, a cell before another."""
        open_ = self._stack[-1][0]
        if (open_ == "p" and name in _BLOCKS) or (name in ("td", "th") and open_ in ("td", "th")):
            self._close()
        elif name == "tr":
            while self._stack[-1][0] in ("td", "th", "tr"):
                self._close()

    def _begin_cell(self, attributes: dict[str, str | None]) -> bool:
        """Count a cell; False if it is not shown. Empty ones follow one that spans others."""
        self._row_columns += 1
        wide, high = _number(attributes.get("colspan")), _number(attributes.get("rowspan"))
        column = self._row_columns
        for beside in range(column, min(column + wide, MAX_COLUMNS + 2)):
            if high > 1:
                self._spans[beside] = high - 1
        self._pending = wide - 1
        return not self._hidden

    def _fill(self) -> None:
        """Add empty cells where cells of rows above reach down."""
        while self._spans.get(self._row_columns + 1, 0) > 0:
            self._row_columns += 1
            self._spans[self._row_columns] -= 1
            if not self._hidden:
                self._add(["td"])

    # -- the tree ------------------------------------------------------------------------

    def _add(self, node: Any) -> None:
        self._count += 1
        if self._count <= _MAX_NODES:
            self._stack[-1][1].append(node)

    def _close(self) -> None:
        name, children, *given = self._stack.pop()
        self._names.pop()
        attributes = given[0] if given else {}
        if name in ("td", "th"):
            self._end_cell(name, children)
            return
        if name == "tr":
            self.columns = max(self.columns, self._row_columns)
        children = self._ended(name, children)
        if not children:
            return
        if name == "p" and any(isinstance(c, list) and c[0] in _BLOCKS for c in children):
            for child in children:  # a division that holds blocks is none itself
                self._add(child)
            return
        self._add([name, attributes, *children] if attributes else [name, *children])
        said = destination(attributes["href"], _text(children)) if name == "a" else ""
        if said:
            self._add(f" ({said})")

    def _ended(self, name: str, children: list[Any]) -> list[Any]:
        """Return what an element holds once it has ended; nothing if it is not shown."""
        if name == "tr" and self._is_beyond:
            return []
        if name == "tr" and _is_head(["tr", *children]):
            self._heads += 1
        if name == "table":
            self.rows = max(self.rows, self._table_rows - self._heads)
            return [row for row in children if isinstance(row, list) and row[0] == "tr"]
        if name == "p":
            return _trimmed(children)
        return _tidy(children) if name in ("h", "quote", "li") else children

    def _end_cell(self, name: str, children: list[Any]) -> None:
        if not self._hidden:
            align = {"align": "right"} if _is_number(_text(children)) else {}
            inner = [part for c in children for part in _flat(c)]
            self._add([name, align, *inner] if align else [name, *inner])
        for _ in range(min(self._pending, MAX_COLUMNS)):
            self._row_columns += 1
            if not self._hidden:
                self._add(["td"])
        self._pending = 0
        self._fill()

    _pending = 0


def _flat(node: Any) -> list[Any]:
    """Take paragraphs within a cell apart."""
    if isinstance(node, list) and node and node[0] == "p":
        return [child for child in node[1:] if not isinstance(child, dict)]
    return [node]


def _is_head(row: Any) -> bool:
    cells = [cell for cell in row[1:] if isinstance(cell, list)] if isinstance(row, list) else []
    return bool(cells) and all(cell[0] == "th" for cell in cells)


def _number(text: str | None) -> int:
    """A span, at least 1."""
    return min(int(text), 1_000) if text and text.isascii() and text.isdigit() and int(text) else 1


def _is_number(text: str) -> bool:
    stripped = text.strip().replace(",", "").replace("_", "").rstrip("%")
    try:
        float(stripped)
    except ValueError:
        return False
    return True


def _text(nodes: list[Any]) -> str:
    return "".join(
        node if isinstance(node, str) else _text([c for c in node[1:] if not isinstance(c, dict)])
        for node in nodes
    )


def _trimmed(children: list[Any]) -> list[Any]:
    while children and isinstance(children[0], str) and not children[0].strip():
        children = children[1:]
    while children and isinstance(children[-1], str) and not children[-1].strip():
        children = children[:-1]
    return children


def _tidy(children: list[Any]) -> list[Any]:
    """Put text that stands beside blocks into paragraphs."""
    blocks: list[Any] = []
    line: list[Any] = []
    for child in [*children, None]:
        is_block = isinstance(child, list) and child[0] in _BLOCKS | {"hr"}
        if child is not None and not is_block:
            line.append(child)
            continue
        line = _trimmed(line)
        if line:
            blocks.append(["p", *line])
        line = []
        if child is not None:
            blocks.append(child)
    return blocks


def cleaned(nodes: object, budget: int = _MAX_NODES) -> list[Any]:
    """Return the allowed nodes among those that others have sent; never raises."""
    left = [budget]
    return [node for child in _listed(nodes) if (node := _clean(child, 0, left)) is not None]


_ALLOWED = frozenset(_NAMES.values()) | {"br", "hr"}


def _listed(nodes: object) -> list[Any]:
    return nodes if isinstance(nodes, list) else []


def _clean(node: Any, depth: int, left: list[int]) -> Any:
    left[0] -= 1
    if left[0] < 0 or depth > _MAX_DEPTH + 4:
        return None
    if isinstance(node, str):
        return node[: _MAX_TEXT + 1]
    if not isinstance(node, list) or not node or node[0] not in _ALLOWED:
        return None
    name, *rest = node
    given = rest.pop(0) if rest and isinstance(rest[0], dict) else {}
    attributes: dict[str, Any] = {}
    if given.get("align") == "right":
        attributes["align"] = "right"
    children = [c for child in rest if (c := _clean(child, depth + 1, left)) is not None]
    if name == "th" and not children:
        name = "td"  # a head that says nothing is none
    if name == "a":
        href = safe_href(given.get("href"))
        if href is None:
            return ["em", *children]
        attributes["href"] = href
    return [name, attributes, *children] if attributes else [name, *children]
