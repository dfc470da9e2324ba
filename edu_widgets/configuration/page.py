"""The page about configuration: prose from `page.md`, tables from the traits."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from edu_widgets.configuration import sources, traits
from edu_widgets.configuration.settings import SECTIONS, SETTINGS, Setting
from edu_widgets.service import config

COMMAND = "python -m edu_widgets.configuration"
FILE = "docs/configuration.md"

_FIELDS = {
    "maxUsers": ("people at once; instructors always find room", "a whole number, at least 1"),
    "requireAuth": ("everybody enters by invite or token", "`true`"),
    "allowedRoles": ("who may enter", "of `student`, `instructor`, `admin`; in `staff` no student"),
    "features": ("what the channel offers", "names of features; unknown ones offer nothing"),
    "rateLimit": (
        "`messages` new or edited messages a person in any `interval` milliseconds",
        "two whole numbers, at least 1",
    ),
}
"""By field of a row: its meaning, and the valid values."""


def page() -> str:
    """Return the page's Markdown."""
    heartbeat = next(s for s in SETTINGS if s.name == "heartbeatInterval")
    parts = {
        "command": COMMAND,
        "file": sources.FILE,
        "heartbeat": heartbeat.trait.allowed,
        "settings": "\n".join(map(_section, SECTIONS)),
        "rows": _rows(),
        "table": _defaults(),
    }
    text = Path(__file__).with_name("page.md").read_text("utf-8")
    for name, part in parts.items():
        text = text.replace("{{ " + name + " }}", part)
    return text


def _section(name: str) -> str:
    own = [setting for setting in SETTINGS if setting.section == name]
    head = ("setting", "environment", "default", "allowed", "meaning")
    rows = ((f"`{s}`", f"`{s.variable}`", _default(s), _allowed(s), s.trait.help) for s in own)
    about = inspect.getdoc(SECTIONS[name]) or ""
    return f"### {name}\n\n{about}\n\n{_table(head, rows)}\n"


def _default(setting: Setting) -> str:
    if isinstance(setting.trait, traits.Row):
        return "[below](#the-channel-table)"
    default = setting.trait.default()
    return f"`{json.dumps(default)}`" if default != "" else "not set"


def _allowed(setting: Setting) -> str:
    is_row = isinstance(setting.trait, traits.Row)
    return "[a row](#the-channel-table)" if is_row else setting.trait.allowed


def _rows() -> str:
    fields = config.row(config.ServiceConfig(), "course")
    return _table(
        ("field", "meaning", "allowed"), ((f"`{name}`", *_FIELDS[name]) for name in fields)
    )


def _defaults() -> str:
    table = {kind: config.row(config.ServiceConfig(), kind) for kind in config.KINDS}
    fields = table["course"]
    rows = ([f"`{f}`", *(f"`{json.dumps(table[kind][f])}`" for kind in table)] for f in fields)
    return _table(("", *(f"`{kind}`" for kind in table)), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '∣') for cell in row)} |" for row in lines)
