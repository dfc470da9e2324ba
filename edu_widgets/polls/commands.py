"""Commands of polls. All are of one lane: an instructor's steps keep their order."""

from typing import Any

import msgspec

from edu_widgets.polls.documents import Choice, PollKind
from edu_widgets.protocol import REGISTRY, CommandType, FrameType
from edu_widgets.protocol.messages import Data


class CreatePoll(Data):
    """Create a poll, as a draft or open at once. Only staff. Its id is the command's."""

    question: str
    """The question: Markdown, 1 to 2,000 characters."""
    kind: PollKind = "single"
    """The kind of question; `predict` asks for the output of some code."""
    options: list[str] = msgspec.field(default_factory=list)
    """The options, see the poll itself."""
    correct: list[Choice] = msgspec.field(default_factory=list)
    """The right answer, kept for staff until it is revealed; it may also come only then."""
    tolerance: float = 0
    """Distance from one of `correct` within which a number is right."""
    anonymous: bool = False
    """True if nobody is to learn who chose what."""
    seconds: int | None = None
    """Duration, 5 to 86,400 seconds; absent: until it is closed."""
    open: bool = False
    """True if it is to be opened at once."""
    named: bool = False
    """True if staff may read who chose what; everybody is told before they vote."""
    live: bool = False
    """True if everybody sees the counts while it is open; neither of texts nor if anonymous."""
    grace_ms: int = 0
    """Time after its end for which votes are taken, 0 to 30,000 ms; see the poll itself."""

    def of_the_moment(self) -> bool:
        """Return True for a poll that is asked at once, which makes no sense an hour later."""
        return self.open


class OpenPoll(Data):
    """Open a draft. Only staff. One that is open stays as it is; a closed one is `TOO_LATE`."""

    poll_id: str
    """The poll it is about."""
    seconds: int | None = None
    """Duration in seconds; absent: as its draft says."""
    grace_ms: int = 0
    """Time after its end for which votes are taken, 0 to 30,000 ms; see the poll itself."""


class EditPoll(Data):
    """Change the wording of a poll, its right answer or its time. Only staff.

    What is absent stays. Votes stay what they are: the number of options does not change, but of a
    draft. The wording is fixed once anything was revealed, the right answer once it was shown.
    """

    poll_id: str
    """The poll it is about."""
    question: str | None = None
    """The question: Markdown, 1 to 2,000 characters."""
    options: list[str] | None = None
    """All the options, in the order they are in."""
    correct: list[Choice] | None = None
    """The right answer; of a draft none takes it away."""
    tolerance: float = 0
    """Distance from one of `correct` within which a number is right, if that is given."""
    seconds: int | None = None
    """Duration in seconds from its opening; 0: until it is closed."""


class OrderDrafts(Data):
    """Put the drafts into the order in which they are asked. Only staff; the last order counts."""

    ids: list[str]
    """The ids of drafts, the next one first, at most 500; what is no draft any more is left out."""

    def outbox_key(self) -> str:
        """There is one order."""
        return "order"


class ClosePoll(Data):
    """Close a round, so that no vote counts any more. Only staff."""

    poll_id: str
    """The poll it is about."""
    round: int
    """The round to close; if another one is open by now, it stays open."""


class ExtendPoll(Data):
    """Give an open round more time. Only staff; of a poll without a timer nothing changes."""

    poll_id: str
    """The poll it is about."""
    round: int
    """The round that is to have more time."""
    seconds: int
    """Additional seconds, up to a day in all."""


class RevealPoll(Data):
    """Show everybody the counts, the right answer, or both; closes the poll if it is open.

    Only staff. An anonymous poll ends with it: its ballots are destroyed.
    """

    poll_id: str
    """The poll it is about."""
    counts: bool = False
    """True to show the counts of the choices."""
    answer: bool = False
    """True to show the right answer."""
    correct: list[Choice] = msgspec.field(default_factory=list)
    """The right answer, if it was not given before; it takes the place of one that was."""
    tolerance: float = 0
    """Distance from one of `correct` within which a number is right."""


class RevotePoll(Data):
    """Open a further round of a closed poll. Only staff, and not once the answer was shown."""

    poll_id: str
    """The poll it is about."""
    round: int
    """The number of the round to begin; one that has begun already stays as it is."""
    seconds: int | None = None
    """Duration in seconds; absent: until it is closed."""
    grace_ms: int = 0
    """Time after its end for which votes are taken, 0 to 30,000 ms; see the poll itself."""


class DeletePoll(Data):
    """Delete a poll with all that belongs to it, ballots too. Only staff."""

    poll_id: str
    """The poll it is about."""


class RemoveAnswer(Data):
    """Take one answer of a text poll out of its results, for everybody and for good. Only staff.

    All answers go that say the same, in every round, and those given later too; how many people
    took part stays. One that is removed already changes nothing; one that staff cannot see is
    `NOT_FOUND`.
    """

    poll_id: str
    """The poll it is about."""
    text: str
    """The answer; case, width and white space make no difference."""


