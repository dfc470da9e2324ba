"""Fixtures that open notebooks in a real JupyterLab. See `harness`."""

from __future__ import annotations

import importlib.util
import itertools
import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import require, together

from .classroom import Class
from .harness import OLD, TRIED, Lab, LabPage, find_chromium, install_kernels

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the laboratory's tests last, where there are no workers.

    Playwright's sync interface leaves its event loop running in the main thread for as long as the
    browser lives, which pytest-asyncio's tests do not bear: `lab` ends with its last test.
    """
    items.sort(key=lambda item: HERE in item.path.parents)
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="module", autouse=True)
def _alone(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No other worker has tests of this laboratory too."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    mark = tmp_path_factory.getbasetemp().parent / together(request.node.nodeid)
    if worker and not mark.exists():
        mark.write_text(worker)
    assert not worker or mark.read_text() == worker, "a laboratory has one worker"


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab with every ipykernel of `TRIED`, and with an old one."""
    require(find_chromium(), "no Chromium: apt install chromium, or set CHROMIUM")
    for module in ("jupyterlab", "playwright"):
        require(importlib.util.find_spec(module), f"{module} is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        made = Lab(playwright, tmp_path_factory.mktemp("lab"))
        made.kernels = install_kernels(made.data_dir, dict.fromkeys([OLD, *TRIED]))
        with made:
            yield made


OpenNotebook = Callable[..., LabPage]


def _notebooks(lab: Lab, request: pytest.FixtureRequest) -> Iterator[OpenNotebook]:
    stem = re.sub(r"\W+", "-", f"{request.fixturename}-{request.node.name}").strip("-")
    own = request.node.get_closest_marker("own_page") is not None
    numbers = itertools.count(1)
    opened: list[LabPage] = []

    def open_notebook(
        cells: Sequence[str] = ("",),
        kernel: str | None = None,
        *,
        again: LabPage | None = None,
        **context: Any,
    ) -> LabPage:
        name = again.name if again else f"{stem}-{next(numbers)}/notebook.ipynb"
        if again is None:
            lab.write_notebook(name, cells, kernel)
        opened.append(lab.open(name, own=own, **context))
        return opened[-1]

    failed_before = request.session.testsfailed
    yield open_notebook
    if request.session.testsfailed > failed_before:
        for number, page in enumerate(opened, 1):
            if not page.page.is_closed():
                page.screenshot(Path("test-results") / f"{stem}-page{number}.png")
    lab.close(opened)


@pytest.fixture
def notebook(lab: Lab, request: pytest.FixtureRequest) -> Iterator[OpenNotebook]:
    """`notebook(cells, kernel=None)`: a notebook of this test's own, in a folder of its own,
    opened; not yet run.

    Called with `again=page`, it opens the same notebook as another person. Pages and
    kernels go when the test ends; if it failed, pictures of the pages are kept.
    """
    yield from _notebooks(lab, request)


@pytest.fixture(scope="module")
def module_notebook(lab: Lab, request: pytest.FixtureRequest) -> Iterator[OpenNotebook]:
    """The same for a whole module: pages that several tests only look at."""
    yield from _notebooks(lab, request)


@pytest.fixture
def lesson(notebook: OpenNotebook, tmp_path: Path, bundles: Path) -> Iterator[Class]:
    """A course of this test's own, with its service and nobody in it yet."""
    del bundles
    made = Class("py101", tmp_path, notebook)
    yield made
    made.stop()
