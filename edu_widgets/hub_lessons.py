"""Lessons of the class behind JupyterHub, entered as the Hub's user."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from edu_widgets.client.invites.patience import patiently
from edu_widgets.client.jupyterhub import SETTING, HubMember, ask_who, service_address
from edu_widgets.client.view import Entrance
from edu_widgets.open_lessons import open_lesson
from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import Forbidden, InvalidArgument, Unauthorized

if TYPE_CHECKING:
    from edu_widgets.configuration import Configuration
    from edu_widgets.lesson import Lesson


def enter(settings: Configuration) -> Lesson:
    """Enter the course of JupyterHub's service that is set, or the only one, as the Hub's user."""
    member = _hub_member(settings)
    return _open_at_hub(member, member.course(settings.edu.course), settings)


def teach(course: str, settings: Configuration, roster: Iterable[str] | None) -> Lesson | None:
    """Enter a course that JupyterHub's service holds, as its instructor; None if it does not.

    Raises:
        Forbidden: it does, and they are no instructor there.
        InvalidArgument: a roster is given: the Hub decides who may enter.
    """
    if not settings.edu.hubService:
        return None
    try:
        member = _hub_member(settings)
    except (Forbidden, Unauthorized):  # they are nobody there, and may host what they like
        return None
    if course not in member.people:
        return None
    if not member.people[course].is_staff:
        msg = (
            f"{course} is held by JupyterHub's service, where you are a student: edu.connect() "
            'enters it. With address="loopback" you host one of your own.'
        )
        raise Forbidden(msg, Code.FORBIDDEN)
    if roster is not None:
        msg = (
            f"{course} is held by JupyterHub's service: its groups say who may enter, not a roster."
        )
        raise InvalidArgument(msg)
    return _open_at_hub(member, course, settings)


def _hub_member(settings: Configuration) -> HubMember:
    """Ask JupyterHub's service for the identity of this server's user.

    Raises:
        InvalidArgument: a call's `config` names the service, so that anybody's cell could.
    """
    from edu_widgets.configuration.settings import BY_NAME

    if settings.origin(BY_NAME["EduWidgets.hubService"]) == "config=…":
        msg = (
            f"hubService is not taken from config=…: the server's token goes there. Set {SETTING}."
        )
        raise InvalidArgument(msg)
    address = service_address(settings.edu.hubService, os.environ)
    return patiently(lambda: ask_who(address))


def _open_at_hub(member: HubMember, course: str, settings: Configuration) -> Lesson:
    named = f'course="{course}"' if len(member.people) > 1 else ""
    entrance = Entrance(f"edu.connect({named})")
    me = member.people[course]
    return open_lesson(course, member.target(), me, settings, entrance)
