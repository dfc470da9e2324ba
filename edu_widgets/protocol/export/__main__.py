"""Write the generated files, or tell which differ."""

import argparse
import sys
from importlib import import_module
from pathlib import Path

from edu_widgets.protocol import REGISTRY
from edu_widgets.protocol.export import COMMAND, generate

_PACKAGE = Path(__file__).parents[2]


def register_features() -> list[str]:
    """Import every feature's `documents.py` and `commands.py`; returns the modules' names."""
    found = [
        f"{_PACKAGE.name}.{path.parent.name}.{path.stem}"
        for name in ("documents", "commands")
        for path in sorted(_PACKAGE.glob(f"*/{name}.py"))
        if path.parent != Path(__file__).parents[1]
    ]
    for name in found:
        import_module(name)
    return found


def main() -> int:
    """The command; 1 if `--check` found a difference."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, tell what differs")
    parser.add_argument("--root", type=Path, default=_PACKAGE.parent, help="the project's folder")
    options = parser.parse_args()
    register_features()
    stale = []
    for name, text in generate(REGISTRY).items():
        path: Path = options.root / name
        if not path.is_file() or path.read_text("utf-8") != text:
            stale.append(name)
            if not options.check:
                path.write_text(text, "utf-8", newline="\n")
    for name in stale:
        sys.stdout.write(f"{name} {'is out of date' if options.check else 'written'}\n")
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
