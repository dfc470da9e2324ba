"""Receipts and answers that are not settled yet, by the event that settles them."""

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
        """Register a command's receipt; one handed over twice has two receipts."""
        self._commands.setdefault(receipt.id, []).append(receipt)

    def expect_page(self, channel: str, kind: str, receipt: Receipt) -> None:
        """Register the receipt for a page of older documents."""
        self._pages.setdefault((channel, kind), []).append(receipt)

    def fail(self, receipt: Receipt, error: EduWidgetsError) -> None:
        """Fail the receipt of a command that was not taken after all."""
        waiting = self._commands.get(receipt.id, [])
        if receipt in waiting:
            waiting.remove(receipt)
        if not waiting:
            self._commands.pop(receipt.id, None)
        receipt.fail(error)

    def command(self, event: CommandChanged) -> None:
        """Settle a command's receipts, if the event is its end."""
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
        """Settle the receipts of a page that has come, or will not come."""
        for receipt in self._pages.pop((event.channel, event.kind), []):
            if event.code:
                receipt.fail(refusal(event.code, event.reason or meaning(event.code)))
            elif event.reason:
                receipt.fail(NotConnected(event.reason))
            else:
                receipt.settle(0)

    def close(self, error: EduWidgetsError) -> None:
        """Fail all that is pending: no more events will come."""
        for receipt in self._all():
            receipt.fail(error)
        self._commands.clear()
        self._pages.clear()

    def _all(self) -> Iterator[Receipt]:
        for receipts in (*self._commands.values(), *self._pages.values()):
            yield from receipts


class PendingAnswers:
    """Answers that have not come yet. Network thread only."""

    def __init__(self) -> None:
        self._waiting: dict[str, Answer] = {}

    def expect(self, question: str, answer: Answer) -> None:
        """Register the answer to a question, which is the id of a frame that was sent."""
        self._waiting[question] = answer

    def answered(self, event: Answered) -> None:
        """Settle an answer that has come, or will not come."""
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
        """Fail all that is pending: no more events will come."""
        waiting, self._waiting = self._waiting, {}
        for answer in waiting.values():
            answer.fail(error)
