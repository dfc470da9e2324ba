"""Linking a viewer of somebody else's notebook to their own membership, by a code."""

import secrets
import time
from collections.abc import Mapping

from edu_widgets.protocol import Code, linking
from edu_widgets.protocol.channels import parse_channel
from edu_widgets.protocol.errors import Refused, refusal
from edu_widgets.service import identity_changes
from edu_widgets.service.features import Ask, AskRule, link_rules
from edu_widgets.service.hub import Hub
from edu_widgets.service.limits import SlidingWindow
from edu_widgets.service.people import ALPHABET, CODE_LENGTH, TRIES_MS, TRIES_OVERALL, spelled
from edu_widgets.service.roles import part
from edu_widgets.service.rules import Person
from edu_widgets.service.store import LinkCode

TRIES = 5
"""Wrong codes that one viewer may enter while a code holds."""


class LinkedMembers:
    """Makes codes, and turns who enters one into the person whose it is."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._wrong: SlidingWindow[str] = SlidingWindow(time.monotonic)

    def asks(self) -> Mapping[str, Ask]:
        """Return the requests that members may send, by frame type."""
        rules: Mapping[str, AskRule] = {
            linking.MAKE_LINK_CODE.name: self._ask_code,
            linking.LINK_MEMBERSHIP.name: self._ask_link,
            linking.UNLINK_MEMBERSHIP.name: self._ask_unlink,
        }
        return {name: Ask(rule, feature="") for name, rule in rules.items()}

    async def _ask_code(
        self, _stage: object, channel: str, by: Person, _data: object
    ) -> tuple[str, object]:
        course = parse_channel(channel).course
        _check_own(by, "such a code")
        code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
        expires = self._hub.now() + linking.CODE_HOLDS_MS
        digest = await self._digest(course, code)
        await self._hub.store.add_link_code(LinkCode(course, by.id, digest, expires))
        self._hub.audit.record("LINK_CODE_MADE", course=course, userId=by.id)
        return linking.LINK_CODE.name, linking.LinkCode(code, expires)

    async def _ask_link(
        self, _stage: object, channel: str, by: Person, data: linking.LinkMembership
    ) -> tuple[str, object]:
        course = parse_channel(channel).course
        self._check_tries(by.id)
        digest = await self._digest(course, spelled(data.code))
        try:
            member = await self._hub.store.link(
                course, by.id, digest, self._hub.now(), link_rules(self._hub.features)
            )
        except Refused as error:
            if error.code == Code.INVITE_INVALID:
                self._count(by.id)
                self._hub.audit.record("LINK_REFUSED", course=course, userId=by.id)
            raise
        identity_changes.become(self._hub, course, by.id, member.person, frozenset({member.linked}))
        self._hub.audit.record("LINKED", course=course, userId=member.linked, viewer=by.id)
        return (
            linking.LINKED_MEMBERSHIP.name,
            linking.LinkedMembership(member.person.id, member.person.name),
        )

    async def _ask_unlink(
        self, _stage: object, channel: str, by: Person, _data: object
    ) -> tuple[str, object]:
        course = parse_channel(channel).course
        _check_own(by, "links")
        ended = await self._hub.store.unlink(course, by.id)
        await part(self._hub, course, by.id)
        if ended:
            self._hub.audit.record("UNLINKED", course=course, userId=by.id, viewers=len(ended))
        return linking.UNLINKED_MEMBERSHIP.name, linking.UnlinkedMembership(len(ended))

    async def _digest(self, course: str, code: str) -> str:
        return await self._hub.store.digest(f"link {course} {code}")

    def _check_tries(self, user_id: str) -> None:
        """Check that codes may be tried.

        Raises:
            Refused: `RATE_LIMITED`.
        """
        self._wrong.sweep()
        waits = [
            self._wrong.full(user_id, most=TRIES, interval_ms=linking.CODE_HOLDS_MS),
            self._wrong.full("", most=TRIES_OVERALL, interval_ms=TRIES_MS),
        ]
        if any(waits):
            text = "Too many wrong codes. Wait a little, then make a new one."
            raise refusal(Code.RATE_LIMITED, text, max(waits))

    def _count(self, user_id: str) -> None:
        self._wrong.admit(user_id, most=TRIES, interval_ms=linking.CODE_HOLDS_MS)
        self._wrong.admit("", most=TRIES_OVERALL, interval_ms=TRIES_MS)


def _check_own(by: Person, what: str) -> None:
    """Check that somebody asks in their own right.

    Raises:
        Refused: `FORBIDDEN`.
    """
    if by.via or by.linked:
        text = f"Only who joined in a notebook of their own has {what}."
        raise refusal(Code.FORBIDDEN, text)
