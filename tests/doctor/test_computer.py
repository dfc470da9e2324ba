"""Each cause on a computer, really made, and the sentence that names it."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from edu_widgets.doctor import computer
from tests.conftest import ROOT
from tests.doctor.conftest import Doctor


def test_all_is_well(doctor: Doctor, tmp_path: Path) -> None:
    told = doctor()
    assert told.code == 0
    assert "Nothing is wrong on this computer." in told.text
    for what in ("Outbox", "Secrets", "Open files", "Widgets", "Kernel"):
        assert told.of(what).startswith("ok ")
    assert not list((tmp_path / "data" / "outbox").iterdir())
    assert not list((tmp_path / "data" / "people").iterdir())


def test_what_is_written_cannot_be_kept(
    doctor: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("EDU_WIDGETS_OUTBOX_DIR", str(tmp_path / "file"))
    told = doctor()
    assert told.code == 1
    assert told.of("Outbox").startswith("no Waiting messages cannot be kept")
    assert "a file of that name is in the way" in told.of("Outbox")
    assert "EDU_WIDGETS_OUTBOX_DIR" in told.of("Outbox")


def test_who_has_joined_cannot_be_kept(doctor: Doctor, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "people").write_text("in the way")
    told = doctor()
    assert told.code == 1
    assert "a file of that name is in the way" in told.of("Secrets")
    assert "EDU_WIDGETS_DATA_DIR" in told.of("Secrets")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_few_files_may_be_open(tmp_path: Path) -> None:
    command = f'ulimit -n 200; exec "{sys.executable}" -m edu_widgets.cli doctor'
    told = subprocess.run(
        ["sh", "-c", command],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={"EDU_WIDGETS_DATA_DIR": str(tmp_path), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
    )
    assert told.returncode == 0
    assert "200 files open here" in " ".join(told.stdout.split())
    assert "ulimit -n 1024" in told.stdout


@pytest.mark.parametrize(
    ("package", "version", "what", "said"),
    [
        ("anywidget", "", "Widgets", "no The package anywidget is missing here."),
        ("anywidget", "0.8.1", "Widgets", "no The package anywidget is too old: 0.8.1 is here"),
        ("ipykernel", "", "Kernel", "note This Python has no kernel for notebooks"),
        ("ipykernel", "6.29.5", "Kernel", "note ipykernel 6.29.5. This kernel has no subshells"),
    ],
)
def test_a_package_that_is_missing_or_old(
    doctor: Doctor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    package: str,
    version: str,
    what: str,
    said: str,
) -> None:
    """Python's path leads to a folder with what is installed, but for this one."""
    site = tmp_path / "site"
    for name in ("edu-widgets", "anywidget", "ipykernel", "jupyterlab"):
        if name != package:
            copied(name, site)
    if version:
        info = site / f"{package}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n"
        )
    monkeypatch.setattr(sys, "path", [str(site)])
    told = doctor()
    assert told.of(what).startswith(said)
    assert told.code == (1 if said.startswith("no ") else 0)


def copied(name: str, site: Path) -> None:
    """Copy what Python knows of a package, without its code."""
    meta = importlib.metadata.distribution(name)
    info = site / f"{name.replace('-', '_')}-{meta.version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(str(meta.read_text("METADATA")), encoding="utf-8")


def test_jupyterlab_does_not_know_anywidget(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *_: [str(tmp_path)])
    told = doctor()
    assert told.code == 1
    assert "JupyterLab here does not know anywidget" in told.of("Widgets")


def test_a_notebook_is_trusted_or_not(
    doctor: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    output = nbformat.v4.new_output("display_data", {"text/html": "<b>course</b>"})
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", outputs=[output])])
    file = tmp_path / "lesson.ipynb"
    nbformat.write(book, file)
    told = doctor("--notebook", str(file))
    assert told.code == 0
    assert told.of("Notebook").startswith('note Jupyter does not trust "lesson.ipynb"')
    assert "Trust Notebook" in told.of("Notebook")
    notary = nbformat.sign.NotebookNotary()
    notary.sign(nbformat.read(file, as_version=4))
    notary.store.close()
    assert doctor("--notebook", str(file)).of("Notebook").startswith("ok ")
    (tmp_path / "odd.ipynb").write_text("[]")
    assert doctor("--notebook", str(tmp_path / "odd.ipynb")).code == 1


def test_a_version_is_compared_by_its_numbers() -> None:
    assert computer.version_numbers("0.10.0rc1") > computer.version_numbers("0.9.21")
