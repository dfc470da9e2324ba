"""JSON Web Tokens of a platform: HS256, RS256 or ES256 with configured keys."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import jwt
import msgspec

from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import person_name
from edu_widgets.protocol.errors import InvalidArgument, refusal
from edu_widgets.protocol.folders import words
from edu_widgets.service.identity import Identity
from edu_widgets.service.people import OWNER
from edu_widgets.service.rules import Person

LEEWAY_S = 10
"""How far the platform's clock and ours may be apart."""

_PEM = "-----BEGIN PUBLIC KEY-----"

MIN_SECRET = 32
"""Bytes of a shared secret (RFC 7518, section 3.2)."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key and the algorithms it is for: never what a token's own header says."""

    value: bytes
    algorithms: tuple[str, ...]
    audience: str = ""
    """Whom a token has to be for (`aud`); "" for anybody."""
    issuer: str = ""
    """Who has to have made it (`iss`); "" for anybody who has the key."""

    def __repr__(self) -> str:
        return f"Key({', '.join(self.algorithms)})"


RESERVED = frozenset({OWNER, "service"})
"""Ids that only the service itself gives."""


class Claims(msgspec.Struct, frozen=True):
    """What a token has to say. `sub` becomes part of a channel's name."""

    sub: Annotated[str, msgspec.Meta(pattern=r"^[^\s:\x00-\x1f]{1,128}$")]
    exp: float
    name: str = ""
    role: Literal["student", "instructor", "admin"] = "student"
    courses: list[str] = []


def load_key(path: Path, audience: str = "", issuer: str = "") -> Key:
    """Read a PEM public key (RS256, ES256) or a shared secret (HS256).

    Args:
        path: The key's file.
        audience: What `aud` of its tokens has to name; "" for anything.
        issuer: What `iss` of its tokens has to be; "" for anything.

    Raises:
        InvalidArgument: the file cannot be read, or the secret is too short.
    """
    try:
        value = path.read_bytes().strip()
    except OSError as error:
        raise InvalidArgument(f"The key file {path} cannot be read: {words(error)}.") from error
    if value.startswith(b"-----BEGIN"):
        if not jwt.algorithms.has_crypto:
            msg = (
                "Keys of RS256 and ES256 need the package cryptography, which is not installed: "
                "%pip install cryptography."
            )
            raise InvalidArgument(msg)
        _check_public(value, path)
        return Key(value, ("RS256", "ES256"), audience, issuer)
    if len(value) < MIN_SECRET:
        msg = f"The key in {path.name} has {len(value)} bytes; HS256 needs at least {MIN_SECRET}."
        raise InvalidArgument(msg)
    if _is_public_key(value):
        msg = f"{path.name} is a public key, not a secret; it has to begin with {_PEM}."
        raise InvalidArgument(msg)
    return Key(value, ("HS256",), audience, issuer)


def _check_public(value: bytes, path: Path) -> None:
    """See that a PEM file holds a public key that can be read.

    Raises:
        InvalidArgument: it does not.
    """
    for name in ("RS256", "ES256"):
        with contextlib.suppress(jwt.InvalidKeyError, ValueError, TypeError):
            key = jwt.get_algorithm_by_name(name).prepare_key(value)
            if not hasattr(key, "private_numbers"):
                return
    msg = f"{path.name} holds no public key of RS256 or ES256; it has to begin with {_PEM}."
    raise InvalidArgument(msg)


def _is_public_key(value: bytes) -> bool:
    """Whether this is a public key in another form: everybody knows it, so it is no secret."""
    marks = (b"-----BEGIN", b"ssh-", b"ecdsa-", b'"keys"', b'"kty"', b"0\x82", b"0Y0")
    return any(mark in value[:400] for mark in marks[:5]) or value.startswith(marks[5:])


def looks_like_token(text: str) -> bool:
    """Whether a bearer value is a JWT rather than a secret."""
    return text.count(".") == 2  # noqa: PLR2004 - header, payload, signature


def identity(token: str, keys: Sequence[Key], courses: Sequence[str]) -> Identity:
    """Who a token proves somebody to be; `courses` are those of this service.

    Raises:
        Refused: `TOKEN_EXPIRED`, or `UNAUTHORIZED` for everything else that is wrong.
    """
    try:
        claims = msgspec.convert(_claims(token, keys), Claims)
        name = person_name(claims.name or claims.sub[:64])
    except (msgspec.ValidationError, InvalidArgument) as error:
        raise refusal(Code.UNAUTHORIZED, f"The token cannot be used: {error}") from error
    if claims.sub in RESERVED:
        raise refusal(Code.UNAUTHORIZED, f"The token's `sub` may not be {claims.sub!r}.")
    person = Person(claims.sub, name, claims.role)
    people = {course: person for course in courses if course in claims.courses}
    return Identity(claims.sub, people, claims.exp + LEEWAY_S)


def _claims(token: str, keys: Sequence[Key]) -> dict[str, Any]:
    for key in keys:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key.value,
                algorithms=list(key.algorithms),
                leeway=LEEWAY_S,
                audience=key.audience or None,
                issuer=key.issuer or None,
                options={"require": ["exp", "sub"], "verify_aud": bool(key.audience)},
            )
        except jwt.ExpiredSignatureError as error:
            raise refusal(Code.TOKEN_EXPIRED, Code.TOKEN_EXPIRED.meaning) from error
        except (jwt.PyJWTError, ValueError, TypeError):
            continue  # perhaps another key
        return claims
    raise refusal(Code.UNAUTHORIZED, Code.UNAUTHORIZED.meaning)
