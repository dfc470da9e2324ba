"""Settings: where they come from, and which counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from traitlets.config import Config

from edu_widgets import configuration
from edu_widgets.client.sync.liveness import Limits
from edu_widgets.configuration import SETTINGS
from edu_widgets.configuration.settings import BY_NAME
from tests.configuration.conftest import Write


def test_the_defaults_are_the_documents() -> None:
    found = configuration.load()
    socket, sse = found.websocket, found.sse
    assert socket.url == "ws://localhost:3001"
    assert (socket.reconnectInterval, socket.maxReconnectAttempts) == (1000, 5)
    assert socket.heartbeatInterval == 30_000
    assert (sse.endpoint, sse.retryInterval, sse.maxRetries) == ("/api/realtime/events", 3000, 10)
    assert found.channels.course == {
        "maxUsers": 1000,
        "requireAuth": True,
        "allowedRoles": ["student", "instructor", "admin"],
        "features": [
            "chat",
            "reactions",
            "questions",
            "pictures",
            "polls",
            "board",
            "cells",
            "stream",
            "presence",
            "progress",
            "notes_sharing",
        ],
        "rateLimit": {"messages": 10, "interval": 60_000},
    }
    assert found.channels.lesson["maxUsers"] == 500
    assert found.channels.notifications["rateLimit"]["messages"] == 100
    assert found.limits() == Limits(), "the client's own defaults are the same"
    assert found.channel_rows() == {}
    assert {found.origin(setting) for setting in SETTINGS} == {"default"}


def test_each_source_counts_more_than_the_one_before(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = BY_NAME["WebSocket.url"]

    def now(**arguments: Any) -> tuple[str, str]:
        found = configuration.load(**arguments)
        return found.websocket.url, found.origin(url)

    system = write("c.WebSocket.url = 'ws://system'", "system")
    assert now() == ("ws://system", str(system))
    user = write("c.WebSocket.url = 'ws://user'")
    assert now() == ("ws://user", str(user))
    also = write('{"WebSocket": {"url": "ws://json"}}', ending=".json")
    assert now() == ("ws://json", str(also))
    monkeypatch.setenv("EDU_WIDGETS_URL", "ws://environment")
    assert now() == ("ws://environment", "EDU_WIDGETS_URL")
    config = Config()
    config.WebSocket.url = "ws://config"
    assert now(config=config) == ("ws://config", "config=…")
    assert now(config={"WebSocket": {"url": "ws://dict"}}) == ("ws://dict", "config=…")
    both = {"config": config, "keywords": {"url": "ws://keyword"}}
    assert now(**both) == ("ws://keyword", "url=…")
    assert now(config=config, keywords={"url": None}) == ("ws://config", "config=…")
    monkeypatch.setenv("EDU_WIDGETS_URL", "")
    assert now() == ("ws://json", str(also)), "an empty variable is not set"


def test_the_current_folder_is_not_read(write: Write, tmp_path: Path) -> None:
    write("raise SystemExit('run')", folder=".")
    assert configuration.load().websocket.url == "ws://localhost:3001"


def test_rows_are_laid_over_each_other(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    system = write("c.Channels.course = {'maxUsers': 300, 'features': ['chat']}", "system")
    user = write("c.Channels.course.update({'rateLimit': {'messages': 3}})")
    monkeypatch.setenv("EDU_WIDGETS_CHANNELS_COURSE", '{"maxUsers": 40}')
    found = configuration.load()
    assert found.channels.course == {
        "maxUsers": 40,
        "requireAuth": True,
        "allowedRoles": ["student", "instructor", "admin"],
        "features": ["chat"],
        "rateLimit": {"messages": 3, "interval": 60_000},
    }
    assert list(found.channel_rows()) == ["course"]
    told = found.origin(BY_NAME["Channels.course"])
    assert told == f"EDU_WIDGETS_CHANNELS_COURSE over {user} over {system}"


def test_a_row_that_says_the_default_is_no_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDU_WIDGETS_CHANNELS_LESSON", '{"maxUsers": 500}')
    assert configuration.load().channel_rows() == {}


def test_what_is_only_looked_at_is_not_set(write: Write) -> None:
    write("c.WebSocket.url\nc.Nonsense\nif c.EduWidgets.token: pass\n")
    assert configuration.load().origin(BY_NAME["WebSocket.url"]) == "default"


def test_the_hubs_user_is_who_connects_unless_something_says_otherwise(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = BY_NAME["EduWidgets.userId"]
    monkeypatch.setenv("JUPYTERHUB_USER", "mira")
    assert (configuration.load().edu.userId, configuration.load().origin(user)) == (
        "mira",
        "JUPYTERHUB_USER",
    )
    write("c.EduWidgets.userId = 'u17'")
    assert configuration.load().edu.userId == "u17"
    monkeypatch.setenv("JUPYTERHUB_USER", "a:b")
    assert configuration.load().edu.userId == "u17"
