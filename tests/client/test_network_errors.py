"""The messages for people about a network that fails."""

from __future__ import annotations

import errno
import re
import socket
import ssl

import httpx
import pytest

from edu_widgets.client.transport.network_errors import explain


def caused(error: BaseException, cause: BaseException) -> BaseException:
    error.__cause__ = cause
    return error


def certificate() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] (_ssl.c:1006)")
    error.verify_code, error.verify_message = 10, "in the library's words"
    return error


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (socket.gaierror(-2, "Name or service not known"), "no class.example on this network"),
        (OSError(errno.ECONNREFUSED, "Connection refused"), "Nothing listens at class.example"),
        (ConnectionRefusedError(), "Nothing listens at class.example"),
        (
            OSError(
                f"Multiple exceptions: [Errno {errno.ECONNREFUSED}] Call failed ('::1', 1), "
                f"[Errno {errno.ECONNREFUSED}] Call failed ('127.0.0.1', 1)"
            ),
            "Nothing listens at class.example",
        ),
        (
            caused(httpx.ConnectError("All attempts failed"), ConnectionRefusedError()),
            "Nothing listens at class.example",
        ),
        (
            caused(httpx.ConnectError("failed"), RuntimeError(ConnectionRefusedError())),
            "Nothing listens at class.example",
        ),
        (TimeoutError(), "did not answer in time"),
        (httpx.ConnectTimeout(""), "did not answer in time"),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "The network does not lead to"),
        (OSError(errno.EMFILE, "Too many open files"), "has no file handle left"),
        (certificate(), "does not trust the certificate of class.example: it has expired"),
        (ssl.SSLError(1, "odd"), "A secure connection to class.example cannot be made"),
        (EOFError(), "ended the connection before it answered"),
        (ValueError("[Errno 7] odd"), "class.example cannot be reached"),
    ],
)
def test_a_failure_is_told_in_words(error: BaseException, told: str) -> None:
    said = explain(error, "wss://ada:pw@class.example/api?token=s3cret")
    assert told in said
    assert not re.search(r"s3cret|pw@|[Ee]rrno|Error|_ssl", said)


def test_who_ends_a_plain_connection_may_want_a_secure_one() -> None:
    cut = caused(ValueError("no answer"), ConnectionResetError())
    assert "begins with wss://" in explain(cut, "ws://class.example:8765/api")
    assert "begins with" not in explain(cut, "wss://class.example:8765/api")


def test_a_proxy_of_the_environment_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("https_proxy", "http://ada:pw@proxy.example:3128")
    monkeypatch.setenv("no_proxy", "near.example")
    said = explain(ConnectionRefusedError(), "wss://class.example/api")
    assert said.startswith("Nothing listens at proxy.example:3128.")
    assert "through the proxy proxy.example:3128" in said
    assert "pw" not in said
    assert "proxy" not in explain(ConnectionRefusedError(), "wss://near.example/api")
    assert "proxy" not in explain(ConnectionRefusedError(), "ws://127.0.0.1:1/api")
