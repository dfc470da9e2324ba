"""The sources of settings: Jupyter's configuration files, the environment, a call."""

from __future__ import annotations

import contextlib
import difflib
import json
import os
import re
import stat
import traceback
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_config_path
from traitlets.config.loader import (
    Config,
    FileConfigLoader,
    JSONFileConfigLoader,
    LazyConfigValue,
    PyFileConfigLoader,
)

from edu_widgets.configuration import traits
from edu_widgets.configuration.settings import (
    BY_NAME,
    BY_VARIABLE,
    PREFIX,
    SECTIONS,
    SETTINGS,
    Setting,
)
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.folders import read_file, words

FILE = "jupyter_edu_widgets_config"

_OTHERS = ("EDU_WIDGETS_DEV",)
"""Variables that are no settings; CONTRIBUTING.md explains them."""

_KEYWORDS = {
    "url": "WebSocket.url",
    "token": "EduWidgets.token",
    "user_id": "EduWidgets.userId",
    "course": "EduWidgets.course",
    "channel": "EduWidgets.channel",
}


@dataclass(frozen=True, slots=True)
class Given:
    """A setting's value in one source."""

    setting: Setting
    value: Any = field(repr=False)
    written: str
    """The setting as the source writes it, for messages: `EDU_WIDGETS_URL in the environment`."""
    source: str
    """The source's name, for the list of settings in force: a variable, a file, `config=…`."""


def folders() -> list[Path]:
    """Return the folders of configuration files, the most important last.

    They are Jupyter's own (`jupyter --paths`), without the current folder: otherwise opening
    somebody's project would run somebody's code.
    """
    return list(
        dict.fromkeys(Path(folder).absolute() for folder in reversed(jupyter_config_path()))
    )


def files() -> list[Path]:
    """Return the existing configuration files, the most important last."""
    found = (folder / f"{FILE}{ending}" for folder in folders() for ending in (".py", ".json"))
    return [path for path in dict.fromkeys(found) if path.is_file()]


def from_hub() -> Iterator[Given]:
    """Yield the Hub's user as `userId`, which every other source overrides."""
    name = os.environ.get("JUPYTERHUB_USER", "")
    # A name that is no valid id is ignored: `host()` and `join()` need no id.
    with contextlib.suppress(InvalidArgument):
        traits.user_id(name)
        setting = BY_NAME["EduWidgets.userId"]
        yield Given(setting, name, "JUPYTERHUB_USER in the environment", "JUPYTERHUB_USER")


def from_files() -> Iterator[Given]:
    """Yield the values in configuration files, the most important last.

    Raises:
        InvalidArgument: a file fails, or has an unknown setting; the message names the place.
    """
    for path in files():
        yield from _from_file(path)


def from_environment() -> Iterator[Given]:
    """Yield the values of the variables `EDU_WIDGETS_*`. An empty variable is ignored.

    Raises:
        InvalidArgument: a variable is no setting.
    """
    for variable in sorted(os.environ):
        text = os.environ[variable]
        if not variable.startswith(PREFIX) or not text or variable in _OTHERS:
            continue
        setting = BY_VARIABLE.get(variable)
        if setting is None:
            raise _unknown(f"{variable} in the environment", variable, BY_VARIABLE)
        value = setting.trait.from_string(text)
        yield Given(setting, value, f"{variable} in the environment", variable)


def from_config(config: Any) -> Iterator[Given]:
    """Yield the values in a call's `config=`: a traitlets `Config`, or dicts of the same form.

    Raises:
        InvalidArgument: it has an unknown setting.
    """
    if config is None:
        return
    if not isinstance(config, Mapping):
        example = '{"WebSocket": {"heartbeatInterval": 10_000}}'
        raise InvalidArgument(
            f"config=… has to be a dict or a traitlets Config, such as {example}."
        )
    yield from _walk(config, lambda name: f"{name} in config=…", "config=…")


def from_keywords(keywords: Mapping[str, str | None]) -> Iterator[Given]:
    """Yield the values of a call's keywords; None and "" are ignored."""
    for keyword, value in keywords.items():
        if value is not None and value != "":
            yield Given(BY_NAME[_KEYWORDS[keyword]], value, f"{keyword}=…", f"{keyword}=…")


def keyword(setting: Setting) -> str:
    """Return the keyword of `connect` for a setting; empty if it has none."""
    return next((word for word, name in _KEYWORDS.items() if name == str(setting)), "")


# -- files ---------------------------------------------------------------------------------


