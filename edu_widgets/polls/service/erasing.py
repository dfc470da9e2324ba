"""Erasing a person's ballots in anonymous polls.

Those of named polls carry the person's id, and the store finds them by itself; either way the
polls are counted again.
"""

from typing import TYPE_CHECKING

from edu_widgets.polls.service import vault
from edu_widgets.service.rules import DELETE, Decision, Erasure, Get, Scan, Write

if TYPE_CHECKING:
    from edu_widgets.service.rules import RuleRun


def erase(person: Erasure) -> "RuleRun":
    """Delete a person's ballots, and that they had any, as long as there is a key to find them."""
    writes = []
    for channel in person.channels:
        if vault.poll_of(channel) is None:
            continue
        docs = yield Get(channel, (vault.KEY_ID, f"voter:{person.user_id}"))
        key = next((doc for doc in docs if doc.kind == vault.KEY and not doc.deleted), None)
        if key is None:
            continue
        mine = [doc for doc in docs if doc.kind == vault.VOTER and not doc.deleted]
        voter = vault.pseudonym(key.as_(vault.Key), person.user_id)
        ballots = yield Scan(channel, vault.BALLOT, vault.MOST)
        mine += [doc for doc in ballots if doc.id.partition(":")[2] == voter]
        writes += [Write(channel, doc.id, doc.kind, DELETE, signed=False) for doc in mine]
    return Decision(writes)
