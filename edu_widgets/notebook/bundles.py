"""The browser's part of the widgets, built from js/ into edu_widgets/static.

`loader` is what every widget carries, `core` what they share. Each kind has a file of its own.
"""

import functools
from importlib import resources

from edu_widgets.protocol.errors import EduWidgetsError


def files_of(kind: str) -> tuple[str, ...]:
    """The names of the files a kind of widget is made of; each imports those before it."""
    return ("core", kind)


@functools.cache
def bundle(name: str) -> str:
    """The text of a bundle.

    Raises:
        EduWidgetsError: it was not built; the message says how to.
    """
    # A string, not a path: anywidget would watch a path and keep its widgets alive with it.
    file = resources.files("edu_widgets") / "static" / f"{name}.js"
    try:
        return file.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        msg = (
            f"The browser's part of {name!r} is missing (edu_widgets/static/{name}.js). In a "
            "checkout, build it with `pip install -e .`, or with Node.js in js/ with "
            "`npm ci && npm run build`; otherwise install edu-widgets again."
        )
        raise EduWidgetsError(msg) from None
