"""Linking: a person's own membership, and the viewer they are in somebody else's notebook."""

from typing import Annotated

import msgspec

from edu_widgets.protocol.messages import Data
from edu_widgets.protocol.registry import REGISTRY, FrameType

CODE_HOLDS_MS = 10 * 60_000
"""Milliseconds for which a code can be entered."""

MAX_CODE = 32
"""Characters that a code may be typed with; its own eight, and whatever is between them."""


class MakeLinkCode(Data):
    """Make a code that links a viewer to the sender. Only students, from a kernel of their own."""


class LinkCode(Data):
    """The answer to `make_link_code`."""

    code: str
    """The code, good for one use; one that was made before is good for nothing any more."""
    expires: int
    """Time until which it can be entered, in ms since 1970."""


class LinkMembership(Data):
    """Become the person whose code it is. Only people who take part through another's notebook."""

    code: Annotated[str, msgspec.Meta(max_length=MAX_CODE)]
    """The code, in any case, with or without blanks and dashes; at most 32 characters."""


class LinkedMembership(Data):
    """The answer to `link_membership`; the connection is closed next, to come back as that."""

    user_id: str
    """The id that the sender has from now on."""
    user_name: str
    """The display name that goes with it."""


class UnlinkMembership(Data):
    """End the sender's links, and their code. Only from a kernel of their own."""


class UnlinkedMembership(Data):
    """The answer to `unlink_membership`."""

    ended: int
    """Number of links that were ended."""


def _frame(name: str, data: type[Data], sender: str) -> FrameType:
    return REGISTRY.frame(FrameType(name, data, sender, of_seed=False))


MAKE_LINK_CODE = _frame("make_link_code", MakeLinkCode, "client")
LINK_MEMBERSHIP = _frame("link_membership", LinkMembership, "client")
UNLINK_MEMBERSHIP = _frame("unlink_membership", UnlinkMembership, "client")
LINK_CODE = _frame("link_code", LinkCode, "service")
LINKED_MEMBERSHIP = _frame("linked_membership", LinkedMembership, "service")
UNLINKED_MEMBERSHIP = _frame("unlinked_membership", UnlinkedMembership, "service")
