"""The viewers of a kernel's pages, as the pages claim them. No input or output.

A claim proves nothing: whoever can run code in the kernel can be anybody. It keeps apart people who
want to be kept apart.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

_MAX_SESSIONS = 256
_MAX_REMEMBERED = 64
_MAX_ID, _MAX_NAME = 200, 64
_HEX = re.compile(r"[0-9a-f]{32}")

Standing = Literal["owner", "viewer", "reader"]


@dataclass(frozen=True, slots=True)
class Identity:
    """A person as Jupyter names them to their own page."""

    id: str
    name: str
    anonymous: bool = False
    """True if Jupyter made the name up, one for each browser."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A page's claim about its viewer; `identity` is None where Jupyter named nobody."""

    identity: Identity | None = None
    outside: bool = False
    """True if the page is not Jupyter's own, so that nobody could be asked."""


@dataclass(frozen=True, slots=True)
class Place:
    """A person's place in the notebook: owner, viewer with a name of their own, or reader."""

    standing: Standing
    id: str = ""
    name: str = ""


OWNER = Place("owner")


@dataclass(slots=True)
class Remembered:
    """The claims that the next kernel is to know."""

    owner: str = ""
    """The identity of who runs the lesson; "" while nobody is known to."""
    same: list[str] = field(default_factory=list)
    """Other identities of the owner, as their page has said."""
    others: list[str] = field(default_factory=list)
    """Anonymous identities that are somebody else, as the owner's page has said."""
    names: dict[str, str] = field(default_factory=dict)
    """The names that these have given themselves."""


OUTSIDE = Claim(outside=True)
"""The claim of a page that is not Jupyter's: nobody can be asked."""


def read_claim(told: object) -> Claim:
    """Read a page's claim: the answer of Jupyter's server to `/api/me`; None if there was none."""
    said: dict[str, Any] = told if isinstance(told, dict) else {}
    id_, name = said.get("username"), said.get("display_name") or said.get("name")
    if not isinstance(id_, str) or not 0 < len(id_) <= _MAX_ID:
        return Claim()
    name = name if isinstance(name, str) else ""
    # As jupyter_server makes them: a random name for each browser that came by a token.
    anonymous = bool(_HEX.fullmatch(id_)) and name.startswith("Anonymous ")
    return Claim(Identity(id_, name[:_MAX_NAME] or id_[:_MAX_NAME], anonymous))


class Claims:
    """The claims of pages, by their sessions with the kernel, and the person each belongs to.

    Not thread-safe.
    """

    def __init__(self, remembered: Remembered | None = None) -> None:
        self.remembered = remembered or Remembered()
        self._fixed = bool(self.remembered.owner)
        self._sessions: OrderedDict[str, Claim] = OrderedDict()
        self._names: dict[str, str] = {}
        self._denied: set[str] = set()
        self._began: str | None = None

    def began(self, session: str) -> None:
        """Note the session that ran the first `host` or `join`; later calls change nothing."""
        if self._began is None:
            self._began = session
            self._settle()

    def claim(self, session: str, claim: Claim) -> None:
        """Note the claim of a page; a session keeps its first one.

        Args:
            session: The page's session with the kernel.
            claim: The identity that Jupyter gave the page.
        """
        if session not in self._sessions:
            self._sessions[session] = claim
            while len(self._sessions) > _MAX_SESSIONS:
                gone, _ = self._sessions.popitem(last=False)
                self._denied.discard(gone)
                self._names.pop(gone, None)
            self._settle()

    def deny(self, session: str) -> None:
        """Make a session a reader's, because its person has said *not me*."""
        if session in self._sessions:
            self._denied.add(session)
            self._names.pop(session, None)

    def name(self, session: str, name: str) -> None:
        """Note the name that a person gives themselves; a person named by Jupyter keeps theirs.

        Args:
            session: The session of the person's page.
            name: The name.
        """
        claim = self._sessions.get(session)
        if claim is None or self.place(session) == OWNER:
            return
        if claim.identity is None or session in self._denied:
            self._names[session] = name
        elif claim.identity.id in self.remembered.others:
            self.remembered.names[claim.identity.id] = name

    def same(self, id_: str, *, same: bool) -> None:
        """Note the owner's answer about an anonymous identity.

        Args:
            id_: The id of the identity.
            same: True if it is the owner in another browser, False if it is another person.
        """
        lists = (self.remembered.same, self.remembered.others)
        for one in lists:
            if id_ in one:
                one.remove(id_)
        lists[not same].append(id_)
        for one in lists:
            del one[:-_MAX_REMEMBERED]
        names = self.remembered.names
        self.remembered.names = {id_: names[id_] for id_ in self.remembered.others if id_ in names}

    def asked(self) -> list[Identity]:
        """Return the anonymous identities about which the owner has not answered yet."""
        known = {self.remembered.owner, *self.remembered.same, *self.remembered.others}
        found = {one.id: one for one in self._identities() if one.anonymous and one.id not in known}
        return list(found.values())

    def place(self, session: str) -> Place | None:
        """Return the place of a session's person: owner, viewer or reader.

        None stands for a session without a claim, once another session has made one.
        """
        claim = self._sessions.get(session)
        if claim is None:
            return None if self._sessions else OWNER
        if claim.identity is None or session in self._denied:
            return self._unnamed(session, claim)
        who, known = claim.identity, self.remembered
        if who.id == known.owner or who.id in known.same:
            return OWNER
        if not who.anonymous:
            return Place("viewer", who.id, who.name)
        if who.id not in known.others:
            return OWNER
        said = known.names.get(who.id)
        return Place("viewer", who.id, said) if said else Place("reader", session)

    def is_owner(self, session: str) -> bool:
        """Return True if a session is known to be the owner's, not only taken for it."""
        claim = self._sessions.get(session)
        if claim is None or claim.identity is None or session in self._denied:
            return self.place(session) == OWNER
        known = self.remembered
        return claim.identity.id in {known.owner, *known.same}

    def _unnamed(self, session: str, claim: Claim) -> Place:
        first = session in (self._began, next(iter(self._sessions)))
        if session not in self._denied and not self.remembered.owner and (claim.outside or first):
            return OWNER
        said = self._names.get(session)
        return Place("viewer", f"said {said}", said) if said else Place("reader", session)

    def _settle(self) -> None:
        """Find out who owns the lesson, unless an earlier kernel has."""
        if self._fixed:
            return
        claim = self._sessions.get(self._began) if self._began is not None else None
        first: Iterable[Identity] = self._identities()
        if claim is not None and claim.identity is not None:
            self.remembered.owner, self._fixed = claim.identity.id, True
        elif not self.remembered.owner:
            # Whose session ran the cell has not said so yet, and may never, as after a reload.
            self.remembered.owner = next((one.id for one in first), "")

    def _identities(self) -> Iterable[Identity]:
        return (one.identity for one in self._sessions.values() if one.identity is not None)
