"""JupyterHub as the service sees it, by the same interface, and as an HTTP server of one route."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from aiohttp import web

from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import refusal
from edu_widgets.service.jupyterhub.api import HubUser, UserApi

SCOPE = "access:services!service=class"
TEACH = "custom:class:teach"


def token(name: str) -> str:
    """The token of somebody's server, as long as the Hub's are."""
    return name.encode().hex().ljust(32, "0")


def user(name: str, *groups: str, scopes: tuple[str, ...] = (SCOPE,)) -> HubUser:
    return HubUser("user", name, list(groups), list(scopes))


@dataclass
class Hub(UserApi):
    """A JupyterHub that knows people by their tokens, and counts the questions."""

    people: dict[str, HubUser] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    down: bool = False
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    was_asked: asyncio.Event = field(default_factory=asyncio.Event)
    closed: bool = False

    def __post_init__(self) -> None:
        self.gate.set()

    def knows(self, one: HubUser) -> str:
        """Let it know somebody; their token."""
        self.people[token(one.name)] = one
        return token(one.name)

    async def user(self, token: str) -> HubUser:
        self.asked.append(token)
        self.was_asked.set()
        await self.gate.wait()
        if self.down:
            raise refusal(Code.UNAVAILABLE, "JupyterHub does not answer at the moment.")
        if token not in self.people:
            raise refusal(Code.UNAUTHORIZED, "JupyterHub does not know this server's token.")
        return self.people[token]

    async def close(self) -> None:
        self.closed = True


@dataclass
class Answers:
    """An HTTP server with one answer for `/hub/api/user`, which notes the requests."""

    url: str = ""
    status: int = 200
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    got: list[tuple[str, str]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        self.got.append((request.path_qs, request.headers.get("Authorization", "")))
        return web.Response(
            status=self.status,
            text=self.body,
            headers=self.headers,
            content_type="application/json",
        )


@contextlib.asynccontextmanager
async def answering() -> AsyncIterator[Answers]:
    made, app = Answers(), web.Application()
    app.router.add_route("*", "/{path:.*}", made.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    port = runner.addresses[0][1]
    made.url = f"http://127.0.0.1:{port}/hub/api"
    try:
        yield made
    finally:
        await runner.cleanup()
