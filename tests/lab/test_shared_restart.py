"""A kernel that several people share, restarted by one of them; and who is one too many."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .classroom import Class, Person
from .conftest import OpenNotebook
from .test_panel_lab import SHOW, panel
from .test_viewers_lab import named, sign

NINE_MORE = """
from edu_widgets.client.invites.vouching import vouch
for number in range(9):
    vouch(lesson._client.target, lesson.course, f"viewer {number}", f"Viewer {number}")
"""


@pytest.mark.nightly
@pytest.mark.parametrize("kernel", ["ipykernel-7.4"])
def test_a_restart_is_told_to_all_and_the_eleventh_reads(
    lesson: Class, notebook: OpenNotebook, kernel: str
) -> None:
    lesson.instructor(kernel)
    ada = lesson.student("Ada", kernel, **named("Ada"))
    ada.lab.show(2, SHOW)
    bob = Person(notebook(again=ada.lab, **named("Bob")).wait_kernel())
    bob.lab.show(2, SHOW)
    bob.says("Same error here.")
    ada.sees("Same error here.")
    ada.box.press_sequentially("a draft of mine")

    ada.lab.restart_kernel()
    for person in (ada, bob):
        stopped = panel(person).locator(".banner:visible", has_text="The kernel has stopped.")
        expect(stopped.first).to_be_visible()
    ada.lab.run_all()
    bob.lab.run_cell(2)
    bob.sees("Same error here.")
    expect(sign(bob)).to_contain_text("You are Bob")
    expect(sign(ada)).to_contain_text("+1")
    expect(ada.box).to_have_value("a draft of mine")

    # With nine further people, of whom no page is open, Noor is the eleventh.
    assert "Error" not in ada.lab.execute(NINE_MORE)
    noor = Person(notebook(again=ada.lab, **named("Noor")).wait_kernel())
    noor.lab.run_cell(2)
    expect(noor.chat.locator(".banner.calm")).to_contain_text("Ten people already take part")
    noor.sees("Same error here.")
