"""Signing in: people and the service prove themselves to each other, then there is a token.

Nothing is kept between the two questions: what the service answers to the first is signed by it,
holds for 30 seconds, and is good for one sign-in, which the store remembers.
"""

import hmac
from collections.abc import Collection
from hashlib import sha256
from typing import Annotated

import msgspec

from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import ProtocolError, Refused, refusal
from edu_widgets.protocol.proofs import DIGEST, KEY_ID, NONCE, Verifier, sign_in_message
from edu_widgets.service.steady_time import now_ms
from edu_widgets.service.store import Store

NONCE_MS = 30_000
"""For how long a sign-in may go on."""

TOKEN_MS = 12 * 3600 * 1000
"""For how long a token holds."""

_MARK = "edu~"
"""The beginning of a token, which neither a secret nor a JWT has."""

_UNKNOWN = (
    "This service does not know you. Run the cell with host() or join() again; "
    "connect() needs a token that is signed for this service."
)


class SignInBody(msgspec.Struct, frozen=True, rename="camel"):
    """The body of `POST /api/session`: without `snonce` the first question, with it the second."""

    key_id: Annotated[str, msgspec.Meta(pattern=KEY_ID)]
    cnonce: Annotated[str, msgspec.Meta(pattern=NONCE)]
    snonce: Annotated[str, msgspec.Meta(max_length=128)] = ""
    proof: Annotated[str, msgspec.Meta(pattern=DIGEST)] = "0" * 64
    host: Annotated[str, msgspec.Meta(max_length=255)] = ""
    successor: dict[str, str] | None = None
    """A verifier of the secret, in place of the plain hash that an earlier version kept."""


def unknown() -> Refused:
    """The refusal for somebody whom the service does not know."""
    return refusal(Code.UNAUTHORIZED, _UNKNOWN)


class Sessions:
    """Identification of people, by challenge and token."""

    def __init__(self, store: Store, hosts: Collection[str]) -> None:
        self._store = store
        self._hosts = hosts

    async def about(self) -> dict[str, str]:
        """Return what is public: the service's id."""
        return {"serviceId": (await self._store.service()).id}

    async def sign_in(self, ask: SignInBody) -> tuple[dict[str, str], str]:
        """Answer a question of a sign-in.

        Returns:
            The answer, and the id of the person who has proved who they are; "" after the first.

        Raises:
            Refused: `UNAUTHORIZED` for who is not known or proves nothing, `TOKEN_EXPIRED` for a
                sign-in that took too long or was done already, `FORBIDDEN` for another name of
                this service than it has, `PROTOCOL`.
        """
        service = await self._store.service()
        known = await self._store.known(ask.key_id)
        if known is None:
            raise unknown()
        if not ask.snonce:
            snonce = self._nonce(service.key, now_ms(), ask)
            return {"serviceId": service.id, "snonce": snonce}, ""
        if ask.host not in self._hosts:
            text = f"This service is not called {ask.host!r:.100}; "
            raise refusal(Code.FORBIDDEN, text + "start it with --address if it should be.")
        await self._use_up(service.key, ask)
        message = sign_in_message(service.id, ask.host, ask.key_id, ask.cnonce, ask.snonce)
        if not known.verifier.accepts(bytes.fromhex(ask.proof), message):
            raise unknown()
        key_id = await self._moved(ask)
        answer = {
            "serviceId": service.id,
            "serverProof": known.verifier.server_proof(message).hex(),
            "token": _token(service.key, key_id, now_ms() + TOKEN_MS),
        }
        return answer, known.user_id

    async def whose(self, token: str) -> tuple[str, float]:
        """The person whose token this is, and when it ends, in s since 1970.

        Raises:
            Refused: `TOKEN_EXPIRED`: it is old, or not of this service as it runs now;
                `UNAUTHORIZED`: the person is not known any more.
        """
        key_id, expires = await self.signed_for(token)
        known = await self._store.known(key_id)
        if known is None:
            raise unknown()
        return known.user_id, expires / 1000

    async def signed_for(self, token: str) -> tuple[str, int]:
        """The id of the key that a token is for, and when it ends, in ms since 1970.

        Raises:
            Refused: `TOKEN_EXPIRED`: it is old, or not of this service as it runs now.
        """
        service = await self._store.service()
        key_id, told, *_ = [*token.removeprefix(_MARK).split("~"), ""]
        expires = int(told, 16) if _is_hex(told) else 0
        right = _token(service.key, key_id, expires).encode("utf-8", "surrogatepass")
        ours = hmac.compare_digest(token.encode("utf-8", "surrogatepass"), right)
        if not ours or expires <= now_ms():
            raise refusal(Code.TOKEN_EXPIRED, Code.TOKEN_EXPIRED.meaning)
        return key_id, expires

    def _nonce(self, key: bytes, now: int, ask: SignInBody) -> str:
        return f"{now:x}.{_signed(key, 'nonce', f'{now:x}', ask.key_id, ask.cnonce)}"

    async def _use_up(self, key: bytes, ask: SignInBody) -> None:
        """See that a nonce is of this service, young, and used for the first time.

        Raises:
            Refused: `TOKEN_EXPIRED`.
        """
        told = ask.snonce.partition(".")[0]
        made, now = int(told, 16) if _is_hex(told) else 0, now_ms()
        right = self._nonce(key, made, ask)
        fits = hmac.compare_digest(ask.snonce.encode("utf-8", "surrogatepass"), right.encode())
        if not fits or not made <= now <= made + NONCE_MS or not await self._first(right, now):
            text = "Signing in took too long, or was done already. Try again."
            raise refusal(Code.TOKEN_EXPIRED, text)

    async def _first(self, nonce: str, now: int) -> bool:
        return await self._store.use_nonce(sha256(nonce.encode()).digest(), now, now + NONCE_MS)

    async def _moved(self, ask: SignInBody) -> str:
        """The id of the key that the person has from now on."""
        if ask.successor is None:
            return ask.key_id
        try:
            successor = Verifier.read(ask.successor)
        except ProtocolError as error:
            raise refusal(Code.PROTOCOL, str(error)) from error
        await self._store.replace_key(ask.key_id, successor)
        return successor.key_id


def is_token(text: str) -> bool:
    """Return True if a bearer value is a token of ours."""
    return text.startswith(_MARK)


def _is_hex(text: str) -> bool:
    return 0 < len(text) <= 16 and all(char in "0123456789abcdef" for char in text)  # noqa: PLR2004


def _token(key: bytes, key_id: str, expires: int) -> str:
    return f"{_MARK}{key_id}~{expires:x}~{_signed(key, 'token', key_id, f'{expires:x}')}"


def _signed(key: bytes, *parts: str) -> str:
    return hmac.digest(key, "\n".join(parts).encode("utf-8", "surrogatepass"), "sha256").hex()
