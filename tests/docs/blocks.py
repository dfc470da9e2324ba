"""The code blocks of the documentation."""

from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

from tests.conftest import ROOT

PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").rglob("*.md")]
)
"""What is read by people who use or change the project."""


@dataclass(frozen=True, slots=True)
class Block:
    """A code block; prints as where it is."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[Block]:
    """The blocks of a page, in order, also those in lists and quotations."""
    found = MarkdownIt().parse(page.read_text("utf-8"))
    return [
        Block(name(page), token.map[0] + 1, token.info.strip(), token.content)
        for token in found
        if token.type in ("fence", "code_block") and token.map
    ]


BLOCKS = [block for page in PAGES for block in blocks(page)]


def is_cell(block: Block) -> bool:
    """True if it runs in a notebook; else it is a file, a command or a frame."""
    if block.language == "python":
        return not block.text.startswith("c.")  # a configuration file
    return block.text.startswith("%%")
