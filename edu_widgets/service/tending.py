"""What is done to a service from a terminal: `edu-widgets backup`, `edu-widgets restore`."""

import argparse
import sys
from pathlib import Path
from typing import Any

from edu_widgets.service import backups

_WHERE = "folder of the service; default: that of the course which host() began"


def add_commands(commands: Any) -> None:
    """Add the commands to those of `edu-widgets`."""
    backup = commands.add_parser("backup", help="copy a service's store into a file")
    backup.add_argument("file", type=Path, metavar="FILE", help="where the backup goes")
    restore = commands.add_parser("restore", help="put a backup in the place of a store")
    restore.add_argument("file", type=Path, metavar="FILE", help="a backup")
    for parser in (backup, restore):
        parser.add_argument("--data", "--data-dir", type=Path, metavar="DIR", help=_WHERE)
        parser.add_argument("--course", metavar="NAME", help="the course which host() began")


def run(args: argparse.Namespace, data_dir: Path) -> int:
    """Run one of the commands on the service in a folder; the exit code.

    Raises:
        InvalidArgument, ServiceUnavailable: it cannot be done; the message says why.
    """
    if args.command == "backup":
        backups.backup(data_dir, args.file)
        sys.stdout.write(f"Written: {args.file}\n")
    else:
        kept = backups.restore(data_dir, args.file)
        before = f" What was there before is {kept}." if kept is not None else ""
        sys.stdout.write(f"Restored: {args.file}.{before} Start the service again.\n")
    return 0
