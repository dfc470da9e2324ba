"""The token: getting it, and where a base service wants to find it."""

import asyncio
import contextlib
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from urllib.parse import urlsplit

from edu_widgets.client.transport.base import (
    SteppedSource,
    TokenSource,
    TransportFailed,
    is_loopback,
)
from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import EduWidgetsError, Refused

MAX_CUTS = 6
"""Connections in a row that end before anything was said, without a word, until it is taken for
an answer: a token that is not accepted. Fewer may be the network's doing."""


TOKEN_WITHIN = 20.0
"""Seconds that a function may take to give the token."""
SIGN_IN_WITHIN = 60.0
"""Seconds that signing in may take in all; each of its steps has a deadline of its own."""
MAX_HANGING = 3
"""Calls of one function that may hang at once; then one of them is waited for once more."""
_LATE = (
    "The function that gives the token has not answered within {:g} s: call it in a cell to see "
    "why. It is tried again."
)
_SLOW = "Signing in has taken longer than {:g} s; the link may be very slow. It is tried again."
_Call = Future[tuple[str, TransportFailed | None]]
_calls: list[tuple[TokenSource, _Call]] = []
"""Calls whose answer nobody has taken yet. Network thread only."""

MOST = 16_000
"""Characters of a token: a longer one fits in no header that a service reads."""

_MIN_HIDDEN = 8
"""Characters of a token that is looked for in what a service says: shorter ones may be words."""


def without(frame: bytes | str, token: str) -> bytes | str:
    """Return a base service's frame without the token, which some quote as they refuse it."""
    if len(token) < _MIN_HIDDEN:
        return frame
    if isinstance(frame, str):
        return frame.replace(token, "…")
    return frame.replace(token.encode(), "…".encode())


async def ask(source: TokenSource) -> str:
    """Return the token, from a function that may take its time, hang or fail.

    The function runs on a daemon thread, which delays neither the network nor the process's end.
    The next attempt uses an answer that comes too late for this one.

    Raises:
        TransportFailed: the function failed, did not answer in time, or gave no usable token.
    """
    call = _call(source)
    steps = isinstance(source, SteppedSource)
    within, late = (SIGN_IN_WITHIN, _SLOW) if steps else (TOKEN_WITHIN, _LATE)
    try:
        async with asyncio.timeout(within):
            await _answered(call)
    except TimeoutError:
        raise TransportFailed(0, late.format(within)) from None
    except asyncio.CancelledError:
        _forget(call)
        raise
    _forget(call)
    token, problem = call.result()
    if problem is not None:
        raise problem
    if not 0 < len(token) <= MOST or not token.isascii() or not token.isprintable():
        reason = "The token is empty, too long, or has characters that no token can have."
        raise TransportFailed(Code.UNAUTHORIZED, reason)
    return token


async def _answered(call: _Call) -> None:
    """Wait for it in this loop; the thread that answers may outlive the loop."""
    loop = asyncio.get_running_loop()
    waiter = asyncio.Event()

    def wake(_: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(waiter.set)

    call.add_done_callback(wake)
    await waiter.wait()


def _forget(call: _Call) -> None:
    _calls[:] = [one for one in _calls if one[1] is not call]


def _call(source: TokenSource) -> _Call:
    """A call that has been answered since, or a new one; of those that hang only so many."""
    calls = [call for known, call in _calls if known is source]
    answered = [call for call in calls if call.done()]
    if answered or len(calls) >= MAX_HANGING:
        return (answered or calls)[-1]
    answer: _Call = Future()

    def run() -> None:
        token = ""
        problem: TransportFailed | None = None
        try:
            token, problem = _read(source())
        except Refused as error:  # by the service that is asked for it
            wait = None if error.retry_after is None else error.retry_after / 1000
            problem = TransportFailed(error.code, str(error), wait)
        except EduWidgetsError as error:  # ours, of a token's file: it never shows the token
            problem = TransportFailed(0, str(error))
        except BaseException:  # noqa: BLE001 - the user's; its text may show the token
            failed = "The function that gives the token failed: call it in a cell to see why."
            problem = TransportFailed(0, failed)
        answer.set_result((token, problem))

    _calls.append((source, answer))
    threading.Thread(target=run, name="edu-widgets-token", daemon=True).start()
    return answer


def _read(given: object) -> tuple[str, TransportFailed | None]:
    """Return the token that a function gave, or the failure for an unusable one."""
    if isinstance(given, str):
        return given.strip(), None
    if isinstance(given, Coroutine):
        given.close()
    reason = (
        "The function that gives the token has to return it as a string"
        f"{', and may not be async' if isinstance(given, Coroutine) else ''}."
    )
    return "", TransportFailed(Code.UNAUTHORIZED, reason)


class TokenPlace:
    """The place of a base service's token: the `Authorization` header, else the query.

    The seed's clients put it into the address, where it ends up in logs; so that is tried once,
    after a refusal, and only where nobody on the way can read it. What worked is kept.
    """

    def __init__(self) -> None:
        self.in_query = False
        self._known = False
        self._cuts = 0

    def accepted(self) -> None:
        """Note that the service has found the token, and accepts it."""
        self._known = True
        self._cuts = 0

    def refused(self, url: str, how: str) -> TransportFailed:
        """Return the failure for a refusal: a wrong token, or one in an unexpected place."""
        if not self._known and not self.in_query and is_private(url):
            self.in_query = True
            reason = f"The token was refused in the header ({how}); trying it in the address."
            return TransportFailed(0, reason)
        reason = f"The service does not accept the token ({how})."
        if not self._known:
            if self.in_query:
                reason = f"The service accepts the token neither in header nor address ({how})."
            else:
                reason += " It is tried in the address only over wss:// or on this computer."
            self.in_query = False
        self._cuts = 0
        return TransportFailed(Code.UNAUTHORIZED, reason)

    def cut_short(self, url: str) -> TransportFailed:
        """Return the failure for a connection that ended before any frame: network, or refusal."""
        if self._known:
            return TransportFailed(0, "The connection was cut before the service said anything.")
        self._cuts += 1
        if self._cuts >= MAX_CUTS:
            return self._given_up()
        self.in_query = not self.in_query and is_private(url)
        reason = "The service ends connections before it says anything; it may not take the token."
        return TransportFailed(0, reason)

    def _given_up(self) -> TransportFailed:
        self._cuts, self.in_query = 0, False
        reason = (
            "The service ended every connection before it said anything: it takes no token here."
        )
        return TransportFailed(Code.UNAUTHORIZED, reason)


def is_private(url: str) -> bool:
    """Return True for an address that is encrypted on its way, or stays on this computer."""
    return urlsplit(url).scheme in ("wss", "https") or is_loopback(url)
