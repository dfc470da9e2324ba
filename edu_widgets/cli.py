"""The command `edu-widgets`."""

import argparse
import sys
from collections.abc import Sequence

from edu_widgets.protocol.errors import EduWidgetsError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code. Errors of ours are one sentence, not a traceback."""
    args = _parser().parse_args(arguments)
    try:
        if args.command == "serve":
            from edu_widgets.service import serve

            return serve.run(args)
        from edu_widgets.demo import run

        return run.run(args)
    except EduWidgetsError as error:
        sys.stderr.write(f"edu-widgets: {error}\n")
        return 1


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
    return parser


if __name__ == "__main__":
    sys.exit(main())
