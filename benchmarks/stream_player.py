"""A stream in a browser: until the first picture, and back after its origin was gone for 10 s.

    python -m benchmarks.stream_player [--rounds 8] [--gone 10]

The page's player, built from `js/` as it is, in Chromium; ffmpeg makes HLS of segments of a second,
and aiortc answers WHEP, both on loopback. The first picture is counted from `play()` to the frame
that is handed to the screen; back, from the server's return to the player's *playing*.
Budget: HLS 3 s, WHEP 1 s; back 5 s.
"""

from __future__ import annotations

import argparse
import functools
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from aiohttp import web
from playwright.sync_api import Page, sync_playwright

from tests.lab.harness import CHROMIUM_FLAGS, find_chromium
from tests.ports import own_port
from tests.stream.media import application, bundled, serving
from tests.stream.webrtc import Peers
from tests.waiting import wait_until

PATIENCE_MS = 60_000
MAKE = (
    "ffmpeg -loglevel error -re -f lavfi -i testsrc=size=640x360:rate=25 -c:v libx264 "
    "-preset ultrafast -g 25 -f hls -hls_time 1 -hls_list_size 6 "
    "-hls_flags delete_segments+program_date_time live.m3u8"
)
PLAYING = "player.status.value.phase === 'playing'"


def line(name: str, times: list[float]) -> None:
    print(
        f"{name}: median {statistics.median(times):.2f} s "
        f"({min(times):.2f} to {max(times):.2f}), n={len(times)}"
    )


def first_picture(page: Page, address: str, query: str, rounds: int) -> list[float]:
    found = []
    for _ in range(rounds):
        page.goto(f"{address}/page/player?waits&{query}")
        page.wait_for_function("() => !!window.begin")
        page.evaluate("() => window.begin()")
        page.wait_for_function("times.shown > 0", timeout=PATIENCE_MS)
        found.append(page.evaluate("(times.shown - times.asked) / 1000"))
    return found


def back(page: Page, server: Callable[[], web.Application], query: str, gone: float) -> float:
    """Return the seconds from the server's return to a picture that moves."""
    port = own_port()
    with serving(server, port) as address:
        page.goto(f"{address}/page/player?{query}")
        page.wait_for_function(PLAYING, timeout=PATIENCE_MS)
    time.sleep(gone)
    assert page.evaluate("player.status.value.phase") == "interrupted"
    with serving(server, port):
        began = time.monotonic()
        page.wait_for_function(PLAYING, timeout=PATIENCE_MS)
        return time.monotonic() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--gone", type=float, default=10.0)
    args = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        _ = bundled("player.ts", folder)
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=list(CHROMIUM_FLAGS)
        )
        page = browser.new_page()
        peers = Peers(flash_at=0)
        server = functools.partial(application, folder, {"/whep": peers.whep}, peers.close)
        with subprocess.Popen(MAKE.split(), cwd=folder, stdin=subprocess.DEVNULL) as maker:
            wait_until(lambda: len(list(folder.glob("*.ts"))) > 4, "there is a stream")
            for kind, query in (("HLS", "url=/live.m3u8"), ("WHEP", "url=/whep&kind=whep")):
                with serving(server) as address:
                    line(f"{kind}, first picture", first_picture(page, address, query, args.rounds))
                times = [back(page, server, query, args.gone) for _ in range(args.rounds // 2)]
                line(f"{kind}, back after {args.gone:g} s", times)
            maker.kill()
        browser.close()
    print(f"load {os.getloadavg()[0]:.1f} after")


if __name__ == "__main__":
    main()
