"""A small media server on loopback, with all that a stream's address may be wrong with."""

from __future__ import annotations

import asyncio
import subprocess
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from aiohttp import web

from tests.conftest import ROOT
from tests.ports import own_port

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PAGE = "<!doctype html><meta charset=utf-8><title>Stream</title><body><script src={}></script>"
NO_MEDIA = "default-src 'self'; connect-src 'none'; media-src 'none'; style-src 'unsafe-inline'"


_BUILD = """
import * as esbuild from 'esbuild';
import { options } from './build.mjs';
const [entry, outfile] = process.argv.slice(1);
const more = { entryPoints: [entry], outfile, outdir: undefined, nodePaths: ['node_modules'] };
await esbuild.build({ ...options, ...more, logLevel: 'error' });
"""


def bundled(script: str, folder: Path) -> Path:
    """Build a script of this folder, with what it imports of the page's code, into `folder`."""
    made = folder / f"{Path(script).stem}.js"
    entry = str(ROOT / "tests/stream" / script)
    build = ["node", "--input-type=module", "--eval", _BUILD, entry, str(made)]
    _ = subprocess.run(build, cwd=ROOT / "js", check=True)
    return made


def application(
    folder: Path,
    peers: Mapping[str, Handler] | None = None,
    at_end: Callable[[web.Application], Awaitable[None]] | None = None,
) -> web.Application:
    """Return a server of a folder and of odd addresses.

    Args:
        folder: What it serves, as it is then.
        peers: Handlers of sessions of WebRTC, by their paths.
        at_end: Called when the server ends.
    """
    app = web.Application()
    if at_end is not None:
        app.on_shutdown.append(at_end)

    async def file(request: web.Request) -> web.StreamResponse:
        path = folder / request.match_info["name"]
        if not path.is_file():
            raise web.HTTPNotFound
        readable = {} if "closed" in request.query else {"Access-Control-Allow-Origin": "*"}
        return web.FileResponse(path, headers={"Cache-Control": "no-store", **readable})

    async def page(request: web.Request) -> web.Response:
        policy = {"Content-Security-Policy": NO_MEDIA} if "policy" in request.query else {}
        script = PAGE.format(f'"/{request.match_info["name"]}.js" type=module')
        return web.Response(text=script, content_type="text/html", headers=policy)

    async def moved(request: web.Request) -> web.Response:
        raise web.HTTPFound(f"/{request.match_info['name']}")

    async def words(_: web.Request) -> web.Response:
        return web.Response(text="<h1>Sign in</h1>", content_type="text/html")

    async def refused(_: web.Request) -> web.Response:
        raise web.HTTPForbidden

    for path, handler in (peers or {}).items():
        app.router.add_route("*", path, handler)
    app.router.add_get("/moved/{name}", moved)
    app.router.add_get("/words.m3u8", words)
    app.router.add_get("/refused.m3u8", refused)
    app.router.add_get("/page/{name}", page)
    app.router.add_get("/{name}", file)
    return app


@contextmanager
def serving(make: Callable[[], web.Application], port: int = 0) -> Iterator[str]:
    """Serve on loopback, in a thread of its own, for as long as it lasts; yields the address."""
    port = port or own_port()
    ready, loop = threading.Event(), asyncio.new_event_loop()
    over = asyncio.Event()

    async def serve() -> None:
        async with _running(make(), port):
            ready.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(10), "the media server has not begun"
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        _ = loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


@asynccontextmanager
async def _running(app: web.Application, port: int) -> AsyncIterator[None]:
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield
    finally:
        await runner.cleanup()
