"""The few places where tests look behind a public name, each once and with its reason."""

from __future__ import annotations

from typing import Any

from edu_widgets import Lesson
from edu_widgets.chat.mirror import Chat
from edu_widgets.chat.widget import CourseChat
from edu_widgets.client.course import CourseClient
from edu_widgets.client.sync.outbox import Outbox
from edu_widgets.notebook.channel import PageChannel
from edu_widgets.notebook.widget import LiveWidget
from edu_widgets.panel.widget import CoursePanel


def client_of(shown: Lesson | LiveWidget) -> CourseClient:
    """The connection of a lesson or widget: a user has none, and a test asks what it has stored."""
    return shown._client


def synced(widget: LiveWidget, name: str) -> Any:
    """A trait as it is sent to pages; traits only pages read have names with an underscore."""
    return widget.get_state(name)[name]


def models_of(panel: CoursePanel) -> dict[str, str]:
    """By tab: the model to which a panel leads its pages, "" where it has no such tab."""
    return {name: face["model"] for name, face in synced(panel, "_parts").items()}


def content_of(widget: Any) -> Any:
    """What a widget would send a page that opens now, without a page that asks for it."""
    return widget._shown


def mirror_of(chat: CourseChat) -> Chat:
    """A chat's mirror: who writes and what one may do reach pages only mixed with much else."""
    return chat._chat


def channel_of(widget: LiveWidget) -> PageChannel:
    """A widget's channel to its pages, which a test fills, or lets forget a page, at its time."""
    return widget._channel


def outbox_of(client: CourseClient) -> Outbox | None:
    """A client's outbox: that nothing is left half added is shown to nobody."""
    return client._outbox
