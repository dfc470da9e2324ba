"""Wrong arguments and wrong moments: one sentence each, and nothing has changed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import edu_widgets as edu
from tests.hosting import hosted
from tests.ports import own_port

WRONG = {
    "edu.host('')": "cannot be a course's name",
    "edu.host(123)": "course must be a string, such as 'py101', not 123",
    "edu.host('py 101/2')": "cannot be a course's name",
    "edu.host('py101', name='')": "A name needs 1 to 64 visible characters",
    "edu.host('py101', name=5)": "name must be a string, such as 'Ada', not 5",
    "edu.join(None)": "join() needs the invite your instructor shows",
    "edu.join(5)": "invite must be a string",
    "edu.join(lesson.invite, name='')": "A name needs",
    "edu.connect(url='ftp://x', token='t', user_id='u', course='c')": "url='ftp://x' cannot",
    "lesson.wait_connected('soon')": "timeout must be a number of seconds, such as 10, not 'soon'",
    "lesson.wait_connected(None)": "timeout must be a number of seconds",
    "lesson.panel(5)": "tabs must be some of 'chat'",
    "lesson.panel(['nope'])": "tabs must be some of 'chat'",
    "lesson.panel(height='tall')": "height must be a number of pixels",
    "lesson.panel().show('nope')": "has the tabs chat",
    "lesson.chat.send(None)": "The message must be a string, not None",
    "lesson.chat.send('')": "The message is empty",
    "lesson.chat.send([1])": "must be a string, not a list",
    "lesson.chat.react(1, 2)": "message must be a message or its id, not 1",
    "lesson.chat.mute(5)": "A person is a message of theirs, a name or an id; not 5",
    "lesson.chat.on('typo', print)": "There is no event 'typo' here; there are 'message', 'edit'",
    "lesson.chat.on('message', 5)": "must be a function, not 5",
    "lesson.chat.off('typo')": "There is no event 'typo'",
    "lesson.polls.on('typo', print)": "there are 'open', 'close', 'reveal'",
    "lesson.polls.load(5)": "path must be a file's, such as 'questions.md', not 5",
    "lesson.polls.load('no-such.md')": "no-such.md cannot be read: ",
    "lesson.people.set_status('foo')": "'following', 'done', 'stuck' or None, not 'foo'",
    "lesson.people.find(5)": "name must be a string",
    "lesson.people.find('x', limit='a')": "limit must be a whole number of 0 or more, not 'a'",
    "lesson.notifications.send()": "title needs 1 to 200 visible characters",
    "lesson.notifications.send(5)": "title must be a string, not 5",
    "lesson.chat.send('x').wait('a')": "timeout must be a number of seconds",
}
LEFT = (
    *("chat.send('x')", "chat.react('a', '👍')", "chat.older()", "chat.load_all()"),
    *("chat.search('x')", "chat.retry('x')", "chat.discard('x')", "chat.mark_read()"),
    *("chat.on('message', print)", "people.set_status('done')", "people.raise_hand('x')"),
    *("people.find('x')", "notifications.mark_read()", "notifications.clear()"),
    *("notifications.send('x')", "polls.ask('x?', ['a', 'b'])", "wait_connected()"),
)


@pytest.fixture
def lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bundles: Path) -> Iterator[edu.Lesson]:
    del bundles
    with hosted(tmp_path, monkeypatch, port=own_port()) as made:
        yield made


def test_a_wrong_argument_is_named_and_changes_nothing(lesson: edu.Lesson) -> None:
    said = {}
    for call in WRONG:
        try:
            said[call] = f"nothing: {eval(call, {'edu': edu, 'lesson': lesson})!r}"
        except edu.InvalidArgument as error:
            said[call] = str(error)
    assert {call: told for call, told in said.items() if WRONG[call] not in told} == {}
    assert not [told for told in said.values() if re.search(r"Errno|NoneType|\bint\b", told)]
    assert [message.content for message in lesson.chat.messages] in ([], ["x"])
    assert lesson.user.name == "Mira"


def test_after_the_end_each_call_says_what_opens_it_again(lesson: edu.Lesson) -> None:
    _ = lesson.chat, lesson.people, lesson.polls, lesson.notifications
    lesson.close()
    said: dict[str, str] = {}
    for call in LEFT:
        with pytest.raises(edu.NotConnected) as raised:
            eval(f"lesson.{call}", {"lesson": lesson})
        said[call] = str(raised.value)
    assert all(
        re.match(r'The lesson is closed\. Run edu\.host\("py101", ', s) for s in said.values()
    )
    assert str(lesson.status()) == "Closed."


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_in_a_forked_child_each_call_says_whose_the_connection_is(lesson: edu.Lesson) -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        told: list[Any] = []
        for call in LEFT:
            try:
                eval(f"lesson.{call}", {"lesson": lesson})
            except edu.ForkedProcess as error:
                told.append("call host(), join() or connect() here" in str(error))
            except BaseException as error:  # noqa: BLE001 - said to the parent
                told.append(f"{call}: {error!r}")
        os.write(writing, repr([t for t in told if t is not True]).encode())
        os._exit(len(told) != len(LEFT))
    os.close(writing)
    assert os.waitpid(child, 0)[1] == 0
    assert os.read(reading, 100_000).decode() == "[]"
    os.close(reading)
