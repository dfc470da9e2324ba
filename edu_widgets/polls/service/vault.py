"""The place of ballots: a channel of each poll that only the rules can read.

Its name is of no kind that a grant knows, so nobody can subscribe to it or page through it. What
is in it is no part of the protocol.

| id | kind | |
|---|---|---|
| `<round>:<voter>` | `ballot` | a choice; `voter` is the person's id, or stands for it |
| `key` | `poll_key` | of an anonymous poll: the key of the HMACs that stand for people |
| `voter:<person>` | `voter` | of an anonymous poll: who has a ballot of their own to be deleted |
| `vote:<command>` | `vote_seen` | of an anonymous poll: votes that were counted, not to be again |
"""

import hmac
import secrets

import msgspec

from edu_widgets.polls.documents import Choice

BALLOT = "ballot"
KEY = "poll_key"
VOTER = "voter"
SEEN = "vote_seen"
KEY_ID = "key"

MOST = 100_000
"""Ballots that are read: more than a course can have people, times rounds."""


class Ballot(msgspec.Struct, frozen=True, omit_defaults=True):
    """The choice of one person in one round."""

    choice: Choice
    vouched: bool = False
    """True for a person who takes part through somebody else's notebook; never of an anonymous
    poll."""


class Key(msgspec.Struct, frozen=True):
    """The key of an anonymous poll: 32 random bytes in hexadecimal."""

    key: str


class Mark(msgspec.Struct, frozen=True):
    """That it is there; of a vote also whose it was and what it said, under the poll's key."""

    said: str = ""


def vault_channel(course: str, poll_id: str) -> str:
    """The channel of a poll's ballots."""
    return f"vault:{course}:{poll_id}"


def poll_of(channel: str) -> tuple[str, str] | None:
    """The course and the id of the poll whose ballots a channel holds; None for any other."""
    kind, course, poll_id = f"{channel}::".split(":", 3)[:3]
    return (course, poll_id) if kind == "vault" else None


def new_key() -> Key:
    """A key that no other poll has."""
    return Key(secrets.token_hex(32))


def pseudonym(key: Key, user_id: str) -> str:
    """Return a person's pseudonym in an anonymous poll, the same in each of its rounds."""
    return hmac.digest(bytes.fromhex(key.key), user_id.encode(), "sha256").hex()


def seal(key: Key, user_id: str, fingerprint: bytes) -> str:
    """Return a keyed digest of a person's command, for comparison only."""
    return hmac.digest(bytes.fromhex(key.key), user_id.encode() + fingerprint, "sha256").hex()


def ballot_id(round_: int, voter: str) -> str:
    """The id of a ballot."""
    return f"{round_}:{voter}"
