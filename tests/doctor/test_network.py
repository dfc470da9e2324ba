"""Each cause between a computer and a service, really made, and the sentence that names it."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from types import SimpleNamespace

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from edu_widgets.client.invites import MembershipFiles, parse_invite
from edu_widgets.client.invites import join as exchange
from edu_widgets.client.transport import websocket
from edu_widgets.doctor import network
from edu_widgets.protocol import carriers
from edu_widgets.service.tokens import Key
from tests.client.network import Network
from tests.client.real_service import COURSE, RealService
from tests.doctor.conftest import Doctor

KEY = b"a shared secret of at least 32 bytes."
CODE = "K7QX4M2P"


@pytest.fixture
def lan(service: RealService) -> Iterator[Network]:
    with Network(service.port) as made:
        yield made


def joined(service: RealService, base: str, folder: Path) -> str:
    """Somebody joins from this account; the invite."""
    invite = service.invite(base)
    exchange(parse_invite(invite), "Ada", MembershipFiles(folder / "data" / "people"))
    return invite


# -- reaching it -----------------------------------------------------------------------


def test_all_is_well(doctor: Doctor, service: RealService, lan: Network, tmp_path: Path) -> None:
    told = doctor(joined(service, lan.base, tmp_path))
    assert told.code == 0
    assert told.text.endswith("A lesson works from here.\n")
    assert told.of("WebSocket") == "ok It comes up and carries messages."
    assert told.of("Person") == "ok The secret of who has joined here is accepted."
    assert "clock and the service's agree" in told.of("Clock")
    (file,) = (tmp_path / "data" / "people").glob("*.json")
    secrets = [service.code, service.server.state.owner_secret, *_secrets(file)]
    assert not any(secret in told.text for secret in secrets)


def _secrets(file: Path) -> list[str]:
    import json

    return [json.loads(file.read_text())["secret"]]


def test_who_runs_the_service_is_known_by_its_folder(doctor: Doctor, tmp_path: Path) -> None:
    with RealService(tmp_path / "data" / "services" / COURSE) as service:
        told = doctor(service.invite(service.server.state.url))
    assert told.of("Person") == "ok The secret of who runs the service is accepted."


def test_nobody_has_joined_yet(doctor: Doctor, service: RealService, lan: Network) -> None:
    told = doctor(service.invite(lan.base))
    assert told.code == 0
    assert "Nobody has joined here from this account" in told.of("Person")
    assert told.of("WebSocket") == "ok Requests for one get through."
    lan.upgrade = 403
    told = doctor(service.invite(lan.base))
    assert told.code == 0
    assert "lessons run over the event stream" in told.of("Event stream")


def test_there_is_no_such_name(doctor: Doctor) -> None:
    told = doctor(f"http://class.invalid/{COURSE}?code={CODE}")
    assert told.code == 1
    assert told.of("Connection").startswith("no There is no class.invalid on this network")
    assert "Compare the address with the invite" in told.of("Connection")
    assert "does not work from here" in told.text
    assert CODE not in told.text


def test_nothing_listens(doctor: Doctor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    told = doctor(f"127.0.0.1:{port}")
    assert told.code == 1
    assert f"no Nothing listens at 127.0.0.1:{port}. -> Ask the instructor" in told.of("Connection")


def test_it_does_not_answer(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "_WITHIN", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        told = doctor(f"127.0.0.1:{silent.getsockname()[1]}")
    assert told.code == 1
    assert "did not answer in time. -> Something between here and there" in told.of("Connection")


@pytest.mark.parametrize("after", ["", f"/{COURSE}?code={CODE}"])
def test_something_else_answers(doctor: Doctor, after: str) -> None:
    with website() as server:
        told = doctor(f"http://127.0.0.1:{server.server_port}{after}")
    assert told.code == 1
    assert "is not a service of edu-widgets (HTTP 200)" in told.of("Service")
    assert "Compare the address" in told.of("Service")


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>Log in</html>")

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def website(context: ssl.SSLContext | None = None) -> Iterator[ThreadingHTTPServer]:
    """A web server that is no service."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Page) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


