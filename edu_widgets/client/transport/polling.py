"""A service of ours by polls: each waits until there is something, or for 25 seconds."""

import httpx
import msgspec

from edu_widgets.client.transport.base import NotPassed, ended, sound
from edu_widgets.client.transport.http_carrier import TRIES, HttpCarrier
from edu_widgets.protocol import carriers


class PollTransport(HttpCarrier):
    """A transport by one request after the other; frames that were not received are repeated."""

    name = "long poll"

    async def _begin(self, former: str) -> str:
        return (await self._poll(carriers.Poll(former), tries=1)).connection

    async def _follow(self) -> None:
        last = 0
        while True:
            polled = await self._poll(carriers.Poll(self.id, last))
            for frame in polled.frames:
                self._hear(sound(bytes(frame)))
            last = polled.last
            self._rest()
            if polled.close is not None:
                raise ended(polled.close.code, polled.close.reason)

    async def _poll(self, ask: carriers.Poll, tries: int = TRIES) -> carriers.Polled:
        body = msgspec.json.encode(ask)
        answer = await self._post(carriers.POLL, {}, body, wanted=httpx.codes.OK, tries=tries)
        try:
            return msgspec.json.decode(answer, type=carriers.Polled)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            text = "Something on the way to the service answered with a page of its own."
            raise NotPassed(0, text) from None
