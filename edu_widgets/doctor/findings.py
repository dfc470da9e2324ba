"""Findings of the checks, each with its remedy, as a table to paste into a mail."""

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Literal

WIDTH = 78
_MARK, _WHAT = 6, 13

_wrap = partial(textwrap.wrap, break_on_hyphens=False, break_long_words=False)
"""Keeps an address or a folder in one piece."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; without token, code or secret."""

    what: str
    found: str
    """A sentence."""
    next: str = ""
    """The advice; "" for none."""
    mark: Literal["ok", "note", "no"] = "ok"
    """`no`: a lesson does not work because of it; `note`: it works, but not as it could."""


def table(findings: Iterable[Finding]) -> str:
    """Return findings as plain text, in lines of `WIDTH`."""
    return "\n".join(line for finding in findings for line in _lines(finding)) + "\n"


def _lines(finding: Finding) -> list[str]:
    width = WIDTH - _MARK - _WHAT
    found = _wrap(finding.found, width)
    told = _wrap(f"-> {finding.next}" if finding.next else "", width, subsequent_indent="   ")
    heads = [f"{finding.mark:<{_MARK}}{finding.what:<{_WHAT}}", *[" " * (_MARK + _WHAT)] * 99]
    return [f"{head}{line}" for head, line in zip(heads, [*found, *told], strict=False)]
