"""Checks dist/ before it is published: `check_wheel.py v1.2.3`.

The wheel holds every browser bundle as it was built here, and has the version of the tag.
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUNDLES = ROOT / "edu_widgets" / "static"


def problems(wheel: Path) -> list[str]:
    """What is wrong with the browser bundles in a wheel."""
    built = {path.name: path.read_bytes() for path in BUNDLES.glob("*.js")}
    if not {"loader.js", "core.js"} <= built.keys():
        return [f"{BUNDLES} is not built: run `npm run build` in js/."]
    with zipfile.ZipFile(wheel) as archive:
        held = {
            name.rpartition("/")[2]: archive.read(name)
            for name in archive.namelist()
            if name.startswith("edu_widgets/static/")
        }
    missing = [f"{wheel.name} lacks {name}." for name in sorted(built.keys() - held.keys())]
    return missing + [
        f"{wheel.name} has another {name} than edu_widgets/static/."
        for name in sorted(built.keys() & held.keys())
        if built[name] != held[name]
    ]


def main(tag: str) -> str:
    """Nothing, or why dist/ must not be published."""
    wheels = list((ROOT / "dist").glob("*.whl"))
    if len(wheels) != 1:
        return f"dist/ has {len(wheels)} wheels; there must be one. Run `python -m build`."
    [wheel] = wheels
    version = wheel.name.split("-")[1]
    wrong = problems(wheel)
    if tag != f"v{version}":
        wrong.append(f"The tag is {tag}, the version {version}: the tag must be v{version}.")
    return "\n".join(wrong)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) or None)
