"""How a person and a service prove to each other who they are, without telling the secret.

As SCRAM-SHA-256 does (RFC 5802, RFC 7677), but that the secret is 256 random bits: nobody guesses
it, so it needs neither salt nor iterations. The service keeps what verifies a proof, and cannot
make one of it. No IO.
"""

import hmac
import re
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Self

from edu_widgets.protocol.errors import ProtocolError

PATH = "/api/session"
"""Where people sign in."""

KEY_ID = SERVICE_ID = r"\A[0-9a-f]{32}\Z"
DIGEST = r"\A[0-9a-f]{64}\Z"
NONCE = r"\A[A-Za-z0-9_-]{16,64}\Z"
"""What parts of a sign-in look like."""


ANOTHER = "another service answers there now"
"""Why nothing is proved to what answers at an address."""


def new_secret() -> str:
    """A person's secret: 256 bits."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class Verifier:
    """What a service keeps of a secret: enough to check proofs and to prove itself."""

    key_id: str
    stored_key: bytes = field(repr=False)
    server_key: bytes = field(repr=False)

    @classmethod
    def of_key(cls, key: bytes) -> Self:
        """Of a key that both sides may know."""
        stored = sha256(_client_key(key)).digest()
        return cls(_mac(key, b"Key Id").hex()[:32], stored, _mac(key, b"Server Key"))

    @classmethod
    def of(cls, secret: str) -> Self:
        """Of a person's secret."""
        return cls.of_key(_encoded(secret))

    @classmethod
    def of_earlier(cls, secret: str) -> Self:
        """Of a secret of which an earlier version kept a plain hash: that is the key, once."""
        return cls.of_key(earlier_key(secret))

    @classmethod
    def read(cls, told: Any) -> Self:
        """From JSON.

        Raises:
            ProtocolError: it is none.
        """
        parts = told if isinstance(told, dict) else {}
        key_id, *keys = (str(parts.get(name)) for name in ("keyId", "storedKey", "serverKey"))
        if not re.match(KEY_ID, key_id) or not all(re.match(DIGEST, key) for key in keys):
            raise ProtocolError("What verifies a secret cannot be read.")
        return cls(key_id, *map(bytes.fromhex, keys))

    def told(self) -> dict[str, str]:
        """As JSON."""
        keys = {"storedKey": self.stored_key.hex(), "serverKey": self.server_key.hex()}
        return {"keyId": self.key_id, **keys}

    def equals(self, other: "Verifier") -> bool:
        """Whether both are of one secret; takes the same time whatever they are."""
        mine, theirs = self.stored_key + self.server_key, other.stored_key + other.server_key
        return self.key_id == other.key_id and hmac.compare_digest(mine, theirs)

    def accepts(self, proof: bytes, message: bytes) -> bool:
        """Whether only who has the secret can have made this proof of a message."""
        signature = _mac(self.stored_key, message)
        key = bytes(a ^ b for a, b in zip(signature, proof, strict=False))
        return hmac.compare_digest(sha256(key).digest(), self.stored_key)

    def server_proof(self, message: bytes) -> bytes:
        """What a service answers to show that it keeps this."""
        return _mac(self.server_key, message)


def earlier_key(secret: str) -> bytes:
    """What an earlier version kept of a secret."""
    return sha256(_encoded(secret)).digest()


def client_proof(key: bytes, message: bytes) -> bytes:
    """What shows that one has a key, and does not tell it."""
    client_key = _client_key(key)
    signature = _mac(sha256(client_key).digest(), message)
    return bytes(a ^ b for a, b in zip(client_key, signature, strict=True))


def sign_in_message(service_id: str, host: str, key_id: str, cnonce: str, snonce: str) -> bytes:
    """What both sides prove: that they speak of this service, under this name, now."""
    parts = ("edu-widgets session", service_id, host, key_id, cnonce, snonce)
    return "\n".join(parts).encode("utf-8", "surrogatepass")


class SignIn:
    """A client's side of one sign-in: two questions to `PATH`, and what has to come back.

    Args:
        secret: The person's secret.
        host: The host name by which the service is reached. A proof for one name is worth
            nothing under another, so who is asked cannot use it elsewhere.
        service_id: The service that has to answer; "" if only the secret tells.
        earlier: Whether an earlier version of the service may keep a plain hash of the secret.
    """

    def __init__(
        self, secret: str, host: str, service_id: str = "", *, earlier: bool = False
    ) -> None:
        self._verifier = Verifier.of(secret)
        self._successor = self._verifier if earlier else None
        self._key = earlier_key(secret) if earlier else _encoded(secret)
        if earlier:
            self._verifier = Verifier.of_earlier(secret)
        self._host = host
        self._cnonce = secrets.token_urlsafe(18)
        self._message = b""
        self.service_id = service_id

    def question(self) -> dict[str, Any]:
        """The first body."""
        return {"keyId": self._verifier.key_id, "cnonce": self._cnonce}

    def proof(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The second body, after the answer to the first.

        Raises:
            ProtocolError: another service answers, or none that proves itself.
        """
        service_id, snonce = str(answer.get("serviceId")), str(answer.get("snonce"))
        if self.service_id not in ("", service_id):
            raise ProtocolError(ANOTHER)
        if not re.match(SERVICE_ID, service_id) or not 0 < len(snonce) <= 256:  # noqa: PLR2004
            raise ProtocolError("it is of another version")
        self.service_id = service_id
        asked = self.question()
        self._message = sign_in_message(
            service_id, self._host, self._verifier.key_id, self._cnonce, snonce
        )
        proof = client_proof(self._key, self._message).hex()
        more = {} if self._successor is None else {"successor": self._successor.told()}
        return asked | {"snonce": snonce, "host": self._host, "proof": proof} | more

    def token(self, answer: dict[str, Any]) -> str:
        """The token, after the answer to the second.

        Raises:
            ProtocolError: the service does not prove that it keeps what verifies the secret.
        """
        given, right = str(answer.get("serverProof")), self._verifier.server_proof(self._message)
        token = str(answer.get("token") or "")
        if not token or not hmac.compare_digest(given.encode(), right.hex().encode()):
            raise ProtocolError("it cannot prove that it is the service you joined")
        return token


def _client_key(key: bytes) -> bytes:
    return _mac(key, b"Client Key")


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")


def _encoded(secret: str) -> bytes:
    return secret.encode("utf-8", "surrogatepass")
