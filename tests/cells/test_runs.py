"""A kernel's messages become runs, and documents that fit and tell no secret."""

from __future__ import annotations

from typing import Any

import pytest

from edu_widgets.cells import ansi
from edu_widgets.cells.again import Again
from edu_widgets.cells.documents import MAX_CELL, Cell, CellOutput, size
from edu_widgets.cells.html_nodes import Html, cleaned
from edu_widgets.cells.masking import Masking
from edu_widgets.cells.outputs import document
from edu_widgets.cells.runs import Run
from tests.cells.studio import Wire

NONE = Masking()
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1In0.c2lnbmF0dXJl"
INVITE = "http://127.0.0.1:8765/py101?code=K7QX4M2P"


def outputs(run: Run, masking: Masking = NONE) -> list[CellOutput]:
    return document(run, masking).outputs


def texts(run: Run, masking: Masking = NONE) -> list[str]:
    return [output.text for output in outputs(run, masking)]


def test_a_run_from_its_start_to_its_end() -> None:
    wire = Wire()
    run, cell = wire.begin("print(1)\n2", wire.request(cellId="c-1"), number=3)
    assert document(run, NONE).status == "running"
    wire.say("stream", cell, name="stdout", text="1\n")
    wire.say("stream", cell, name="stderr", text="careful\n")
    wire.say("execute_result", cell, data={"text/plain": "2"})
    wire.end(cell)
    made = document(run, NONE)
    assert (made.number, made.cell_id, made.status) == (3, "c-1", "ok")
    assert [(o.text, o.name) for o in made.outputs] == [("1", ""), ("careful", "stderr"), ("2", "")]
    assert made.ended > made.started > 0


def test_an_error_ends_it_as_one() -> None:
    wire = Wire()
    run, cell = wire.begin("df['temp']")
    lines = ["\x1b[0;31mKeyError\x1b[0m: 'temp'"]
    wire.say("error", cell, ename="KeyError", evalue="'temp'", traceback=lines)
    wire.end(cell, "error")
    (error,) = outputs(run)
    assert (document(run, NONE).status, error.name, error.value) == ("error", "KeyError", "'temp'")
    assert (error.text, error.runs) == ("KeyError: 'temp'", "8r")


def test_what_is_no_cell() -> None:
    wire = Wire()
    silent = wire.request({"store_history": False})
    assert wire.say("execute_input", silent, code="x", execution_count=1) == []
    _, outer = wire.begin("poll()")
    nested = wire.request()
    assert wire.say("execute_input", nested, code="y", execution_count=2) == []
    assert wire.say("stream", nested, name="stdout", text="y") == []
    beside, _ = wire.begin("z", wire.request(header={"subshell_id": "s1"}))
    assert beside.concurrent
    wire.end(outer)
    wire.begin("after it")
    assert wire.say("stream", {}, name="stdout", text="of nobody") == []


@pytest.mark.parametrize(
    ("code", "metadata", "is_private"),
    [
        ("%%private\nx", {}, True),
        ("\n  %%private\nx", {}, True),
        ("x", {"tags": ["private"]}, True),
        ("x = '%%private'", {"tags": ["other"]}, False),
        ("%%privately\nx", {"tags": "private"}, False),
    ],
)
def test_private_cells(code: str, metadata: dict[str, Any], is_private: bool) -> None:
    wire = Wire()
    run, _ = wire.begin(code, wire.request(**metadata))
    assert run.private is is_private


def test_later_output_and_updates_reach_the_run_they_belong_to() -> None:
    wire = Wire()
    first, one = wire.begin("handle = display(1, display_id='d')")
    shown = {"data": {"text/plain": "1"}, "transient": {"display_id": "d"}}
    wire.say("display_data", one, **shown)
    wire.end(one)
    second, two = wire.begin("handle.update(2)")
    changed = wire.say("update_display_data", two, **(shown | {"data": {"text/plain": "2"}}))
    wire.say("stream", one, name="stdout", text="from a thread\n")
    assert (changed, texts(first), texts(second)) == ([first], ["2", "from a thread"], [])


