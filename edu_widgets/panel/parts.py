"""What a panel is made of: the lesson's own four widgets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, get_args

from edu_widgets.chat.widget import CourseChat
from edu_widgets.notebook.widget import LiveWidget
from edu_widgets.notifications.widget import NotificationPane
from edu_widgets.panel import Tab
from edu_widgets.polls.widget import LivePolls
from edu_widgets.presence.widget import PresenceList

TABS: Final[tuple[Tab, ...]] = get_args(Tab)
"""Every tab there can be, in the order in which they stand unless asked otherwise."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The widgets of a lesson, also of the tabs that are not shown: the figures are theirs."""

    chat: CourseChat
    polls: LivePolls
    people: PresenceList
    notifications: NotificationPane

    def all(self) -> tuple[LiveWidget, ...]:
        """Each of them."""
        return (self.chat, self.polls, self.people, self.notifications)

    def of(self, tab: Tab) -> LiveWidget:
        """The widget in a tab."""
        return dict(zip(TABS, self.all(), strict=True))[tab]
