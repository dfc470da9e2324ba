"""The command `edu-widgets load`: its options, its limits, and what it prints."""

import argparse
import asyncio
import ipaddress
import sys
from functools import partial
from urllib.parse import urlsplit

from edu_widgets.client.invites.parsing import Invite, parse_invite
from edu_widgets.load import crowd
from edu_widgets.protocol.errors import InvalidArgument

MOST_PEOPLE = 200
"""As many as may join from one address in a minute."""

MOST_SECONDS = 600
MOST_MESSAGES = 20_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `edu-widgets load`."""
    parser.add_argument("invite", metavar="INVITE", help="of a course that is there for this")

    def number(name: str, default: int, most: int, about: str) -> None:
        whole = partial(_whole, most)
        about = f"{about}; default: {default}, at most {most:,}"
        parser.add_argument(name, type=whole, default=default, metavar="N", help=about)

    number("--people", 30, MOST_PEOPLE, "people who join")
    number("--seconds", 30, MOST_SECONDS, "for how long they chat")
    number("--messages", 100, MOST_MESSAGES, "messages that they send, in turn")
    consent = "the host of the invite, where it is not this computer: you may put load on it"
    parser.add_argument("--i-may-load", metavar="HOST", default="", help=consent)


def run(args: argparse.Namespace) -> int:
    """Put load on a service, and print what it took.

    Returns:
        0, or 1 if a message was lost.

    Raises:
        InvalidArgument: the invite cannot be read, or the host was not named.
        Refused, ServiceUnavailable: the people are not let in.
    """
    invite = parse_invite(args.invite)
    _check_consent(invite, args.i_may_load)
    measured = asyncio.run(crowd.run(invite, args.people, args.seconds, args.messages))
    sys.stdout.write(_told(measured))
    return 1 if measured.lost else 0


def _check_consent(invite: Invite, named: str) -> None:
    """Check that a service is on this computer, or was named as one's own.

    Raises:
        InvalidArgument: neither.
    """
    host = urlsplit(invite.base).hostname or ""
    try:
        here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = host == "localhost"
    if not here and named.lower() != host:
        msg = (
            f"{host} is not this computer. If the service there is yours, and nobody teaches with "
            f"it now, add --i-may-load {host}"
        )
        raise InvalidArgument(msg)


def _told(measured: crowd.Measured) -> str:
    sent = (
        f"{measured.people} people sent {measured.sent} messages: {len(measured.acked)} "
        f"acknowledged, {measured.refused} refused or waiting, {measured.lost} lost."
    )
    lines = [
        sent,
        f"Until acknowledged: {_spread(measured.acked)}",
        f"Until at the others: {_spread(measured.delivered)}",
        f"Connections that broke and came back: {measured.reconnects}",
    ]
    if measured.refused:
        lines.append("Refused are mostly more than 10 messages a minute and person: the limits.")
    return "\n".join(lines) + "\n"


def _spread(times: list[float]) -> str:
    if not times:
        return "none"
    shown = {p: times[min(len(times) - 1, int(len(times) * p / 100))] * 1000 for p in (50, 95, 99)}
    told = ", ".join(f"p{p} {ms:.0f} ms" for p, ms in shown.items())
    return f"{told}, at most {times[-1] * 1000:.0f} ms (n = {len(times)})"


def _whole(most: int, text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= most):
        raise argparse.ArgumentTypeError(f"a whole number from 1 to {most:,}, not {text!r:.80}")
    return int(text)
