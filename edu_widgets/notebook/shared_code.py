"""The browser's code as the kernel hands it out: named in a trait, sent to a page that asks.

It is in no trait, so that a notebook saved with its widgets' state has none of it, and in no model
of its own, so that it is there whatever comms a host has closed.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable

from edu_widgets.notebook.bundles import bundle, extras_of, files_of
from edu_widgets.notebook.stream import Json

_VERSION = 8
"""Characters of a content's hash that tell one version of a file from another."""

_MOST_FILES = 8
"""A widget is made of two; one question asks for no more than these."""


@functools.lru_cache(maxsize=32)  # asked for with each batch for a viewer
def reference(name: str, text: str) -> str:
    """Return the reference to this code in a trait: its name and version."""
    return f"{name}@{hashlib.sha256(text.encode()).hexdigest()[:_VERSION]}"


def references(names: Iterable[str]) -> dict[str, str]:
    """Return the references to these files, by their names."""
    return {name: reference(name, bundle(name)) for name in names}


def answers(kind: str, asked: object) -> list[Json]:
    """Return the messages with the files that a page asks a widget of `kind` for.

    What it has not, as a version from before, is left out.
    """
    listed = asked[:_MOST_FILES] if isinstance(asked, list) else []
    wanted = {code for code in listed if isinstance(code, str)}
    had = references((*files_of(kind), *extras_of(kind)))
    texts = {code: bundle(name) for name, code in had.items() if code in wanted}
    return [{"op": "code", "code": code, "text": text} for code, text in texts.items()]
