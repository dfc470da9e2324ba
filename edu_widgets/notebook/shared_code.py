"""The browser's code as the kernel hands it out: named in a trait, sent to a page that asks.

It is in no trait, so that a notebook saved with its widgets' state has none of it, and in no model
of its own, so that it is there whatever comms a host has closed.
"""

from __future__ import annotations

import functools
import hashlib

from edu_widgets.notebook.bundles import VIEWERS, bundle, files_of
from edu_widgets.notebook.stream import Json

_VERSION = 12
"""Characters of a content's hash that tell one version of a file from another."""

_MOST_FILES = 8
"""A widget is made of two; one question asks for no more than these."""


@functools.lru_cache(maxsize=32)  # asked for with each batch for a viewer
def reference(name: str, text: str) -> str:
    """Return the reference to this code in a trait: its name and version."""
    return f"{name}@{hashlib.sha256(text.encode()).hexdigest()[:_VERSION]}"


def answers(kind: str, asked: object) -> list[Json]:
    """Return the messages with the files that a page asks a widget of `kind` for.

    What it has not, as a version from before, is left out.
    """
    files = asked[:_MOST_FILES] if isinstance(asked, list) else []
    wanted = {code for code in files if isinstance(code, str)}
    names = [n for n in (*files_of(kind), VIEWERS) if any(c.startswith(f"{n}@") for c in wanted)]
    had = {reference(name, bundle(name)): bundle(name) for name in names}
    return [{"op": "code", "code": c, "text": text} for c, text in had.items() if c in wanted]
