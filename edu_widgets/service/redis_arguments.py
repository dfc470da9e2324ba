"""The arguments that name a Redis, the same for every command."""

import argparse
from pathlib import Path

from edu_widgets.protocol.folders import content
from edu_widgets.service.options import Redis


def add_server(parser: argparse.ArgumentParser, use: str) -> None:
    """Add the arguments that name a Redis: its address, and its password."""
    parser.add_argument("--redis", metavar="URL", help=f"{use}, redis://HOST:PORT/NUMBER")
    add_password(parser)


def add_password(parser: argparse.ArgumentParser) -> None:
    """Add the argument that names the file of a password."""
    about = "the password of Redis, if it has one"
    parser.add_argument("--redis-password-file", metavar="FILE", type=Path, help=about)


def add_ballot_keys(parser: argparse.ArgumentParser) -> None:
    """Add the argument that names the folder of the keys of ballots."""
    about = "folder for the keys of ballots, shared by all processes; default: one in --data"
    parser.add_argument("--ballot-keys", metavar="DIR", type=Path, help=about)


def add_loss(parser: argparse.ArgumentParser) -> None:
    """Add the argument that allows a Redis which is not safe."""
    about = "use a Redis that may lose what it has acknowledged"
    parser.add_argument("--allow-loss", action="store_true", help=about)


def redis(args: argparse.Namespace) -> Redis | None:
    """Return the Redis that arguments name; `None` if they name none.

    Raises:
        InvalidArgument: the file of its password cannot be read.
    """
    url = getattr(args, "redis", None)
    if url is None:
        return None
    keys, allow_loss = getattr(args, "ballot_keys", None), getattr(args, "allow_loss", False)
    return Redis(url, password(args), keys, allow_loss)


def password(args: argparse.Namespace) -> str | None:
    """Return the password of Redis that a file holds; `None` if no file is named.

    Raises:
        InvalidArgument: the file cannot be read.
    """
    file = args.redis_password_file
    return None if file is None else content(file, "The password of Redis").decode().strip()
