"""Tokens and invites in what is shared: replaced by dots, as many as there were characters."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

_DOT = "•"
_LEAST = 6
"""Characters of a known secret below which it is not looked for."""

_SECRETS = (
    # A JSON Web Token, wherever it stands.
    re.compile(r"()(eyJ[\w-]{6,}\.[\w-]{2,}(?:\.[\w-]*)?)"),
    # In an address: an invite's code, anybody's token.
    re.compile(r"(?i)((?:[?&#]|%3F|%26)(?:code|token|access_token)(?:=|%3D))([^\s\"'<>&#%]+)"),
    re.compile(r"(?i)(\b(?:bearer|token) )([\w.~+/-]{12,}=*)"),
    # In code: token="…", "password": "…".
    re.compile(
        r"(?i)(\b\w*(?:token|secret|password|passwd|api_?key)[\"']?\s*[=:]\s*[\"'])([^\"'\n]{6,})"
    ),
)
_BEGUN = re.compile(
    r"(?i)(?:eyJ[\w.-]*|(?:[?&#]|%3F|%26)(?:code|token|access_token)(?:=|%3D)?[^\s\"'<>&#%]*"
    r"|\b(?:bearer|token) [\w.~+/=-]*)\Z"
)
_VARIABLES = ("JUPYTER_TOKEN", "JPY_API_TOKEN", "JUPYTERHUB_API_TOKEN", "JPY_PARENT_TOKEN")


class Masking:
    """Masks secrets of certain forms, and those that this process knows.

    Args:
        known: The secrets that this process knows, at least 6 characters each.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        named = [*known, *(os.environ.get(name, "") for name in _VARIABLES)]
        self._known = sorted({text for text in named if len(text) >= _LEAST}, key=len, reverse=True)

    def mask(self, text: str) -> str:
        """Return a text of the same length without secrets."""
        for known in self._known:
            if known in text:
                text = text.replace(known, _DOT * len(known))
        for secret in _SECRETS:
            text = secret.sub(_masked, text)
        return text

    def begun(self, text: str) -> int:
        """Return how many characters at the end of an unfinished text may begin a secret."""
        found = _BEGUN.search(text[-2_000:])
        most = len(found[0]) if found is not None else 0
        for known in self._known:
            for length in range(min(len(known) - 1, len(text)), 3, -1):
                if text.endswith(known[:length]):
                    most = max(most, length)
                    break
        return most


def _masked(found: re.Match[str]) -> str:
    return found[1] + _DOT * len(found[2])
