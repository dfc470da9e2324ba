"""constraints.txt: the versions with which all tests are known to pass."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, metadata, requires, version

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.conftest import ROOT

LINES = [
    line
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


def needed(name: str, extras: frozenset[str], found: set[tuple[str, frozenset[str]]]) -> None:
    """Add the installed distributions that a package needs, and those that they need in turn."""
    if (name, extras) in found:
        return
    try:
        wanted = [Requirement(line) for line in requires(name) or ()]
    except PackageNotFoundError:  # not needed with this Python or on this system
        return
    found.add((name, extras))
    for one in wanted:
        sets = [{"extra": extra} for extra in extras or {""}]
        if one.marker is None or any(one.marker.evaluate(given) for given in sets):
            needed(canonicalize_name(one.name), frozenset(one.extras), found)


def test_each_line_is_a_package_and_a_version_and_no_address() -> None:
    for line in LINES:
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line), line
    assert sorted(LINES, key=str.lower) == LINES


def test_everything_that_tests_install_has_its_version() -> None:
    found: set[tuple[str, frozenset[str]]] = set()
    needed("edu-widgets", frozenset({"test"}), found)
    names = {name for name, _ in found} - {"edu-widgets"}
    assert len(names) > 100
    named = {canonicalize_name(line.partition("==")[0]) for line in LINES}
    assert names <= named, "write constraints.txt anew, see CONTRIBUTING.md"


def test_an_upper_bound_is_the_major_version_after_the_one_that_is_tested() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    tested = {canonicalize_name(line.split("==")[0]): line.split("==")[1] for line in LINES}
    wanted = [*project["dependencies"], *project["optional-dependencies"]["lab"]]
    bounds = {
        canonicalize_name(one.name): bound.version
        for one in map(Requirement, wanted)
        for bound in one.specifier
        if bound.operator == "<"
    }
    assert bounds.keys() >= {"anywidget", "ipykernel", "ipywidgets", "websockets"}
    for name, bound in bounds.items():
        assert bound == str(Version(tested[name]).major + 1), name


def test_they_suit_the_oldest_python_that_the_project_does() -> None:
    oldest = "3.11.2"  # Debian 12's
    for line in LINES:
        name, _, pinned = line.partition("==")
        try:
            known = version(name) == pinned
        except PackageNotFoundError:
            continue
        if known:
            assert oldest in SpecifierSet(metadata(name).json.get("requires_python", "")), line


def test_the_command_of_the_readme_is_what_ci_runs() -> None:
    command = (ROOT / ".ci/run").read_text("utf-8").splitlines()[-1]
    assert "--constraint constraints.txt --editable '.[test]'" in command
    for page in ("README.md", "CONTRIBUTING.md"):
        assert f"```sh\n{command}\n```" in (ROOT / page).read_text("utf-8"), page
