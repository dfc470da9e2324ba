"""The installed features, found by the entry points `edu_widgets.features`.

Reading them takes some hundredths of a second, so no module does it at import.
"""

import logging
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from edu_widgets.protocol.errors import EduWidgetsError, InvalidArgument
from edu_widgets.protocol.manifest import Manifest
from edu_widgets.protocol.registry import REGISTRY

GROUP = "edu_widgets.features"

_log = logging.getLogger(__name__)
_OURS = "edu_widgets."
_PACKAGE = Path(__file__).parents[1]
_LAST = 1_000
"""Sort position of features without a tab."""


@cache
def installed() -> tuple[Manifest, ...]:
    """Return the manifests of all features, in the order of their tabs.

    A feature that cannot be used, or whose name is taken, is logged and left out.

    Raises:
        EduWidgetsError: edu-widgets itself is installed without its features.
    """
    points = sorted(entry_points(group=GROUP), key=lambda point: (not _is_ours(point), point.name))
    if not any(map(_is_ours, points)):
        msg = (
            "The installed edu-widgets does not name its features (it was installed by an earlier "
            "version): install it again, in a checkout with `pip install --editable .`."
        )
        raise EduWidgetsError(msg)
    manifests = list(_usable(points))
    return tuple(sorted(manifests, key=lambda m: (m.tab.place if m.tab else _LAST, m.name)))


def built_in() -> tuple[Manifest, ...]:
    """Return the manifests of the features that edu-widgets brings."""
    ours = {point.name for point in entry_points(group=GROUP) if _is_ours(point)}
    return tuple(manifest for manifest in installed() if manifest.name in ours)


def check_built_in() -> None:
    """Check that every feature of edu-widgets can be used.

    Raises:
        EduWidgetsError: the entry points of the installed edu-widgets do not name one of them, or
            name what cannot be loaded.
    """
    folders = {path.parent.name for path in _PACKAGE.glob("*/feature.py")}
    named = {point.value.split(".")[1] for point in entry_points(group=GROUP) if _is_ours(point)}
    usable = {manifest.name for manifest in built_in()}
    if missing := sorted((folders | named) - usable):
        msg = (
            f"The features {', '.join(missing)} of edu-widgets cannot be used: the installed entry "
            "points are older than the source, or a manifest is broken (the log says which). "
            "Install it again with `pip install --editable .`."
        )
        raise EduWidgetsError(msg)


def allowed(setting: str) -> tuple[Manifest, ...]:
    """Return the installed features that a setting allows.

    Args:
        setting: Names separated by commas: only these features, or, with `-` before each name,
            all but these. Empty: all.

    Raises:
        InvalidArgument: names with and without `-` are mixed, or no such feature is installed.
    """
    names = [name.strip() for name in setting.split(",") if name.strip()]
    without = {name[1:] for name in names if name.startswith("-")}
    only = {name for name in names if not name.startswith("-")}
    if only and without:
        raise InvalidArgument("Features are named either all with '-' before them, or all without.")
    known = {manifest.name for manifest in installed()}
    if missing := sorted(only - known):
        msg = f"There is no feature {missing[0]!r:.60}: installed are {', '.join(sorted(known))}."
        raise InvalidArgument(msg)
    return tuple(m for m in installed() if m.name not in without and (not only or m.name in only))


def find(name: str) -> Manifest | None:
    """Return the installed feature of this name, or None."""
    return next((manifest for manifest in installed() if manifest.name == name), None)


def offered(kind: str, among: Sequence[Manifest]) -> tuple[str, ...]:
    """Return the channel features that these manifests give a kind of channel."""
    return tuple(name for manifest in among for name in manifest.channels.get(kind, ()))


def registered(manifest: Manifest) -> Manifest:
    """Register a feature's documents and messages; return its manifest.

    Raises:
        InvalidArgument: a name does not begin with the feature's name, or is taken.
    """
    manifest.register()
    if manifest in built_in():
        return manifest
    structs = [(kind.name, kind.body) for kind in REGISTRY.documents.values()]
    structs += [(command.name, command.data) for command in REGISTRY.commands.values()]
    structs += [(frame.name, frame.data) for frame in REGISTRY.frames.values()]
    for name, struct in structs:
        if struct.__module__ in manifest.documents and not _begins(name, manifest.name):
            msg = f"{name!r} of the feature {manifest.name} has to be called {manifest.name}_…"
            raise InvalidArgument(msg)
    return manifest


def _begins(name: str, feature: str) -> bool:
    return name == feature or name.startswith(f"{feature}_")


def _is_ours(point: EntryPoint) -> bool:
    return point.value.startswith(_OURS)


def _usable(points: Sequence[EntryPoint]) -> Iterator[Manifest]:
    taken: dict[str, str] = {}
    for point in points:
        try:
            manifest = _read(point)
            for name in {manifest.name, manifest.called}:
                if (other := taken.setdefault(name, point.value)) != point.value:
                    raise InvalidArgument(f"{other} is called {name} already")  # noqa: TRY301
        except Exception as error:  # noqa: BLE001 - it is somebody else's code
            _log.warning("The feature %s (%s) is left out: %s", point.name, point.value, error)
        else:
            yield manifest


def _read(point: EntryPoint) -> Manifest:
    manifest = point.load()
    if not isinstance(manifest, Manifest):
        raise InvalidArgument(f"{point.value} is no Manifest")
    manifest.check()
    if manifest.name != point.name:
        raise InvalidArgument(f"its entry point is called {point.name}, not {manifest.name}")
    return manifest
