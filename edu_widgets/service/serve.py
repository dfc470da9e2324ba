"""Run the service: `edu-widgets serve`, `python -m edu_widgets.service`."""

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edu_widgets.protocol.admission import read_roster
from edu_widgets.protocol.channels import course_name
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.service import addresses, arguments, listening, redis_arguments, state, tokens
from edu_widgets.service import config as configuration
from edu_widgets.service.admission import STAFF_HOURS
from edu_widgets.service.jupyterhub.api import HubApi
from edu_widgets.service.jupyterhub.environment import HubService, hub_service
from edu_widgets.service.jupyterhub.groups import Access, GroupRule
from edu_widgets.service.jupyterhub.groups import group_rule as parsed_rule
from edu_widgets.service.locks import alone_in
from edu_widgets.service.options import Options
from edu_widgets.service.server import HOST, Server

DEFAULT_PORT = 8765


def group_rule(text: str) -> GroupRule:
    """Read `GROUP` or `COURSE=GROUP` as an argument."""
    try:
        return parsed_rule(text)
    except InvalidArgument as error:
        raise argparse.ArgumentTypeError(str(error)) from None


class _Options:
    """Adds options to a parser, each in a line."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._add = parser.add_argument

    def flag(self, name: str, about: str) -> None:
        """Add an option without a value."""
        self._add(name, action="store_true", help=about)

    def one(
        self, name: str, metavar: str, about: str, type_: Any = str, default: Any = None
    ) -> None:
        """Add an option with a value."""
        self._add(name, metavar=metavar, help=about, type=type_, default=default)

    def several(self, name: str, metavar: str, about: str, type_: Any = str, **more: Any) -> None:
        """Add an option that may be repeated."""
        kind = {"action": "append", "default": [], "type": type_}
        self._add(name, metavar=metavar, help=about, **kind | more)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `edu-widgets serve`."""
    options = _Options(parser)
    options.several(
        "--course", "NAME", "a course to host; may be repeated", required=True, default=None
    )
    parser.add_argument(
        "--data",
        "--data-dir",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder for everything that is kept",
    )
    _add_place(options)
    _add_people(options)
    _add_life(options)
    redis_arguments.add_server(parser, "a Redis for several processes on one store")
    redis_arguments.add_ballot_keys(parser)
    redis_arguments.add_loss(parser)
    names = "only these features, with commas between, or with '-' before each all but these"
    options.one("--features", "NAMES", names, default="")
    options.several("--feature", "MODULE", "a further feature's module")


def _add_place(options: _Options) -> None:
    port = f"this port or none; default: the first free from {DEFAULT_PORT}"
    options.one("--port", "N", port, arguments.port)
    where = "'loopback' (default), 'lan', an IP address, or the public URL"
    options.one("--address", "ADDRESS", where)
    options.one("--bind", "IP", "address to listen on, where it differs from --address")
    options.several("--host", "NAME", "a further host name of the service; may be repeated")
    options.one("--config", "FILE", "channel table, a TOML or JSON file", Path)


def _add_people(options: _Options) -> None:
    options.several("--jwt-key-file", "FILE", "PEM or HS256 secret", Path)
    options.one("--jwt-audience", "TEXT", "what a token's `aud` has to name", default="")
    options.one("--jwt-issuer", "TEXT", "what a token's `iss` has to be", default="")
    groups = "[COURSE=]GROUP"
    options.several("--instructors", groups, "a group of JupyterHub whose people teach", group_rule)
    limit = "a group of JupyterHub whose people may enter; default: everybody the Hub lets in"
    options.several("--students", groups, limit, group_rule)
    proxy = (
        "a proxy (address or network) that is believed where people come from; may be repeated; "
        "default: this computer, where --address is a URL"
    )
    options.several("--proxy", "IP", proxy)
    roster = "only the names in this file, one a line, may join; default: as it was"
    options.one("--roster", "FILE", roster, Path)
    hours = "how long a new invite holds; default: for ever"
    options.one("--invite-hours", "H", hours, arguments.hours, 0)
    options.flag("--no-rate-limits", "lift the limits on messages")


def _add_life(options: _Options) -> None:
    options.several("--watch-pid", "PID", "end after this process ended", arguments.pid)
    stay = "seconds to stay after that and the last member"
    options.one("--linger", "S", stay, arguments.seconds, 600)
    options.flag("--keep", "stay until stopped")
    hint = "how students install edu-widgets, for the page that an invite opens"
    options.one("--install-hint", "TEXT", hint, default="")


