"""Codes that link a viewer of a shared notebook to the same person in their own notebook."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from edu_widgets.client.bodies import when
from edu_widgets.protocol import linking
from edu_widgets.protocol.errors import Forbidden

if TYPE_CHECKING:
    from edu_widgets.client.course import CourseClient
    from edu_widgets.client.runtime.receipts import Answer


@dataclass(frozen=True, slots=True)
class LinkCode:
    """A code that links me to the viewer I am in another notebook; it can be used once."""

    code: str
    expires: datetime
    """The time until which it can be entered; aware, in UTC."""

    def __str__(self) -> str:
        return self.code

    def __repr__(self) -> str:
        until = self.expires.astimezone()
        return (
            f"{self.code}, until {until:%H:%M}: enter it in the other notebook, in the sign with "
            "your name, under \u201cI am in the class already\u201d."
        )


def new_code(client: CourseClient, wait: float = 10.0) -> LinkCode:
    """Make a code; wait for the service at most `wait` seconds.

    Raises:
        Forbidden: the service is a platform's, which decides identities by itself.
        Refused: I am an instructor, or not in a notebook of my own.
        NotConnected: there is no connection, or no answer in time.
    """
    asked = _ask(client, linking.MAKE_LINK_CODE.name, linking.MakeLinkCode())
    _ = asked.wait(wait)
    told = asked.read(linking.LinkCode)
    middle = len(told.code) // 2
    return LinkCode(f"{told.code[:middle]}-{told.code[middle:]}", when(told.expires))


def end_links(client: CourseClient, wait: float = 10.0) -> int:
    """End all links to me, and my code; returns the number of links; waits for the service.

    Raises:
        Forbidden, Refused, NotConnected: see `new_code`.
    """
    asked = _ask(client, linking.UNLINK_MEMBERSHIP.name, linking.UnlinkMembership())
    _ = asked.wait(wait)
    return asked.read(linking.UnlinkedMembership).ended


def ask_to_link(client: CourseClient, code: str) -> Answer:
    """Enter a code for the viewer whose client this is, without waiting."""
    code = code[: linking.MAX_CODE]
    return client.ask(linking.LINK_MEMBERSHIP.name, linking.LinkMembership(code))


def _ask(
    client: CourseClient, type_: str, data: linking.MakeLinkCode | linking.UnlinkMembership
) -> Answer:
    if client.base:
        raise Forbidden("Your platform's service decides by itself who is who in the course.")
    return client.ask(type_, data)
