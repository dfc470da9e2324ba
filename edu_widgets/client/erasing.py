"""Forgetting on this computer what is kept of somebody who was erased from a course."""

from pathlib import Path

from edu_widgets.client.invites.memberships import People
from edu_widgets.client.invites.parsing import websocket_url
from edu_widgets.client.storage import forget_commands


def forget(people: Path, outbox: Path, course: str, user_id: str) -> None:
    """Delete the secrets and the waiting messages of somebody who was erased.

    Args:
        people: The folder of secrets.
        outbox: The folder of waiting messages.
        course: The course they were erased from.
        user_id: Who.
    """
    for member in People(people).erase(course, user_id):
        addresses = [websocket_url(one) for one in (member.former, member.service) if one]
        for service in (member.place, *addresses):
            forget_commands(outbox, service, user_id, course)
