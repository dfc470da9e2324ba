"""Takes the pictures of the documentation, in a real JupyterLab.

    python docs/pictures.py [--all FOLDER]

Writes docs/images/. With --all, pictures of every state, light and dark, narrow and wide, go to
FOLDER as well, to be looked at after a change of what people see.
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
        mira.lab.execute(f"{who.lower()} = edu.join(lesson.invite, name={who!r}).wait_connected()")
    people = {"mira": "lesson", "deniz": "deniz", "priya": "priya", "emre": "emre"}
    for who, text in TALK.items():
        if who == "ada":
            ada.lab.execute(f"lesson.chat.send({text!r}).wait()")
        else:
            mira.lab.execute(f"{people[who]}.chat.send({text!r}).wait()")
    ada.sees("So (3,) + (4,) fails")
    ada.box.fill("What about (1, 3)?")
    shoot(ada, folder, "live")
    shutil.copy(folder / "live-900-light.png", IMAGES / "chat.png")
    tools(mira, folder)
    lesson.kill_service()
    ada.light("Reconnecting")
    ada.box.press("Enter")
    shoot(ada, folder, "reconnecting")
    expect(ada.chat.locator(".light")).to_have_text("Offline", timeout=90_000)
    shoot(ada, folder, "offline")
    ada.lab.execute("lesson.chat.options = {'height': 420, 'lang': 'tr'}")
    expect(ada.chat.locator(".light")).to_have_text("Çevrimdışı")
    shoot(ada, folder, "offline-tr")
    ada.lab.execute("lesson.chat.options = {'height': 420, 'lang': 'en'}")
    mira.lab.run_cell(1)
    ada.light("Live", timeout=90)
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
            "for one in people: one.wait_connected()\n"
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
            expect(staff.locator(".turn")).to_contain_text("10 of 11")
            if number == 0:
                student.screenshot(path=IMAGES / "poll-vote.png")
                staff.screenshot(path=IMAGES / "poll-live.png")
            staff.get_by_role("button", name="Close", exact=True).click()
            if number == 0:
                staff.get_by_role("button", name="Vote again").click()
        staff.get_by_role("button", name="Reveal", exact=True).click()
        staff.get_by_role("button", name="Compare rounds").click()
        expect(staff.locator(".sum")).to_contain_text("moved to correct")
        staff.screenshot(path=IMAGES / "poll-rounds.png")
        expect(student.locator(".opt.right")).to_contain_text("Correct")
        student.screenshot(path=IMAGES / "poll-revealed.png")


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
        expect(chats).to_have_count(2, timeout=60_000)
        expect(chats.nth(1).locator("article", has_text="the same object")).to_have_count(
            1, timeout=60_000
        )
        expect(chats.nth(1).locator("article", has_text="would be a copy")).to_have_count(
            1, timeout=60_000
        )
        page.screenshot(path=IMAGES / "lesson.png")
        browser.close()
    process.terminate()
    process.wait(30)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", type=Path, default=None)
    args = parser.parse_args()
    IMAGES.mkdir(exist_ok=True)
    with classroom("py101") as lesson:
        shots = args.all or lesson.folder / "shots"
        shots.mkdir(exist_ok=True, parents=True)
        states(lesson, shots)
    polls()
    lesson_picture()


if __name__ == "__main__":
    main()