def test_a_terminal_is_folded() -> None:
    wire = Wire()
    run, cell = wire.begin("for _ in tqdm(x): ...")
    for step in ("\r 1%", "\r50", "%\r99%\n", "abc\b\bX\n"):
        wire.say("stream", cell, name="stdout", text=step)
    assert texts(run) == ["99%\naX"]
    wire.say("clear_output", cell, wait=True)
    assert texts(run) == ["99%\naX"]
    wire.say("stream", cell, name="stdout", text="new\n")
    assert texts(run) == ["new"]
    wire.say("clear_output", cell, wait=False)
    assert texts(run) == []


def test_fifty_megabytes_become_a_document() -> None:
    wire = Wire()
    run, cell = wire.begin("flood()")
    text = ("x" * 99 + "\n") * 10_000
    for _ in range(50):
        wire.say("stream", cell, name="stdout", text=text)
    made = document(run, NONE)
    assert size(made) <= MAX_CELL
    (shown,) = made.outputs
    assert (shown.total, shown.unit) == (500_001, "lines")
    assert shown.shown < 1_000
    assert "⋯" in shown.text.split("\n")


@pytest.mark.parametrize("letter", ["x", "ş", "🎉", "\ud800", '"'])
def test_whatever_is_printed_fits(letter: str) -> None:
    wire = Wire()
    run, cell = wire.begin(letter * 40_000)
    wire.say("stream", cell, name="stdout", text=(letter * 500 + "\n") * 60)
    wire.say("error", cell, ename="E", evalue=letter * 9_000, traceback=[letter * 90_000])
    for _ in range(80):
        wire.say("display_data", cell, data={"text/html": f"<p>{letter * 2_000}</p>"})
    made = document(run, NONE)
    assert size(made) <= MAX_CELL
    assert made.total > made.shown > 0
    assert any(output.name == "outputs" for output in made.outputs)


def test_secrets_are_masked_wherever_they_stand() -> None:
    wire, masking = Wire(), Masking(["the-known-one"])
    source = f'edu.join("{INVITE}")\ntoken = "hunter2hunter2"'
    run, cell = wire.begin(source)
    for part in (TOKEN[:20], TOKEN[20:], " the-kno", "wn-one\n"):
        wire.say("stream", cell, name="stdout", text=part)
        said = "".join(texts(run, masking))
        assert "eyJ" not in said
        assert "the-kno" not in said
    wire.say("display_data", cell, data={"text/html": f"<td><b>{INVITE}</b>", "text/plain": ""})
    wire.say("error", cell, ename="E", evalue=TOKEN, traceback=[f"\x1b[31m{TOKEN}\x1b[0m"])
    said = repr(document(run, masking))
    for secret in ("K7QX4M2P", "hunter2", "c2lnbmF0", "the-known-one"):
        assert secret not in said
    assert f'edu.join("{INVITE[:-8]}••••••••")' in document(run, masking).source


def test_what_is_no_secret_stays() -> None:
    for text in ("token = os.environ['X']", "x?code", "eyJ", "code=12", "Bearer of news", "a.b.c"):
        assert Masking().mask(text) == text
    assert Masking().begun("Loading: 3 of 4") == 0


def test_html_becomes_allowed_nodes() -> None:
    html = Html(
        '<style>p{}</style><div onclick="x()">Hi <b>you</b><script>alert(1)</script>'
        '<img src=x onerror=alert(1)></div><a href="javascript:alert(1)">no</a>'
        '<a href="https://evil.example/">bank</a><iframe src=x>y</iframe>'
    )
    assert html.nodes == [
        ["p", "Hi ", ["strong", "you"]],
        ["p", "no", ["a", {"href": "https://evil.example/"}, "bank"], " (evil.example)"],
    ]


def test_a_form_is_its_words_and_asks_for_nothing() -> None:
    html = Html(
        '<form action="https://evil.example/"><label>Password <input type="password" autofocus>'
        '</label><button formaction="javascript:alert(1)">Send</button><select><option>a</select>'
        '<textarea>b</textarea></form><meta http-equiv="refresh" content="0;url=//evil.example">'
        '<link rel="stylesheet" href="//evil.example/x.css"><base href="//evil.example/"><p>kept'
    )
    told = repr(html.nodes)
    assert "kept" in told
    for word in ("evil", "form", "input", "button", "javascript", "refresh"):
        assert word not in told


