"""The player with real streams in Chromium: HLS that ffmpeg makes, WHEP and WHIP by aiortc."""

from __future__ import annotations

import functools
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.conftest import require
from tests.lab.harness import CHROMIUM_FLAGS, find_chromium
from tests.ports import own_port
from tests.stream.media import application, bundled, serving
from tests.waiting import wait_until

if TYPE_CHECKING:
    from tests.stream.webrtc import Peers

pytestmark = pytest.mark.nightly

_PHASE = "phase => globalThis.player.status.value.phase === phase"
_FLAGS = (
    "--autoplay-policy=user-gesture-required",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
_WHITE_AFTER = 14
"""Seconds of the stream after which its picture turns from black to white."""
_NEAR_MS = 1_500
"""What a poll may be early or late against the picture: a look each half second, and clocks."""


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        flags = [*CHROMIUM_FLAGS, *_FLAGS]
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=flags)
        yield browser.new_page()
        browser.close()


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the pages' code."""
    folder = tmp_path_factory.mktemp("scripts")
    for script in ("player.ts", "lesson.ts"):
        _ = bundled(script, folder)
    return folder


@pytest.fixture
def folder(tmp_path: Path, scripts: Path) -> Iterator[Path]:
    """A folder in which ffmpeg makes a stream, beside the pages that play it."""
    require(shutil.which("ffmpeg"), "ffmpeg is missing (Debian: ffmpeg).")
    for script in scripts.glob("*.js"):
        (tmp_path / script.name).hardlink_to(script)
    made = "-re -f lavfi -i color=black:size=320x180:rate=15 -c:v libx264 -preset ultrafast -g 15"
    white = f"drawbox=t=fill:color=white:enable='gte(t,{_WHITE_AFTER})'"
    sent = "-f hls -hls_time 1 -hls_list_size 6 -hls_flags delete_segments+program_date_time"
    command = ["ffmpeg", "-loglevel", "error", *made.split(), "-vf", white, *sent.split()]
    with subprocess.Popen([*command, "live.m3u8"], cwd=tmp_path, stdin=subprocess.DEVNULL) as maker:
        yield tmp_path
        maker.kill()


@pytest.fixture
def peers() -> Peers:
    """Sessions of WebRTC."""
    from tests.stream.webrtc import Peers  # it takes a third of a second

    return Peers()


def begin_of(playlist: Path) -> float:
    """Return when a stream began, in seconds since 1970, by the clock in its playlist."""
    wait_until(playlist.is_file, "ffmpeg has made a segment")
    lines = playlist.read_text("utf-8").splitlines()
    number = next(int(line.partition(":")[2]) for line in lines if "MEDIA-SEQUENCE" in line)
    assert number == 0, "the first segment has gone already"
    date = next(line.partition(":")[2] for line in lines if "PROGRAM-DATE-TIME" in line)
    return datetime.strptime(date, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()


def test_a_stream_plays_stops_with_its_origin_and_comes_back(folder: Path, page: Page) -> None:
    port = own_port()
    with serving(functools.partial(application, folder), port) as address:
        wait_until((folder / "live.m3u8").is_file, "ffmpeg has made a segment")
        page.goto(f"{address}/page/player?url=/moved/live.m3u8")
        page.wait_for_function(_PHASE, arg="playing")
        page.wait_for_function("globalThis.player.status.value.delay > 0")
        # A segment that is lost is passed over.
        newest = max(folder.glob("*.ts"), key=lambda path: path.stat().st_mtime)
        newest.unlink(missing_ok=True)
        seen = page.evaluate("document.querySelector('video').currentTime")
        page.wait_for_function(f"document.querySelector('video').currentTime !== {seen}")
    page.wait_for_function(_PHASE, arg="interrupted", timeout=60_000)
    with serving(functools.partial(application, folder), port):
        page.wait_for_function(_PHASE, arg="playing", timeout=60_000)


def test_a_session_by_whep_plays_ends_with_its_server_and_comes_back(
    scripts: Path, page: Page, peers: Peers
) -> None:
    port, made = own_port(), {"/whep": peers.whep}
    server = functools.partial(application, scripts, made, peers.close)
    with serving(server, port) as address:
        page.goto(f"{address}/page/player?url=/whep&kind=whep")
        page.wait_for_function(_PHASE, arg="playing")
        page.wait_for_function("globalThis.times.shown > 0")
        assert page.evaluate("document.querySelector('video').videoWidth") == 320
    page.wait_for_function(_PHASE, arg="interrupted", timeout=60_000)
    with serving(server, port):
        page.wait_for_function(_PHASE, arg="playing", timeout=60_000)
        before = peers.ended
        page.evaluate("() => { globalThis.player.dispose(); }")
        wait_until(lambda: peers.ended > before, "the page has ended its session")


def test_a_camera_is_published_by_whip_and_goes_off(
    scripts: Path, page: Page, peers: Peers
) -> None:
    server = functools.partial(application, scripts, {"/whip": peers.whip}, peers.close)
    with serving(server) as address:
        page.goto(f"{address}/page/player?waits")
        page.evaluate("() => globalThis.publisher.choose('camera')")
        page.wait_for_function("globalThis.publisher.status.value.phase === 'ready'")
        assert peers.taken == 0
        page.evaluate("url => { globalThis.publisher.start(url, 'secret'); }", f"{address}/whip")
        page.wait_for_function("globalThis.publisher.status.value.phase === 'live'")
        wait_until(lambda: peers.taken >= 5, "pictures have come")
        assert peers.tokens == ["Bearer secret"]
        camera = "globalThis.camera = publisher.status.value.picture.getVideoTracks()[0].readyState"
        assert page.evaluate(camera) == "live"
        page.evaluate("() => { globalThis.publisher.stop(); }")
        wait_until(lambda: peers.ended == 1, "the page has ended its session")


@pytest.mark.parametrize("kind", ["hls", "whep"])
def test_a_poll_appears_with_the_picture_of_its_moment(
    kind: str, page: Page, request: pytest.FixtureRequest
) -> None:
    with ExitStack() as opened:
        if kind == "hls":
            folder: Path = request.getfixturevalue("folder")
            moment = begin_of(folder / "live.m3u8") + _WHITE_AFTER
            server = functools.partial(application, folder)
        else:
            peers: Peers = request.getfixturevalue("peers")
            scripts: Path = request.getfixturevalue("scripts")
            moment = peers.flash_at = time.time() + _WHITE_AFTER - 6
            made = {"/whep": peers.whep}
            server = functools.partial(application, scripts, made, peers.close)
        address = opened.enter_context(serving(server))
        url = "/whep" if kind == "whep" else "/live.m3u8"
        page.goto(f"{address}/page/lesson?url={url}&kind={kind}")
        page.wait_for_function("() => globalThis.lesson && (lesson.watch(), lesson.playing())")
        page.wait_for_function("globalThis.lesson.delay() >= 0")
        assert not page.evaluate("globalThis.lesson.white")
        wait_until(lambda: time.time() >= moment, "the poll is asked", timeout=30)
        page.evaluate("at => { globalThis.lesson.ask(at); }", 1_000 * moment)
        page.wait_for_function("globalThis.lesson.card && globalThis.lesson.white")
        card, white = page.evaluate("[lesson.card, lesson.white]")
        assert abs(card - white) <= _NEAR_MS
        assert page.evaluate("globalThis.lesson.held") == (kind == "hls")
