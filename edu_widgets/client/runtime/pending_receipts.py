"""Receipts and answers that are not settled yet, by what settles them."""

from collections.abc import Iterator

from edu_widgets.client.runtime.receipts import Answer, Receipt
from edu_widgets.client.sync.commands import CommandState
from edu_widgets.client.sync.events import Answered, CommandChanged, PageSettled
from edu_widgets.protocol import meaning
from edu_widgets.protocol.errors import EduWidgetsError, NotConnected, refusal

_DISCARDED = "It was discarded before it was sent."


class PendingReceipts:
    """Receipts not yet settled. Network thread only."""

    def __init__(self) -> None:
        self._commands: dict[str, list[Receipt]] = {}
        self._pages: dict[tuple[str, str], list[Receipt]] = {}

    def expect(self, receipt: Receipt) -> None:
        """A command was handed over; of one handed over twice both receipts are settled."""
        self._commands.setdefault(receipt.id, []).append(receipt)

    def expect_page(self, channel: str, kind: str, receipt: Receipt) -> None:
        """A page of older documents was asked for."""
        self._pages.setdefault((channel, kind), []).append(receipt)

    def fail(self, receipt: Receipt, error: EduWidgetsError) -> None:
        """A command was not taken after all."""
        waiting = self._commands.get(receipt.id, [])
        if receipt in waiting:
            waiting.remove(receipt)
        if not waiting:
            self._commands.pop(receipt.id, None)
        receipt.fail(error)

    def command(self, event: CommandChanged) -> None:
        """A command moved: settle those who wait for it, if it has come to an end."""
        command = event.command
        failed = command.state is CommandState.FAILED
        if not (event.gone or failed) or command.id not in self._commands:
            return
        for receipt in self._commands.pop(command.id):
            if event.seq is not None:
                confirmed = command.state is not CommandState.UNCONFIRMED
                receipt.settle(event.seq, confirmed=confirmed)
            elif event.gone:
                receipt.fail(NotConnected(command.error or _DISCARDED))
            else:
                receipt.fail(refusal(command.code, command.error))

    def page(self, event: PageSettled) -> None:
        """A page came, or will not come."""
        for receipt in self._pages.pop((event.channel, event.kind), []):
            if event.code:
                receipt.fail(refusal(event.code, event.reason or meaning(event.code)))
            elif event.reason:
                receipt.fail(NotConnected(event.reason))
            else:
                receipt.settle(0)

    def close(self, error: EduWidgetsError) -> None:
        """Nothing more will come."""
        for receipt in self._all():
            receipt.fail(error)
        self._commands.clear()
        self._pages.clear()

    def _all(self) -> Iterator[Receipt]:
        for receipts in (*self._commands.values(), *self._pages.values()):
            yield from receipts


class PendingAnswers:
    """Answers not yet there. Network thread only."""

    def __init__(self) -> None:
        self._waiting: dict[str, Answer] = {}

    def expect(self, question: str, answer: Answer) -> None:
        """A frame with this id was sent."""
        self._waiting[question] = answer

    def answered(self, event: Answered) -> None:
        """An answer came, or will not come."""
        answer = self._waiting.pop(event.id, None)
        if answer is None:
            return
        if event.code:
            reason = event.reason or meaning(event.code)
            answer.fail(refusal(event.code, reason, event.retry_after))
        elif event.reason:
            answer.fail(NotConnected(event.reason))
        else:
            answer.answer(event.data)

    def close(self, error: EduWidgetsError) -> None:
        """Nothing more will come."""
        waiting, self._waiting = self._waiting, {}
        for answer in waiting.values():
            answer.fail(error)
