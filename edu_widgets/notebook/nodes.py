"""Markdown to nodes (docs/widget-protocol.md): what the page may build elements from.

Raw HTML is text, pictures are links, and anything that would be too deep, too large or too slow
is shown as it was typed. Text without markup stays a plain string.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

from edu_widgets.notebook.formulas import formula
from edu_widgets.notebook.highlight import highlight
from edu_widgets.notebook.links import destination, find_links, safe_href
from edu_widgets.protocol.text_normalization import Named, same_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

Node = str | tuple[Any, ...]
"""A string, or `(tag, *children)`, or `(tag, {attributes}, *children)`. Never changed."""

Body = str | tuple[Node, ...]

MAX_TEXT = 8_000
"""Characters that are read as Markdown."""

# Measured, 8,000 characters of each at its worst: 200 brackets 10 ms (all of them: 120), 500
# lines 20 ms, 2,000 cells 20 ms, 2,500 characters of formulas 40 ms. Nobody writes a message beyond
# these.
_MAX_BRACKETS = 200
_MAX_LINES = 500
_MAX_CELLS = 2_000
_MAX_MARKS = 2_000
_MAX_DOLLARS = 200
_MAX_FORMULAS = 2_500
_MAX_DEPTH = 16
_MAX_NODES = 3_000
_CACHED = 512

# What can begin any markup we read, apart from the lines below.
_MARK = re.compile(r"[\\`*_\[\]<~|$]|https?://", re.IGNORECASE)
_LINE = re.compile(r"^(?:[ \t]*(?:#|>|[-+=]|\d{1,9}[.)])|\t| {4}| *\t)| {2}$", re.MULTILINE)
_FORMULA = re.compile(r"(?<![\w$])(\$\$?)(?!\s)((?:\\.|[^\\$`])+)(?<!\s)\1(?![\w$])", re.DOTALL)
_BLOCKS = frozenset({"p", "h", "quote", "li", "pre", "tr", "br", "hr"})
_LANGUAGE = re.compile(r"[\w+#.\-]{1,20}")


@functools.lru_cache(maxsize=_CACHED)
def to_nodes(text: str, mentions: tuple[str, ...] = (), me: str = "") -> Body:
    """The nodes of a text people wrote; `text` itself if there is no markup in it.

    Where a name of `mentions` stands behind an `@`, but in code, a mention is made of it; `me`
    is the reader's own name. Never raises and never takes long: what cannot be read within
    bounds comes back as it is. The result is shared between callers and must not be changed.
    """
    named = Named(mentions) if mentions else None
    if len(text) > MAX_TEXT or not (named or _MARK.search(text) or _LINE.search(text)):
        return text
    if _too_much(text):
        return text
    try:
        nodes = _Builder(named, me).build(_parser().parse(text))
    except _TooLargeError:
        return text
    return _unwrapped(nodes) or text


def plain_text(body: Body, limit: int = MAX_TEXT) -> str:
    """Return the text of nodes, blocks on lines of their own; of `limit` and little more.

    The page reads the same of them, `plainText` in js/src/core/rich_text.tsx.
    """
    text = ""
    waiting: list[Node] = [body] if isinstance(body, str) else [*reversed(body)]
    while waiting and len(text) < limit:
        node = waiting.pop()
        if isinstance(node, str):
            text += node
            continue
        if node[0] == "math":
            text += node[1]["tex"]
            continue
        children = node[2:] if len(node) > 1 and isinstance(node[1], dict) else node[1:]
        if node[0] in _BLOCKS and text and not text.endswith("\n"):
            text += "\n"
        waiting += reversed(children)
    return text


def mentioned(text: str, names: Iterable[str]) -> list[str]:
    """Return those of these people whom a text mentions: `@Name`, not within a word, not in code.

    Names are compared as a service does that lets nobody have the same: `@ada` is Ada.
    """
    named = tuple({name: None for _, _, name in Named(sorted(names)).find(text)})
    found: dict[str, None] = {}
    nodes: list[Any] = [to_nodes(text, named)] if named else []
    while nodes:
        node = nodes.pop()
        if isinstance(node, str):
            continue
        if node[:1] == ("at",):
            found[node[1]["user"]] = None
        else:
            nodes += [child for child in node if isinstance(child, tuple)]
    return [name for name in named if name in found]


def _too_much(text: str) -> bool:
    lines = text.count("\n")
    if text.count("[") > _MAX_BRACKETS or lines > _MAX_LINES or text.count("$") > _MAX_DOLLARS:
        return True
    if "|" in text and max(line.count("|") for line in text.split("\n")) * lines > _MAX_CELLS:
        return True
    return sum(map(text.count, "*_~`<|\\]")) > _MAX_MARKS


def _unwrapped(nodes: tuple[Node, ...]) -> Body:
    """A single paragraph of nothing but text and line breaks, as a string."""
    if len(nodes) != 1 or isinstance(nodes[0], str) or nodes[0][0] != "p":
        return nodes
    children = nodes[0][1:]
    if all(isinstance(child, str) or child == ("br",) for child in children):
        return "".join(child if isinstance(child, str) else "\n" for child in children)
    return nodes


@functools.cache
def _parser() -> MarkdownIt:
    # They cost 30 ms, on first use.
    from markdown_it import MarkdownIt  # noqa: PLC0415
    from mdit_py_plugins.dollarmath import dollarmath_plugin  # noqa: PLC0415

    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": _MAX_DEPTH + 4})
    parser.enable(["table", "strikethrough"])
    # Definitions would vanish from the text, and `&copy;` in a course is meant as written.
    parser.disable(["reference", "entity"])
    parser.use(dollarmath_plugin, allow_labels=False, allow_blank_lines=False)
    parser.inline.ruler.at("math_inline", _formula_in_line)
    parser.parse("*")  # compiles its rules now; half compiled, another thread would miss some
    return parser


def _formula_in_line(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's call
    """Read `$x$` or `$$x$$`, but neither `$5 and $10` nor `$HOME/$USER`."""
    found = _FORMULA.match(state.src, state.pos)
    if found and not silent:
        token = state.push("math_inline", "math", 0)
        token.markup, token.content = found.groups()
    if found:
        state.pos = found.end()
    return found is not None


class _TooLargeError(Exception):
    """The nodes would be too deep or too many."""


_OPENS = {
    "blockquote_open": "quote",
    "heading_open": "h",
    "bullet_list_open": "ul",
    "list_item_open": "li",
    "table_open": "table",
    "tr_open": "tr",
    "em_open": "em",
    "strong_open": "strong",
    "s_open": "del",
}
_ALIGNED = re.compile(r"text-align:(left|center|right)")


class _Builder:
    """Builds nodes from one parse. Open nodes are lists on a stack, tuples once closed."""

    def __init__(self, named: Named | None = None, me: str = "") -> None:
        self._named = named
        self._me = me
        self._stack: list[list[Any]] = [[]]
        self._count = 0
        self._formulas = 0

    def build(self, tokens: list[Token]) -> tuple[Node, ...]:
        self._walk(tokens)
        return tuple(self._stack[0])

    def _walk(self, tokens: Iterable[Token]) -> None:
        for token in tokens:
            if token.type in _OPENS:
                self._open(_OPENS[token.type])
            else:
                getattr(self, f"_on_{token.type}", self._on_other)(token)

    # -- the stack ----------------------------------------------------------------

    def _open(self, *head: Any) -> None:
        if len(self._stack) > _MAX_DEPTH:
            raise _TooLargeError
        self._stack.append(list(head))

    def _close(self) -> None:
        self._add(tuple(self._stack.pop()))

    def _add(self, node: Node) -> None:
        self._count += 1
        if self._count > _MAX_NODES:
            raise _TooLargeError
        self._stack[-1].append(node)

    def _text(self, text: str) -> None:
        """Add text, to the string before it if there is one."""
        siblings = self._stack[-1]
        # The first of an open node is its tag; only the outermost list has none.
        start = 0 if len(self._stack) == 1 else 1
        if len(siblings) > start and isinstance(siblings[-1], str):
            siblings[-1] += text
        elif text:
            self._add(text)

    # -- blocks -------------------------------------------------------------------

    def _on_paragraph_open(self, token: Token) -> None:
        if not token.hidden:
            self._open("p")

    def _on_paragraph_close(self, token: Token) -> None:
        if not token.hidden:
            self._close()

    def _on_ordered_list_open(self, token: Token) -> None:
        start = token.attrGet("start")
        self._open("ol", {"start": start}) if isinstance(start, int) else self._open("ol")

    def _on_th_open(self, token: Token) -> None:
        align = _ALIGNED.fullmatch(str(token.attrGet("style") or ""))
        self._open(token.tag, {"align": align[1]}) if align else self._open(token.tag)

    _on_td_open = _on_th_open

    def _on_hr(self, _: Token) -> None:
        self._add(("hr",))

    def _on_fence(self, token: Token) -> None:
        info, code = token.info.strip(), token.content.removesuffix("\n")
        language = info if _LANGUAGE.fullmatch(info) else ""
        if info and not language:
            code = f"{info}\n{code}"  # nothing that was typed vanishes
        runs = highlight(code, language)
        # Each is an element in the page.
        self._count += sum(map(str.isalpha, runs))
        given = {"lang": language, "runs": runs}
        attributes = {name: value for name, value in given.items() if value}
        self._add(("pre", attributes, code) if attributes else ("pre", code))

    _on_code_block = _on_fence

    def _on_inline(self, token: Token) -> None:
        self._walk(token.children or ())

    # -- within a line --------------------------------------------------------------

    def _on_text(self, token: Token) -> None:
        if any(isinstance(node[0], str) and node[0] == "a" for node in self._stack[1:]):
            self._text(token.content)
            return
        for piece, linked in find_links(token.content):
            if linked:
                self._add(("a", {"href": piece}, piece))
            else:
                self._text_with_mentions(piece)

    def _text_with_mentions(self, text: str) -> None:
        end = 0
        for start, stop, name in self._named.find(text) if self._named is not None else ():
            if start > end:
                self._text(text[end:start])
            who = {"user": name, "me": True} if same_name(name, self._me) else {"user": name}
            self._add(("at", who, text[start:stop]))
            end = stop
        if end < len(text):
            self._text(text[end:])

    def _on_code_inline(self, token: Token) -> None:
        self._add(("code", token.content))

    def _on_math_inline(self, token: Token) -> None:
        source, display = token.content.strip(), token.markup == "$$"
        self._formulas += len(source)
        if self._formulas > _MAX_FORMULAS:
            raise _TooLargeError
        node, elements = formula(source, display=display)
        self._count += elements
        self._add(node)

    _on_math_block = _on_math_inline

    def _on_softbreak(self, _: Token) -> None:
        self._add(("br",))

    _on_hardbreak = _on_softbreak

    def _on_link_open(self, token: Token) -> None:
        href = str(token.attrGet("href") or "")
        if safe_href(href):
            self._open("a", {"href": href})
        else:
            # Not a link to be followed; what it says is kept, where it leads is said behind it.
            tail = "" if token.info == "auto" or not href else f" ({href})"
            self._open(None, {"tail": tail})

    def _on_link_close(self, _: Token) -> None:
        node = self._stack.pop()
        if node[0] is not None:
            self._add(tuple(node))
            self._say_where(node[1]["href"], plain_text(tuple(node[2:])))
            return
        for child in [*node[2:], node[1]["tail"]]:
            self._text(child) if isinstance(child, str) else self._add(child)

    def _on_image(self, token: Token) -> None:
        # Nothing is loaded from elsewhere: reading a message must not tell anybody about it.
        href = str(token.attrGet("src") or "")
        label = token.content or href
        within = any(node[0] == "a" for node in self._stack[1:])
        if safe_href(href) and not within:
            self._add(("a", {"href": href}, label))
            self._say_where(href, label)
        else:
            self._text(label)

    def _say_where(self, href: str, text: str) -> None:
        """Say behind a link where it leads, if its text says something else."""
        where = destination(href, text)
        if where:
            self._text(f" ({where})")

    def _on_other(self, token: Token) -> None:
        if token.type.endswith("_close") and token.nesting < 0:
            if token.type not in {"thead_close", "tbody_close"}:
                self._close()
        elif token.content:
            self._text(token.content)
