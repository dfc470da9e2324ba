"""Answers that an instructor removed from what came of a text poll."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Collection, Iterable

import msgspec

from edu_widgets.polls.documents import RoundResult
from edu_widgets.protocol.shortening import shorten
from edu_widgets.protocol.text_normalization import equality_key

_COMPARED = 80
_SHOWN = 60


def removal_mark(text: str) -> str:
    """A removed answer's placeholder, also for all that say the same; not the text."""
    return hashlib.blake2b(equality_key(text).encode(), digest_size=16).hexdigest()


def without_removed(result: RoundResult, removed: Collection[str]) -> RoundResult:
    """A round that was counted, without the texts of which `removed` has the marks."""
    gone = [group for group in result.texts if removal_mark(group.text) in removed]
    return msgspec.structs.replace(
        result,
        texts=[group for group in result.texts if group not in gone],
        removed=result.removed + sum(group.people for group in gone),
    )


def missing_answer(text: str, results: Iterable[RoundResult]) -> str:
    """That no answer says this, and which is the nearest that does."""
    # Comparing takes a time that grows with the square of the length, so only beginnings are.
    told = {
        equality_key(group.text)[:_COMPARED]: group.text
        for result in results
        for group in result.texts
    }
    near = difflib.get_close_matches(equality_key(text)[:_COMPARED], told, n=1, cutoff=0.4)
    hint = (
        f"The nearest one is {shorten(told[near[0]], _SHOWN)!r}."
        if near
        else ("poll.results() lists the answers.")
    )
    return f"No answer of this poll says {shorten(text, _SHOWN)!r}. {hint}"