# -- secure connections ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "said", "next_"),
    [
        ("expired", "it has expired, or this computer's date is wrong.", "set its date"),
        ("own", "but by itself.", "SSL_CERT_FILE"),
        ("other", "it is for another address.", "Use the address that the certificate is for"),
    ],
)
def test_a_certificate_that_is_not_trusted(
    doctor: Doctor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    said: str,
    next_: str,
) -> None:
    context = certified(tmp_path, kind)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    with website(context) as server:
        told = doctor(f"https://127.0.0.1:{server.server_port}").of("Connection")
    assert "does not trust the certificate of 127.0.0.1:" in told
    assert said in told
    assert next_ in told


def test_a_certificate_that_is_trusted(
    doctor: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = certified(tmp_path, "good")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    with website(context) as server:
        secure = doctor(f"https://127.0.0.1:{server.server_port}")
        plain = doctor(f"http://127.0.0.1:{server.server_port}")
    assert "by a secure connection" in secure.of("Connection")
    assert plain.of("Connection").startswith("no ")


def certified(folder: Path, kind: str) -> ssl.SSLContext:
    """A server's side with a certificate that is `good`, `expired`, for an `other` host, or its
    `own` authority; the file of the authority is beside it."""
    now = datetime.now(UTC)
    authority, own = (
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP256R1()),
    )
    named = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Authority")])
    site = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Site")])
    root = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(authority.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + timedelta(days=9))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(authority, hashes.SHA256())
    )
    host = ip_address("127.0.0.9" if kind == "other" else "127.0.0.1")
    leaf = (
        x509.CertificateBuilder()
        .subject_name(site)
        .issuer_name(site if kind == "own" else named)
        .public_key(own.public_key())
        .serial_number(2)
        .not_valid_before(now - timedelta(days=8))
        .not_valid_after(now + timedelta(days=-1 if kind == "expired" else 8))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(host)]), critical=False)
        .sign(own if kind == "own" else authority, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "authority.pem").write_bytes(root.public_bytes(pem))
    key = own.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "site.pem").write_bytes(leaf.public_bytes(pem) + key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "site.pem")
    return context


# -- what gets through ---------------------------------------------------------------------


@pytest.mark.parametrize("deed", [403, 404, 200, "hang", "hold"])
def test_a_websocket_does_not_get_through(
    doctor: Doctor,
    service: RealService,
    lan: Network,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    deed: int | str,
) -> None:
    monkeypatch.setattr(websocket, "OPEN_TIMEOUT", 0.5)
    monkeypatch.setattr(websocket, "ANSWER_WITHIN", 0.5)
    invite, lan.upgrade = joined(service, lan.base, tmp_path), deed
    told = doctor(invite)
    assert told.code == 0
    said = {"hang": "did not answer in time", "hold": "lets nothing through a WebSocket"}
    assert said.get(str(deed), f"answered HTTP {deed} instead of a WebSocket") in told.of(
        "WebSocket"
    )
    assert told.of("WebSocket").startswith("note ")
    assert "lessons run over the event stream instead" in told.of("Event stream")


