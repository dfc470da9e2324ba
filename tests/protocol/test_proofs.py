"""Proofs of who one is: RFC 7677's example, vectors made once, and what a proof does not tell."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from edu_widgets.protocol.errors import ProtocolError
from edu_widgets.protocol.proofs import (
    Verifier,
    client_proof,
    earlier_key,
    new_secret,
    sign_in_message,
)

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "sign-in.json").read_text("utf-8"))


def test_the_example_of_rfc_7677() -> None:
    salt = base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
    key = hashlib.pbkdf2_hmac("sha256", b"pencil", salt, 4096)
    nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    message = (
        f"n=user,r=rOprNGfwEbeRWgbNEkqO,r={nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
        f"c=biws,r={nonce}"
    ).encode()
    proof = base64.b64decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
    server_proof = base64.b64decode("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
    verifier = Verifier.of_key(key)
    assert client_proof(key, message) == proof
    assert verifier.accepts(proof, message)
    assert verifier.server_proof(message) == server_proof


@pytest.mark.parametrize("one", VECTORS)
def test_vectors(one: dict[str, Any]) -> None:
    secret, earlier = one["secret"], one["earlier"]
    verifier = Verifier.of_earlier(secret) if earlier else Verifier.of(secret)
    key = earlier_key(secret) if earlier else secret.encode()
    names = ("serviceId", "host", "keyId", "cnonce", "snonce")
    message = sign_in_message(*(one[name] for name in names))
    assert verifier.told() == {name: one[name] for name in ("keyId", "storedKey", "serverKey")}
    assert message.decode() == one["message"]
    assert client_proof(key, message).hex() == one["proof"]
    assert verifier.server_proof(message).hex() == one["serverProof"]
    assert verifier.accepts(bytes.fromhex(one["proof"]), message)
    assert Verifier.read(json.loads(json.dumps(verifier.told()))) == verifier


def test_a_proof_is_of_one_message_and_one_secret() -> None:
    secret, other = new_secret(), new_secret()
    proof = client_proof(secret.encode(), b"message")
    assert Verifier.of(secret).accepts(proof, b"message")
    assert not Verifier.of(secret).accepts(proof, b"another")
    assert not Verifier.of(other).accepts(proof, b"message")
    assert not Verifier.of_earlier(secret).accepts(proof, b"message")
    assert not Verifier.of(secret).accepts(b"", b"message")


@pytest.mark.parametrize(
    "told", [None, [], {}, {"keyId": "0" * 32 + "\n", "storedKey": "0" * 64, "serverKey": "0" * 64}]
)
def test_what_verifies_nothing(told: Any) -> None:
    with pytest.raises(ProtocolError):
        Verifier.read(told)
