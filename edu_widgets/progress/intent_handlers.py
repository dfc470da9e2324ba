"""Intents of pages for progress. Handlers run in any thread, also while a cell does."""

from __future__ import annotations

from typing import Protocol

from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.notebook.page_requests import Intent, on_intent


class BoardPort(Protocol):
    """The actions for pages, as `ProgressBoard` has them."""

    hide_names: bool

    def hint_group(self, id_: str, text: str) -> Receipt: ...
    def share_all(self, *, share: bool) -> None: ...
    def seen_hints(self) -> None: ...


class IntentHandlers:
    """Acts on intents of the pages of one board."""

    def __init__(self, board: BoardPort) -> None:
        self._board = board

    @on_intent("progress.hint")
    def hint(self, intent: Intent) -> None:
        """`progress.hint {group, text}`: to all who have this failure now."""
        _ = self._board.hint_group(intent.text("group"), intent.text("text"))

    @on_intent("progress.hide")
    def hide(self, intent: Intent) -> None:
        """`progress.hide {on}`: for all pages of this kernel."""
        self._board.hide_names = intent.switch()

    @on_intent("progress.share")
    def share(self, intent: Intent) -> None:
        """`progress.share {on}`: whether the class sees how many have done what."""
        self._board.share_all(share=intent.switch())

    @on_intent("progress.seen")
    def seen(self, intent: Intent) -> None:
        """`progress.seen {}`: the hints are in sight."""
        del intent
        self._board.seen_hints()