def run(args: argparse.Namespace, base: configuration.ServiceConfig | None = None) -> int:
    """Run until stopped; returns the exit status. `base`: the table that `--config` changes.

    Raises:
        InvalidArgument: an option cannot be used.
        ServiceUnavailable: the folder, the store or the port cannot be used.
    """
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    return asyncio.run(_run(read_options(args, base)))


def main(argv: Sequence[str] | None = None) -> int:
    """`python -m edu_widgets.service`."""
    parser = arguments.Parser(prog="python -m edu_widgets.service", description=__doc__)
    add_arguments(parser)
    args = parser.parse_args(argv)
    return arguments.told(lambda: run(args))


def read_options(
    args: argparse.Namespace, base: configuration.ServiceConfig | None = None
) -> Options:
    """Return the options that arguments of the command line give, over those of `base`."""
    config = base or configuration.ServiceConfig()
    if args.config:
        config = configuration.load(args.config, config)
    table = configuration.without_limits(config) if args.no_rate_limits else config
    courses = tuple(dict.fromkeys(course_name(name) for name in args.course))
    behind = hub_service(os.environ)
    address = addresses.address(args.address, args.bind, args.proxy, args.host)
    return Options(
        courses=courses,
        data_dir=args.data,
        address=address if behind is None else behind.over(address, args.bind),
        port=behind.port if behind is not None and args.port is None else args.port,
        jupyterhub=_asks_jupyterhub(args, behind, courses),
        config=table,
        keys=tuple(
            tokens.load_key(path, args.jwt_audience, args.jwt_issuer) for path in args.jwt_key_file
        ),
        features=args.features,
        modules=tuple(args.feature),
        invite_ms=int(args.invite_hours * 3_600_000),
        watch=tuple(args.watch_pid),
        linger_s=args.linger,
        install_hint=args.install_hint,
        keep=args.keep or not args.watch_pid,
        roster=None if args.roster is None else read_roster(args.roster),
        redis=redis_arguments.redis(args),
    )


def _asks_jupyterhub(
    args: argparse.Namespace, behind: HubService | None, courses: Sequence[str]
) -> tuple[HubApi, Access] | None:
    """Return what asks JupyterHub, and what decides about its people; `None` without a Hub.

    Raises:
        InvalidArgument: there is no Hub, or a group is for a course that is not hosted.
    """
    rules = (*args.instructors, *args.students)
    if behind is None:
        if rules:
            msg = (
                "--instructors and --students name groups of JupyterHub, but this service is not "
                "one of a Hub's: JUPYTERHUB_SERVICE_NAME is not set (docs/jupyterhub.md)."
            )
            raise InvalidArgument(msg)
        return None
    for rule in rules:
        if rule.course and rule.course not in courses:
            msg = f"{rule.course}={rule.group} is for no course here: {', '.join(courses)}."
            raise InvalidArgument(msg)
    access = Access(behind.name, courses, args.instructors, args.students)
    return HubApi(behind.api_url), access


async def _run(options: Options) -> int:
    listening.raise_file_limit()
    listening.tell_of_exhaustion_once(asyncio.get_running_loop())
    with alone_in(options.data_dir):
        async with Server(options) as server:
            _stop_by_signals(server)
            _greet(server.state, invites=options.jupyterhub is None)
            if sys.stdout.isatty():  # a journal or a log would keep the invite for others
                await _invite_staff(server)
            await server.stopped()
    return 0


def _stop_by_signals(server: Server) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # Windows
            loop.add_signal_handler(number, server.stop)


def _greet(about: state.ServiceState, *, invites: bool) -> None:
    """Say where the service is; behind JupyterHub without invites, which nobody needs there."""
    lines = [f"edu-widgets is at {about.url} (pid {about.pid}). {about.reach}"]
    if invites:
        lines += [f"  {c}: {about.public_url}/{c}?code={about.invites[c]}" for c in about.courses]
    else:
        lines += [f"  {c}: edu.connect(course={c!r})" for c in about.courses]
    print("\n".join(lines), flush=True)  # noqa: T201


async def _invite_staff(server: Server) -> None:
    """Print an invite for one instructor of each course, only at the start."""
    print(f"For one instructor each, within {STAFF_HOURS:.0f} hours:")  # noqa: T201
    for course in server.state.courses:
        invite = await server.admission.staff_invite(course, HOST)
        print(f"  {course}: {server.admission.link(invite)}", flush=True)  # noqa: T201
