"""Commands of a terminal for a service's data, such as `edu-widgets backup`."""

import argparse
import sys
from pathlib import Path
from typing import Any

from edu_widgets.protocol.channels import course_name
from edu_widgets.protocol.folders import content
from edu_widgets.service import arguments, backups, erasing, moving, owner
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
    move.add_argument("--redis-password-file", metavar="FILE", type=Path, help="its password")
    move.add_argument(
        "--allow-loss",
        action="store_true",
        help="use a Redis that may lose what it has acknowledged",
    )
    for parser in (backup, restore, retention, move):
        parser.add_argument("--course", metavar="NAME", help="the course which host() began")
    for parser in (invite, backup, restore, erase, retention, move):
        parser.add_argument("--data", "--data-dir", type=Path, metavar="DIR", help=_WHERE)


def run(args: argparse.Namespace, data_dir: Path) -> int:
    """Run one of the commands on the service in a folder; returns the exit code.

    Raises:
        InvalidArgument, Refused, ServiceUnavailable: it cannot be done; the message has the reason.
    """
    if args.command == "invite":
        course = course_name(args.course)
        link = owner.invite(data_dir, course, new=args.new, staff=args.staff, hours=args.hours)
        sys.stdout.write(f"{link}\n")
    elif args.command == "backup":
        backups.backup(data_dir, args.file)
        sys.stdout.write(f"Written: {args.file}\n")
    elif args.command == "move":
        file = args.redis_password_file
        password = None if file is None else content(file, "The password of Redis").decode().strip()
        url, back = args.to or args.back, args.back is not None
        told = moving.move(data_dir, url, password, back=back, allow_loss=args.allow_loss)
        sys.stdout.write(f"{told}\n")
    elif args.command == "retention":
        courses = erasing.retire(data_dir, args.days)
        told = ", ".join(courses) or "nothing: none is that old"
        sys.stdout.write(f"Erased: {told}.\n")
    else:
        kept = backups.restore(data_dir, args.file)
        before = f" What was there before is {kept}." if kept is not None else ""
        sys.stdout.write(f"Restored: {args.file}.{before} Start the service again.\n")
    return 0
