"""The record of a lesson: what is in it, what is not, and that it is read without a service."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import edu_widgets as edu
from edu_widgets.notebook.nodes import to_nodes
from edu_widgets.notebook.nodes_html import nodes_html
from edu_widgets.notebook.records import Author, RecordEntry, as_it_is, picture_place
from edu_widgets.protocol.blobs import picture
from edu_widgets.protocol.errors import InvalidArgument, NotConnected
from edu_widgets.record.page import Part, page
from edu_widgets.record.pictures import with_pictures
from tests.hosting import hosted
from tests.lab.harness import CHROMIUM_FLAGS, find_chromium
from tests.pictures import png
from tests.ports import own_port
from tests.waiting import PATIENCE, wait_until

START = 1_700_000_000_000
MIRA = Author("u-mira", "Mira", "instructor")
ADA = Author("u-ada", "Ada")
HOSTILE = "<img src=x onerror=alert(1)> </script><script>alert(2)</script> [a](javascript:x) \"'&"


def entry(text: str, author: Author | None = ADA, at: int = 0, *mentions: str) -> RecordEntry:
    body = to_nodes(text, mentions)
    return RecordEntry(START + at, lambda called: nodes_html(body, called), author)


def made(*entries: RecordEntry, names: bool = False, lang: str = "en") -> str:
    return page("py101", [Part("chat", "Chat", entries)], lang, names=names)


def test_entries_of_all_features_stand_in_the_order_of_time() -> None:
    chat = Part("chat", "Chat", [entry("third", at=3), entry("first", at=1)])
    notes = Part("notes", "Notes", [entry("second", at=2)])
    text = page("py101", [chat, notes], "en", names=True)
    assert re.findall("first|second|third", text) == ["first", "second", "third"]
    assert re.findall(r'data-part="(\w+)"', text) == ["chat", "notes", "chat"]


def test_names_of_students_are_hidden_unless_asked_for() -> None:
    bo = entry("and @Bodil", ADA, 2, "Bodil")
    said = [entry("Hello", MIRA), entry("@Ada yes", MIRA, 1, "Ada"), bo]
    hidden = made(*said)
    assert "Mira" in hidden
    assert not re.search("Ada|Bodil", hidden)
    assert '<h2 dir="auto">Student 1</h2>' in hidden, "no role but those of staff is said"
    assert "@Student 1" in hidden, "a mention says who is meant, by the same word"
    assert "1. öğrenci" in made(*said, lang="tr")
    shown = made(*said, names=True)
    assert {"Ada", "Mira"} <= set(re.findall("Ada|Mira", shown))


def test_what_people_wrote_is_text_and_nothing_else_runs_or_loads() -> None:
    text = made(
        entry(HOSTILE, Author("u", HOSTILE, "instructor")),
        RecordEntry(START, as_it_is("<p>kept</p>"), place=HOSTILE, foot=HOSTILE),
    )
    assert "<img" not in text
    assert text.count("<script>") == 1
    assert "javascript:" not in re.sub(r"\[a\]\(javascript:x\)", "", text)
    assert re.search(r"default-src 'none'; img-src data:;.*script-src 'sha256-", text)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', text)


def test_formulas_and_code_stay_what_they_are() -> None:
    text = made(entry("$x^2$ and `a < b`\n\n```python\nprint(1)\n```"))
    assert "<msup><mi>x</mi><mn>2</mn></msup>" in text
    assert "<code>a &lt; b</code>" in text
    assert "print(1)" in text


def test_nothing_is_said_where_nothing_was() -> None:
    assert "Nothing was said or shown" in made()


@pytest.fixture
def lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bundles: Path) -> Iterator[edu.Lesson]:
    del bundles
    with hosted(tmp_path, monkeypatch, port=own_port()) as made:
        yield made


@pytest.fixture
def read(tmp_path: Path) -> Iterator[Any]:
    """Opens a file in a browser that has no network."""
    from playwright.sync_api import sync_playwright

    del tmp_path
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=list(CHROMIUM_FLAGS)
        )
        context = browser.new_context(offline=True)
        yield lambda path: (opened := context.new_page(), opened.goto(path.as_uri()))[0]
        browser.close()


def test_a_lesson_is_read_and_searched_without_a_service(
    lesson: edu.Lesson, tmp_path: Path, read: Any
) -> None:
    with edu.join(lesson.invite, name="Ada").wait_connected(PATIENCE) as ada:
        asked = ada.chat.ask("Why is `0.1 + 0.2` odd?").wait(PATIENCE)
        assert asked
        lesson.chat.send("Floats are **binary**.").wait(PATIENCE)
        poll = lesson.polls.ask("2 ** 3?", [6, 8]).wait(PATIENCE)
        ada.polls.on("open", lambda opened: opened.vote(2))
        wait_until(lambda: ada.polls.current is not None, "Ada sees the poll")
        current = ada.polls.current
        assert current is not None
        current.vote(2).wait(PATIENCE)
        secret = lesson.polls.ask("Never revealed?", ["ja", "nein"], anonymous=True).wait(PATIENCE)
        poll.close().wait(PATIENCE)
        poll.reveal().wait(PATIENCE)
        ada.notes.write("privately").wait(PATIENCE)
        ada.notes.write("for all").wait(PATIENCE)
        ada.notes.share(ada.notes.mine[-1]).wait(PATIENCE)
        wait_until(lambda: bool(lesson.notes.shared), "the note is shared")
        assert secret.question == "Never revealed?"
    path = lesson.record(tmp_path / "lesson.html")
    text = path.read_text("utf-8")
    assert not re.search("Ada|privately|Never revealed", text)
    page = read(path)
    articles = page.locator("article:visible")
    assert articles.count() == 4
    page.get_by_label("Search").fill("BINARY")
    assert articles.count() == 1
    assert "Floats are binary." in articles.inner_text()
    assert page.get_by_role("status").inner_text() == "1 of 4"
    page.get_by_label("Search").fill("")
    page.get_by_label("Chat").uncheck()
    assert articles.count() == 2
    assert lesson.record(tmp_path / "named.html", names=True, lang="tr").read_text().count("Ada")
    later = datetime.now(UTC) + timedelta(hours=1)
    assert "Nothing was said" in lesson.record(path, since=later).read_text()
    report = lesson.report()
    assert next(iter(report)) == "attendance"
    [ada_wrote] = report["participation"]
    assert (ada_wrote["name"], ada_wrote["messages"], ada_wrote["questions"]) == ("Ada", 1, 1)
    assert [row["question"] for row in report["questions"]] == ["Why is `0.1 + 0.2` odd?"]
    voted = {row["answer"]: row["people"] for row in report["polls"]}
    assert voted == {"6": 0, "8": 1, None: 1}, "no answers of an anonymous poll"
    assert not re.search("Ada|odd", report._repr_html_() + repr(report)), "a class looks on"
    page = read(report.to_html(tmp_path / "report.html"))
    assert page.get_by_role("region", name="Participation").get_by_text("Ada").is_visible()
    assert "Ada" not in lesson.report(names=False).to_csv("participation")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"path": "lesson.pdf"}, r"ends with \.html"),
        ({"path": 5}, r"ends with \.html"),
        ({"path": "no/such/folder.html"}, "cannot be written"),
        ({"path": "x.html", "since": "10:20"}, "an aware datetime"),
        ({"path": "x.html", "lang": "de"}, "'en' or 'tr'"),
    ],
)
def test_what_cannot_be_is_said(
    lesson: edu.Lesson,
    arguments: dict[str, Any],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidArgument, match=words):
        lesson.record(**arguments)
    assert list(tmp_path.glob("*.html")) == []


class Shelves:
    """A client as far as a record's pictures need it: it has those that it was given."""

    def __init__(self, *there: bytes) -> None:
        self._there = {picture(data).hash: data for data in there}
        self.blobs = self
        self.connections = SimpleNamespace(network=SimpleNamespace(forbid_waiting=lambda: None))

    def get(self, hash_: str) -> Future[bytes]:
        coming: Future[bytes] = Future()
        if hash_ in self._there:
            coming.set_result(self._there[hash_])
        else:
            coming.set_exception(NotConnected("The picture cannot be fetched while offline."))
        return coming


def test_pictures_are_in_it_as_far_as_there_is_room_and_the_others_are_named() -> None:
    small, gone = png(mark="small"), png(mark="gone")
    large = [png(size=1024 * 1024, mark=mark) for mark in "abcd"]
    refs = [picture(data, f'"{n}" <b>') for n, data in enumerate([small, gone, *large])]
    parts = [
        Part(
            "chat",
            "Chat",
            [
                RecordEntry(START + n, as_it_is(picture_place(ref)), ADA, pictures=[ref])
                for n, ref in enumerate(refs)
            ],
        )
    ]
    client: Any = Shelves(small, *large)
    text = with_pictures(client, page("py101", parts, "en", names=False), parts, "en")
    assert len(text.encode()) <= 5_000_000
    assert text.count('<img src="data:image/png;base64,') == 4
    assert "2 of 6 pictures are left out" in text
    assert "A picture that could not be loaded: &quot;1&quot; &lt;b&gt;" in text
    assert text.count("A picture for which there was no room: ") == 1
    assert "<b>" not in text
    whole = with_pictures(client, made(entry("Hello")), [], "tr")
    assert "resim" not in whole
