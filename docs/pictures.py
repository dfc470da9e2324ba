"""Takes the pictures of the documentation, in a real JupyterLab.

    python docs/pictures.py [--only PART] [--all FOLDER]

Writes docs/images/, or one part of it. With --all, pictures of every state, light and dark, narrow
and wide, go to FOLDER as well, to be looked at after a change of what people see.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.lab.classroom import Class, Person, classroom  # noqa: E402 - the checkout's own
from tests.lab.harness import CHROMIUM_FLAGS, find_chromium  # noqa: E402

IMAGES = ROOT / "docs" / "images"
WIDTHS = (900, 360)
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}

TALK = {
    "deniz": """I expected an error here, the lengths are different. Why does it work?

```python
a = np.arange(3)            # (3,)
b = np.arange(4)[:, None]   # (4, 1)
(a + b).shape               # (4, 3)
```""",
    "priya": """NumPy lines shapes up from the right, and a 1 stretches. So `(4, 1)` and `(3,)` \
meet as `(4, 3)`.""",
    "emre": "Türkçesi: sağdan hizala, 1 olan boyut genişler.",
    "mira": """Good instinct, Deniz. Try `b = np.arange(4)` without the `None` and read the \
**last line** of the error.""",
    "ada": "So `(3,) + (4,)` fails because 3 is not 4 and neither is 1?",
}


def shoot(person: Person, folder: Path, name: str) -> None:
    """Every theme and width of the chat as it is now."""
    for theme, title in THEMES.items():
        person.lab.set_theme(title)
        person.lab.wait_for("() => !document.querySelector('#jupyterlab-splash')")
        for width in WIDTHS:
            host = "document.querySelectorAll('.jp-OutputArea-output')"
            person.lab.page.evaluate(
                f"(w) => {{ for (const e of {host}) {{ e.style.maxWidth = w + 'px'; }} }}", width
            )
            person.lab.wait_for(
                "(w) => [...document.querySelectorAll('.jp-OutputArea-output *')].some("
                "(e) => e.shadowRoot && e.shadowRoot.querySelector('.chat') && "
                "e.shadowRoot.querySelector('.chat').getBoundingClientRect().width <= w)",
                width,
            )
            person.chat.screenshot(path=folder / f"{name}-{width}-{theme}.png")
    person.lab.set_theme(THEMES["light"])


def states(lesson: Class, folder: Path) -> None:
    """Empty, a talk, its tools, scrolled away, a thousand messages, offline, not permitted."""
    mira = lesson.instructor(viewport={"width": 1500, "height": 1000})
    ada = lesson.student("Ada", viewport={"width": 1500, "height": 1000})
    shoot(ada, folder, "empty")
    for who in ("Deniz", "Priya", "Emre"):
        mira.lab.execute(
            f"{who.lower()} = edu.join(lesson.invite, name={who!r}).wait_connected(180)"
        )
    people = {"mira": "lesson", "deniz": "deniz", "priya": "priya", "emre": "emre"}
    for who, text in TALK.items():
        if who == "ada":
            ada.lab.execute(f"lesson.chat.send({text!r}).wait()")
        else:
            mira.lab.execute(f"{people[who]}.chat.send({text!r}).wait()")
    ada.sees("So (3,) + (4,) fails")
    ada.box.fill("What about (1, 3)?")
    shoot(ada, folder, "live")
    tools(mira, folder)
    whole(mira, ada, folder)
    lesson.kill_service()
    ada.light("Reconnecting")
    ada.box.press("Enter")
    shoot(ada, folder, "reconnecting")
    expect(ada.chat.locator(".light")).to_have_text("Offline")
    shoot(ada, folder, "offline")
    ada.lab.execute("lesson.chat.options = {'height': 420, 'lang': 'tr'}")
    expect(ada.chat.locator(".light")).to_have_text("Çevrimdışı")
    shoot(ada, folder, "offline-tr")
    ada.lab.execute("lesson.chat.options = {'height': 420, 'lang': 'en'}")
    mira.lab.run_cell(1)
    ada.light("Live")
    mira.lab.execute(
        "for n in range(1000):\n    receipt = priya.chat.send(f'message {n} of a long talk')\n"
        "    if n % 300 == 299: receipt.wait(60)\nreceipt.wait(60)"
    )
    ada.sees("message 999 of a long talk")
    shoot(ada, folder, "thousand")
    ada.chat.locator(".log").hover()
    ada.lab.page.mouse.wheel(0, -600)
    mira.lab.execute("for n in range(3): deniz.chat.send(f'and one more, {n}').wait()")
    expect(ada.chat.locator(".newpill")).to_be_visible()
    shoot(ada, folder, "scrolled")


def tools(mira: Person, folder: Path) -> None:
    """The tools of a message, the picker, pins and questions, as staff see them in the talk."""
    mira.lab.execute(
        "first = lesson.chat.messages[0]\n"
        "for name in (deniz, priya, emre): name.chat.react(first, '🤔').wait()\n"
        "lesson.chat.react(first, '👍').wait()\n"
        "lesson.chat.pin(lesson.chat.messages[1]).wait()\n"
        "emre.chat.ask('Does that hold for three dimensions too?').wait()\n"
        "priya.chat.ask('Is `b[:, None]` a copy or a view?').wait()\n"
        "asked = lesson.chat.questions[-1]\n"
        "for name in (deniz, emre): name.chat.upvote(asked).wait()"
    )
    expect(mira.chat.get_by_role("button", name="Questions (2)")).to_be_visible()
    message = mira.message("copy or a view")
    for name in ("React", "More"):
        message.hover()
        message.get_by_role("button", name=name, exact=True).last.click()
        shoot(mira, folder, {"React": "picker", "More": "menu"}[name])
        mira.lab.page.keyboard.press("Escape")
    shutil.copy(folder / "picker-900-light.png", IMAGES / "picker.png")
    mira.chat.get_by_role("button", name="Questions (2)").click()
    shoot(mira, folder, "questions")
    shutil.copy(folder / "questions-900-light.png", IMAGES / "questions.png")
    mira.chat.get_by_role("button", name="Questions (2)").click()


def whole(mira: Person, ada: Person, folder: Path) -> None:
    """A pin, a mention, reactions, questions, somebody who types: as a student sees it all."""
    mira.lab.execute(
        "asked = [m for m in lesson.chat.messages if m.user_name == 'Ada'][-1]\n"
        "text = '@Ada yes: sizes match, or one of them is 1.'\n"
        "lesson.chat.send(text, reply_to=asked).wait()\n"
        "answer = lesson.chat.messages[-1]\n"
        "for name in (deniz, priya): name.chat.react(answer, '🎉').wait()"
    )
    ada.lab.execute("lesson.chat.react(lesson.chat.messages[-1], '🎉').wait()")
    shots = {"en": ("whole-900-light", "chat"), "tr": ("whole-360-dark", "chat-narrow")}
    for lang, (shot, image) in shots.items():
        ada.lab.execute(f"lesson.chat.options = {{'height': 560, 'lang': {lang!r}}}")
        expect(ada.chat).to_have_attribute("lang", lang)
        mira.box.press_sequentially("Now")
        expect(ada.chat.locator(".typing")).to_contain_text("Mira")
        shoot(ada, folder, "whole")
        mira.box.fill("")
        shutil.copy(folder / f"{shot}.png", IMAGES / f"{image}.png")
    ada.lab.execute("lesson.chat.options = {'height': 420, 'lang': 'en'}")


QUESTION = """What is the shape of `a + b`?

