"""Invites: parsing, exchange for a membership, and storage of the membership's secret."""

from edu_widgets.client.invites.exchange import join
from edu_widgets.client.invites.memberships import Membership, MembershipFiles, place
from edu_widgets.client.invites.parsing import (
    Invite,
    base_url,
    parse_invite,
    platform_target,
    websocket_url,
)
from edu_widgets.client.invites.sign_in import Credentials

__all__ = [
    "Credentials",
    "Invite",
    "Membership",
    "MembershipFiles",
    "base_url",
    "join",
    "parse_invite",
    "place",
    "platform_target",
    "websocket_url",
]
