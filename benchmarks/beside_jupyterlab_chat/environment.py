"""The peer's own environment: made once, outside this project's, and cached."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

#: Versions known to work with JupyterLab 4.6; `--peer` selects others.
PEER = ("jupyterlab-chat==0.25.3", "jupyter-collaboration==5.0.4")
#: Packages of the same version on both sides, so that only the chat differs.
SHARED = ("jupyterlab", "jupyter_server", "tornado")


def cache_folder() -> Path:
    """Return the folder of cached environments, in `$XDG_CACHE_HOME` or else `~/.cache`."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "edu-widgets" / "benchmarks"


def peer_python(peer: tuple[str, ...] = PEER) -> Path:
    """Return the Python of an environment with the peer and our version of JupyterLab."""
    shared = [f"{name}=={importlib.metadata.version(name)}" for name in SHARED]
    wanted = json.dumps([*peer, *shared, list(sys.version_info[:2])])
    folder = cache_folder() / "jupyterlab-chat"
    python = folder / "bin" / "python"
    stamp = folder / "wanted.json"
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    print(f"making {folder} ({', '.join(peer)})", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*pip, *peer, *shared], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"pip could not install {' '.join(peer)}:\n{done.stderr}")
    stamp.write_text(wanted)
    return python


def peer_versions(python: Path) -> dict[str, str]:
    """Return the versions of the installed packages that matter for the chat."""
    pip = [str(python), "-m", "pip", "list", "--format", "json", "--disable-pip-version-check"]
    done = subprocess.run(pip, check=True, capture_output=True, text=True)
    named = ("jupyterlab_chat", "jupyter-collaboration", "jupyter-server-ydoc", "pycrdt", *SHARED)
    found = {package["name"]: package["version"] for package in json.loads(done.stdout)}
    return {name: found[name] for name in named if name in found}


def our_versions() -> dict[str, str]:
    """Return the versions of this work tree and of the packages it uses."""
    git = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(git, cwd=Path(__file__).parent, capture_output=True, text=True)  # noqa: PLW1510
    named = ("anywidget", "ipykernel", "aiohttp", "websockets", *SHARED)
    versions = {name: importlib.metadata.version(name) for name in named}
    return {"edu_widgets": done.stdout.strip() or "of the work tree", **versions}