class HideAnswer(Data):
    """Hide one answer of a text poll from students, or show it again. Only staff.

    Its people are counted among those of removed answers; staff goes on seeing it.
    """

    poll_id: str
    """The poll it is about."""
    text: str
    """The answer; case, width and white space make no difference."""
    on: bool = True
    """False to show it again."""


class MergeAnswers(Data):
    """Count several answers of a text poll as one, or each by itself again. Only staff.

    It holds in every round, and for answers given later too. Once the ballots of an anonymous poll
    are destroyed, nothing can be taken apart again (`TOO_LATE`).
    """

    poll_id: str
    """The poll it is about."""
    texts: list[str]
    """The answers, 1 to 20 of them; case, width and white space make no difference."""
    into: str = ""
    """The text as which they are counted; empty: each counts by itself again."""


class CastVote(Data):
    """Vote, or change one's vote, as long as this very round is open."""

    poll_id: str
    """The poll it is about."""
    round: int
    """The round it is for; a vote that comes too late for it counts nowhere."""
    choice: Choice
    """The choice, in the form of the poll's kind."""

    def outbox_key(self) -> str:
        """Only the last word on a round counts."""
        return f"{self.poll_id}:{self.round}"


class ReadAnswers(Data):
    """Ask who chose what in one round of a poll. Only staff, only of a named poll that is closed.

    Each time stands in the audit trail.
    """

    poll_id: str
    """The poll it is about."""
    round: int
    """The round it is about."""
    skip: int = 0
    """Number of answers that were read already."""


class ReadMissing(Data):
    """Ask who of those here has not answered in a round of a named poll. Only staff."""

    poll_id: str
    """The poll it is about."""
    round: int
    """The round it is about."""


class MissingPerson(Data):
    """A student who is here and has not answered."""

    user_id: str
    """The person's id."""
    name: str
    """The person's name in the course."""


class PollMissing(Data):
    """The answer to `read_missing`: at most 500 people, by name."""

    poll_id: str
    """The poll it is about."""
    round: int
    """The round it is about."""
    people: list[MissingPerson] = msgspec.field(default_factory=list)
    """The people who have not answered."""


class NamedAnswer(Data):
    """One person's choice."""

    user_id: str
    """The person's id."""
    name: str
    """The person's name in the course; empty for former members."""
    choice: Choice
    """The choice, in the form of the poll's kind."""


class PollAnswers(Data):
    """The answer to `read_answers`: at most 500 people, in the order of their ids."""

    poll_id: str
    """The poll it is about."""
    round: int
    """The round it is about."""
    answers: list[NamedAnswer] = msgspec.field(default_factory=list)
    """The people's choices."""
    more: bool = False
    """True if there are further ones."""


MAX_MERGED = 20
"""Answers that are merged at once."""

MAX_ANSWERS = 500
"""Answers by name that are told at once."""


def _command(name: str, data: type[Data], **settings: Any) -> CommandType:
    return REGISTRY.command(CommandType(name, data, "vote", feature="polls", **settings))


CREATE_POLL = _command("create_poll", CreatePoll, momentary=True)
OPEN_POLL = _command("open_poll", OpenPoll, momentary=True)
EDIT_POLL = _command("edit_poll", EditPoll, moderation=True, about="poll_id")
ORDER_DRAFTS = _command("order_drafts", OrderDrafts, latest=True)
CLOSE_POLL = _command("close_poll", ClosePoll, momentary=True)
EXTEND_POLL = _command("extend_poll", ExtendPoll, momentary=True)
REVEAL_POLL = _command("reveal_poll", RevealPoll, momentary=True)
REVOTE_POLL = _command("revote_poll", RevotePoll, momentary=True)
DELETE_POLL = _command("delete_poll", DeletePoll)
REMOVE_ANSWER = _command("remove_answer", RemoveAnswer, moderation=True, about="poll_id")
HIDE_ANSWER = _command("hide_answer", HideAnswer, moderation=True, about="poll_id")
MERGE_ANSWERS = _command("merge_answers", MergeAnswers)
CAST_VOTE = _command("cast_vote", CastVote, latest=True, private=True)


READ_ANSWERS = REGISTRY.frame(FrameType("read_answers", ReadAnswers, "client", of_seed=False))
READ_MISSING = REGISTRY.frame(FrameType("read_missing", ReadMissing, "client", of_seed=False))
POLL_MISSING = REGISTRY.frame(FrameType("poll_missing", PollMissing, "service", of_seed=False))
POLL_ANSWERS = REGISTRY.frame(FrameType("poll_answers", PollAnswers, "service", of_seed=False))


class _About(msgspec.Struct):
    """The poll's id in a command's data."""

    poll_id: str = msgspec.field(name="pollId", default="")


_ABOUT = msgspec.json.Decoder(_About)


def poll_of(data: bytes) -> str:
    """Return the id of a command's poll; "" if it names none."""
    try:
        return _ABOUT.decode(data).poll_id
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
