"""Moderation of a text poll's answers before all see them: remove, hide, merge."""

from __future__ import annotations

import difflib
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import msgspec

from edu_widgets.polls.documents import PollTally, RoundResult, TextCount
from edu_widgets.protocol.shortening import shorten
from edu_widgets.protocol.text_normalization import equality_key

_COMPARED = 80
_SHOWN = 60


def answer_mark(text: str) -> str:
    """Return the placeholder of an answer, the same for equal answers, without its text."""
    return hashlib.blake2b(equality_key(text).encode(), digest_size=16).hexdigest()


@dataclass(frozen=True)
class Moderation:
    """The answers of a poll that are removed, hidden from students, or counted as another one."""

    removed: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    merged: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, tally: PollTally) -> Moderation:
        """Return the moderation that is stored with the counts of a poll."""
        return cls(tuple(tally.removed), tuple(tally.hidden), tally.merged)

    def counted(self, text: str) -> str | None:
        """Return the text that an answer counts as; None if it was removed."""
        if not (self.removed or self.merged):
            return text
        mark = answer_mark(text)
        if mark in self.removed:
            return None
        into = self.merged.get(mark)
        if into is None:
            return text
        return None if answer_mark(into) in self.removed else into

    @cached_property
    def names(self) -> dict[str, str]:
        """The spelling of each text that others were merged into, by its folded form."""
        return {equality_key(into): into for into in self.merged.values()}

    def applied(self, result: RoundResult) -> RoundResult:
        """Return a round whose ballots are gone, with later removals and merges applied."""
        people: Counter[str] = Counter()
        gone = result.removed
        for group in result.texts:
            text = self.counted(group.text)
            if text is None:
                gone += group.people
            else:
                people[self.names.get(equality_key(text), text)] += group.people
        return msgspec.structs.replace(result, texts=groups_of(people), removed=gone)

    def shown(self, result: RoundResult) -> RoundResult:
        """Return a round as students see it: hidden answers count as removed."""
        if not self.hidden:
            return result
        kept = [group for group in result.texts if answer_mark(group.text) not in self.hidden]
        gone = sum(group.people for group in result.texts if group not in kept)
        return msgspec.structs.replace(result, texts=kept, removed=result.removed + gone)


def groups_of(people: Mapping[str, int]) -> list[TextCount]:
    """Texts with their people, the most frequent first."""
    found = [TextCount(text, count) for text, count in people.items()]
    return sorted(found, key=lambda group: (-group.people, group.text))


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