def test_a_table_keeps_its_shape_and_says_what_was_cut() -> None:
    spans = Html("<table><tr><td colspan=2>a<td rowspan=2>b<tr><td>c<td>d</table>").nodes
    assert spans == [
        [
            "table",
            ["tr", ["td", "a"], ["td"], ["td", "b"]],
            ["tr", ["td", "c"], ["td", "d"], ["td"]],
        ]
    ]
    wire = Wire()
    run, cell = wire.begin("df")
    rows = "".join(f"<tr><th>{n}</th><td>{n}.5</td></tr>" for n in range(365))
    table = f"<table><thead><tr><th></th><th>t</th></tr></thead><tbody>{rows}</tbody></table>"
    wire.say("execute_result", cell, data={"text/html": table, "text/plain": "df"})
    wide = "<tr>" + "<td>1</td>" * 10_000 + "</tr>"
    wire.say("execute_result", cell, data={"text/html": f"<table>{wide * 3}</table>"})
    long, broad = outputs(run)
    assert (long.shown, long.total, long.unit) == (200, 365, "rows")
    assert len(long.nodes[0]) == 202
    assert (broad.shown, broad.total, broad.unit) == (50, 10_000, "columns")


def test_nodes_of_others_are_looked_at_again() -> None:
    deep: Any = "x"
    for _ in range(200):
        deep = ["p", deep]
    assert cleaned([["script", "x"], ["a", {"href": "javascript:x"}, "y"], 7, deep])[:1] == [
        ["em", "y"]
    ]
    assert cleaned([["p", {"style": "x", "onclick": "y"}, "z"]]) == [["p", "z"]]
    assert cleaned("text") == []
    assert len(cleaned([["p", "x"]] * 100_000)) < 20_000


def test_what_cannot_be_shown_says_what_it_was() -> None:
    wire = Wire()
    run, cell = wire.begin("fig")
    view = "application/vnd.jupyter.widget-view+json"
    wire.say("display_data", cell, data={"image/png": "aGk=", "text/plain": "<Figure>"})
    wire.say("display_data", cell, data={view: {}, "text/plain": "CourseChat('py101', live)"})
    wire.say("display_data", cell, data={"application/pdf": "aGk="})
    wire.say("display_data", cell, data={"text/html": "<script>x</script>", "text/plain": "kept"})
    wire.say("display_data", cell, data={"text/markdown": "**hi**", "text/plain": "Markdown"})
    assert [(o.type, o.name, o.text) for o in outputs(run)] == [
        ("note", "picture", "<Figure>"),
        ("note", "widget", "CourseChat('py101', live)"),
        ("note", "application/pdf", ""),
        ("text", "", "kept"),
        ("markdown", "", "**hi**"),
    ]


@pytest.mark.parametrize(
    ("text", "shown", "runs"),
    [
        ("\x1b[1;31mred\x1b[0m plain", "red plain", "3R"),
        ("\x1b[38;5;28mg\x1b[39m\x1b[38;2;0;0;255mb", "gb", "gb"),
        ("\x1b[1mbold\x1b[22m\x1b[2mdim", "bolddim", "4W3d"),
        ("a\x1b]8;;http://x\x07link\x1b[2K\x1b[5A\x00", "alink", ""),
        ("\x1b[48;5;1mx\x1b[99;;;;mé🎉\x1b[32m🎉", "xé🎉🎉", "4.2g"),
    ],
)
def test_colours_of_a_terminal(text: str, shown: str, runs: str) -> None:
    assert ansi.parse(text) == (shown, runs)


def test_run_again_is_the_same_cell_or_the_most_alike() -> None:
    again = Again()

    def run(id_: str, source: str, cell_id: str = "") -> tuple[str, int]:
        cell = Cell(source, 1, cell_id=cell_id)
        again.relate(id_, cell)
        return cell.again, cell.times

    assert run("a", "df.head(3)", "c1") == ("", 1)
    assert run("b", "something else", "c1") == ("a", 2)
    assert run("b", "something else", "c1") == ("a", 2)  # its end
    assert run("c", "df.head(3)", "c2") == ("", 1)
    assert run("d", "means = df.groupby('date').mean()") == ("", 1)
    assert run("e", "means = df.groupby('month').mean()") == ("d", 2)
    assert run("f", "means = df.groupby('month').mean()") == ("e", 3)
    assert run("g", "print(means)") == ("", 1)
