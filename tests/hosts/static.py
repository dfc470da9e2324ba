"""A notebook without a kernel: what nbconvert makes of one that was run."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Self

from playwright.sync_api import Page, Route

from tests.notebook.test_saved import ours

from .environments import from_npm
from .pages import HostPage


class Static(HostPage):
    """The HTML of a notebook saved with its widgets' state (`run`) and without it (`plain`)."""

    def __enter__(self) -> Self:
        state = ["--execute", "--ExecutePreprocessor.store_widget_state=True"]
        patient = "--ExecutePreprocessor.startup_timeout=600"
        self._convert(*state, patient, "--to=notebook", "--output=run.ipynb", "n.ipynb")
        self._convert("--to=html", "run.ipynb")
        without = "--ClearMetadataPreprocessor.enabled=True"
        self._convert(without, "--to=html", "--output=plain.html", "run.ipynb")
        return self

    def _convert(self, *how: str) -> None:
        command = [str(self.python), "-m", "nbconvert", *how]
        subprocess.run(command, check=True, cwd=self.folder)

    def open(self, name: str, *, scripts: bool) -> Page:
        """One of them in a browser without a network; `scripts`: but for those of ipywidgets."""
        page = self.browse()
        given = self._scripts() if scripts else {}

        def answer(route: Route) -> None:
            found = [file for part, file in given.items() if part in route.request.url]
            if found:
                route.fulfill(path=found[0], content_type="text/javascript")
            else:
                route.abort()

        page.route(re.compile("https?:"), answer)
        page.goto((self.folder / f"{name}.html").as_uri(), wait_until="domcontentloaded")
        return page

    def _scripts(self) -> dict[str, Path]:
        """The files that such a page takes from the network, by a part of their addresses."""
        here = self.python.parent.parent
        return {
            "/require.min.js": from_npm("requirejs@2") / "require.js",
            "/html-manager@": from_npm("@jupyter-widgets/html-manager@1") / "dist/embed-amd.js",
            "/anywidget@": here / "share/jupyter/nbextensions/anywidget/index.js",
        }

    def sizes(self) -> list[int]:
        """Return the bytes of ours that are saved of each widget."""
        book = json.loads((self.folder / "run.ipynb").read_text("utf-8"))
        (saved,) = book["metadata"]["widgets"].values()
        states = [model["state"] for model in saved["state"].values()]
        own = [ours(state) for state in states if "_esm" in state]
        return [len(json.dumps(one, ensure_ascii=False).encode()) for one in own]
