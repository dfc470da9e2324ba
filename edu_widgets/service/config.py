"""The channel table: by kind of channel the roles that may enter it, its features and limits.

Names and defaults are the seed's (`realtimeConfig.channels`). Its `notifications` channel is our
`user` channel; `staff`, which the seed lacks, is like `course`, for instructors only.
"""

import difflib
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from edu_widgets.protocol import features
from edu_widgets.protocol.channels import ROLES, parse_channel
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.folders import content

KINDS = ("course", "lesson", "staff", "notifications")


class RateLimit(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """At most `messages` new or edited messages of one person in any `interval` ms."""

    messages: int = 10
    interval: int = 60_000


class Budget(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """At most `burst` units at once, and `rate` more in each second (see `service/budget.py`)."""

    rate: int
    burst: int


class ChannelConfig(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """One row of the table."""

    max_users: int = 1000
    require_auth: bool = True
    allowed_roles: tuple[str, ...] = ROLES
    features: tuple[str, ...] = ()
    rate_limit: RateLimit = RateLimit()


def _offering(kind: str, **fields: Any) -> ChannelConfig:
    """Make a row with the features that the installed packages bring to such a channel."""
    offered = features.offered(kind, features.installed())
    return ChannelConfig(features=tuple(offered), **fields)


class ServiceConfig(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Everything a file can set. `rate_limits=False` lifts the message limits of all channels."""

    course: ChannelConfig = msgspec.field(default_factory=lambda: _offering("course"))
    lesson: ChannelConfig = msgspec.field(
        default_factory=lambda: _offering(
            "lesson",
            max_users=500,
            allowed_roles=("student", "instructor"),
            rate_limit=RateLimit(messages=15),
        )
    )
    staff: ChannelConfig = msgspec.field(
        default_factory=lambda: _offering("staff", allowed_roles=("instructor", "admin"))
    )
    notifications: ChannelConfig = msgspec.field(
        default_factory=lambda: _offering(
            "notifications", max_users=1, rate_limit=RateLimit(messages=100)
        )
    )
    lessons: tuple[str, ...] = ()
    """Lessons that have a channel in every course from the start; staff opens others."""
    rate_limits: bool = True
    max_connections: int = 5_000
    max_connections_per_person: int = 30
    max_new_per_minute: int = 240
    max_unproven_connections: int = 1024
    """Most connections without a proven identity, of all addresses together."""
    person_budget: Budget = Budget(rate=1_000, burst=5_000)
    """The budget of one person, over all their connections: a tenth of the service, and half a
    second of it at once. It suffices for 500 messages in a row, and for three notebooks that catch
    up."""
    address_budget: Budget = Budget(rate=6_000, burst=150_000)
    """The budget of all members at one address: six tenths of the service, and at once enough for a
    thousand members who reconnect from one address."""
    guest_budget: Budget = Budget(rate=2_000, burst=20_000)
    """The budget of an address for requests and for connections without a proven identity: a
    thousand clients that sign in and connect at once, then a hundred a second."""

    def channel(self, kind: str) -> ChannelConfig:
        """Return the row for a kind of channel: `course`, `lesson`, `staff` or `user`."""
        rows = {"course": self.course, "lesson": self.lesson, "staff": self.staff}
        return rows.get(kind, self.notifications)


def load(path: Path, base: ServiceConfig | None = None) -> ServiceConfig:
    """Read a table from a TOML or JSON file; settings it does not have are those of `base`.

    Raises:
        InvalidArgument: the file cannot be read or a setting is wrong; the message names it.
    """
    raw = content(path, "The configuration")
    try:
        table = tomllib.loads(raw.decode()) if path.suffix == ".toml" else msgspec.json.decode(raw)
    except (ValueError, RecursionError) as error:
        kind = "TOML" if path.suffix == ".toml" else "JSON"
        msg = f"The configuration {path} is no {kind} ({error}); name a .toml or a .json file."
        raise InvalidArgument(msg) from error
    return from_table(table, base, f"Configuration {path.name}")


def without_limits(config: ServiceConfig) -> ServiceConfig:
    """Return the same table with the message limits lifted."""
    return msgspec.structs.replace(config, rate_limits=False)


def row(config: ServiceConfig, kind: str) -> dict[str, Any]:
    """Return one row as a table of its own."""
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(getattr(config, kind)))
    return plain


def changed_rows(config: ServiceConfig) -> dict[str, Any]:
    """Return the rows that differ from the defaults."""
    rows = {kind: row(config, kind) for kind in KINDS}
    return {kind: own for kind, own in rows.items() if own != row(ServiceConfig(), kind)}


def from_table(
    table: Any, base: ServiceConfig | None = None, whose: str = "Configuration"
) -> ServiceConfig:
    """Check a table and complete it by the settings of `base` or the defaults.

    Error messages begin with `whose`.

    Raises:
        InvalidArgument: a setting is unknown or has a wrong value; the message names it and
            what is allowed.
    """
    defaults = msgspec.to_builtins(base or ServiceConfig())
    if isinstance(table, dict):
        _check_names(table, defaults, whose)
        table = merged(defaults, table)
    try:
        config = msgspec.convert(table, ServiceConfig)
    except msgspec.ValidationError as error:
        msg = f"{whose}: {error}. Channels are {', '.join(KINDS)}."
        raise InvalidArgument(msg) from error
    for kind in KINDS:
        _check(kind, getattr(config, kind), whose)
    _check_least(config, whose)
    for lesson in config.lessons:
        try:
            parse_channel(f"lesson:course:{lesson}")
        except InvalidArgument as error:
            msg = f"{whose}: lessons: {lesson!r:.80} cannot be a lesson's name, such as '3'."
            raise InvalidArgument(msg) from error
    return config


def _check_least(config: ServiceConfig, whose: str) -> None:
    names = (
        "max_connections",
        "max_connections_per_person",
        "max_unproven_connections",
        "max_new_per_minute",
    )
    numbers = {_camel(name): getattr(config, name) for name in names}
    for name in ("person_budget", "address_budget", "guest_budget"):
        budget: Budget = getattr(config, name)
        numbers |= {f"{_camel(name)}.rate": budget.rate, f"{_camel(name)}.burst": budget.burst}
    for name, number in numbers.items():
        if number < 1:
            raise InvalidArgument(f"{whose}: {name} must be at least 1.")


def _camel(name: str) -> str:
    first, *more = name.split("_")
    return first + "".join(word.title() for word in more)


def merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Return `base` updated by `over`, recursively for nested tables."""
    result = dict(base)
    for key, value in over.items():
        old = base.get(key)
        both = isinstance(old, dict) and isinstance(value, dict)
        result[key] = merged(old, value) if both and old is not None else value
    return result


def _check_names(
    table: dict[Any, Any], known: dict[str, Any], whose: str, inside: str = ""
) -> None:
    for name, value in table.items():
        if name not in known:
            near = difflib.get_close_matches(str(name), known, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(known)}."
            raise InvalidArgument(f"{whose}: {inside}{name} is not a setting. {hint}")
        if isinstance(value, dict) and isinstance(known[name], dict):
            _check_names(value, known[name], whose, f"{inside}{name}.")


def _check(kind: str, row: ChannelConfig, whose: str) -> None:
    unknown = set(row.allowed_roles) - set(ROLES)
    problems = {
        f"{kind}.requireAuth has to stay true: everybody enters by invite or token": (
            not row.require_auth
        ),
        f"{kind}.maxUsers must be at least 1": row.max_users < 1,
        f"{kind}.rateLimit.messages must be at least 1": row.rate_limit.messages < 1,
        f"{kind}.rateLimit.interval is in ms and must be at least 1": row.rate_limit.interval < 1,
        f"{kind}.allowedRoles may name {', '.join(ROLES)}, not {sorted(unknown)}": bool(unknown),
        "staff.allowedRoles may not name 'student': those channels are what they must not see": (
            kind == "staff" and "student" in row.allowed_roles
        ),
    }
    for problem, wrong in problems.items():
        if wrong:
            raise InvalidArgument(f"{whose}: {problem}.")
