"""The package in IPython: the magic, short errors, completion."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import pytest

from edu_widgets.polls import magic
from tests.waiting import PATIENCE

RUN = """
import sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for cell in sys.argv[1:]:
    print("\\0", end="")
    shell.run_cell(cell, store_history=True)
"""
IMPORT = "import edu_widgets as edu"


def outputs(*cells: str) -> list[str]:
    """The output of each cell in a shell of its own, without colours."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, *cells],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    shown = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout).split("\0")[1:]
    assert "Traceback" not in done.stderr
    return [text.strip() for text in shown]


def test_importing_makes_the_magic_known_and_load_ext_goes_on_working() -> None:
    _, helped, again, _ = outputs(
        IMPORT, "%%poll?", "%load_ext edu_widgets", "%reload_ext edu_widgets"
    )
    assert "--seconds 60" in helped
    assert "What does `print([1] * 2)` print?" in helped
    assert again == ""


def test_tab_shows_no_machinery() -> None:
    complete = (
        "from IPython.core.completer import provisionalcompleter\n"
        "with provisionalcompleter():\n"
        "    for code in ('edu.', 'me.'):\n"
        "        found = get_ipython().Completer.completions(code, len(code))\n"
        "        print(sorted(one.text.lstrip('.') for one in found))"
    )
    _, shown = outputs(IMPORT + "\nme = edu.Person('u1', 'Ada')", complete)
    every, own = map(ast.literal_eval, shown.splitlines())
    assert {"host", "join", "connect"} <= set(every)
    assert not {"sys", "Any", "entry"} & set(every)
    assert own == ["is_staff", "name", "role", "user_id", "via"]


def test_the_help_knows_every_option() -> None:
    options = [action.option_strings[0] for action in magic.make_parser()._actions[1:]]
    assert [option for option in options if option not in magic.HELP] == []


def test_importing_in_a_script_touches_no_shell() -> None:
    code = (
        "import sys, edu_widgets; assert 'IPython' not in sys.modules;"
        "assert not hasattr(edu_widgets.EduWidgetsError, '_render_traceback_')"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=PATIENCE)


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (
            "%%poll\nx?\n\n- a\n- b",
            "there is no lesson yet. Run lesson = edu.host(…) or edu.join(…) first.",
        ),
        ("%%poll --nosuch\nx?", "unrecognized arguments: --nosuch"),
        ("%%poll --seconds soon\nx?", "--seconds"),
        ("%%poll --as 1x\nx?", "--as '1x' cannot be a variable's name"),
        ("%%poll --as class\nx?", "--as 'class' cannot be"),
        ("%%poll nobody\nx?", "the variable 'nobody' holds no lesson"),
        ('%%poll "x\nx?', "a quotation mark in its line is not closed"),
        ("1\nedu.host('')", "(line 2; %tb shows more)"),
        ("edu.join('K7QX4M2P')", "'K7QX4M2P' is not an invite"),
    ],
)
def test_a_mistake_is_a_sentence(cell: str, told: str) -> None:
    _, shown, whole = outputs(IMPORT, cell, "%tb")
    assert shown.startswith("InvalidArgument: ")
    assert told in shown
    assert len(shown.splitlines()) == 2
    assert "Traceback (most recent call last)" in whole, "all of it, for those who ask"


def test_imported_before_the_shell_it_costs_little() -> None:
    late = {"IPython", "anywidget", "asyncio", "ssl"}
    code = f"import edu_widgets, sys; assert not {late} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=PATIENCE)
