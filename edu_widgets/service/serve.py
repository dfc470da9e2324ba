"""Run the service: `edu-widgets serve`, `python -m edu_widgets.service`."""

import argparse
import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from edu_widgets.protocol.admission import read_roster
from edu_widgets.protocol.channels import course_name
from edu_widgets.service import addresses, arguments, listening, state, tokens
from edu_widgets.service import config as configuration
from edu_widgets.service.admission import STAFF_HOURS
from edu_widgets.service.locks import alone_in
from edu_widgets.service.server import HOST, Options, Server

DEFAULT_PORT = 8765


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `edu-widgets serve`."""
    flag = partial(parser.add_argument, action="store_true")

    def one(name: str, metavar: str, about: str, type_: Any = str, default: Any = None) -> None:
        parser.add_argument(name, metavar=metavar, help=about, type=type_, default=default)

    def several(name: str, metavar: str, about: str, type_: Any = str, **more: Any) -> None:
        kind = {"action": "append", "default": [], "type": type_}
        parser.add_argument(name, metavar=metavar, help=about, **kind | more)

    several("--course", "NAME", "a course to host; may be repeated", required=True, default=None)
    parser.add_argument(
        "--data",
        "--data-dir",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder for everything that is kept",
    )
    port = f"this port or none; default: the first free from {DEFAULT_PORT}"
    one("--port", "N", port, arguments.port)
    one("--address", "ADDRESS", "'loopback' (default), 'lan', an IP address, or the public URL")
    one("--bind", "IP", "address to listen on, where it differs from --address")
    one("--config", "FILE", "channel table, a TOML or JSON file", Path)
    several("--jwt-key-file", "FILE", "PEM or HS256 secret", Path)
    one("--jwt-audience", "TEXT", "what a token's `aud` has to name", default="")
    one("--jwt-issuer", "TEXT", "what a token's `iss` has to be", default="")
    proxy = (
        "a proxy (address or network) that is believed where people come from; may be repeated; "
        "default: this computer, where --address is a URL"
    )
    several("--proxy", "IP", proxy)
    one(
        "--roster",
        "FILE",
        "only the names in this file, one a line, may join; default: as it was",
        Path,
    )
    hours = "how long a new invite holds; default: for ever"
    one("--invite-hours", "H", hours, arguments.hours, 0)
    flag("--no-rate-limits", help="lift the limits on messages")
    several("--watch-pid", "PID", "end after this process ended", arguments.pid)
    stay = "seconds to stay after that and the last member"
    one("--linger", "S", stay, arguments.seconds, 600)
    flag("--keep", help="stay until stopped")
    hint = "how students install edu-widgets, for the page that an invite opens"
    one("--install-hint", "TEXT", hint, default="")
    names = "only these features, with commas between, or with '-' before each all but these"
    one("--features", "NAMES", names, default="")
    several("--feature", "MODULE", "a further feature's module")


def run(args: argparse.Namespace, base: configuration.ServiceConfig | None = None) -> int:
    """Run until stopped; returns the exit status. `base`: the table that `--config` changes.

    Raises:
        InvalidArgument: an option cannot be used.
        ServiceUnavailable: the folder, the store or the port cannot be used.
    """
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    return asyncio.run(_run(_options(args, base)))


def main(argv: Sequence[str] | None = None) -> int:
    """`python -m edu_widgets.service`."""
    parser = arguments.Parser(prog="python -m edu_widgets.service", description=__doc__)
    add_arguments(parser)
    args = parser.parse_args(argv)
    return arguments.told(lambda: run(args))


def _options(args: argparse.Namespace, base: configuration.ServiceConfig | None = None) -> Options:
    config = base or configuration.ServiceConfig()
    if args.config:
        config = configuration.load(args.config, config)
    table = configuration.without_limits(config) if args.no_rate_limits else config
    return Options(
        courses=tuple(dict.fromkeys(course_name(name) for name in args.course)),
        data_dir=args.data,
        address=addresses.address(args.address, args.bind, args.proxy),
        port=args.port,
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
    )


async def _run(options: Options) -> int:
    listening.raise_file_limit()
    listening.tell_of_exhaustion_once(asyncio.get_running_loop())
    with alone_in(options.data_dir):
        async with Server(options) as server:
            _stop_by_signals(server)
            _greet(server.state)
            if sys.stdout.isatty():  # a journal or a log would keep the invite for others
                await _invite_staff(server)
            await server.stopped()
    return 0


def _stop_by_signals(server: Server) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # Windows
            loop.add_signal_handler(number, server.stop)


def _greet(about: state.ServiceState) -> None:
    lines = [f"edu-widgets is at {about.url} (pid {about.pid}). {about.reach}"]
    lines += [f"  {c}: {about.public_url}/{c}?code={about.invites[c]}" for c in about.courses]
    print("\n".join(lines), flush=True)  # noqa: T201


async def _invite_staff(server: Server) -> None:
    """Print an invite for one instructor of each course, only at the start."""
    print(f"For one instructor each, within {STAFF_HOURS:.0f} hours:")  # noqa: T201
    for course in server.state.courses:
        invite = await server.admission.staff_invite(course, HOST)
        print(f"  {course}: {server.admission.link(invite)}", flush=True)  # noqa: T201
