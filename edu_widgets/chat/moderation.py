"""Pins, mutes and the settings of the chat, for staff."""

from __future__ import annotations

import contextlib
from typing import Protocol, runtime_checkable

from edu_widgets.chat import commands
from edu_widgets.chat.documents import MAX_SLOW
from edu_widgets.chat.message import MutedPerson
from edu_widgets.chat.mirror import Chat
from edu_widgets.chat.validation import Pointed, id_of
from edu_widgets.client.course import CourseClient
from edu_widgets.client.known_people import known as known_people
from edu_widgets.client.known_people import named
from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.protocol.errors import InvalidArgument, NotConnected, WouldDeadlock
from edu_widgets.protocol.validation import shown

_MAX_MINUTES = 60 * 24 * 365

_PATIENCE = 5.0
"""Seconds that `mute` waits for the service to find the person by a name."""


@runtime_checkable
class HasUserId(Protocol):
    """An object that belongs to a person: a message, a raised hand, an entry of `people`."""

    @property
    def user_id(self) -> str:
        """Id of the person it belongs to."""


class Moderation:
    """The methods of the chat that only staff may call."""

    _client: CourseClient
    _chat: Chat

    def pin(self, message: Pointed) -> Receipt:
        """Pin a message for everybody; at most 20 are pinned at once. Staff only."""
        return self._pin(self._chat.sent_id(message), on=True)

    def unpin(self, message: Pointed) -> Receipt:
        """Unpin a message. Staff only."""
        return self._pin(id_of(message), on=False)

    def mute(self, person: str | MutedPerson | HasUserId, minutes: int = 10) -> Receipt:
        """Keep a person from writing for some time. Staff only.

        Args:
            person: A name, an id, or an object with one: a message, a hand, an entry of the list
                of people. The service finds a person who is not known here, within five seconds.
            minutes: How long; 0: until `unmute`.

        Raises:
            Refused: nobody has that name or id.
        """
        if isinstance(minutes, bool) or not isinstance(minutes, int):
            msg = f"minutes is a whole number, not {minutes!r:.40}."
            raise InvalidArgument(msg)
        if not 0 <= minutes <= _MAX_MINUTES:
            msg = f"minutes is 1 to {_MAX_MINUTES:,}, or 0 until it is lifted; not {minutes}."
            raise InvalidArgument(msg)
        user_id, name = self._person(person)
        return self._mute(user_id, name, minutes=minutes, on=True)

    def unmute(self, person: str | MutedPerson | HasUserId) -> Receipt:
        """Let a person write again; `person` as for `mute`. Staff only."""
        user_id, name = self._person(person)
        return self._mute(user_id, name, minutes=0, on=False)

    def pictures(self, allowed: bool) -> Receipt:  # noqa: FBT001
        """Allow students to send pictures, or forbid it. Staff only."""
        if not isinstance(allowed, bool):
            raise InvalidArgument(f"allowed is True or False, not {allowed!r:.40}.")
        return self._client.send(commands.SET_PICTURES.name, commands.SetPictures(allowed))

    def anonymous_questions(self, allowed: bool) -> Receipt:  # noqa: FBT001
        """Allow to ask questions anonymously, or forbid it. Staff only.

        Questions that were asked anonymously before stay so.
        """
        if not isinstance(allowed, bool):
            raise InvalidArgument(f"allowed is True or False, not {allowed!r:.40}.")
        return self._client.send(commands.SET_ANONYMOUS.name, commands.SetAnonymous(allowed))

    def slow_mode(self, seconds: int) -> Receipt:
        """Set the least seconds between two messages of a person; 0: no limit. Staff only."""
        if isinstance(seconds, bool) or not isinstance(seconds, int):
            msg = f"seconds is a whole number, not {seconds!r:.40}."
            raise InvalidArgument(msg)
        if not 0 <= seconds <= MAX_SLOW:
            msg = f"seconds is 0 to {MAX_SLOW:,}, not {seconds}."
            raise InvalidArgument(msg)
        return self._client.send(commands.SET_SLOW_MODE.name, commands.SetSlowMode(seconds))

    def _pin(self, id_: str, *, on: bool) -> Receipt:
        return self._client.send(commands.PIN_MESSAGE.name, commands.PinMessage(id_, on))

    def _mute(self, user_id: str, name: str, *, minutes: int, on: bool) -> Receipt:
        data = commands.MuteUser(user_id, name, on, minutes)
        receipt = self._client.send(commands.MUTE_USER.name, data)
        if not name:
            # Offline, or on the network thread, only the receipt reports a refusal.
            with contextlib.suppress(NotConnected, WouldDeadlock):
                receipt.wait(_PATIENCE)
        return receipt

    def _person(self, person: object) -> tuple[str, str]:
        """Return a person's id and name; with an empty name the service has to find the person."""
        if isinstance(person, str):
            return self._named(person)
        name = getattr(person, "user_name", None) or getattr(person, "name", None)
        if isinstance(person, MutedPerson):
            return person.id, person.name
        if isinstance(person, HasUserId) and person.user_id:
            return person.user_id, name if isinstance(name, str) else ""
        msg = f"A person is a message of theirs, a name or an id; not {shown(person)}."
        raise InvalidArgument(msg)

    def _named(self, who: str) -> tuple[str, str]:
        known = dict(known_people(self._client))
        known |= {mute.id: mute.name for mute in self._chat.muted()}
        if who not in known and not who.strip():
            raise InvalidArgument("A person is a message of theirs, a name or an id.")
        return named(who, known, self._client.me().user_id)
