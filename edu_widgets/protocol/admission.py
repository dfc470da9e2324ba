"""Admission to a course: the invite, the door, the roster of names, and removals."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import ClassVar

import msgspec

from edu_widgets.protocol.channels import person_name
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.folders import content
from edu_widgets.protocol.messages import Data
from edu_widgets.protocol.registry import REGISTRY, DocumentKind, FrameType
from edu_widgets.protocol.text_normalization import name_key
from edu_widgets.protocol.validation import shown

MAX_LISTED = 2_000
"""Names that a roster may hold."""


class Admission(Data):
    """The rules for joining. The document `admission` is in the staff channel after a change."""

    kind: ClassVar[str] = "admission"

    closed: bool = False
    """True if nobody new is let in; people already in the course may always come back."""
    listed: int | None = None
    """Number of names on the roster; absent: any name may join."""
    vouching: bool = True
    """False if nobody may take part through somebody else's notebook."""


class Removal(Data):
    """The removal of a person. Its document, `removal:<userId>`, is in the staff channel."""

    kind: ClassVar[str] = "removal"

    user_id: str
    """The id of the removed person."""
    user_name: str
    """The display name of the removed person."""
    at: int
    """Time of the removal, in ms since 1970."""
    by_name: str = ""
    """The display name of the instructor who removed the person."""


class RenewInvite(Data):
    """End the course's invite and make a new one. Only staff."""


class NewInvite(Data):
    """The answer to `renew_invite`."""

    invite: str
    """The new invite: the link with a code that people join with from now on."""


class RemovePerson(Data):
    """Remove a person, who stays out until readmitted. Only staff."""

    user_id: str
    """The id of the person to remove."""
    same_join: bool = False
    """True to remove also every student who joined by the same invite from the same address."""


class ReadmitPerson(Data):
    """Let somebody who was removed join again. Only staff."""

    user_id: str
    """The id of the person to readmit."""


class ErasePerson(Data):
    """Erase a person from the course: their texts, their votes, and the record that they were here.

    Only staff. Nothing brings it back; with a valid invite they may join again as somebody new.
    """

    user_id: str
    """The id of the person to erase."""


class Concerned(Data):
    """The answer to `remove_person`, `readmit_person` and `erase_person`: the people concerned."""

    people: list[Removal] = msgspec.field(default_factory=list)
    """The people removed, readmitted or erased; empty if nothing had to change."""


class SetDoor(Data):
    """Open the door to new people, or close it. Only staff; answered with `admission`."""

    closed: bool
    """True to let nobody new in."""


class SetRoster(Data):
    """Set the names that may join, each of them once. Only staff; answered with `admission`."""

    names: list[str] | None = None
    """The names, at most 2,000; absent: any name may join."""


class SetVouching(Data):
    """Let people take part through the notebooks of others, or nobody.

    Only staff; answered with `admission`. Who takes part so is out as soon as nobody may.
    """

    allowed: bool
    """False to let nobody take part through somebody else's notebook."""


def listed_names(names: Iterable[str]) -> list[str]:
    """Return the names of a roster as they are shown: cleaned, in the order given.

    Raises:
        InvalidArgument: one of them cannot be a name, two are the same, or there are too many.
    """
    if isinstance(names, str):  # its letters would be names
        raise InvalidArgument('A roster is a list of names, as ["Ada", "Bo"], not one string.')
    if isinstance(names, bytes | Mapping) or not isinstance(names, Iterable):
        raise InvalidArgument(
            f"A roster is a list of names, as in ['Ada', 'Bob'], not {shown(names)}."
        )
    found: dict[str, str] = {}
    for name in names:
        clean = person_name(name)
        key = name_key(clean)
        if key in found:
            msg = f"{found[key]!r} and {clean!r} are the same name; a roster has each once."
            raise InvalidArgument(msg)
        found[key] = clean
        if len(found) > MAX_LISTED:
            raise InvalidArgument(f"A roster holds at most {MAX_LISTED:,} names.")
    return list(found.values())


def read_roster(path: Path) -> list[str]:
    """Read the names in a file, one a line; blank lines and lines that begin with # are left out.

    Raises:
        InvalidArgument: the file cannot be read, or a name cannot be used.
    """
    try:
        lines = content(path, "The roster").decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InvalidArgument(f"The roster {path} is no text in UTF-8.") from error
    names = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    try:
        return listed_names(names)
    except InvalidArgument as error:
        raise InvalidArgument(f"The roster {path}: {error}") from error


def removal_id(user_id: str) -> str:
    """Return the id of a person's removal document."""
    return f"removal:{user_id}"


def _ask(name: str, data: type[Data]) -> FrameType:
    return REGISTRY.frame(FrameType(name, data, "client", of_seed=False))


def _answer(name: str, data: type[Data]) -> FrameType:
    return REGISTRY.frame(FrameType(name, data, "service", of_seed=False))


RENEW_INVITE = _ask("renew_invite", RenewInvite)
REMOVE_PERSON = _ask("remove_person", RemovePerson)
READMIT_PERSON = _ask("readmit_person", ReadmitPerson)
ERASE_PERSON = _ask("erase_person", ErasePerson)
SET_DOOR = _ask("set_door", SetDoor)
SET_ROSTER = _ask("set_roster", SetRoster)
SET_VOUCHING = _ask("set_vouching", SetVouching)
NEW_INVITE = _answer("new_invite", NewInvite)
CONCERNED = _answer("concerned", Concerned)
ADMISSION = _answer("admission", Admission)

REGISTRY.document(DocumentKind(Admission.kind, Admission, only=Admission.kind))
REGISTRY.document(DocumentKind(Removal.kind, Removal))
