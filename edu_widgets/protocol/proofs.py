"""Mutual proof of identity between a person and a service, without revealing the secret.

The protocol is SCRAM-SHA-256 (RFC 5802, RFC 7677) without salt and iterations: the secret is 256
random bits, which nobody guesses. The service keeps a verifier, which checks a proof and cannot
make one. No IO.
"""

import hmac
import re
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Self

from edu_widgets.protocol.errors import ProtocolError

PATH = "/api/session"
"""Path of the sign-in."""

KEY_ID = SERVICE_ID = r"\A[0-9a-f]{32}\Z"
DIGEST = r"\A[0-9a-f]{64}\Z"
NONCE = r"\A[A-Za-z0-9_-]{16,64}\Z"
"""Patterns of the parts of a sign-in."""


ANOTHER = "another service answers there now"
"""Reason to prove nothing to the service that answers at an address."""


def new_secret() -> str:
    """Return a new secret for a person: 256 random bits."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class Verifier:
    """A service's record of a secret: enough to check proofs and to prove itself."""

    key_id: str
    stored_key: bytes = field(repr=False)
    server_key: bytes = field(repr=False)

    @classmethod
    def of_key(cls, key: bytes) -> Self:
        """Make the verifier of a key that both sides may know."""
        stored = sha256(_client_key(key)).digest()
        return cls(_mac(key, b"Key Id").hex()[:32], stored, _mac(key, b"Server Key"))

    @classmethod
    def of(cls, secret: str) -> Self:
        """Make the verifier of a person's secret."""
        return cls.of_key(_encoded(secret))

    @classmethod
    def of_earlier(cls, secret: str) -> Self:
        """Make the verifier whose key is the plain hash of a secret, as an earlier version kept."""
        return cls.of_key(earlier_key(secret))

    @classmethod
    def read(cls, told: Any) -> Self:
        """Read a verifier from JSON.

        Raises:
            ProtocolError: it is not a verifier.
        """
        parts = told if isinstance(told, dict) else {}
        key_id, *keys = (str(parts.get(name)) for name in ("keyId", "storedKey", "serverKey"))
        if not re.match(KEY_ID, key_id) or not all(re.match(DIGEST, key) for key in keys):
            raise ProtocolError("What verifies a secret cannot be read.")
        return cls(key_id, *map(bytes.fromhex, keys))

    def told(self) -> dict[str, str]:
        """Return the verifier as JSON."""
        keys = {"storedKey": self.stored_key.hex(), "serverKey": self.server_key.hex()}
        return {"keyId": self.key_id, **keys}

    def equals(self, other: "Verifier") -> bool:
        """Return True if both verify one secret; the keys are compared in constant time."""
        mine, theirs = self.stored_key + self.server_key, other.stored_key + other.server_key
        return self.key_id == other.key_id and hmac.compare_digest(mine, theirs)

    def accepts(self, proof: bytes, message: bytes) -> bool:
        """Return True if the proof of a message was made with the secret."""
        signature = _mac(self.stored_key, message)
        key = bytes(a ^ b for a, b in zip(signature, proof, strict=False))
        return hmac.compare_digest(sha256(key).digest(), self.stored_key)

    def server_proof(self, message: bytes) -> bytes:
        """Return the service's proof of a message, which only a holder of this record can make."""
        return _mac(self.server_key, message)


def earlier_key(secret: str) -> bytes:
    """Return the plain hash of a secret that an earlier version kept as the key."""
    return sha256(_encoded(secret)).digest()


def client_proof(key: bytes, message: bytes) -> bytes:
    """Return a proof that the sender has a key, which does not reveal the key."""
    client_key = _client_key(key)
    signature = _mac(sha256(client_key).digest(), message)
    return bytes(a ^ b for a, b in zip(client_key, signature, strict=True))


def sign_in_message(service_id: str, host: str, key_id: str, cnonce: str, snonce: str) -> bytes:
    """Return the message that both sides prove: it binds the service, host name, key and nonces."""
    parts = ("edu-widgets session", service_id, host, key_id, cnonce, snonce)
    return "\n".join(parts).encode("utf-8", "surrogatepass")


class SignIn:
    """A client's side of one sign-in: two requests to `PATH`, and the checks of their answers.

    Args:
        secret: The person's secret.
        host: The host name by which the service is reached. A proof for one name is worth
            nothing under another, so the service that gets it cannot use it elsewhere.
        service_id: The service that has to answer; "" if any that knows the secret will do.
        earlier: True if an earlier version of the service may keep a plain hash of the secret.
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
        """Return the body of the first request."""
        return {"keyId": self._verifier.key_id, "cnonce": self._cnonce}

    def proof(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Return the body of the second request, from the answer to the first.

        Raises:
            ProtocolError: another service answers, or one of another version.
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
        """Return the token from the answer to the second request.

        Raises:
            ProtocolError: there is no token, or no proof that the service keeps the verifier.
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
