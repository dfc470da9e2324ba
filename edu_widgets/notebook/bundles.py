"""The browser's part of the widgets, built from js/ into edu_widgets/static.

`loader` is what every widget carries, `core` what they share. Each kind has a file of its own.
"""

import functools
from importlib import resources

from edu_widgets.protocol import features
from edu_widgets.protocol.errors import EduWidgetsError
from edu_widgets.protocol.manifest import Manifest

VIEWERS = "viewers"
"""The script that shows the viewers where several people share a kernel."""


PICTURES = "pictures"
"""The script that fetches, shows and gives pictures."""


def files_of(kind: str) -> tuple[str, ...]:
    """The names of the files a kind of widget is made of; each imports those before it."""
    return ("core", kind)


def extras_of(kind: str) -> tuple[str, ...]:
    """The names of the files that the pages of a kind of widget load only where they use them."""
    manifest = features.find(kind)
    return (
        VIEWERS,
        PICTURES,
        *(f"{kind}.{part}" for part in (manifest.extras if manifest else ())),
    )


@functools.cache
def bundle(name: str) -> str:
    """The text of a bundle.

    Raises:
        EduWidgetsError: it was not built; the message says how to.
    """
    feature, _, part = name.partition(".")
    manifest = features.find(feature)
    if manifest is not None and not manifest.is_built_in:
        return _script(manifest, part)
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


def _script(manifest: Manifest, part: str) -> str:
    """The script of a feature of another package, or one of its extras."""
    package, _, path = manifest.script.partition(":")
    if part:
        path = f"{path.removesuffix('.js')}.{part}.js"
    try:
        return resources.files(package).joinpath(*path.split("/")).read_text(encoding="utf-8")
    except (OSError, ImportError):
        msg = f"The script of {manifest.name} ({package}:{path}) is missing: install it again."
        raise EduWidgetsError(msg) from None
