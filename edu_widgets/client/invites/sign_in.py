"""Signing in at a service: both sides prove their identity, then the service gives a token."""

import base64
import hmac
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from edu_widgets.client.invites.requests import request
from edu_widgets.client.transport.base import SteppedSource
from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import ProtocolError, Refused, ServiceUnavailable, Unauthorized
from edu_widgets.protocol.proofs import ANOTHER, PATH, SignIn, Verifier

_FRESH = 10.0
"""Seconds for which a token may be sent to the address it came from without signing in again."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The result of signing in: the service's id and a token."""

    service_id: str
    token: str = field(repr=False)
    made: float = field(default_factory=time.monotonic)

    @property
    def fresh(self) -> bool:
        """True if the token is less than `_FRESH` seconds old."""
        return time.monotonic() - self.made < _FRESH


def service_at(base: str) -> str:
    """Request the id that a service claims to have; only signing in proves it.

    Raises:
        ServiceUnavailable: no service of ours answers there, or one of an earlier version.
    """
    try:
        return str(request(base + PATH)["serviceId"])
    except (Refused, KeyError) as error:
        if isinstance(error, Refused) and error.code != Code.UNKNOWN_TYPE:
            raise
        msg = (
            f"The service at {urlsplit(base).netloc} is of an earlier version of edu-widgets: who "
            "runs it has to start it anew with the present one."
        )
        raise ServiceUnavailable(msg) from None


def sign_in(base: str, secret: str, service_id: str = "") -> SignedIn:
    """Prove one's identity to a service, and check the service's own proof.

    Args:
        base: The service's HTTP address.
        secret: The secret stored at the first join; it is not sent.
        service_id: The id of the service that has to answer; "" for a secret that an earlier
            version stored, of which the service may have a plain hash.

    Raises:
        Refused: the service does not know the secret (`UNAUTHORIZED`), or refuses.
        ServiceUnavailable: the service is not reached, or cannot prove its id.
    """
    ways = (False,) if service_id else (False, True, False)  # the last: another kernel was faster
    for place, earlier in enumerate(ways):
        try:
            return _sign_in(base, secret, service_id, earlier=earlier)
        except Refused as error:
            if error.code != Code.UNAUTHORIZED or place == len(ways) - 1:
                raise
    raise AssertionError


def _sign_in(base: str, secret: str, service_id: str, *, earlier: bool) -> SignedIn:
    parts = urlsplit(base)
    asked = SignIn(secret, parts.hostname or "", service_id, earlier=earlier)
    try:
        proof = asked.proof(request(base + PATH, asked.question()))
        token = asked.token(request(base + PATH, proof))
    except ProtocolError as error:
        raise _told_nothing(base, str(error)) from None
    return SignedIn(asked.service_id, token)


def _told_nothing(base: str, why: str) -> ServiceUnavailable:
    return ServiceUnavailable(f"What answers at {urlsplit(base).netloc} was told nothing: {why}.")


class Credentials(SteppedSource):
    """The credentials of one person at one service: a source of tokens that signs in each time.

    So another program that has taken over the service's address is sent no token.
    """

    def __init__(
        self, base: str, secret: str, service_id: str = "", signed_in: SignedIn | None = None
    ) -> None:
        self._base = base
        self._secret = secret
        self._service_id = service_id
        self._signed_in = signed_in

    @property
    def base(self) -> str:
        """The service's HTTP address."""
        return self._base

    def for_viewer(self, identity: str) -> tuple["Credentials", Verifier, str]:
        """Derive the credentials of a person who takes part through this person's notebook.

        Nothing has to be stored for them: their secret is derived from this one and the identity.

        Returns:
            The credentials, the verifier of their secret, and the key for storing their data.
        """
        made = hmac.digest(self._secret.encode(), f"viewer {identity}".encode(), "sha256")
        secret = base64.urlsafe_b64encode(made).decode().rstrip("=")
        verifier = Verifier.of(secret)
        kept_by = f"{self._service_id} {verifier.key_id}"
        return Credentials(self._base, secret, self._service_id), verifier, kept_by

    def __call__(self) -> str:
        """Return a fresh token."""
        last, self._signed_in = self._signed_in, None
        if last is not None and last.fresh:
            return last.token
        try:
            return sign_in(self._base, self._secret, self._service_id).token
        except Unauthorized:
            # Only the service itself may say that it does not know the secret: another program may
            # have taken over its address for a while.
            if self._service_id and service_at(self._base) != self._service_id:
                raise _told_nothing(self._base, ANOTHER) from None
            raise