```python
a = np.ones((4, 1))
b = np.ones(3)
```"""
ROUNDS = (
    {"(4, 3)": 3, "(3, 4)": 3, "(4,)": 1, "ValueError": 2},
    {"(4, 3)": 7, "(3, 4)": 1, "(4,)": 0, "ValueError": 1},
)


def polls() -> None:
    """One question through its life, as a student and as the instructor see it."""
    with classroom("py101") as lesson:
        size = {"width": 1160, "height": 1100}
        mira, ada = lesson.instructor(viewport=size), lesson.student("Ada", viewport=size)
        options = list(ROUNDS[0])
        mira.lab.execute(
            f"people = [edu.join(lesson.invite, name=f'Student {{n}}') for n in range(9)]\n"
            "for one in people: one.wait_connected(180)\n"
            f"poll = lesson.polls.ask({QUESTION!r}, {[f'`{o}`' for o in options]!r},"
            " correct=1, seconds=600)"
        )
        for person in (mira, ada):
            person.lab.show(2, "lesson.polls")
        views = [person.lab.page.locator(".edu.polls").first for person in (mira, ada)]
        staff, student = views
        for number, votes in enumerate(ROUNDS):
            chosen = [place for place, count in enumerate(votes.values()) for _ in range(count)]
            mira.lab.execute(
                f"for one, choice in zip(people, {chosen!r}):\n"
                "    mine = one.polls.poll(poll.id)\n"
                f"    while mine.round != {number + 1}: pass\n"
                "    mine.vote(choice + 1).wait()"
            )
            student.get_by_role("radio", name=options[-number + 1]).click()
            expect(student.locator(".standing")).to_contain_text("Counted")
            expect(staff.locator(".turn")).to_contain_text("10 of 10")
            if number == 0:
                student.screenshot(path=IMAGES / "poll-vote.png")
                staff.screenshot(path=IMAGES / "poll-live.png")
            staff.get_by_role("button", name="Close", exact=True).click()
            if number == 0:
                staff.get_by_role("button", name="Vote again", exact=True).click()
        staff.get_by_role("button", name="Reveal", exact=True).click()
        staff.get_by_role("button", name="Compare rounds").click()
        expect(staff.locator(".sum")).to_contain_text("moved to correct")
        staff.screenshot(path=IMAGES / "poll-rounds.png")
        expect(student.locator(".opt.right")).to_contain_text("Correct")
        student.screenshot(path=IMAGES / "poll-revealed.png")


def panel() -> None:
    """The panel of an instructor, beside the notebook."""
    with classroom("py101") as lesson:
        mira = lesson.instructor(viewport={"width": 1560, "height": 880})
        page = mira.lab.page
        mira.lab.execute(
            "import re\n"
            f"talk = {TALK!r}\n"
            "people = {n: edu.join(lesson.invite, name=n.title()) for n in talk if n != 'mira'}\n"
            "for one in people.values(): one.wait_connected(180)\n"
            "for n in talk: people.get(n, lesson).chat.send(talk[n]).wait()\n"
            "for n, said in zip(people, ('stuck', 'done', 'done', 'following')):\n"
            "    people[n].people.set_status(said).wait()\n"
            "people['deniz'].people.raise_hand('Where does the 1 come from?').wait()\n"
            f"poll = lesson.polls.draft({QUESTION!r}, {[f'`{o}`' for o in ROUNDS[0]]!r}, correct=1)"
        )
        mira.lab.show(2, "lesson.panel()")
        cell = page.locator(".jp-Notebook .edu.panel")
        expect(cell.locator("article")).to_have_count(len(TALK))
        page.evaluate("() => { window.jupyterapp.shell.mode = 'multiple-document' }")
        expect(cell.locator("article")).to_have_count(len(TALK))
        cell.locator(".tabs").click(button="right", position={"x": 560, "y": 10})
        page.get_by_text("Create New View for Cell Output").click()
        beside = page.locator(".jp-LinkedOutputView .edu.panel")
        expect(beside).to_be_visible()
        page.evaluate(
            """() => {
              const { shell } = window.jupyterapp;
              const main = [...shell.widgets('main')];
              const view = main.find((one) => !one.node.querySelector('.jp-Notebook'));
              const notebook = main.find((one) => one !== view);
              shell.add(view, 'main', { mode: 'split-right', ref: notebook.id });
              shell.activateById(notebook.id);
            }"""
        )
        expect(beside.locator("article")).to_have_count(len(TALK))
        # A view of its own shows what its cell shows: the poll is asked in another.
        mira.lab.show(1, "poll.open(seconds=90); poll")
        view = page.locator(".jp-Notebook .edu.polls")
        expect(view.locator(".turn")).to_contain_text("0 of")
        # The first cell is this laboratory's own: where its files are.
        page.locator(".jp-Notebook .jp-Cell").first.evaluate("(cell) => cell.remove()")
        page.screenshot(path=IMAGES / "panel.png")


def lesson_picture() -> None:
    """The demo, as the README shows it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "edu_widgets.cli", "demo", "--no-browser"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    address = ""
    for line in process.stdout:
        address = line.split()[1] if line.startswith("JupyterLab:") else address
        if "Ctrl-C" in line:
            break
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=list(CHROMIUM_FLAGS)
        )
        page = browser.new_page(viewport={"width": 1400, "height": 940}, device_scale_factor=1.5)
        page.goto(address)
        chats = page.locator(".edu.chat")
        expect(chats).to_have_count(2)
        expect(chats.nth(1).locator("article", has_text="the same object")).to_have_count(1)
        expect(chats.nth(1).locator("article", has_text="would be a copy")).to_have_count(1)
        page.screenshot(path=IMAGES / "lesson.png")
        browser.close()
    process.terminate()
    process.wait(30)


def chat(folder: Path | None) -> None:
    """The chat in its states."""
    with classroom("py101") as lesson:
        shots = folder or lesson.folder / "shots"
        shots.mkdir(exist_ok=True, parents=True)
        states(lesson, shots)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("chat", "polls", "panel", "lesson"))
    parser.add_argument("--all", type=Path, default=None)
    args = parser.parse_args()
    IMAGES.mkdir(exist_ok=True)
    parts = {
        "chat": lambda: chat(args.all),
        "polls": polls,
        "panel": panel,
        "lesson": lesson_picture,
    }
    for name, take in parts.items():
        if args.only in (None, name):
            take()


if __name__ == "__main__":
    main()
