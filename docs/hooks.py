"""What the site has beyond the pages in docs/: the project's own files, and each class's names."""

from __future__ import annotations

import json
import posixpath
import re
from pathlib import Path
from pkgutil import resolve_name

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from edu_widgets.protocol.attributes import public_names

ROOT = Path(__file__).resolve().parent.parent
PAGES = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "reporting.md",
    "benchmarks/RESULTS.md": "figures.md",
}
"""Files of the project that are pages of the site."""

_LINK = re.compile(r"\[([^\[\]]*)\]\((?![a-z]+:|#)([^)#\s]+)(#[^)\s]*)?\)")
_OBJECT = re.compile(r"^::: (\S+)$", re.MULTILINE)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the project's own files, and the notebooks to download."""
    for source, page in PAGES.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text("utf-8")))
    for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):
        uri = f"notebooks/{notebook.name}"
        files.append(File.generated(config, uri, content=notebook.read_bytes()))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let links lead where the files are in the site, and name the public names of classes."""
    del config
    uri = page.file.src_uri
    origin = next((source for source, made in PAGES.items() if made == uri), f"docs/{uri}")

    def moved(link: re.Match[str]) -> str:
        text, target, anchor = link.groups()
        path = posixpath.normpath(posixpath.join(posixpath.dirname(origin), target))
        there = PAGES.get(path, path.removeprefix("docs/"))
        if files.get_file_from_path(there) is not None:
            return f"[{text}]({there}{anchor or ''})"
        # What is not in the site, such as a folder, is named without a link.
        return text if (ROOT / path).exists() else link[0]

    return _OBJECT.sub(_with_members, _LINK.sub(moved, markdown))


def _with_members(found: re.Match[str]) -> str:
    """A class with the names that completion shows of it, and no base class's machinery."""
    target = resolve_name(found[1])
    if not isinstance(target, type) or issubclass(target, Exception):
        return found[0]
    return f"{found[0]}\n    options:\n      members: {json.dumps(public_names(target))}"
