"""An environment a host: a venv outside the repository, with it and this package's wheel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import tempfile
import venv
from pathlib import Path

from tests.conftest import ROOT

FOLDER = Path(os.environ.get("EDU_HOSTS", Path(tempfile.gettempdir()) / "hosts"))
"""Where the environments are kept, for the next time."""


def wheel() -> Path:
    """Build this repository's wheel, with the environment that runs this."""
    out = FOLDER / "wheel"
    for old in out.glob("*.whl"):
        old.unlink()
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "-w", str(out), str(ROOT)], check=True)
    return newest_wheel()


def newest_wheel() -> Path:
    """The wheel that was built last."""
    (made,) = (FOLDER / "wheel").glob("*.whl")
    return made


def environment(name: str, packages: tuple[str, ...], package: Path) -> Path:
    """Return the Python of an environment with these packages and the wheel."""
    folder = FOLDER / name
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    stamp = folder / "packages.json"
    if not python.exists():
        venv.create(folder, with_pip=True)
    pip = [str(python), "-m", "pip", "install", "-q"]
    if not stamp.exists() or json.loads(stamp.read_text()) != list(packages):
        subprocess.run([*pip, *packages, str(package)], check=True)
        stamp.write_text(json.dumps(packages))
    subprocess.run([*pip, "--force-reinstall", "--no-deps", str(package)], check=True)
    return python


def version(python: Path, name: str) -> str:
    """The version of a package there; "": it is not installed."""
    code = (
        "import importlib.metadata as m\n"
        f"print(next((d.version for d in m.distributions(name={name!r})), ''))"
    )
    return subprocess.run(
        [str(python), "-c", code], check=True, capture_output=True, text=True
    ).stdout.strip()


def from_npm(package: str) -> Path:
    """Return the folder of a package of npm, as `name@version`; fetched at the first call."""
    folder = FOLDER / "npm" / package.replace("/", "+")
    if not (folder / "package").exists():
        folder.mkdir(parents=True, exist_ok=True)
        pack = ["npm", "pack", "--silent", "--pack-destination", str(folder), package]
        name = subprocess.run(pack, check=True, capture_output=True, text=True).stdout.split()[-1]
        with tarfile.open(folder / name) as archive:
            archive.extractall(folder, filter="data")
    return folder / "package"
