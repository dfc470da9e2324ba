"""Commands of a terminal for a service's data, such as `edu-widgets backup`."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edu_widgets.protocol.channels import course_name
from edu_widgets.service import arguments, backups, erasing, moving, owner, redis_arguments
from edu_widgets.service.admission import STAFF_HOURS

_WHERE = "folder of the service; default: that of the course which host() began"


def add_commands(commands: Any) -> None:
    """Add the commands to those of `edu-widgets`."""
    invite = commands.add_parser("invite", help="print what people join a course with")
    invite.add_argument("course", metavar="COURSE", help="the course")
    kind = invite.add_mutually_exclusive_group()
    kind.add_argument(
        "--staff", action="store_true", help="one for an instructor: who uses it first is one"
    )
    kind.add_argument("--new", action="store_true", help="end the present one and make another")
    invite.add_argument(
        "--hours",
        type=arguments.hours,
        default=STAFF_HOURS,
        metavar="H",
        help="how long one for an instructor holds; default: %(default)g",
    )
    backup = commands.add_parser("backup", help="copy a service's store into a file")
    backup.add_argument("file", type=Path, metavar="FILE", help="where the backup goes")
    restore = commands.add_parser("restore", help="put a backup in the place of a store")
    restore.add_argument("file", type=Path, metavar="FILE", help="a backup")
    erase = commands.add_parser("erase", help="erase a person from a course, for good")
    erase.add_argument("course", metavar="COURSE", help="the course")
    erase.add_argument("who", metavar="PERSON", help="a name, or an id")
    retention = commands.add_parser(
        "retention", help="erase courses in which nothing has happened for some time"
    )
    retention.add_argument(
        "--days",
        type=arguments.days,
        default=erasing.DAYS,
        metavar="N",
        help="after how many days; default: %(default)g",
    )
    move = commands.add_parser("move", help="move a service's store into Redis, or back")
    where = move.add_mutually_exclusive_group(required=True)
    where.add_argument("--to", metavar="URL", help="into an empty Redis, redis://HOST:PORT/NUMBER")
    where.add_argument("--from", dest="back", metavar="URL", help="from Redis into the folder")
    redis_arguments.add_password(move)
    for parser in (backup, restore, erase, retention):
        redis_arguments.add_server(parser, "the Redis of several processes")
    for parser in (erase, retention):
        redis_arguments.add_ballot_keys(parser)
    for parser in (move, restore, erase, retention):
        redis_arguments.add_loss(parser)
    for parser in (backup, restore, retention, move):
        parser.add_argument("--course", metavar="NAME", help="the course which host() began")
    for parser in (invite, backup, restore, erase, retention, move):
        parser.add_argument("--data", "--data-dir", type=Path, metavar="DIR", help=_WHERE)


def run(args: argparse.Namespace, find_folder: Callable[[], Path]) -> int:
    """Run one of the commands; returns the exit code.

    Args:
        args: What was named.
        find_folder: Returns the folder of the service.

    Raises:
        InvalidArgument, Refused, ServiceUnavailable: it cannot be done; the message has the reason.
    """
    sys.stdout.write(f"{_COMMANDS[args.command](args, find_folder)}\n")
    return 0


def _invite(args: argparse.Namespace, find_folder: Callable[[], Path]) -> str:
    course = course_name(args.course)
    return owner.invite(find_folder(), course, new=args.new, staff=args.staff, hours=args.hours)


def _backup(args: argparse.Namespace, find_folder: Callable[[], Path]) -> str:
    redis = redis_arguments.redis(args)
    if redis is None:
        backups.backup(find_folder(), args.file)
    else:
        moving.backup(redis, args.file)
    return f"Written: {args.file}"


def _restore(args: argparse.Namespace, find_folder: Callable[[], Path]) -> str:
    redis = redis_arguments.redis(args)
    kept = None
    if redis is None:
        kept = backups.restore(find_folder(), args.file)
    else:
        moving.restore(redis, args.file)
    before = f" What was there before is {kept}." if kept is not None else ""
    return f"Restored: {args.file}.{before} Start the service again."


def _retention(args: argparse.Namespace, find_folder: Callable[[], Path]) -> str:
    courses = erasing.retire(find_folder(), args.days, redis_arguments.redis(args))
    return f"Erased: {', '.join(courses) or 'nothing: none is that old'}."


def _move(args: argparse.Namespace, find_folder: Callable[[], Path]) -> str:
    url, back = args.to or args.back, args.back is not None
    password = redis_arguments.password(args)
    return moving.move(find_folder(), url, password, back=back, allow_loss=args.allow_loss)


_COMMANDS = {
    "invite": _invite,
    "backup": _backup,
    "restore": _restore,
    "retention": _retention,
    "move": _move,
}
