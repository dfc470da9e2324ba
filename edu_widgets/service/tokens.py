"""JSON Web Tokens of a platform: HS256, RS256 or ES256 with configured keys."""

import base64
import codecs
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import jwt
import msgspec

from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import person_name
from edu_widgets.protocol.errors import InvalidArgument, Refused, refusal
from edu_widgets.protocol.folders import content
from edu_widgets.service.checks import channel_of
from edu_widgets.service.identity import Identity
from edu_widgets.service.people import OWNER
from edu_widgets.service.rules import Person

LEEWAY_S = 10
"""Seconds that the platform's clock and ours may differ."""

_PEM = "-----BEGIN PUBLIC KEY-----"

MIN_SECRET = 32
"""Bytes of a shared secret (RFC 7518, section 3.2)."""

_MIN_RSA = 2048
_MARKS = (b"-----BEGIN", b"ssh-", b"ecdsa-sha2-", b"BEGIN SSH2", b'"kty"')
_SEQUENCE, _LONG_FORM, _MIN_DER = 0x30, 0x80, 44


@dataclass(frozen=True, slots=True)
class Key:
    """A key and its algorithms, which are never taken from a token's own header."""

    value: bytes
    algorithms: tuple[str, ...]
    audience: str = ""
    """The audience that a token's `aud` has to name; "" for any."""
    issuer: str = ""
    """The issuer that a token's `iss` has to be; "" for any that has the key."""

    def __repr__(self) -> str:
        return f"Key({', '.join(self.algorithms)})"


RESERVED = frozenset({OWNER, "service"})
"""User ids that a token may not claim: the service's own."""


class Claims(msgspec.Struct, frozen=True):
    """The claims of a token."""

    sub: str
    exp: float
    name: str = ""
    role: Literal["student", "instructor", "admin"] = "student"
    courses: list[str] = []


def load_key(path: Path, audience: str = "", issuer: str = "") -> Key:
    """Read a PEM public key (RS256, ES256) or a shared secret (HS256).

    Args:
        path: The key's file.
        audience: The audience that `aud` of its tokens has to name; "" for any.
        issuer: The issuer that `iss` of its tokens has to be; "" for any.

    Raises:
        InvalidArgument: the file cannot be read, its public key cannot be used, or its secret is
            too short or no secret at all.
    """
    value = content(path, "The key file").strip()
    if value.startswith(b"-----BEGIN"):
        if not jwt.algorithms.has_crypto:
            msg = (
                "Keys of RS256 and ES256 need the package cryptography, which is not installed: "
                "%pip install cryptography."
            )
            raise InvalidArgument(msg)
        return Key(value, (_algorithm(value, path),), audience, issuer)
    if _is_key_of_others(value):
        msg = (
            f"{path.name} is a public key, not a secret, or a certificate: one that can be used "
            f"begins with {_PEM}."
        )
        raise InvalidArgument(msg)
    if len(value) < MIN_SECRET:
        msg = f"The key in {path.name} has {len(value)} bytes; HS256 needs at least {MIN_SECRET}."
        raise InvalidArgument(msg)
    return Key(value, ("HS256",), audience, issuer)


def _algorithm(value: bytes, path: Path) -> str:
    """Return the signature algorithm of a PEM public key.

    Raises:
        InvalidArgument: it is no public key, or one of another kind or too short.
    """
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - few have it
    from cryptography.hazmat.primitives.asymmetric import ec, rsa  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415

    try:
        key = load_pem_public_key(value)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size >= _MIN_RSA:
            return "RS256"
        msg = f"The key in {path.name} has {key.key_size} bits; RS256 needs at least {_MIN_RSA}."
        raise InvalidArgument(msg)
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == "secp256r1":
        return "ES256"
    msg = f"{path.name} holds no public key of RS256 or ES256; it has to begin with {_PEM}."
    raise InvalidArgument(msg)


def _is_key_of_others(value: bytes) -> bool:
    """Return whether this is a public key, or a file of them, in an unsupported form.

    Public keys are known to everybody, so none may serve as a shared secret.
    """
    plain = value.replace(b"\0", b"").removeprefix(codecs.BOM_UTF16_LE).strip()
    if any(mark in plain for mark in _MARKS) or plain[:1] in (b"{", b"[", b"<"):
        return True
    forms = [value, plain]
    packed = b"".join(plain.split()).translate(bytes.maketrans(b"-_", b"+/"))
    with contextlib.suppress(ValueError):
        forms.append(base64.b64decode(packed + b"=" * (-len(packed) % 4), validate=True))
    with contextlib.suppress(ValueError):
        forms.append(bytes.fromhex(packed.decode("ascii")))
    return any(map(_is_der, forms))


def _is_der(value: bytes) -> bool:
    """Return whether this is an ASN.1 sequence of its stated length, as keys and certificates."""
    if value.startswith(b"0\x82"):
        return True
    if len(value) < _MIN_DER or value[0] != _SEQUENCE:
        return False
    size = value[1]
    if size < _LONG_FORM:
        return len(value) == 2 + size
    width = size - _LONG_FORM
    return len(value) == 2 + width + int.from_bytes(value[2 : 2 + width])


def looks_like_token(text: str) -> bool:
    """Return whether a bearer value has the form of a JWT, not of a secret."""
    return text.count(".") == 2  # noqa: PLR2004 - header, payload, signature


def identity(token: str, keys: Sequence[Key], courses: Sequence[str]) -> Identity:
    """Verify a token and return its identity; `courses` are those of this service.

    Raises:
        Refused: `TOKEN_EXPIRED`, or `UNAUTHORIZED` for everything else that is wrong.
    """
    try:
        claims = msgspec.convert(_claims(token, keys), Claims)
        name = person_name(claims.name or claims.sub[:64])
    except (msgspec.ValidationError, InvalidArgument) as error:
        raise refusal(Code.UNAUTHORIZED, f"The token cannot be used: {error}") from error
    try:
        channel_of("x", claims.sub)
    except Refused as error:
        text = "The token's `sub` has to be 1 to 128 visible characters without blanks and colons."
        raise refusal(Code.UNAUTHORIZED, text) from error
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
        except (jwt.PyJWTError, ValueError, TypeError, ArithmeticError, RecursionError):
            continue  # perhaps another key
        return claims
    raise refusal(Code.UNAUTHORIZED, Code.UNAUTHORIZED.meaning)
