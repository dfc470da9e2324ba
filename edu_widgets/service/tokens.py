"""JSON Web Tokens of a platform: HS256, RS256 or ES256 with configured keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import jwt
import msgspec

from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import person_name
from edu_widgets.protocol.errors import InvalidArgument, refusal
from edu_widgets.service.identity import Identity
from edu_widgets.service.rules import Person

LEEWAY_S = 10
"""How far the platform's clock and ours may be apart."""

MIN_SECRET = 32
"""Bytes of a shared secret (RFC 7518, section 3.2)."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key and the algorithms it is for: never what a token's own header says."""

    value: bytes
    algorithms: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Key({', '.join(self.algorithms)})"


class Claims(msgspec.Struct, frozen=True):
    """What a token has to say. `sub` becomes part of a channel's name."""

    sub: Annotated[str, msgspec.Meta(pattern=r"^[^\s:\x00-\x1f]{1,128}$")]
    exp: float
    name: str = ""
    role: Literal["student", "instructor", "admin"] = "student"
    courses: list[str] = []


def load_key(path: Path) -> Key:
    """Read a PEM public key (RS256, ES256) or a shared secret (HS256).

    Raises:
        InvalidArgument: the file cannot be read, or the secret is too short.
    """
    try:
        value = path.read_bytes().strip()
    except OSError as error:
        raise InvalidArgument(
            f"The key file {path.name} cannot be read: {error.strerror}."
        ) from error
    if value.startswith(b"-----BEGIN"):
        if not jwt.algorithms.has_crypto:
            raise InvalidArgument("RS256 and ES256 need: pip install cryptography")
        return Key(value, ("RS256", "ES256"))
    if len(value) < MIN_SECRET:
        msg = f"The key in {path.name} has {len(value)} bytes; HS256 needs at least {MIN_SECRET}."
        raise InvalidArgument(msg)
    return Key(value, ("HS256",))


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
                options={"require": ["exp", "sub"], "verify_aud": False},
            )
        except jwt.ExpiredSignatureError as error:
            raise refusal(Code.TOKEN_EXPIRED, Code.TOKEN_EXPIRED.meaning) from error
        except (jwt.PyJWTError, ValueError, TypeError):
            continue  # perhaps another key
        return claims
    raise refusal(Code.UNAUTHORIZED, Code.UNAUTHORIZED.meaning)
