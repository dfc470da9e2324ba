"""`edu-widgets config`: prints the settings in force with their sources, or writes a template."""

from __future__ import annotations

import argparse
import errno
import json
import os
import sys
import textwrap
from pathlib import Path

from jupyter_core.paths import jupyter_config_dir

from edu_widgets.configuration import sources, traits
from edu_widgets.configuration.inforce import Configuration, load
from edu_widgets.configuration.settings import SECTIONS, SETTINGS, Setting
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.folders import reason

_WIDTH = 88


def run(args: argparse.Namespace) -> int:
    """Print the settings in force, or write a configuration file; return the exit code.

    Raises:
        InvalidArgument: a setting is wrong, or the file cannot be written.
    """
    if args.generate is None:
        sys.stdout.write(listed(load()))
        return 0
    if args.generate == "-":
        sys.stdout.write(template())
        return 0
    own = Path(jupyter_config_dir()) / f"{sources.FILE}.py"
    path = Path(args.generate) if args.generate else own
    _write(path, template(), force=args.force)
    sys.stdout.write(f"Written: {path}\n")
    return 0


def listed(configuration: Configuration) -> str:
    """Return a list of all settings, their values and sources; a secret is only *set* or not."""
    found = sources.files()
    read = [f"  {path}" for path in found] or [f"  none; {sources.FILE}.py would be looked for in:"]
    if not found:
        read += [f"    {folder}" for folder in sources.folders()]
    lines = ["Files, the last one counts most:", *read]
    for section in SECTIONS:
        lines += ["", section]
        for setting in (one for one in SETTINGS if one.section == section):
            lines += _lines(configuration, setting)
    return "\n".join(lines) + "\n"


def _lines(configuration: Configuration, setting: Setting) -> list[str]:
    origin = configuration.origin(setting)
    if not isinstance(setting.trait, traits.Row):
        return [f"  {setting.name:<22} {configuration.shown(setting):<28} {origin}"]
    rows = (f"    {name:<20} {json.dumps(v)}" for name, v in configuration.value(setting).items())
    return [f"  {setting.name:<51} {origin}", *rows]


def template() -> str:
    """Return a configuration file with every setting in a comment."""
    lines = [
        f"# Configuration file for edu-widgets: {sources.FILE}.py, in one of the config folders",
        "# that `jupyter --paths` shows. `edu-widgets config` tells what is in force. If you put a",
        "# token in here, keep the file to yourself: chmod 600.",
        "",
        "c = get_config()  # noqa",
    ]
    for section, made in SECTIONS.items():
        lines += ["", f"# {'-' * (_WIDTH - 2)}", f"# {section}"]
        lines += _comment(made.__doc__ or "")
        for setting in (one for one in SETTINGS if one.section == section):
            default = json.loads(json.dumps(setting.trait.default()))
            lines += ["", *_comment(setting.trait.help)]
            lines += _comment(f"Allowed: {setting.trait.allowed}.", "#  ")
            lines += _comment(f"Environment: {setting.variable}", "#  ")
            lines += _code(f"c.{setting} = ", default)
    return "\n".join(lines) + "\n"


def _comment(text: str, begin: str = "# ") -> list[str]:
    paragraphs = textwrap.dedent(text).strip().split("\n\n")
    return [
        line
        for paragraph in paragraphs
        for line in textwrap.wrap(
            " ".join(paragraph.split()),
            _WIDTH,
            initial_indent=begin,
            subsequent_indent=begin,
            break_long_words=False,
            break_on_hyphens=False,
        )
    ]


def _code(begin: str, value: object) -> list[str]:
    if not isinstance(value, dict):
        return [f"# {begin}{value!r}"]
    fields = [f"#     {name!r}: {field!r}," for name, field in value.items()]
    return [f"# {begin}{{", *fields, "# }"]


def _write(path: Path, text: str, *, force: bool) -> None:
    flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if force else os.O_EXCL)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Mode 0600 from the start, since people may put a token into it.
        with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        if os.path.isfile(path):  # noqa: PTH113 - Path.is_file raises where it may not look
            msg = f"{path} is there already. --force overwrites it; `--generate -` only prints."
            raise InvalidArgument(msg) from None
        why = reason(IsADirectoryError(errno.EISDIR, "") if path.is_dir() else error)
        raise InvalidArgument(f"{path} cannot be written: {why}.") from None
    except OSError as error:
        raise InvalidArgument(f"{path} cannot be written: {reason(error)}.") from None
    except ValueError:
        raise InvalidArgument(f"{str(path)!r:.200} is no path of a file.") from None
