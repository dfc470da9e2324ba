"""The player with a real stream: ffmpeg makes HLS, and Chromium plays it."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.conftest import ROOT, require
from tests.lab.harness import CHROMIUM_FLAGS, find_chromium
from tests.ports import own_port
from tests.waiting import wait_until

pytestmark = pytest.mark.nightly

_PHASE = "phase => globalThis.player.status.value.phase === phase"
_ASKED = ("--autoplay-policy=user-gesture-required",)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def origin(folder: Path, port: int) -> Iterator[None]:
    """A media server on loopback, for as long as it lasts."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in which ffmpeg makes a stream, beside the page that plays it."""
    require(shutil.which("ffmpeg"), "ffmpeg is missing (Debian: ffmpeg).")
    script = "tests/stream/player.ts"
    build = [str(ROOT / "js/node_modules/.bin/esbuild"), script, "--bundle", "--format=iife"]
    bundled = f"--outfile={tmp_path / 'player.js'}"
    known = os.environ | {"NODE_PATH": str(ROOT / "js/node_modules")}
    subprocess.run([*build, bundled, "--log-level=error"], cwd=ROOT, env=known, check=True)
    page = "<!doctype html><body><script src=player.js></script>"
    _ = (tmp_path / "index.html").write_text(page, "utf-8")
    made = "-re -f lavfi -i testsrc=size=320x180:rate=15 -c:v libx264 -preset ultrafast -g 15"
    sent = "-f hls -hls_time 1 -hls_list_size 6 -hls_flags delete_segments+program_date_time"
    command = f"ffmpeg -loglevel error {made} {sent} live.m3u8".split()
    with subprocess.Popen(command, cwd=tmp_path, stdin=subprocess.DEVNULL) as maker:
        yield tmp_path
        maker.kill()


def test_a_stream_plays_stops_with_its_origin_and_comes_back(folder: Path) -> None:
    port = own_port()
    with sync_playwright() as playwright:
        flags = [*CHROMIUM_FLAGS, *_ASKED]
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=flags)
        page = browser.new_page()
        with origin(folder, port):
            wait_until((folder / "live.m3u8").is_file, "ffmpeg has made a segment")
            page.goto(f"http://127.0.0.1:{port}/")
            page.wait_for_function(_PHASE, arg="playing")
            # Nobody has pressed anything: it plays, and without its sound.
            assert page.evaluate("document.querySelector('video').muted")
            page.wait_for_function("globalThis.player.status.value.delay > 0")
            # A segment that is lost is passed over.
            newest = max(folder.glob("*.ts"), key=lambda path: path.stat().st_mtime)
            newest.unlink(missing_ok=True)
            seen = page.evaluate("document.querySelector('video').currentTime")
            wanted = f"document.querySelector('video').currentTime !== {seen}"
            page.wait_for_function(wanted)
        page.wait_for_function(_PHASE, arg="interrupted", timeout=60_000)
        with origin(folder, port):
            page.wait_for_function(_PHASE, arg="playing", timeout=60_000)
        browser.close()
