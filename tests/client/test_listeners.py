"""A listener that throws costs the others nothing, and is reported once."""

from __future__ import annotations

import logging

import pytest

from edu_widgets.client.runtime.listeners import Listeners


def test_a_listener_that_throws_starves_nobody_and_is_reported_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    audience: Listeners[int] = Listeners()
    heard: list[int] = []

    def broken(number: int) -> None:
        raise ValueError(number)

    audience.listen(broken)
    audience.listen(heard.append)
    with caplog.at_level(logging.ERROR):
        for number in (1, 2, 3):
            audience.tell(number)
    assert heard == [1, 2, 3]
    assert len(caplog.records) == 1
