"""The documents of polls, each in the channel of the people who may see it.

A poll is in the course's channel, or while it is a draft in the staff's; the right answer and the
live counts are in the staff's; what a person chose is in their own. The ballots themselves are in
a channel nobody reads, see `edu_widgets.polls.service.vault`.
"""

from typing import Literal, TypeAlias

import msgspec

from edu_widgets.protocol import REGISTRY, DocumentKind
from edu_widgets.protocol.messages import Data

MAX_QUESTION = 2_000
"""Characters a question may have."""

MAX_OPTION = 500
"""Characters an option may have."""

MAX_TEXT = 200
"""Characters a short text may have, as an answer."""

OPTIONS = (2, 20)
"""Number of options that a poll may have, where it has any."""

SECONDS = (5, 24 * 3600)
"""Seconds that a poll's timer may run."""

MAX_GROUPS = 200
"""Different numbers or texts that a result tells, the most frequent ones."""

MAX_ORDERS = 10
"""Different orders that a result tells, the most frequent ones."""

MAX_ORDERED = 500
"""Drafts that can be put into an order."""

MAX_REMOVED = 200
"""Different texts that can be removed from one poll, hidden in it, or merged into others."""

MAX_GRACE = 30_000
"""Longest time after its end for which a round takes votes, in ms."""

FEWEST = 5
"""Answers under which an anonymous poll tells no counts."""

APART_MS = 30 * 60_000
"""For so long no instructor is in the course between two lessons."""

PollKind: TypeAlias = Literal[
    "single", "multiple", "scale", "number", "text", "ordering", "predict"
]
PollState: TypeAlias = Literal["draft", "open", "closed", "revealed"]

WINDOW = 1_000
"""Number of polls of a first join, those changed last: more than are asked in a year."""

Choice: TypeAlias = int | float | str | list[int]
"""A person's choice: an option's index (from 0), the indexes chosen or in order, a number, a
text."""

ONE_OF = frozenset({"single", "scale", "predict"})
"""Kinds of which a choice is one option."""

WITH_OPTIONS = ONE_OF | {"multiple", "ordering"}

POLL = "poll"
SECRET = "poll_secret"  # noqa: S105 - a kind of document
TALLY = "poll_tally"
TURNOUT = "turnout"
OWN_BALLOT = "own_ballot"
SESSION = "poll_session"
ORDER = "poll_order"

SESSION_ID = "poll_session"
"""The id of the one session in the staff's channel."""

ORDER_ID = "poll_order"
"""The id of the one order of drafts in the staff's channel."""


class NumberCount(Data):
    """The count of people who answered with one number."""

    value: float
    """The number they gave."""
    people: int
    """Number of people who gave it."""


class TextCount(Data):
    """The count of people who answered with one text, whatever its case, width and white space."""

    text: str
    """The text as most of them wrote it."""
    people: int
    """Number of people who wrote it."""


class OrderCount(Data):
    """The count of people who chose one order."""

    order: list[int]
    """The options' indexes, the first one first."""
    people: int
    """Number of people who chose it."""


class RoundResult(Data):
    """The counted answers of one round; people are counted, never ticks.

    An anonymous poll tells nothing but `people` under 5 answers.
    """

    round: int
    """The number of the round, from 1."""
    people: int
    """Number of people who answered."""
    counts: list[int] = msgspec.field(default_factory=list)
    """By option: the people who chose it (of ordering: absent)."""
    numbers: list[NumberCount] = msgspec.field(default_factory=list)
    """Of numbers: each number and its people, the lowest first; at most 200 of them."""
    median: float | None = None
    """Of numbers and scales: the median; a scale's points are 1 to n."""
    texts: list[TextCount] = msgspec.field(default_factory=list)
    """Of texts: each text and its people, the most frequent first; at most 200 of them."""
    ranks: list[float] = msgspec.field(default_factory=list)
    """Of ordering, by option: its mean place, from 1."""
    orders: list[OrderCount] = msgspec.field(default_factory=list)
    """Of ordering: the 10 most frequent orders, the most frequent first."""
    more: int = 0
    """People whose number, text or order is not among those told."""
    removed: int = 0
    """Of texts: people whose answer an instructor removed or hides."""
    right: int | None = None
    """Number of right answers; only where the answer may be seen too."""
    vouched: int = 0
    """People of these who took part through somebody else's notebook; not told of an anonymous
    poll."""


class PollFlow(Data):
    """The moves between two rounds, of those who answered both."""

    from_: int = msgspec.field(name="from")
    """The earlier round."""
    to: int
    """The later round."""
    both: int
    """Number of people who answered in both."""
    pairs: list[list[int]]
    """`[a, b, n]`: `n` people chose the option `a` in the earlier round and `b` in the later."""


class PollShown(Data):
    """The revealed parts of the present round."""

    counts: bool = False
    """True if everybody sees the counts."""
    answer: bool = False
    """True if everybody sees the right answer."""


