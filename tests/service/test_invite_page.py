"""An invite in a browser: the way to the package, in words that are true."""

from __future__ import annotations

from pathlib import Path

from aiohttp import ClientSession

from edu_widgets.service import invite_page

from .harness import COURSE, serving


def test_without_a_hint_it_names_what_works_without_a_package_index() -> None:
    page = invite_page.render("py101", "http://h:1/py101?code=K7QX4M2P", "0.1.0")
    assert "%pip install edu_widgets-0.1.0-py3-none-any.whl" in page
    assert "%pip install ." in page
    assert "install edu-widgets" not in page


async def test_the_course_s_own_words_are_shown_as_text(tmp_path: Path) -> None:
    hint = "%pip install https://class.example.org/<edu>.whl"
    async with serving(tmp_path, install_hint=hint) as service, ClientSession() as http:
        url = f"{service.server.state.url}/{COURSE}?code=K7QX4M2P"
        async with http.get(url) as answer:
            page = await answer.text()
    assert "%pip install https://class.example.org/&lt;edu&gt;.whl" in page
    assert "py3-none-any" not in page
