"""What a real server answers oddly, in a real browser: each address says why nothing plays."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.lab.harness import CHROMIUM_FLAGS, find_chromium
from tests.stream.media import application, bundled, serving

_IS = """([phase, fault]) => {
    const { phase: now, fault: why } = player.status.value;
    return now === phase && why === fault;
}"""


@pytest.fixture(scope="module")
def browser_page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=list(CHROMIUM_FLAGS)
        )
        yield browser.new_page()
        browser.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("media")
    _ = bundled("player.ts", folder)
    _ = (folder / "live.m3u8").write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n", "utf-8")
    with serving(functools.partial(application, folder)) as found:
        yield found


@pytest.mark.parametrize(
    ("url", "phase", "fault"),
    [
        pytest.param("javascript:alert(1)", "stopped", "address", id="script"),
        pytest.param("/words.m3u8", "stopped", "type", id="a page"),
        pytest.param("/moved/words.m3u8", "stopped", "type", id="redirected to a page"),
        pytest.param("/refused.m3u8", "stopped", "refused", id="not allowed"),
        pytest.param("/none.m3u8", "interrupted", "gone", id="not there"),
        pytest.param("http://127.0.0.1:9/live.m3u8", "interrupted", "gone", id="no server"),
        pytest.param("{other}/live.m3u8?closed", "stopped", "cors", id="not for other pages"),
        pytest.param("/words.m3u8&kind=native", "stopped", "type", id="a page as a file"),
        pytest.param("/words.m3u8&kind=whep", "stopped", "type", id="no WHEP"),
        pytest.param("/live.m3u8&policy", "stopped", "forbidden", id="policy"),
        pytest.param("/clip.mp4&kind=native&policy", "stopped", "forbidden", id="policy, a file"),
    ],
)
def test_an_odd_address_has_its_reason(
    browser_page: Page, address: str, url: str, phase: str, fault: str
) -> None:
    url = url.replace("{other}", address.replace("127.0.0.1", "localhost"))
    where, _, more = url.partition("&")
    browser_page.goto(f"{address}/page/player?url={quote(where)}&{more}")
    browser_page.wait_for_function("() => !!window.player")
    browser_page.wait_for_function(_IS, arg=[phase, fault], timeout=15_000)
