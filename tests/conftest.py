"""Fixtures that all tests share."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from edu_widgets.notebook import pace
from edu_widgets.service.locks import FileLock
from hatch_build import QUIETLY, BuildError, Bundles, node_environment
from tests.nightly import NIGHTLY, examples
from tests.waiting import PATIENCE, wait_until

ROOT = Path(__file__).resolve().parent.parent

# How long an example takes depends on who else computes; no test is about that.
settings.register_profile(
    "patient",
    max_examples=examples(100),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("patient")


_TOGETHER = {
    # A laboratory is a JupyterLab with its browser and kernels: two halves, alike in length.
    "tests/lab/test_c": "one laboratory",
    "tests/lab/test_d": "one laboratory",
    "tests/lab/test_k": "one laboratory",
    "tests/lab/test_n": "one laboratory",
    "tests/lab/test_pa": "one laboratory",
    "tests/lab/": "the other laboratory",
    # They install into js/node_modules, and build from there.
    "tests/test_browser_units.py": "js",
    "tests/test_packaging.py": "js",
    "tests/protocol/test_export.py::test_typescript": "js",
    # They build the site.
    "tests/docs/test_site.py": "the site",
    # They make an environment.
    "tests/test_lowest.py": "the lowest versions",
}


# What waits for minutes comes first, while the laboratories compute.
_FIRST = ("tests/client/test_faults.py", "tests/service/", "tests/sync/", "tests/test_quality.py")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not NIGHTLY:
        later = [item for item in items if item.get_closest_marker("nightly")]
        config.hook.pytest_deselected(items=later)
        items[:] = [item for item in items if item not in later]
    items.sort(key=lambda item: not item.nodeid.startswith(_FIRST))


def together(nodeid: str) -> str:
    """The group of a test, which one worker runs: only the test, unless it shares a resource."""
    return next((name for start, name in _TOGETHER.items() if nodeid.startswith(start)), nodeid)


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Gives each group to one worker, the longest first, and all other tests to free workers.

    The marks of pytest-xdist's own `loadgroup` do nothing from pytest 9.2 on.
    """

    def _split_scope(self, nodeid: str) -> str:
        return together(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling:
    return Scheduling(config, log)


class Told:
    """Tells of each failure when it happens: a run that is cut off has no summary."""

    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        self.terminal = terminal

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed or str(report.outcome) == "rerun":
            self.terminal.ensure_newline()
            self.terminal.write_line(f"{report.nodeid} failed at {report.when}:")
            self.terminal.write_line(report.longreprtext[-3000:])


@pytest.hookimpl(trylast=True)  # the terminal's own comes before
def pytest_configure(config: pytest.Config) -> None:
    terminal = config.pluginmanager.getplugin("terminalreporter")
    if "CI" in os.environ and terminal is not None:
        config.pluginmanager.register(Told(terminal))


FLAKY = "flaky, to be mended"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what passed only the second time.

    What runs the tests of others has those of theirs as properties of this name.
    """
    stats = terminalreporter.stats
    failed = {report.nodeid for kind in ("failed", "error") for report in stats.get(kind, ())}
    names = {report.nodeid for report in stats.get("rerun", ())} - failed
    for report in stats.get("passed", ()):
        named = [name for key, name in report.user_properties if key == FLAKY]
        names |= {f"{report.nodeid}: {name}" for name in named}
    if names:
        terminalreporter.section(FLAKY)
        for name in sorted(names):
            terminalreporter.write_line(name)


def require(condition: object, reason: str) -> None:
    """Fail where something is missing that `.ci/run` installs; `reason` says how to get it."""
    if not condition:
        pytest.fail(reason, pytrace=False)


@pytest.fixture(autouse=True)
def own_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test a kernel's pace of its own: what others sent just before is not its own."""
    monkeypatch.setattr(pace, "MESSAGES", pace.Pace(pace.MESSAGES_PER_SECOND))
    monkeypatch.setattr(pace, "PICTURES", pace.Turns())


@pytest.fixture
def way() -> str:
    """The transport of a test's connections; a test of every transport parametrizes this name."""
    return "websocket"


@contextmanager
def installing() -> Iterator[None]:
    """While one worker installs into js/node_modules, others neither do nor build from it."""
    (ROOT / ".cache").mkdir(exist_ok=True)
    lock = FileLock(ROOT / ".cache" / "installing.lock")

    def is_ours() -> bool:
        with suppress(BlockingIOError):
            lock.acquire()
            return True
        return False

    wait_until(is_ours, "no other worker installs", 4 * PATIENCE)
    try:
        yield
    finally:
        lock.release()


@pytest.fixture(scope="session")
def bundles() -> Path:
    """The folder of the browser bundles, built anew if js/ has changed since."""
    made = Bundles(ROOT)
    with installing():
        if not made.are_fresh():
            made.build()
    return made.static


@pytest.fixture(scope="session")
def node() -> Iterator[dict[str, str]]:
    """An environment in which `node` and `npm` are found."""
    with ExitStack() as stack:
        try:
            environment = stack.enter_context(node_environment())
        except BuildError as error:
            require(condition=False, reason=str(error))
            raise
        yield environment


def npm(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run npm in js/."""
    return subprocess.run(
        ["npm", *arguments],
        cwd=ROOT / "js",
        env={**environment, "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def node_modules(node: dict[str, str]) -> dict[str, str]:
    """The same, with js/node_modules as its lock file wants them, developers' tools included."""
    with installing():
        if npm(node, "ls").returncode:
            installed = npm(node, "ci", *QUIETLY)
            assert installed.returncode == 0, installed.stdout
    return node