def test_an_event_stream_is_held_back(
    doctor: Doctor,
    service: RealService,
    lan: Network,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(carriers, "FIRST_EVENT_S", 0.5)
    invite, lan.upgrade, lan.events = joined(service, lan.base, tmp_path), 403, "hold"
    told = doctor(invite)
    assert told.code == 0
    assert "holds the event stream back" in told.of("Event stream")
    assert "lessons run over long polls instead" in told.of("Long poll")


def test_nothing_gets_through(
    doctor: Doctor, service: RealService, lan: Network, tmp_path: Path
) -> None:
    invite = joined(service, lan.base, tmp_path)
    lan.upgrade, lan.events, lan.polls = 403, 403, 403
    told = doctor(invite)
    assert told.code == 1
    assert told.of("WebSocket").startswith("no ")
    assert told.of("Long poll").startswith("no ")
    assert "Ask whoever runs the network" in told.of("WebSocket")


def test_a_proxy_is_named_without_its_password(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://ada:s3cret@127.0.0.1:9")
    told = doctor("http://class.example.org")
    assert told.code == 1
    assert "through the proxy 127.0.0.1:9" in told.of("Proxy")
    assert "Or ask whoever runs the proxy 127.0.0.1:9." in told.of("Connection")
    assert "s3cret" not in told.text


@pytest.mark.parametrize(
    ("off", "said"),
    [(-600.0, "10 minutes behind"), (7_200.0, "2 hours ahead of"), (-90_000.0, "1 day behind")],
)
def test_a_clock_that_is_wrong(
    doctor: Doctor,
    service: RealService,
    lan: Network,
    monkeypatch: pytest.MonkeyPatch,
    off: float,
    said: str,
) -> None:
    shifted = SimpleNamespace(time=lambda: time.time() + off, monotonic=time.monotonic)
    monkeypatch.setattr(network, "time", shifted)
    told = doctor(service.invite(lan.base))
    assert told.code == 0
    clock = told.of("Clock")
    assert clock.startswith(f"note This computer's clock is {said} the service's.")
    assert "-> Let this computer set its clock" in clock


# -- who asks --------------------------------------------------------------------------------


def test_a_person_who_is_not_known_any_more(
    doctor: Doctor, service: RealService, lan: Network, tmp_path: Path
) -> None:
    invite = joined(service, lan.base, tmp_path)
    (file,) = (tmp_path / "data" / "people").glob("*.json")
    secret = _secrets(file)[0]
    file.write_text(file.read_text().replace(secret, "x" * len(secret)))
    told = doctor(invite)
    assert told.code == 1
    assert "The secret of who has joined here is not accepted" in told.of("Person")
    assert "-> Join again with the invite" in told.of("Person")


@pytest.mark.parametrize(
    ("claims", "key", "said"),
    [
        ({"courses": [COURSE]}, KEY, "ok The token of the settings is accepted."),
        ({"exp": 1}, KEY, "no The token of the settings has expired."),
        ({}, KEY[::-1], "no The token of the settings is not accepted by the service."),
        (
            {"courses": ["ds200"]},
            KEY,
            "no The token of the settings is good, but not for the course py101. It is meant for",
        ),
    ],
)
def test_a_token_of_a_platform(
    doctor: Doctor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    claims: dict[str, object],
    key: bytes,
    said: str,
) -> None:
    token = jwt.encode({"sub": "u17", "exp": time.time() + 600, **claims}, key, algorithm="HS256")
    keys = (Key(KEY, ("HS256",)),)
    with RealService(tmp_path / "service", keys=keys, courses=(COURSE, "ds200")) as service:
        monkeypatch.setenv("EDU_WIDGETS_URL", service.server.state.url)
        monkeypatch.setenv("EDU_WIDGETS_TOKEN", token)
        monkeypatch.setenv("EDU_WIDGETS_USER_ID", "u17")
        monkeypatch.setenv("EDU_WIDGETS_COURSE", COURSE)
        told = doctor()
    assert told.of("Person").startswith(said)
    assert told.code == (0 if said.startswith("ok") else 1)
    assert token not in told.text


def test_the_token_of_the_settings_goes_to_their_service_alone(
    doctor: Doctor, service: RealService, lan: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDU_WIDGETS_URL", "wss://rt.example.org")
    monkeypatch.setenv("EDU_WIDGETS_TOKEN", "s3cret-token")
    told = doctor(service.invite(lan.base))
    assert "Nobody has joined" in told.of("Person")
