"""Code to runs of colour: Pygments' many kinds of tokens, told apart by six letters."""

from __future__ import annotations

import functools
from importlib import import_module
from typing import Any

MAX_CODE = 5_000
"""Characters that are coloured; longer code stays plain."""

_MAX_RUNS = 1_500

_PLAIN = "."

# Several lexers take time with the square of a line's length.
_MAX_LINE = 200

# Only languages a course is likely to show: Pygments knows 500, and some of its lexers can be
# made to take seconds (Java's is one).
_LANGUAGES = {
    "python": "python", "py": "python", "python3": "python", "ipython": "python", "pycon": "pycon",
    "bash": "bash", "sh": "bash", "shell": "bash", "zsh": "bash", "console": "console",
    "json": "json", "yaml": "yaml", "yml": "yaml", "toml": "toml", "ini": "ini", "diff": "diff",
    "javascript": "javascript", "js": "javascript", "typescript": "typescript", "ts": "typescript",
    "html": "html", "xml": "xml", "css": "css", "sql": "sql", "c": "c", "cpp": "cpp", "c++": "cpp",
    "kotlin": "kotlin", "go": "go", "rust": "rust", "rs": "rust", "r": "r",
    "julia": "julia", "matlab": "matlab", "haskell": "haskell", "tex": "tex", "latex": "tex",
}  # fmt: skip


def highlight(code: str, language: str) -> str:
    """The runs of colour in `code`, as `2.o7.m`: a length, if not 1, and a letter or `.` (plain).

    Lengths are in UTF-16 units, as pages count; a plain end is left out. Code without colour, in
    a language we do not know, too long or too colourful has no runs: "".
    """
    name = _LANGUAGES.get(language.lower())
    if name is None or len(code) > MAX_CODE or max(map(len, code.split("\n"))) > _MAX_LINE:
        return ""
    runs = _runs(code, name)
    if len(runs) > _MAX_RUNS or "".join(text for _, text in runs) != code:
        return ""
    if runs and runs[-1][0] == _PLAIN:
        runs.pop()
    return "".join(f"{_length(text)}{letter}" for letter, text in runs)


def _runs(code: str, name: str) -> list[tuple[str, str]]:
    """Letters and their texts, none like the one before.

    Blanks go where they cost least: to what is plain, since the length 1 need not be said.
    """
    runs = [(_PLAIN, "")]
    blanks = ""
    tokens = _lexer(name).get_tokens_unprocessed(code)
    found = ((_letter(token), text) for _, token, text in tokens)
    for letter, text in (*found, (_PLAIN, "")):
        if text.isspace():
            blanks += text
            continue
        last, before = runs[-1]
        if letter == last:
            runs[-1] = (last, before + blanks + text)
        elif letter == _PLAIN:
            runs.append((letter, blanks + text))
        else:
            runs[-1] = (last, before + blanks)
            runs.append((letter, text))
        blanks = ""
    return [(letter, text) for letter, text in runs if text]


def _length(text: str) -> str:
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    return str(units) if units > 1 else ""


@functools.cache
def _lexer(name: str) -> Any:
    # Pygments carries no types; it is loaded on first use, which costs 10 ms.
    lexers = import_module("pygments.lexers")
    return lexers.get_lexer_by_name(name, stripnl=False, ensurenl=False)


@functools.cache
def _letter(token: Any) -> str:
    """The letter of a token, from its family."""
    kinds = import_module("pygments.token").Token
    families = (
        (kinds.Comment, "c"),
        (kinds.Literal.String, "s"),
        (kinds.Literal.Number, "m"),
        (kinds.Operator.Word, "k"),
        (kinds.Operator, "o"),
        (kinds.Keyword, "k"),
        (kinds.Name.Tag, "k"),
        (kinds.Name.Function, "n"),
        (kinds.Name.Class, "n"),
        (kinds.Name.Decorator, "n"),
        (kinds.Name.Attribute, "n"),
    )
    return next((letter for family, letter in families if token in family), _PLAIN)
