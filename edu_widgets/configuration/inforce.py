"""The settings in force, and the source of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from traitlets import TraitError
from traitlets.config import Configurable

from edu_widgets.client.sync.liveness import Limits
from edu_widgets.configuration import sources, traits
from edu_widgets.configuration.settings import (
    BY_NAME,
    SECTIONS,
    SETTINGS,
    Channels,
    EduWidgets,
    Setting,
    Sse,
    WebSocket,
)
from edu_widgets.configuration.sources import Given
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.folders import content

DEFAULT = "default"


def load(
    keywords: Mapping[str, str | None] | None = None, config: Mapping[str, Any] | None = None
) -> Configuration:
    """Read all sources: the Hub, files, environment, `config` and `keywords` of a call, in order.

    Raises:
        InvalidArgument: a file fails, a name is no setting, or a value is not valid for it. The
            message names the setting as it was written, and the valid values.
    """
    given = chain(
        sources.from_hub(),
        sources.from_files(),
        sources.from_environment(),
        sources.from_config(config),
        sources.from_keywords(keywords or {}),
    )
    return Configuration(given)


class Configuration:
    """The values of all settings. Its repr shows no secret."""

    def __init__(self, given: Iterable[Given] = ()) -> None:
        """Apply the given values to the defaults; of one setting the last value counts.

        Raises:
            InvalidArgument: a value cannot be used.
        """
        self.websocket = WebSocket()
        self.sse = Sse()
        self.channels = Channels()
        self.edu = EduWidgets()
        made = (self.websocket, self.sse, self.channels, self.edu)
        self._sections: dict[str, Configurable] = dict(zip(SECTIONS, made, strict=True))
        self._given: dict[Setting, list[Given]] = {}
        for one in given:
            self._apply(one)

    def __repr__(self) -> str:
        own = [f"{setting}={self.shown(setting)}" for setting in SETTINGS if setting in self._given]
        return f"<Configuration {', '.join(own) or 'all defaults'}>"

    def value(self, setting: Setting) -> Any:
        """Return a setting's value, also a secret one."""
        return getattr(self._sections[setting.section], setting.name)

    def shown(self, setting: Setting) -> str:
        """Return a setting's value for display, without secrets."""
        value = self.value(setting)
        return setting.trait.shown(value) if value != "" or setting.trait.secret else "not set"

    def origin(self, setting: Setting) -> str:
        """Return the source of a setting's value; of a row all its sources, the nearest first."""
        given = self._given.get(setting, [])
        if isinstance(setting.trait, traits.Row) and given:
            return " over ".join(dict.fromkeys(one.source for one in reversed(given)))
        return given[-1].source if given else DEFAULT

    def written(self, setting: Setting) -> str:
        """Return a setting as it is written in its last source; empty if no source has it."""
        given = self._given.get(setting)
        return given[-1].written if given else ""

    def needed(self, name: str) -> str:
        """Return a text that `connect` needs, by the setting's name (`EduWidgets.course`).

        Raises:
            InvalidArgument: it is not set; the message names the ways to set it.
        """
        setting = BY_NAME[name]
        value = self.value(setting)
        if not value:
            raise InvalidArgument(_missing(setting))
        return str(value)

    def limits(self) -> Limits:
        """Return the settings of the client's sessions."""
        socket = self.websocket
        return Limits(
            heartbeat=socket.heartbeatInterval / 1000,
            reconnect_interval=socket.reconnectInterval / 1000,
            max_attempts=socket.maxReconnectAttempts,
        )

    def channel_rows(self) -> dict[str, Any]:
        """Return the rows of the channel table that differ from the defaults."""
        rows = {s.name: self.value(s) for s in self._given if s.section == Channels.__name__}
        traits_ = Channels.class_traits()
        return {kind: row for kind, row in rows.items() if row != traits_[kind].default()}

    def token_source(self) -> Callable[[], str]:
        """Return a function that gives the token for each connection: a text, or a file's content.

        Raises:
            InvalidArgument: there is no token, there are two, or the file cannot be read.
        """
        token, file = Setting("EduWidgets", "token"), Setting("EduWidgets", "tokenFile")
        has_token, has_file = bool(self.value(token)), bool(self.value(file))
        if has_token and has_file:
            ranks = {one: self._rank(one) for one in (token, file)}
            if ranks[token] == ranks[file]:
                msg = f"{self.written(token)} and {self.written(file)}: set one of the two."
                raise InvalidArgument(msg)
            has_file = ranks[file] > ranks[token]
        if has_file:
            path = Path(self.value(file)).expanduser()
            if token_in(path, self.written(file)):
                sources.warn_if_public(path)
            return lambda: token_in(path, self.written(file))
        text = self.needed(str(token)).strip()
        return lambda: text

    def _rank(self, setting: Setting) -> int:
        """Return the rank of a setting's source: the higher, the nearer."""
        source = self._given[setting][-1].source
        places = [str(path) for path in sources.files()]
        if source in places:
            return places.index(source)
        nearer = (source == "config=…") + 2 * (source == "token=…")
        return len(places) + nearer

    def _apply(self, one: Given) -> None:
        setting, value = one.setting, one.value
        trait = setting.trait
        before = self._given.setdefault(setting, [])
        if isinstance(trait, traits.Row) and before:
            value = trait.over(self.value(setting), value)
        try:
            setattr(self._sections[setting.section], setting.name, value)
        except TraitError as error:
            raise InvalidArgument(_wrong(one, error)) from error
        before.append(one)


def token_in(path: Path, written: str) -> str:
    """Read the token in a file.

    Raises:
        InvalidArgument: the file cannot be read or holds no token; the message never quotes the
            file's content.
    """
    raw = content(path, f"{written}: the token's file")
    try:
        text = raw.decode("utf-8-sig").strip()
        traits.token(text)
    except ValueError:
        text = ""
    if text:
        return text
    msg = f"{written}: {path} cannot be used: it holds no token: one line of printable ASCII."
    raise InvalidArgument(msg)


def _wrong(one: Given, error: TraitError) -> str:
    trait = one.setting.trait
    if trait.secret:
        return f"{one.written}: the value (not shown) cannot be used; {error}."
    shown = trait.shown(one.value)
    told = f"{error}".rstrip("?.") + ("?" if f"{error}".endswith("?") else ".")
    if one.written == one.source:  # a keyword
        return f"{one.written[:-1]}{shown} cannot be used; {told}"
    comma = "," if "," in one.written else ""
    return f"{one.written}{comma} is {shown}; {told}"


def _missing(setting: Setting) -> str:
    word = sources.keyword(setting)
    ways = [f"{word}=…", f"{setting.variable} in the environment"]
    ways.append(f"c.{setting} in {sources.FILE}.py")
    return f"connect() needs {ways[0]}, or {ways[1]}, or {ways[2]}."
