"""A picture pasted from the clipboard, and one that is dropped, in a real JupyterLab."""

from __future__ import annotations

from base64 import b64encode

import pytest
from playwright.sync_api import expect

from tests.pictures import png

from .classroom import Class, Person

pytestmark = pytest.mark.nightly

MADE = """async ([data, type]) => new Blob(
  [Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], { type })"""

COPY = f"""async (of) => {{
  const picture = await ({MADE})(of);
  await navigator.clipboard.write([new ClipboardItem({{ [picture.type]: picture }})]);
}}"""

CARRY = f"""async (of) => {{
  const carried = new DataTransfer();
  carried.items.add(new File([await ({MADE})(of)], 'plot.png', {{ type: 'image/png' }}));
  return carried;
}}"""


def encoded(data: bytes) -> list[str]:
    return [b64encode(data).decode(), "image/png"]


def cells(person: Person) -> int:
    return person.lab.cell_count()


def test_pictures_are_pasted_and_dropped_and_seen_by_others(lesson: Class) -> None:
    mira, ada = lesson.instructor(), lesson.student("Ada")
    page = mira.lab.page
    mira.lab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    before = cells(mira)
    # What a browser encodes anew has to be a picture that it can read.
    page.evaluate(COPY, encoded(png(40, 30)))
    mira.box.click()
    page.keyboard.press("ControlOrMeta+V")
    tray = mira.chat.locator(".tray img")
    expect(tray).to_have_count(1)
    tray.evaluate("(image) => image.decode()")
    carried = page.evaluate_handle(CARRY, encoded(png(60, 20, mark="dropped")))
    for kind in ("dragenter", "dragover", "drop"):
        mira.box.dispatch_event(kind, {"dataTransfer": carried})
    expect(tray).to_have_count(2)
    mira.box.click()
    mira.says("Two plots")
    expect(mira.chat.locator(".tray")).to_have_count(0)
    for person in (mira, ada):
        shown = person.message("Two plots").locator("img")
        expect(shown).to_have_count(2)
        sizes = shown.evaluate_all("(all) => all.map((i) => [i.naturalWidth, i.naturalHeight])")
        assert sizes == [[40, 30], [60, 20]]
    assert cells(mira) == before, "the notebook pasted nothing"
    assert mira.lab.our_errors() == []
    assert ada.lab.our_errors() == []
