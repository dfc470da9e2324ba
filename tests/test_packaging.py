"""Contents of the wheel and the sdist, and the needs of building them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from contextlib import nullcontext
from pathlib import Path

import pytest

import hatch_build
from hatch_build import NODE_WHEEL, BuildError, Bundles, BundlesHook, node_environment
from tests.conftest import ROOT


def build(kind: str, source: Path, out: Path, path: str | None = None) -> Path:
    """Builds a wheel or an sdist; `path` stands in for PATH."""
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", f"--{kind}", "--outdir", out, source],
        env={**os.environ, "PATH": path or os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    (made,) = out.iterdir()
    return made


@pytest.fixture(scope="module")
def sdist(bundles: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution of this checkout, unpacked."""
    assert bundles.is_dir()
    folder = tmp_path_factory.mktemp("sdist")
    archive = build("sdist", ROOT, folder / "out")
    subprocess.run(["tar", "-xzf", archive, "-C", folder], check=True)
    return folder / archive.name.removesuffix(".tar.gz")


def test_sdist_has_bundles_and_sources(sdist: Path, bundles: Path) -> None:
    files = {str(path.relative_to(sdist)) for path in sdist.rglob("*")}
    assert {f"edu_widgets/static/{bundle.name}" for bundle in bundles.glob("*.js")} <= files
    assert {"js/package-lock.json", "js/src", "hatch_build.py", "LICENSE", "tests"} <= files
    assert not [name for name in files if "node_modules" in name]


def test_wheel_from_sdist_needs_no_node(sdist: Path, bundles: Path, tmp_path: Path) -> None:
    empty = tmp_path / "bin"
    empty.mkdir()
    wheel = build("wheel", sdist, tmp_path / "out", path=str(empty))
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {f"edu_widgets/static/{bundle.name}" for bundle in bundles.glob("*.js")} <= set(names)
    needed = ("loader", "core", "chat")
    assert {f"edu_widgets/static/{name}.js" for name in needed} <= set(names)
    assert "edu_widgets/static/stream.hls.js" in names
    assert "edu_widgets-0.1.0.dist-info/licenses/licenses/hls.js.txt" in names
    types = ("index", "feature", "hooks", "locale/en")
    assert {f"edu_widgets/static/core/{name}.d.ts" for name in types} <= set(names)
    assert {"edu_widgets/__init__.py", "edu_widgets/py.typed"} <= set(names)
    folder = ROOT / "notebooks"
    of_lessons = (*folder.glob("*.ipynb"), *folder.glob("questions/*.md"))
    lessons = {f"edu_widgets/notebooks/{path.relative_to(folder)}" for path in of_lessons}
    assert "edu_widgets/notebooks/questions/references.md" in lessons, "the demo shows them"
    assert lessons <= set(names)
    assert {name.split("/")[0] for name in names} == {"edu_widgets", "edu_widgets-0.1.0.dist-info"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with one source and one newer bundle."""
    for number, name in enumerate(["js/package.json", "js/src/a.ts", "edu_widgets/static/a.js"]):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.touch()
        os.utime(path, (number, number))
    return tmp_path


def test_bundles_are_fresh_until_a_source_is_newer(checkout: Path) -> None:
    bundles = Bundles(checkout)
    assert bundles.are_fresh()
    (checkout / "js/src/a.ts").touch()
    assert not bundles.are_fresh()


def test_bundles_as_old_as_their_sources_are_fresh(checkout: Path) -> None:
    for path in checkout.rglob("*"):
        os.utime(path, (0, 0))
    assert Bundles(checkout).are_fresh()


def test_missing_bundles_are_not_fresh(checkout: Path) -> None:
    (checkout / "edu_widgets/static/a.js").unlink()
    assert not Bundles(checkout).are_fresh()


def test_without_node_the_build_asks_for_the_wheel_that_brings_it(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = BundlesHook(str(checkout), {}, None, None, "", "wheel")  # type: ignore[arg-type]
    monkeypatch.setenv("PATH", "")
    assert hook.dependencies() == []
    (checkout / "edu_widgets/static/a.js").unlink()
    assert hook.dependencies() == [NODE_WHEEL]


def test_without_node_or_its_wheel_the_build_says_what_to_do(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    (checkout / "edu_widgets/static/a.js").unlink()
    with pytest.raises(BuildError, match=r"Node\.js ≥ 20 .* not on PATH.* install it, or run `pip"):
        Bundles(checkout).build()
    with pytest.raises(BuildError), node_environment():
        pass


@pytest.mark.parametrize("dev", [True, False])
def test_a_build_leaves_a_developers_tools_installed(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, dev: bool
) -> None:
    modules = checkout / "js/node_modules"
    modules.mkdir(parents=True)
    tool = {"packages": {"node_modules/vitest": {"dev": True} if dev else {}}}
    (modules / ".package-lock.json").write_text(json.dumps(tool))
    os.utime(modules / ".package-lock.json", (0, 0))
    (checkout / "js/package-lock.json").write_text("{}")
    (checkout / "js/package.json").write_text("{}")
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(Bundles, "npm", lambda _, __, *arguments: asked.append(arguments))
    monkeypatch.setattr(hatch_build, "node_environment", lambda: nullcontext({}))
    with pytest.raises(BuildError):
        Bundles(checkout).build()
    assert asked[0][0] == "ci"
    assert ("--omit=dev" in asked[0]) is not dev


def test_an_old_node_is_no_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("node", "npm"):
        path = tmp_path / name
        path.write_text("#!/bin/sh\necho v18.20.4\n")
        path.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not hatch_build.node_on_path()
    (tmp_path / "node").write_text("#!/bin/sh\necho v22.1.0\n")
    assert hatch_build.node_on_path()
