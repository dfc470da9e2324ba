"""Open polls as headlines, for features that show notifications."""

from __future__ import annotations

from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.notification_sources import Headline, headline_id
from edu_widgets.polls.documents import OWN_BALLOT, POLL, OwnBallot, Poll
from edu_widgets.protocol import Document
from edu_widgets.protocol.channels import user_channel
from edu_widgets.protocol.errors import ProtocolError


class Openings:
    """Makes a headline of each poll for those who vote, as long as it is open, one a round."""

    documents = POLL
    seen_by = frozenset({OWN_BALLOT})

    def __init__(self, client: CourseClient) -> None:
        self._client = client

    def headline(self, document: Document) -> Headline | None:
        """Return the headline of a poll."""
        try:
            poll: Poll = document.as_(Poll)
        except ProtocolError:
            return None  # its own view says that it cannot be read
        if poll.state != "open" or self._client.me().is_staff:
            return None  # who runs the polls is not asked to vote in them
        return Headline(
            headline_id("poll", poll.id, poll.round),
            "poll",
            "A poll is open",
            poll.question,
            poll.opened or poll.created_at,
            "polls",
            poll.id,
            document.born,
        )

    def seen(self, headline: Headline) -> bool:
        """Return True if the reader has voted in this round."""
        mirror = self._client.mirror(user_channel(self._client.course, self._client.me().user_id))
        document = mirror.get(f"ballot:{headline.target}")
        if document is None or document.deleted:
            return False
        try:
            rounds: dict[str, object] = document.as_(OwnBallot).rounds
        except ProtocolError:
            return False
        return any(headline_id("poll", headline.target, number) == headline.id for number in rounds)
