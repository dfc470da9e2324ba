"""A poll's revealed results as static HTML, to stay in a saved notebook.

It has no script and no colour of its own but the green of a right answer's bar: text and bars take
the colour of the page around them, so that it reads in the light and in the dark. All that
people wrote is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from edu_widgets.notebook.nodes import to_nodes
from edu_widgets.notebook.nodes_html import Html, nodes_html
from edu_widgets.polls.documents import Choice, Poll, PollFlow, RoundResult
from edu_widgets.polls.kinds import is_right
from edu_widgets.polls.page_content import option_nodes
from edu_widgets.polls.results import REMOVED, label
from edu_widgets.polls.values import number_text

_RIGHT = "#2e9e5b"
_WORDS = {
    "en": {
        "round": "Round {n}", "people": "{n} answered", "right": "Correct", "median": "median {n}",
        "place": "mean place {n}", "more": "All other answers",
        "removed": "Removed by an instructor",
        "few": "Too few answered to show counts.",
        "from": "Round {a} → {b}", "moved": "of {n} who answered both",
    },
    "tr": {
        "round": "{n}. tur", "people": "Yanıtlayan: {n}", "right": "Doğru", "median": "ortanca {n}",
        "place": "ortalama sıra {n}", "more": "Diğer yanıtlar",
        "removed": "Eğitmenin kaldırdığı",
        "few": "Sonuç göstermek için yanıt sayısı az.",
        "from": "{a}. tur → {b}. tur", "moved": "ikisini de yanıtlayan: {n}",
    },
}  # fmt: skip


def html(poll: Poll, lang: str = "") -> Html:
    """Return a poll as HTML, with the parts that everybody may see now."""
    words = _WORDS.get(lang, _WORDS["en"])
    several = len(poll.results) > 1 or poll.round > 1
    question = nodes_html(to_nodes(poll.question))
    parts = [question if question.startswith("<") else f"<p>{question}</p>"]
    for result in poll.results:
        heads = [words["round"].format(n=result.round)] if several else []
        heads.append(words["people"].format(n=result.people))
        if result.median is not None:
            heads.append(words["median"].format(n=number_text(result.median, lang)))
        parts.append(f"<p><strong>{escape(' · '.join(heads))}</strong></p>")
        parts.append(_round(poll, result, words, lang))
    if missing := _missing(poll, lang):
        parts.append(f"<p><strong>✓ {escape(words['right'])}: {escape(missing)}</strong></p>")
    parts += [_flow(poll, flow, words) for flow in poll.flows]
    lang = lang if lang in _WORDS else "en"
    style = (
        "border:1px solid currentColor;border-radius:8px;padding:4px 16px 12px;max-width:720px;"
        "overflow-wrap:anywhere"
    )
    return f'<div lang="{lang}" style="{style}">{"".join(parts)}</div>'


def plain(poll: Poll) -> str:
    """Return a poll as text, with the parts that everybody may see now."""
    lines = [poll.question.strip()]
    for result in poll.results:
        lines.append(f"Round {result.round}: {result.people} answered")
        for name, people, right in _lines(poll, result):
            tail = "  (correct)" if right else ""
            lines.append(f"  {people:>4}  {name}{tail}")
        if result.more:
            lines.append(f"  {result.more:>4}  (all other answers)")
        if result.removed:
            lines.append(f"  {result.removed:>4}  {REMOVED}")
    if missing := _missing(poll):
        lines.append(f"(correct: {missing})")
    return "\n".join(lines)


def _round(poll: Poll, result: RoundResult, words: Mapping[str, str], lang: str) -> Html:
    found = []
    for index, people in enumerate(result.counts):
        shown = f"<div>{_label_html(poll, index)}</div>"
        found.append(_row(shown, people, result.people, words, right=_is_right(poll, index)))
    others = [line for line in _lines(poll, result, lang) if not result.counts]
    for name, people, right in others:
        found.append(_row(escape(name), people, result.people, words, right=right))
    for index, rank in enumerate(result.ranks):
        place = words["place"].format(n=number_text(rank, lang))
        found.append(_tr(_label_html(poll, index), "", escape(place)))
    for name, people in (("more", result.more), ("removed", result.removed)):
        if people:
            found.append(_row(escape(words[name]), people, result.people, words, right=False))
    if not found:
        return f"<p>{escape(words['few'])}</p>" if result.people else ""
    return f'<table style="width:100%;border-collapse:collapse">{"".join(found)}</table>'


def _lines(poll: Poll, result: RoundResult, lang: str = "en") -> Iterable[tuple[str, int, bool]]:
    """Answers as text, their people, whether they are right as far as everybody knows."""
    for index, people in enumerate(result.counts):
        yield label(poll, index), people, _is_right(poll, index)
    for number in result.numbers:
        yield number_text(number.value, lang), number.people, _is_right(poll, number.value)
    for group in result.texts:
        yield group.text, group.people, _is_right(poll, group.text)
    for order in result.orders:
        name = " → ".join(label(poll, index) for index in order.order)
        yield name, order.people, _is_right(poll, order.order)


def _missing(poll: Poll, lang: str = "en") -> str:
    """The right answer where everybody may know it and no line of the last round is it, else ""."""
    if not poll.shown.answer or not poll.correct:
        return ""
    if poll.kind == "number":
        values = [one.value for result in poll.results[-1:] for one in result.numbers]
        told = any(one in values for one in poll.correct)
    else:
        told = any(right for result in poll.results[-1:] for *_, right in _lines(poll, result))
    return "" if told else _right_name(poll, lang)


def _right_name(poll: Poll, lang: str) -> str:
    if poll.kind == "number":
        near = f" ± {number_text(poll.tolerance, lang)}" if poll.tolerance else ""
        return ", ".join(f"{number_text(float(str(one)), lang)}{near}" for one in poll.correct)
    if poll.kind == "text":
        return ", ".join(str(one) for one in poll.correct)
    between = " → " if poll.kind == "ordering" else ", "
    return between.join(label(poll, one) for one in poll.correct if isinstance(one, int))


def _is_right(poll: Poll, choice: Choice) -> bool:
    if not poll.shown.answer:
        return False
    if poll.kind == "multiple":
        return choice in poll.correct
    return is_right(poll.kind, choice, poll.correct, poll.tolerance)


def _row(name: Html, people: int, of: int, words: Mapping[str, str], *, right: bool) -> Html:
    share = people / of if of else 0.0
    mark = f" <strong>✓ {escape(words['right'])}</strong>" if right else ""
    figure = f"<strong>{people}</strong> · {share:.0%}"
    return _tr(f"{name}{mark}", _bar(share, right=right), figure)


def _bar(share: float, *, right: bool) -> Html:
    colour = _RIGHT if right else "currentColor"
    return (
        f'<div style="background-color:{colour};opacity:{1 if right else 0.55};height:6px;'
        f'width:{max(share, 0.004):.1%};border-radius:3px"></div>'
    )


def _tr(name: Html, bar: Html, figure: Html) -> Html:
    cell = "text-align:left;padding:4px 8px;vertical-align:middle"
    return (
        f'<tr><td style="{cell};width:45%">{name}</td><td style="{cell};width:40%">{bar}</td>'
        f'<td style="{cell};white-space:nowrap">{figure}</td></tr>'
    )


def _flow(poll: Poll, flow: PollFlow, words: Mapping[str, str]) -> Html:
    head = f"{words['from'].format(a=flow.from_, b=flow.to)}, {words['moved'].format(n=flow.both)}"
    lines = [
        _tr(
            escape(f"{label(poll, a)} → {label(poll, b)}"),
            _bar(n / flow.both, right=_is_right(poll, b)),
            f"<strong>{n}</strong>",
        )
        for a, b, n in sorted(flow.pairs, key=lambda pair: -pair[2])
    ]
    style = "width:100%;border-collapse:collapse"
    return f'<p><strong>{escape(head)}</strong></p><table style="{style}">{"".join(lines)}</table>'


def _label_html(poll: Poll, index: int) -> Html:
    number = f"{index + 1} " if poll.kind == "scale" else ""
    body = option_nodes(poll, poll.options[index])
    if len(body) == 1 and not isinstance(body, str) and body[0][0] == "p":
        body = body[0][1:]  # a single paragraph needs no room around it
    return number + nodes_html(body)
