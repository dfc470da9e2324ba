"""The command `edu-widgets`."""

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from edu_widgets.protocol.errors import EduWidgetsError

if TYPE_CHECKING:
    from edu_widgets.service.config import ServiceConfig


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code. Errors of ours are one sentence, not a traceback."""
    args = _parser().parse_args(arguments)
    try:
        if args.command == "serve":
            from edu_widgets.service import serve

            return serve.run(args, _channel_table())
        if args.command == "config":
            from edu_widgets.configuration import command

            return command.run(args)
        from edu_widgets.demo import run

        return run.run(args)
    except EduWidgetsError as error:
        sys.stderr.write(f"edu-widgets: {error}\n")
        return 1


def _channel_table() -> "ServiceConfig":
    """The channel table of the settings; what `--config` names goes over it."""
    from edu_widgets import configuration
    from edu_widgets.service import config

    return config.from_table(configuration.load().channel_rows())


def _parser() -> argparse.ArgumentParser:
    from edu_widgets.demo import run
    from edu_widgets.service import serve

    parser = argparse.ArgumentParser(
        prog="edu-widgets", description="A live classroom inside the notebook."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    run.add_arguments(
        commands.add_parser("demo", help="show a lesson in JupyterLab, with simulated classmates")
    )
    serve.add_arguments(commands.add_parser("serve", help="run the service alone"))
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
