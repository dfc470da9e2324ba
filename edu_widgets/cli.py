"""The command `edu-widgets`."""

import argparse
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from edu_widgets.service.arguments import Parser, told

if TYPE_CHECKING:
    from edu_widgets.service.config import ServiceConfig


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code.

    0: done; 1: it failed; 2: an argument cannot be used; 130: ended by Ctrl-C. What goes wrong is
    told in one sentence.
    """
    args = make_parser().parse_args(arguments)
    return told(lambda: _run(args))


def _run(args: argparse.Namespace) -> int:  # noqa: PLR0911 - one a command
    if args.command == "serve":
        from edu_widgets.service import serve

        return serve.run(args, _channel_table())
    if args.command == "config":
        from edu_widgets.configuration import command

        return command.run(args)
    if args.command == "doctor":
        from edu_widgets.doctor import run as doctor

        return doctor.run(args)
    if args.command == "demo":
        from edu_widgets.demo import run

        return run.run(args)
    if args.command == "load":
        from edu_widgets.load import run as load

        return load.run(args)
    from edu_widgets.service import tending

    if args.command == "erase":
        return _erase(args)
    return tending.run(args, lambda: _data_folder(args))


def _erase(args: argparse.Namespace) -> int:
    """Erase a person at the service, and their data on this computer."""
    from edu_widgets import configuration, folders
    from edu_widgets.client.invites.memberships import forget
    from edu_widgets.protocol.channels import course_name
    from edu_widgets.service import erasing, redis_arguments

    course, edu = course_name(args.course), configuration.load().edu
    user_id = erasing.erase(_data_folder(args), course, args.who, redis_arguments.redis(args))
    outbox = folders.outbox_folder(edu.dataDir, edu.outboxDir)
    forget(folders.people_folder(edu.dataDir), outbox, course, user_id)
    sys.stdout.write(
        f"Erased from {course}: {args.who}. Backups and copies on other computers stay as they "
        "are. With a valid invite they can join again, as somebody new.\n"
    )
    return 0


def _channel_table() -> "ServiceConfig":
    """The channel table of the settings; what `--config` names goes over it."""
    from edu_widgets import configuration
    from edu_widgets.service import config

    return config.from_table(configuration.load().channel_rows())


def _data_folder(args: argparse.Namespace) -> Path:
    """The folder `--data`, or the one in which `host()` keeps a course."""
    from edu_widgets import configuration, folders
    from edu_widgets.protocol.channels import course_name
    from edu_widgets.protocol.errors import InvalidArgument

    if args.data is not None:
        return Path(args.data)
    if args.course is None:
        msg = "Name the service by its folder (--data DIR), or by the course that host() began."
        raise InvalidArgument(msg)
    course = course_name(args.course)
    return folders.service_folder(course, configuration.load().edu.dataDir)


def make_parser() -> argparse.ArgumentParser:
    from edu_widgets.demo import run
    from edu_widgets.doctor import run as doctor
    from edu_widgets.load import run as load
    from edu_widgets.service import serve, tending

    parser = Parser(prog="edu-widgets", description="A live classroom inside the notebook.")
    version = metadata.version("edu-widgets")
    parser.add_argument("--version", action="version", version=f"edu-widgets {version}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run.add_arguments(
        commands.add_parser("demo", help="show a lesson in JupyterLab, with simulated classmates")
    )
    serve.add_arguments(commands.add_parser("serve", help="run the service alone"))
    tending.add_commands(commands)
    doctor.add_arguments(
        commands.add_parser("doctor", help="say why a lesson does not work, and what to do")
    )
    load.add_arguments(
        commands.add_parser("load", help="put load on a service of one's own, and measure it")
    )
    _config_arguments(commands.add_parser("config", help="show the settings in force"))
    return parser


def _config_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--generate",
        nargs="?",
        const="",
        metavar="FILE",
        help="write a file with every setting in a comment, '-' to print it; default: in Jupyter's "
        "configuration folder",
    )
    add("--force", action="store_true", help="overwrite the file")


if __name__ == "__main__":
    sys.exit(main())