class Poll(Data):
    """A question to everybody. As a draft it is in the staff's channel, then in the course's.

    Counts and the right answer are not in it before they are revealed, each apart.
    """

    id: str
    """The poll's id: that of the command that created it."""
    question: str
    """The question: Markdown, 1 to 2,000 characters."""
    kind: PollKind
    """The kind of answer; `predict` asks what some code prints."""
    created_by: str
    """The id of the instructor who asks."""
    created_at: int
    options: list[str] = msgspec.field(default_factory=list)
    """The options: Markdown (of `predict` code), 2 to 20; of a scale the labels of 1 to n, which
    may be empty; of numbers and texts there are none."""
    anonymous: bool = False
    """True if nobody may learn anybody's choice, staff included."""
    named: bool = False
    """True if staff may read each person's choice once a round is closed; never if anonymous."""
    edited: int | None = None
    """Time of the last change of wording since it was opened, in ms since 1970."""
    state: PollState = "draft"
    """The state: a draft, open for votes, closed, or revealed."""
    round: int = 1
    """The number of the present round, from 1."""
    seconds: int | None = None
    """Seconds it is meant to be open, as given last."""
    opened: int | None = None
    """Time at which the round was opened, in ms since 1970."""
    closes: int | None = None
    """Time at which the round closes or has closed, in ms since 1970; absent: closed by hand."""
    grace_ms: int = 0
    """Time after `closes` for which everybody's votes in the present round are taken, in ms: for
    those whose picture of the lesson is late. Fixed when the round opens; 0 once it is over, and
    only then are counts and names told of it."""
    shown: PollShown = msgspec.field(default_factory=PollShown)
    """The revealed parts of the present round."""
    results: list[RoundResult] = msgspec.field(default_factory=list)
    """The counts of every round that was revealed."""
    flows: list[PollFlow] = msgspec.field(default_factory=list)
    """Between the rounds that were revealed, for kinds of which a choice is one option."""
    correct: list[Choice] = msgspec.field(default_factory=list)
    """The right answer once it is revealed, as in the staff's `poll_secret`."""
    tolerance: float = 0
    """Greatest distance of a right number from one of `correct`."""
    live: bool = False
    """True if everybody sees the counts of the present round while it is open; never if anonymous,
    nor of texts."""
    ended: bool = False
    """True for an anonymous poll whose ballots are destroyed: no round can follow."""


class PollSecret(Data):
    """The right answer of a poll, until it is revealed. Only for staff."""

    poll_id: str
    """The poll it is about."""
    correct: list[Choice]
    """The right answers: one of these indexes, numbers or texts; of `multiple` exactly
    these indexes, of `ordering` the indexes in this order."""
    tolerance: float = 0
    """Greatest distance of a right number from one of `correct`."""


class PollTally(Data):
    """The counts of a poll as they are now. Only for staff, and only to be shown when asked for.

    Of an anonymous poll the round that is open is not in it.
    """

    poll_id: str
    """The poll it is about."""
    round: int
    """The number of the present round."""
    people: int
    """Number of people who have answered in the present round."""
    rounds: list[RoundResult] = msgspec.field(default_factory=list)
    """The counted answers, by round."""
    flows: list[PollFlow] = msgspec.field(default_factory=list)
    """The moves between rounds that follow one another."""
    suggestion: Literal["", "move_on", "discuss", "explain"] = ""
    """The next step after a round, by the share that is right: from 70 % move on, under 30 %
    explain again, in between let them discuss and vote again. Empty where no right answer is
    known."""
    removed: list[str] = msgspec.field(default_factory=list)
    """Of texts: what stands for each answer that was removed, in hexadecimal; at most 200."""
    hidden: list[str] = msgspec.field(default_factory=list)
    """Of texts: the same for each answer that only staff sees; at most 200."""
    merged: dict[str, str] = msgspec.field(default_factory=dict)
    """Of texts: by the same for an answer, the text as which it is counted; at most 200."""


class Turnout(Data):
    """The number of answers, for everybody to see; of a live poll their counts too."""

    poll_id: str
    """The poll it is about."""
    round: int
    """The number of the present round."""
    answered: int
    """Number of people who have answered in it."""
    at: int
    """Time of the count, in ms since 1970."""
    live: RoundResult | None = None
    """The counts of the round so far, only of a poll that was asked `live`: never who was right."""


class OwnBallot(Data):
    """A person's choice, in their own channel; gone once an anonymous poll has ended."""

    poll_id: str
    """The poll it is about."""
    rounds: dict[str, Choice]
    """By the round's number: what was chosen in it."""


class PollSession(Data):
    """A lesson: from when instructors come until they have been away for half an hour.

    Only for staff. A question that was asked before it began is asked anew.
    """

    began: int
    """Time of its beginning, in ms since 1970."""
    seen: int
    """Time at which an instructor was here last, in ms since 1970; renewed every five minutes."""


class PollOrder(Data):
    """The order in which drafts are asked. Only for staff.

    Drafts that are not in it come last, the oldest first.
    """

    ids: list[str]
    """The ids of the drafts, the next one first; at most 500."""


for _kind, _body in (
    (POLL, Poll),
    (SECRET, PollSecret),
    (TALLY, PollTally),
    (TURNOUT, Turnout),
    (OWN_BALLOT, OwnBallot),
):
    REGISTRY.document(DocumentKind(_kind, _body, window=WINDOW, recent=True))
REGISTRY.document(DocumentKind(SESSION, PollSession, only=SESSION_ID))
REGISTRY.document(DocumentKind(ORDER, PollOrder, only=ORDER_ID))
