"""The few places where tests look behind a public name, each once and with its reason."""

from __future__ import annotations

from typing import Any

from edu_widgets import Lesson
from edu_widgets.client.course import CourseClient
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
