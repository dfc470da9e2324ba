"""The one question to JupyterHub's API: whose is this token, and what may they do?

The token also opens that person's server. It is sent to the Hub's own address, to no proxy and to
no redirect's target, and is in no message of an error.
"""

import asyncio
from typing import Annotated, Protocol

import aiohttp
import msgspec
from aiohttp import hdrs

from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import Refused, refusal

ANSWER_S = 5.0
"""Seconds in which the Hub has to answer."""

MAX_ANSWER = 256 * 1024
"""Bytes of an answer: some thousand groups and scopes."""

AT_ONCE = 8
"""Questions that the Hub is asked at the same time."""

_UNKNOWN = (
    "JupyterHub does not know this server's token any more. Start the server anew: File, Hub "
    "Control Panel, Stop My Server."
)
_DOWN = "JupyterHub does not answer at the moment, so nobody new can be let in."

Text = Annotated[str, msgspec.Meta(max_length=1024)]


class HubUser(msgspec.Struct, frozen=True):
    """The Hub's answer, as far as it is needed."""

    kind: Text
    name: Text
    groups: list[Text] = []
    scopes: list[Text] = []


class UserApi(Protocol):
    """Tells whose a token is."""

    async def user(self, token: str) -> HubUser:
        """Return the owner of a token, with their groups and what the token allows.

        Raises:
            Refused: `UNAUTHORIZED`: the Hub does not know the token; `UNAVAILABLE`: it does not
                answer, or not as a Hub does.
        """

    async def close(self) -> None:
        """Release all connections."""


class _Said(msgspec.Struct):
    """The body of the Hub's own refusals, which those of a proxy before it do not have."""

    status: int = 0


class HubApi:
    """JupyterHub's REST API.

    Args:
        url: Its URL, `JUPYTERHUB_API_URL`.
    """

    def __init__(self, url: str) -> None:
        self._url = f"{url}/user"
        self._session: aiohttp.ClientSession | None = None

    async def user(self, token: str) -> HubUser:
        """See `UserApi`."""
        headers = {hdrs.AUTHORIZATION: f"token {token}", hdrs.ACCEPT: "application/json"}
        try:
            async with self._opened().get(
                self._url, headers=headers, allow_redirects=False
            ) as answer:
                body = await _most_of(answer.content)
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise _down(type(error).__name__) from None
        if status in (401, 403) and _refuses(body, status):
            raise refusal(Code.UNAUTHORIZED, _UNKNOWN)
        if status != 200:  # noqa: PLR2004 - its only answer to a good token
            raise _down(f"HTTP {status}")
        try:
            return msgspec.json.decode(body, type=HubUser)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise _down("an answer that is no user") from None

    async def close(self) -> None:
        """See `UserApi`."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            # No proxy of the environment, no cookies, and names as the system resolves them.
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=AT_ONCE, resolver=aiohttp.ThreadedResolver()),
                timeout=aiohttp.ClientTimeout(total=ANSWER_S),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
            )
        return self._session


async def _most_of(content: aiohttp.StreamReader) -> bytes:
    """Read a body.

    Raises:
        ValueError: it is longer than any answer of a Hub.
    """
    body = bytearray()
    async for chunk in content.iter_any():
        body += chunk
        if len(body) > MAX_ANSWER:
            raise ValueError
        await asyncio.sleep(0)
    return bytes(body)


def _refuses(body: bytes, status: int) -> bool:
    """Return whether a refusal is the Hub's own word."""
    try:
        return msgspec.json.decode(body, type=_Said).status == status
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def _down(why: str) -> Refused:
    return refusal(Code.UNAVAILABLE, f"{_DOWN} ({why})")
