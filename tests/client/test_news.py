"""News against history: first loads of channels, and versions of items."""

from __future__ import annotations

from edu_widgets.client.news import News
from edu_widgets.client.sync.events import DocumentsChanged
from tests.notebook.doubles import FakeClient

STAFF = "staff:py101"


def test_a_channel_begins_with_the_end_of_its_first_load() -> None:
    client = FakeClient()
    news = News[int](client, [client.channel], {})
    for event, began in (
        (DocumentsChanged(client.channel, reset=True), False),
        (DocumentsChanged(STAFF, caught_up=True), False),
        (DocumentsChanged(client.channel, caught_up=True), True),
        (DocumentsChanged(client.channel, reset=True), True),
    ):
        news.heard(event)
        assert news.has_begun(client.channel) is began
    news.begin_again(client.channel)
    assert (news.has_begun(client.channel), news.has_begun(STAFF)) == (False, True)


def test_a_channel_that_is_here_already_has_begun() -> None:
    client = FakeClient()
    client.load()
    assert News[int](client, [client.channel], {}).has_begun(client.channel)


def test_an_item_is_compared_with_its_last_version() -> None:
    news = News[int](FakeClient(), [], {"a": 1})
    assert [news.swap("a", 2), news.swap("b", 1), news.swap("a", None)] == [1, None, 2]
    assert [news.swap("a", 3), list(news)] == [None, [("b", 1), ("a", 3)]]


def test_what_was_seen_the_longest_ago_is_forgotten() -> None:
    news = News[int](FakeClient(), [], {"a": 1, "b": 1, "c": 1}, most=2)
    news.swap("b", 2)
    news.swap("d", 1)
    assert list(news) == [("b", 2), ("d", 1)]
