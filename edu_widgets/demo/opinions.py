"""Answers of simulated classmates to polls: some are right, some have a common misunderstanding."""

import random
from collections.abc import Iterable

from edu_widgets.polls.authoring import Question
from edu_widgets.polls.documents import Choice, Poll

_KNOW = 0.45
"""Share of classmates who are right at once, in a question whose answer is known here."""

_CONVINCED = 0.65
"""Share of the others who are right after the discussion."""

_MANY = 1000

_SENTENCES = (
    "Look at how much is missing, first.",
    "Draw it before I type it.",
    "Ask earlier.",
    "Test with something small.",
)


class Opinions:
    """Answers by person and round; a person's next answer depends on the one before.

    `known` are the questions in the lesson's file, which has their answers.
    """

    def __init__(self, known: Iterable[Question], rng: random.Random) -> None:
        self._known = {(one.text, one.options): one for one in known}
        self._rng = rng
        self._before: dict[tuple[str, int], Choice] = {}
        self._leanings: dict[str, list[float]] = {}

    def choice(self, poll: Poll, who: int) -> Choice:
        """Return a person's answer in the poll's present round."""
        question = self._known.get((poll.question, tuple(poll.options)))
        right = list(question.correct) if question else []
        before = self._before.get((poll.id, who))
        found = self._wrong(poll, right)
        if right and self._rng.random() < (_KNOW if before is None else _CONVINCED):
            found = self._right(poll, right)
        if before is not None and (self._is_right(poll, before, right) or not right):
            found = before  # right answers stay; if no answer is right, all stay
        self._before[poll.id, who] = found
        return found

    def _is_right(self, poll: Poll, choice: Choice, right: list[Choice]) -> bool:
        return bool(right) and choice == self._right(poll, right)

    @staticmethod
    def _right(poll: Poll, right: list[Choice]) -> Choice:
        if poll.kind in {"multiple", "ordering"}:
            return [int(one) for one in right if isinstance(one, int)]
        return right[0]

    def _wrong(self, poll: Poll, right: list[Choice]) -> Choice:
        """Return a wrong answer; if none is right, any answer."""
        rng, options = self._rng, list(range(len(poll.options)))
        match poll.kind:
            case "number":
                return self._wrong_number(right[0] if right else None)
            case "text":
                return rng.choice(_SENTENCES)
            case "multiple":
                return sorted(rng.sample(options, rng.randint(1, max(1, len(options) - 1))))
            case "ordering":
                return rng.sample(options, len(options))
            case "scale":
                place = round(rng.gauss(0.6 * (len(options) - 1), 0.2 * len(options)))
                return min(max(place, 0), len(options) - 1)
            case "single" | "predict":
                # Wrong answers are not spread evenly: each poll has a most common one.
                leaning = self._leanings.setdefault(poll.id, [rng.random() + 0.1 for _ in options])
                weights = [0.0 if one in right else leaning[one] for one in options]
                return rng.choices(options, weights)[0]

    def _wrong_number(self, right: Choice | None) -> float:
        if not isinstance(right, int | float):
            return float(self._rng.randint(1, 10))
        if right != int(right):
            return round(self._rng.choice((right * 0.8, right * 2)), 3)
        return float(self._rng.choice((right * 2, right - 1 if right < _MANY else right / _MANY)))
