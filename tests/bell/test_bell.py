"""A feature of another package is one like ours: nothing of edu_widgets knows it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.bell.conftest import Run
from tests.conftest import ROOT

CLASS = """
import json, sys
import edu_widgets as edu
from tests.waiting import wait_until

mira = edu.host("py101", name="Mira").wait_connected(120)
ada = edu.join(mira.invite, name="Ada").wait_connected(120)
"""

RUNG = """
from course_bell.widget import Bell

heard = mira.feature(Bell)
ada.feature(Bell).ring().wait(120)
wait_until(lambda: heard.count == 1, "the instructor hears it")
assert mira.bell is mira.feature(Bell) and "bell" in dir(mira)
panel = mira.panel(lang="tr")
ours = ("chat", "polls", "board", "cells", "stream", "people", "progress", "notes", "notifications")
assert panel.tabs == (*ours, "bell"), panel.tabs
face = panel._parts["bell"]
assert face["model"] == f"IPY_MODEL_{mira.bell.model_id}" and face["words"]["tr"]["tab"] == "Zil"
wait_until(lambda: panel._shown._document()["parts"]["bell"]["unread"] == 1, "its tab counts it")
shown, _ = mira.bell._repr_mimebundle_()
assert shown["text/plain"].startswith("py101 dersinin zili"), shown
print("done")
"""

REFUSED = """
import edu_widgets as edu

mira = edu.host("py101", name="Mira", config={"EduWidgets": {"features": "-bell"}})
assert "bell" not in dir(mira)
try:
    mira.feature(__import__("course_bell.widget").widget.Bell)
except edu.InvalidArgument as error:
    print(error)
ada = edu.join(mira.invite, name="Ada").wait_connected(120)
try:
    ada.bell.ring().wait(120)
except edu.Refused as error:
    print(error)
"""

WITHOUT = """
ada.chat.send("Hello.").wait(120)
wait_until(lambda: mira.chat.messages, "the chat works")
ours = ("chat", "polls", "board", "cells", "stream", "people", "progress", "notes", "notifications")
assert mira.panel().tabs == ours
try:
    mira.bell
except AttributeError as error:
    print(error)
"""


def test_it_is_rung_in_one_kernel_and_heard_in_another(run: Run, bell: Path) -> None:
    done = run("-c", CLASS + RUNG, path=bell)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


def test_not_installed_there_is_nothing_of_it(run: Run) -> None:
    done = run("-c", CLASS + WITHOUT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Lesson has no 'bell'."), done.stdout
    assert "left out" not in done.stderr


def test_broken_the_class_goes_on_without_it(run: Run, bell: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(bell, tmp_path / "broken")
    (broken / "course_bell" / "feature.py").write_text("raise RuntimeError('no clapper')\n")
    done = run("-c", CLASS + WITHOUT, path=broken)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Lesson has no 'bell'."), done.stdout
    (line,) = [line for line in done.stderr.splitlines() if "bell" in line]
    assert line.endswith("is left out: no clapper")
    (log,) = tmp_path.rglob("service.log")
    assert log.read_text("utf-8").count("no clapper") == 1


def test_where_it_is_forbidden_it_is_said_to_who_asks(run: Run, bell: Path) -> None:
    done = run("-c", REFUSED, path=bell)
    assert done.returncode == 0, done.stderr
    kernel, service = done.stdout.splitlines()
    assert kernel == "No feature of this lesson has Bell as its widget."
    assert service.startswith("This service does not know 'bell_ring': install the feature")


def test_settings_and_the_protocol_have_it(run: Run, bell: Path, tmp_path: Path) -> None:
    command = "from edu_widgets.cli import main; raise SystemExit(main(['config']))"
    found = run("-c", command, path=bell)
    assert found.returncode == 0, found.stderr
    (offered,) = [s for s in found.stdout.splitlines() if "features" in s and "presence" in s]
    assert '"bell"' in offered
    done = run("-m", "edu_widgets.protocol.export", "--features", "all", path=bell)
    assert done.returncode == 0, done.stderr
    schema = json.loads((tmp_path / "docs" / "protocol.schema.json").read_text("utf-8"))
    assert {"document.bell", "client.bell_ring", "RingsBody"} <= set(schema["$defs"])
    types = (tmp_path / "js" / "src" / "protocol.ts").read_text("utf-8")
    assert "bell: RingsBody;" in types
    assert re.search(r'^export type Lane = .*\| "bell";$', types, re.MULTILINE)
    assert "`bell_ring`" in (tmp_path / "docs" / "protocol.md").read_text("utf-8")


@pytest.mark.parametrize("name", ["docs/protocol.schema.json", "js/src/protocol.ts"])
def test_what_is_checked_in_has_ours_alone(name: str) -> None:
    assert "bell_ring" not in (ROOT / name).read_text("utf-8")
