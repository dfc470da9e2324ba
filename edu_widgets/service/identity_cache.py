"""Identities that were proved lately, so that proving one again costs no look into the store.

A bearer value is kept as its digest. An identity is forgotten as soon as the store tells that the
membership, the keys or the removal of its person, or of who vouches for them, have changed.
"""

import time
from collections import OrderedDict, defaultdict
from collections.abc import Awaitable, Callable
from hashlib import sha256

from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import refusal
from edu_widgets.service.identity import Identity
from edu_widgets.service.store import Store

MOST = 8_192
"""Proofs that are remembered: more than a service has connections."""

MOST_A_PERSON = 8
"""… of one person, who may sign in as often as they like."""

TRIES = 3
"""Attempts to prove an identity that changes meanwhile."""


class IdentityCache:
    """Identities by the digest of what proves them."""

    def __init__(self, store: Store, now: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._now = now
        self._proved: OrderedDict[bytes, tuple[Identity, float]] = OrderedDict()
        """With the time until which it holds."""
        self._about: defaultdict[str, dict[bytes, None]] = defaultdict(dict)
        """Digests by the people they rest on, the oldest first."""
        self._changes = 0
        store.listen_people(self.forget)

    def __len__(self) -> int:
        return len(self._proved)

    async def get(self, value: str, prove: Callable[[str], Awaitable[Identity]]) -> Identity:
        """Return what a bearer value proves, by `prove` if that is not known; a copy of one's own.

        Raises:
            Refused: as `prove`; `UNAVAILABLE`: the store cannot tell whether it still holds.
        """
        if self._store.problem:
            raise refusal(Code.UNAVAILABLE, Code.UNAVAILABLE.meaning)
        digest = sha256(value.encode("utf-8", "surrogatepass")).digest()
        found, until = self._proved.get(digest, (None, 0.0))
        if found is not None and until > self._now():
            self._proved.move_to_end(digest)
            return found.copy()
        self._drop(digest)
        for _ in range(TRIES):
            before = self._changes
            found = await prove(value)
            if before == self._changes:
                self._keep(digest, found)
                break
        assert found is not None  # noqa: S101 - it is proved
        return found.copy()

    def forget(self, user_id: str) -> None:
        """Forget what rests on a person; "": everything."""
        self._changes += 1
        for digest in tuple(self._about.get(user_id, ()) if user_id else self._proved):
            self._drop(digest)

    def _keep(self, digest: bytes, found: Identity) -> None:
        ends = [time_ for time_ in (found.expires, found.until) if time_ is not None]
        lasts = min(ends, default=float("inf")) - time.time()
        self._drop(digest)
        self._proved[digest] = (found, self._now() + lasts)
        for person in found.rests_on:
            self._about[person][digest] = None
        mine = self._about[found.user_id]
        own = [other for other in mine if self._proved[other][0].user_id == found.user_id]
        if len(own) > MOST_A_PERSON:
            self._drop(own[0])
        if len(self._proved) > MOST:
            self._drop(next(iter(self._proved)))

    def _drop(self, digest: bytes) -> None:
        found, _ = self._proved.pop(digest, (None, 0.0))
        for person in found.rests_on if found is not None else ():
            del self._about[person][digest]
            if not self._about[person]:
                del self._about[person]