def _from_file(path: Path) -> Iterator[Given]:
    config, problem = _run(path)
    if problem:
        # Raised here, not in the `except` clause: a traceback would show the file's lines, of
        # which one may hold the token.
        raise InvalidArgument(problem)
    source = path.read_text("utf-8", errors="replace")
    python = path.suffix == ".py"

    def written(name: str) -> str:
        where = f" in {path}"
        if not python:
            return name + where
        number = _line_of(name, source)
        return f"c.{name}{where}" + (f", line {number}" if number else "")

    given = list(_walk(config, written, str(path)))
    if any(one.setting.trait.secret and one.value for one in given):
        warn_if_public(path)
    yield from given


def _run(path: Path) -> tuple[Config, str]:
    """Load a file; return its settings, and an error message or ""."""
    try:
        raw = read_file(path)
    except OSError as error:
        return Config(), f"{path} cannot be read: {words(error)}."
    kind = PyFileConfigLoader if path.suffix == ".py" else JSONFileConfigLoader
    loader: FileConfigLoader = kind(path.name, str(path.parent))
    try:
        # Traitlets takes an empty list for an empty object.
        if path.suffix != ".py" and not isinstance(json.loads(raw), dict):
            return Config(), f"{path}: the file has to hold an object."
        return loader.load_config(), ""
    except json.JSONDecodeError as error:
        return Config(), f"{path}, line {error.lineno}: it is not JSON ({error.msg})."
    except SyntaxError as error:
        return Config(), f"{path}, line {error.lineno}: it is not Python ({error.msg})."
    except (Exception, SystemExit) as error:  # noqa: BLE001 - it is other people's program
        return Config(), _failed(path, error)


def _failed(path: Path, error: BaseException) -> str:
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)]
    where = f"{path}, line {frames[-1].lineno}" if frames else str(path)
    kind = type(error).__name__
    line = (frames[-1].line or "") if frames else ""
    # An error about a token or an invite may quote it.
    told = kind if re.search("token|invite|secret", line.lower()) else f"{kind}: {error}"
    return f"{where}: it fails with {told.rstrip('.')}."


def _line_of(name: str, source: str) -> int:
    pattern = re.compile(rf"\bc\.{re.escape(name)}\s*(=|\.update\b)")
    lines = enumerate(source.splitlines(), 1)
    found = [n for n, line in lines if pattern.search(line.partition("#")[0])]
    return found[-1] if found else 0


def warn_if_public(path: Path) -> None:
    """Warn if a file that holds a secret can be read by everybody on this computer."""
    if os.name != "nt" and path.stat().st_mode & stat.S_IROTH:
        warnings.warn(
            f"{path} holds a token or an invite and can be read by everybody on this computer. "
            f"Make it yours alone: chmod 600 '{path}'",
            stacklevel=2,
        )


# -- names ---------------------------------------------------------------------------------


def _walk(config: Mapping[str, Any], written: Any, source: str) -> Iterator[Given]:
    for section, values in config.items():
        if not _is_set(values):
            continue
        if section not in SECTIONS:
            inside = next(iter(values), "") if isinstance(values, Mapping) else ""
            name = f"{section}.{inside}" if inside else section
            raise _unknown(written(name), name, BY_NAME)
        if not isinstance(values, Mapping):
            names = ", ".join(s.name for s in SETTINGS if s.section == section)
            raise InvalidArgument(f"{written(section)} has to be an object with any of {names}.")
        for name, value in values.items():
            if not _is_set(value):
                continue
            setting = BY_NAME.get(f"{section}.{name}")
            if setting is None:
                raise _unknown(written(f"{section}.{name}"), f"{section}.{name}", BY_NAME)
            yield Given(setting, _made(value), written(str(setting)), source)


def _is_set(value: Any) -> bool:
    """Return whether a value was really set: reading a missing name of a `Config` makes one."""
    if isinstance(value, LazyConfigValue):
        return bool(value.to_dict())
    return not (isinstance(value, Config) and not value)


def _made(value: Any) -> Any:
    """Turn `c.Channels.course.update(…)` into a dict of the changed fields."""
    if isinstance(value, LazyConfigValue):
        changes = value.to_dict()
        return changes["update"] if set(changes) == {"update"} else changes
    return value


def _unknown(written: str, name: str, known: Iterable[str]) -> InvalidArgument:
    """Make the error for an unknown setting; without its value, which may be a secret."""
    plain = {_plain(one): one for one in known}
    ends = {_plain(one.rpartition(".")[2]): one for one in known if "." in one}
    wanted = _plain(name)
    near = plain.get(wanted) or ends.get(_plain(name.rpartition(".")[2]))
    if near is None:
        close = difflib.get_close_matches(wanted, plain, n=1, cutoff=0.6)
        near = plain[close[0]] if close else None
    hint = f"Did you mean {near}?" if near else "`edu-widgets config` shows all there are."
    return InvalidArgument(f"{written} is not a setting of edu-widgets. {hint}")


def _plain(name: str) -> str:
    return name.replace("_", "").casefold()
