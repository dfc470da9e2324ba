"""Python in the browser, as in JupyterLite: no host of a lesson yet."""

from __future__ import annotations

import subprocess
import zipfile
from typing import Self

from playwright.sync_api import Route

from .environments import from_npm, newest_wheel
from .pages import HostPage

_ADDRESS = "http://pyodide.test/"
_SITE = "site.zip"
_LOAD = """async (address) => {
  const { loadPyodide } = await import(`${address}pyodide.mjs`);
  globalThis.python = await loadPyodide();
  const wheels = await (await fetch(`${address}site.zip`)).arrayBuffer();
  python.unpackArchive(wheels, "zip", { extractDir: "/site" });
}"""
_JOIN = """
import sys
sys.path.insert(0, "/site")
import edu_widgets as edu
try:
    edu.join({invite!r})
    said = "nothing"
except edu.EduWidgetsError as error:
    said = str(error)
said
"""


class Pyodide(HostPage):
    """Pyodide in a page, with this package and all that it depends on."""

    def __enter__(self) -> Self:
        wheels = self.folder / "wheels"
        there = ["--platform=pyemscripten_2026_0_wasm32", "--python-version=3.14"]
        there += ["--implementation=cp", "--abi=cp314", "--abi=abi3", "--abi=none"]
        fetch = [str(self.python), "-m", "pip", "download", "-q", "--only-binary=:all:", *there]
        subprocess.run([*fetch, "-d", str(wheels), str(newest_wheel())], check=True)
        with zipfile.ZipFile(self.folder / _SITE, "w") as site:
            for wheel in wheels.glob("*.whl"):
                with zipfile.ZipFile(wheel) as packed:
                    for name in packed.namelist():
                        site.writestr(name, packed.read(name))
        return self

    def said(self, invite: str) -> str:
        """What `join` says there, and nothing but a sentence of ours."""
        page = self.browse()
        runtime = from_npm("pyodide@314")

        def answer(route: Route) -> None:
            name = route.request.url.removeprefix(_ADDRESS)
            file = (self.folder if name == _SITE else runtime) / name
            if name:
                kind = "text/javascript" if file.suffix == ".mjs" else "application/wasm"
                route.fulfill(path=file, content_type=kind)
            else:
                route.fulfill(body="<!doctype html>", content_type="text/html")

        page.route(f"{_ADDRESS}**", answer)
        page.goto(_ADDRESS)
        page.evaluate(_LOAD, _ADDRESS)
        told: str = page.evaluate(
            "(code) => python.runPythonAsync(code)", _JOIN.format(invite=invite)
        )
        return told
