"""LaTeX in texts: which dollars make a formula, and what of it reaches the page."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edu_widgets.notebook import formulas
from edu_widgets.notebook.formulas import MAX_SOURCE, formula
from edu_widgets.notebook.nodes import MAX_TEXT, plain_text, to_nodes

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/formulas.json").read_text("utf-8"))


@pytest.mark.parametrize("vector", VECTORS)
def test_vectors(vector: dict[str, Any]) -> None:
    """The page builds elements of the same nodes (js/tests/formulas.test.ts)."""
    assert json.loads(json.dumps(to_nodes(vector["text"]))) == vector["nodes"]


def elements(body: Any) -> Iterator[tuple[Any, ...]]:
    for node in body if not isinstance(body, str) else ():
        if isinstance(node, tuple):
            yield node
            yield from elements(node[2:] if attributes(node) else node[1:])


def attributes(node: tuple[Any, ...]) -> dict[str, Any]:
    return node[1] if len(node) > 1 and isinstance(node[1], dict) else {}


def of(text: str) -> list[str]:
    """The LaTeX of the formulas in a text."""
    return [node[1]["tex"] for node in elements(to_nodes(text)) if node[0] == "math"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$x$", ["x"]),
        ("($x$), **$y$**, $z$-axis", ["x", "y", "z"]),
        ("$x^2$ where n = 3", ["x^2"]),
        ("so $$x$$ it is", ["x"]),
        ("$$\nx\n= y\n- z\n$$", ["x\n= y\n- z"]),
        ("> $$\n> x\n> $$", ["x"]),
        (r"$a\$b$", [r"a\$b"]),
        ("It costs $5 and $10", []),
        ("5$-6$ or $5/$10", []),
        ("cd $HOME/$USER", []),
        ("a$b$c", []),
        (r"\$x$", []),
        ("`$x$`, $5 `a$`", []),
        ("```\n$x$\n```", []),
        ("$ x $", []),
        ("$$", []),
        ("$$\nx\n\ny\n$$", []),
    ],
)
def test_which_dollars_make_a_formula(text: str, found: list[str]) -> None:
    assert of(text) == found


def test_without_form_a_formula_is_its_latex() -> None:
    assert plain_text(to_nodes(r"The mean, $\bar{x}$, is 3")) == r"The mean, \bar{x}, is 3"
    assert to_nodes("costs $5") == "costs $5"


@pytest.mark.parametrize(
    "source",
    ["{", r"\undefined{x}", r"\frac{1}", "a & b", r"\begin{matrix}", "{" * 21 + "}" * 21, ""],
)
def test_what_is_not_understood_is_shown_as_typed(source: str) -> None:
    assert formula(source) == (("code", f"${source}$"), 1)
    assert formula(source, display=True) == (("code", f"$${source}$$"), 1)


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        (r"\text{<img src=x onerror=alert(1)>}", "mtext"),
        (r"\href{javascript:alert(1)}{x}", "mi"),
        (r"\color{red}x", "mi"),
        (r"\class{a}{x}", "mi"),
        (r"\style{position:fixed}{x}", "mi"),
    ],
)
def test_nothing_hostile_is_in_a_formula(source: str, wanted: str) -> None:
    found = list(elements((formula(source)[0],)))
    assert wanted in [node[0] for node in found]
    assert {name for node in found[1:] for name in attributes(node)} <= {
        *formulas.ALLOWED,
        "align",
    }


def test_limits_stand_below_an_operator_where_there_is_room() -> None:
    for source in (r"\lim_{x \to 0} x", r"\max_i x", r"\operatorname*{arg max}_x f"):
        tags = [node[0] for node in elements((formula(source, display=True)[0],))]
        assert "munder" in tags
        assert "msub" not in tags
        assert "msub" in [node[0] for node in elements((formula(source)[0],))]
    assert "arg\u00a0max" in plain_of(formula(r"\operatorname*{arg max}_x f")[0])


def plain_of(node: Any) -> str:
    if isinstance(node, str):
        return node
    return "".join(plain_of(child) for child in node[1:] if not isinstance(child, dict))


def about(source: str, *, display: bool = False) -> dict[str, Any]:
    node, _ = formula(source, display=display)
    assert isinstance(node, tuple)
    return attributes(node)


def test_a_long_formula_has_a_line_of_its_own() -> None:
    assert about("x + y") == {"tex": "x + y"}
    assert about("+".join("abcdefghijklmnopqrstuvwxyz" * 2))["display"] == "block"
    assert about("x", display=True) == {"tex": "x", "display": "block"}


@pytest.mark.parametrize("piece", ["x^y", "a&", r"\\", "'", "[]", r"\frac", "_", "x", r"\sqrt["])
def test_formulas_are_bounded(piece: str) -> None:
    longest = (piece * MAX_SOURCE)[:MAX_SOURCE]
    before = time.process_time()
    for text in (f"${longest}$", f"${longest[:200]}$ " * 40, f"$$\n{longest}x\n$$"):
        assert len(text) <= MAX_TEXT + 200
        assert sum(1 for _ in elements(to_nodes(text))) < 4_000
    assert time.process_time() - before < 1, "it is some 30 ms each"


# Pieces that a formula is made of, in any order.
PIECES = st.sampled_from(
    [*"xy12+-=&^_{}[]()'\\ <>", r"\frac", r"\sqrt", r"\text{", r"\left", "&lt;"]
)


@given(st.lists(PIECES, max_size=40).map("".join), st.booleans())
def test_whatever_is_typed_only_what_is_allowed_comes_out(source: str, display: bool) -> None:
    node, count = formula(source, display=display)
    assert count >= 1
    for one in elements((node,)):
        assert one[0] in {"math", "code"} | formulas.ELEMENTS
        if one[0] != "math":
            assert {*attributes(one)} <= {*formulas.ALLOWED, "align"}
