"""Run the service: `edu-widgets serve`, `python -m edu_widgets.service`."""

import argparse
import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

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
    add = parser.add_argument
    add(
        "--course",
        action="append",
        required=True,
        metavar="NAME",
        help="a course to host; may be repeated",
    )
    add(
        "--data",
        "--data-dir",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder for everything that is kept",
    )
    add(
        "--port",
        type=arguments.port,
        metavar="N",
        help=f"this port or none; default: the first free from {DEFAULT_PORT}",
    )
    add("--address", help="'loopback' (default), 'lan', an IP address, or the public URL")
    add("--bind", metavar="IP", help="address to listen on, where it differs from --address")
    add("--config", type=Path, metavar="FILE", help="channel table, a TOML or JSON file")
    add(
        "--jwt-key-file",
        type=Path,
        metavar="FILE",
        help="PEM or HS256 secret",
        action="append",
        default=[],
    )
    add("--jwt-audience", metavar="TEXT", default="", help="what a token's `aud` has to name")
    add("--jwt-issuer", metavar="TEXT", default="", help="what a token's `iss` has to be")
    add(
        "--proxy",
        action="append",
        default=[],
        metavar="IP",
        help="a proxy (address or network) that is believed where people come from; may be "
        "repeated; default: this computer, where --address is a URL",
    )
    add(
        "--roster",
        type=Path,
        metavar="FILE",
        help="only the names in this file, one a line, may join; default: as it was",
    )
    add(
        "--invite-hours",
        type=arguments.hours,
        default=0,
        metavar="H",
        help="how long a new invite holds; default: for ever",
    )
    add("--no-rate-limits", action="store_true", help="lift the limits on messages")
    add(
        "--watch-pid",
        type=arguments.pid,
        metavar="PID",
        help="end after this process ended",
        action="append",
        default=[],
    )
    add(
        "--linger",
        type=arguments.seconds,
        default=600,
        metavar="S",
        help="seconds to stay after that and the last member",
    )
    add("--keep", action="store_true", help="stay until stopped")
    add(
        "--install-hint",
        metavar="TEXT",
        default="",
        help="how students install edu-widgets, for the page that an invite opens",
    )
    add(
        "--features",
        metavar="NAMES",
        default="",
        help="only these features, with commas between, or with '-' before each all but these",
    )
    add(
        "--feature",
        metavar="MODULE",
        help="a further feature's module",
        action="append",
        default=[],
    )


def run(args: argparse.Namespace, base: configuration.ServiceConfig | None = None) -> int:
    """Run until stopped; returns the exit status. `base`: the table `--config` changes.

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
            if sys.stdout.isatty():  # where it is kept (a journal, a log), it would be found
                await _invite_staff(server)
            await server.stopped()
    return 0


def _stop_by_signals(server: Server) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # Windows
            loop.add_signal_handler(number, server.stop)


def _greet(about: state.State) -> None:
    lines = [f"edu-widgets is at {about.url} (pid {about.pid}). {about.reach}"]
    lines += [f"  {c}: {about.public_url}/{c}?code={about.invites[c]}" for c in about.courses]
    print("\n".join(lines), flush=True)  # noqa: T201


async def _invite_staff(server: Server) -> None:
    """Print an invite for an instructor of each course, this once."""
    print(f"For one instructor each, within {STAFF_HOURS:.0f} hours:")  # noqa: T201
    for course in server.state.courses:
        invite = await server.admission.staff_invite(course, HOST)
        print(f"  {course}: {server.admission.link(invite)}", flush=True)  # noqa: T201
