"""Write the generated files, or tell which differ."""

import argparse
import logging
import sys
from pathlib import Path

from edu_widgets.protocol import REGISTRY, features
from edu_widgets.protocol.errors import EduWidgetsError
from edu_widgets.protocol.export import COMMAND, generate
from edu_widgets.protocol.manifest import Manifest

_PROJECT = Path(__file__).parents[3]
_log = logging.getLogger(__name__)


def register_features(*, everybodys: bool = False) -> list[Manifest]:
    """Register the documents and messages of the built-in features; with `everybodys`, of all.

    Returns the manifests; with `everybodys` a feature of another package that cannot be used is
    logged and left out.

    Raises:
        EduWidgetsError: a built-in feature cannot be used.
    """
    features.check_built_in()
    if not everybodys:
        return [features.registered(manifest) for manifest in features.built_in()]
    found = []
    for manifest in features.installed():
        try:
            found.append(features.registered(manifest))
        except Exception as error:  # noqa: BLE001 - it is somebody else's code
            _log.warning("The feature %s is left out: %s", manifest.name, error)
    return found


def main() -> int:
    """Run the command; return 1 if `--check` found a difference."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, tell what differs")
    parser.add_argument(
        "--features",
        choices=("built-in", "all"),
        default="built-in",
        help="all: those of other packages too",
    )
    parser.add_argument(
        "--root",
        type=Path,
        help="the folder that the files are in; the project's, with --features all the current one",
    )
    options = parser.parse_args()
    everybodys = options.features == "all"
    root: Path = options.root or (Path.cwd() if everybodys else _PROJECT)
    try:
        found = register_features(everybodys=everybodys)
    except EduWidgetsError as error:
        parser.exit(1, f"Nothing was written. {error}\n")
    stale = []
    for name, text in generate(REGISTRY, found).items():
        path = root / name
        if not path.is_file() or path.read_text("utf-8") != text:
            stale.append(name)
            if not options.check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8", newline="\n")
    for name in stale:
        sys.stdout.write(f"{name} {'is out of date' if options.check else 'written'}\n")
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
