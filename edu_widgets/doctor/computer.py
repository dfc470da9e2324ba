"""Checks of this computer: folders, open files, packages, a notebook's trust."""

import json
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from edu_widgets.client.runtime.outbox_file import OutboxFile, folder_of
from edu_widgets.doctor.causes import GET_SUBSHELLS, NO_SUBSHELLS
from edu_widgets.doctor.findings import Finding
from edu_widgets.protocol.errors import FolderUnusable
from edu_widgets.protocol.folders import DATA, content, using
from edu_widgets.protocol.ids import uuid7

FEW_FILES = 256
"""Open files below which a kernel with a lesson may run out of them."""

SUBSHELLS_SINCE = (7,)
"""The first version of ipykernel that has subshells."""

_NOBODY = "doctor"
_ANYWIDGET = re.compile(r"anywidget\s*>=\s*([\d.]+)")


def look(outbox: Path, people: Path, notebook: str = "") -> Iterator[Finding]:
    """Look at folders, limits and packages, and at a notebook's trust if one is named."""
    yield _outbox(outbox)
    yield _people(people)
    yield _files()
    yield _widgets()
    yield _kernel()
    if notebook:
        yield _trust(notebook)


def _outbox(folder: Path) -> Finding:
    """Make a file as a lesson would; nothing of it stays."""
    person = uuid7()
    made = OutboxFile(folder, _NOBODY, person)
    made.load()
    made.close()
    if made.problem:
        told, _, next_ = made.problem.partition(". ")
        return Finding("Outbox", f"{told.rstrip('.')}.", next_, "no")
    folder_of(folder, _NOBODY, person).rmdir()
    return Finding("Outbox", f"What is written offline is kept in {_shown(folder)}.")


def _people(folder: Path) -> Finding:
    probe = folder / f"doctor.{uuid7()}"
    try:
        with using(folder, DATA):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            probe.touch(0o600)
            probe.unlink()
    except FolderUnusable as error:
        told, _, next_ = str(error).partition(". ")
        return Finding("Secrets", f"{told}.", next_, "no")
    return Finding("Secrets", f"Who has joined from this account is kept in {_shown(folder)}.")


def _files() -> Finding:
    if sys.platform == "win32":
        return Finding("Open files", "This system sets no limit.")
    import resource  # noqa: PLC0415 - only where it exists

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return Finding("Open files", "This system sets no limit.")
    if soft < FEW_FILES:
        told = f"A process may have {soft} files open here, connections too: that is very few."
        next_ = f"Raise the limit before Jupyter starts: ulimit -n {max(FEW_FILES, 1024)}."
        return Finding("Open files", told, next_, "note")
    most = "any number" if hard == resource.RLIM_INFINITY else f"{hard:,}"
    return Finding("Open files", f"A kernel may have {soft:,}, a service {most}.")


def _widgets() -> Finding:
    """See that anywidget is here, as new as it has to be, and where JupyterLab looks for it."""
    wanted = _floor()
    again = f'Install it where the kernel runs (%pip install "anywidget>={wanted}"), restart it.'
    version = installed("anywidget")
    if version is None:
        return Finding("Widgets", "The package anywidget is missing here.", again, "no")
    if version_numbers(version) < version_numbers(wanted):
        told = f"The package anywidget is too old: {version} is here, {wanted} is needed."
        return Finding("Widgets", told, again, "no")
    if installed("jupyterlab") is not None and not _is_in_jupyterlab():
        told = "JupyterLab here does not know anywidget: pages cannot show any widget of it."
        next_ = "Install anywidget where JupyterLab runs, and reload the page."
        return Finding("Widgets", told, next_, "no")
    return Finding("Widgets", f"anywidget {version}.")


def _floor() -> str:
    lines = metadata.requires("edu-widgets") or []
    return next((found[1] for line in lines if (found := _ANYWIDGET.match(line))), "0.9.0")


def _is_in_jupyterlab() -> bool:
    from jupyter_core.paths import jupyter_path  # noqa: PLC0415 - slow to import

    return any(Path(one, "anywidget").is_dir() for one in jupyter_path("labextensions"))


def _kernel() -> Finding:
    version = installed("ipykernel")
    if version is None:
        told = "This Python has no kernel for notebooks (ipykernel); scripts work."
        return Finding("Kernel", told, mark="note")
    if version_numbers(version) < SUBSHELLS_SINCE:
        return Finding("Kernel", f"ipykernel {version}. {NO_SUBSHELLS}", GET_SUBSHELLS, "note")
    return Finding("Kernel", f"ipykernel {version} answers pages while a cell runs.")


def _trust(named: str) -> Finding:
    """See whether Jupyter trusts a notebook for this account."""
    text = content(Path(named), "The notebook")
    try:
        import nbformat  # noqa: PLC0415 - only who has Jupyter has it
        from nbformat.sign import NotebookNotary  # noqa: PLC0415
    except ImportError:
        told = "Whether Jupyter trusts it cannot be seen from this Python: it has no nbformat."
        return Finding("Notebook", told, mark="note")
    try:
        book = nbformat.reads(text.decode(), as_version=4)
    except (ValueError, UnicodeDecodeError, KeyError, AttributeError):
        return Finding("Notebook", f"{Path(named).name} is not a notebook.", mark="no")
    notary = NotebookNotary()
    try:
        trusted = notary.check_signature(book) or notary.check_cells(book)
    finally:
        notary.store.close()
    name = json.dumps(Path(named).name, ensure_ascii=False)
    if trusted:
        return Finding("Notebook", f"Jupyter trusts {name}: it shows its widgets.")
    told = f"Jupyter does not trust {name}: it shows a line of text in place of each widget."
    next_ = (
        "Run its cells, or trust it if you know whose it is: in JupyterLab by View > Activate "
        "Command Palette > Trust Notebook, or in a terminal by jupyter trust."
    )
    return Finding("Notebook", told, next_, "note")


def _shown(folder: Path) -> str:
    """Return a folder without the account's name, which is nobody's business."""
    home = Path.home()
    return f"~/{folder.relative_to(home)}" if folder.is_relative_to(home) else str(folder)


def installed(package: str) -> str | None:
    """Return a package's version in this Python; None if it is missing."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def version_numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
