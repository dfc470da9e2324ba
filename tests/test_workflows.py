"""The workflows: each command is there, and no job has more rights than it needs."""

from __future__ import annotations

import itertools
import json
import re
import runpy
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tests.docs import commands

FOLDER = ROOT / ".github"
WORKFLOWS = {path.name: path.read_text("utf-8") for path in (FOLDER / "workflows").iterdir()}
JOBS: list[tuple[str, str, dict[str, Any]]] = [
    (name, job, told)
    for name, text in WORKFLOWS.items()
    for job, told in yaml.safe_load(text)["jobs"].items()
]
each_job = pytest.mark.parametrize(
    ("workflow", "name", "job"), JOBS, ids=[f"{workflow}-{name}" for workflow, name, _ in JOBS]
)


def filled(run: str, job: dict[str, Any]) -> Iterator[str]:
    """A command as it is for each combination of the matrix."""
    matrix = job.get("strategy", {}).get("matrix", {})
    for values in itertools.product(*matrix.values()):
        text = run
        for key, value in zip(matrix, values, strict=True):
            text = text.replace(f"${{{{ matrix.{key} }}}}", value)
        yield text


@each_job
def test_each_command_is_there(workflow: str, name: str, job: dict[str, Any]) -> None:
    del workflow, name
    for step in job.get("steps", ()):
        for text in filled(step.get("run", ""), job):
            assert "${{" not in text, "an expression in a shell command lets others write it"
            commands.check(text)


@each_job
def test_a_job_has_the_rights_that_it_needs(workflow: str, name: str, job: dict[str, Any]) -> None:
    publishes = (workflow, name) == ("release.yml", "publish")
    assert job["permissions"] == ({"id-token": "write"} if publishes else {"contents": "read"})
    assert ("environment" in job) == publishes
    assert "uses" in job or job["timeout-minutes"] <= 90
    for step in job.get("steps", ()):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"] == {"persist-credentials": False}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_has_no_rights_and_no_secrets(name: str) -> None:
    text = WORKFLOWS[name]
    assert yaml.safe_load(text)["permissions"] == {}
    assert not re.search(r"pull_request_target|secrets\.|github\.event", text)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_actions_are_pinned_by_hash_with_their_version(name: str) -> None:
    for line in re.findall(r"uses: (.*)", WORKFLOWS[name]):
        local = line.startswith("./")
        assert (
            (ROOT / line).is_file() if local else re.fullmatch(r"\S+@[0-9a-f]{40} # v[\d.]+", line)
        )


def test_every_python_that_the_project_names_is_tried() -> None:
    tried = yaml.safe_load(WORKFLOWS["tests.yml"])["jobs"]["everything"]["strategy"]["matrix"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["requires-python"] == f">={tried['python'][0]}"
    assert [
        one.rpartition(" :: ")[2] for one in project["classifiers"] if " :: 3." in one
    ] == tried["python"]


def test_nothing_is_published_that_was_not_tested() -> None:
    publish = yaml.safe_load(WORKFLOWS["release.yml"])["jobs"]["publish"]
    assert publish["needs"] == ["tests", "build"]


def test_the_newest_are_tried_as_contributing_says() -> None:
    [command] = re.findall(r"== newest .*\n +(.*)\n", (ROOT / ".ci/run").read_text("utf-8"))
    assert f"```sh\n{command}\n```" in (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def test_browsers_are_named_as_the_browser_units_take_them() -> None:
    matrix = yaml.safe_load(WORKFLOWS["tests.yml"])["jobs"]["browsers"]["strategy"]["matrix"]
    config = (ROOT / "js/vitest.config.ts").read_text("utf-8")
    assert json.dumps(["chromium", *matrix["browser"]]).join(("(", " as const)")) in config


# -- the wheel that is published ---------------------------------------------------------------


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A checkout with two bundles and a wheel that holds them."""
    static = tmp_path / "edu_widgets/static"
    static.mkdir(parents=True)
    (tmp_path / "dist").mkdir()
    for name in ("loader.js", "core.js"):
        static.joinpath(name).write_text(name, "utf-8")
    wheel(tmp_path, {"loader.js": "loader.js", "core.js": "core.js"})
    return tmp_path


def wheel(checkout: Path, bundles: dict[str, str]) -> None:
    with zipfile.ZipFile(checkout / "dist/edu_widgets-1.2.3-py3-none-any.whl", "w") as archive:
        for name, text in bundles.items():
            archive.writestr(f"edu_widgets/static/{name}", text)


def checked(checkout: Path, tag: str) -> str:
    module = runpy.run_path(str(ROOT / ".ci/check_wheel.py"))
    names = module["main"].__globals__
    names.update(ROOT=checkout, BUNDLES=checkout / "edu_widgets/static")
    told: str = module["main"](tag)
    return told


def test_a_whole_wheel_is_published(dist: Path) -> None:
    assert checked(dist, "v1.2.3") == ""


def test_another_tag_is_not(dist: Path) -> None:
    assert "the tag must be v1.2.3" in checked(dist, "v1.2.4")


def test_a_wheel_without_a_bundle_is_not(dist: Path) -> None:
    wheel(dist, {"loader.js": "loader.js", "core.js": "something else"})
    assert "has another core.js" in checked(dist, "v1.2.3")
    wheel(dist, {"loader.js": "loader.js"})
    assert "lacks core.js" in checked(dist, "v1.2.3")


def test_nothing_is_published_without_a_build(dist: Path) -> None:
    (dist / "edu_widgets/static/core.js").unlink()
    assert "npm run build" in checked(dist, "v1.2.3")
    next((dist / "dist").iterdir()).unlink()
    assert "python -m build" in checked(dist, "v1.2.3")
