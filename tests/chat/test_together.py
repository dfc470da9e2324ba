"""An instructor and students on a real service: what one does, the others see."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import edu_widgets as edu
from edu_widgets.chat.message import ChatMessage
from edu_widgets.chat.widget import CourseChat
from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import Forbidden, NotConnected, Refused, TooLate
from tests.faults import Faults
from tests.hosting import hosted
from tests.inside import client_of, mirror_of
from tests.waiting import PATIENCE, wait_until


@pytest.fixture
def mira(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bundles: Path) -> Iterator[edu.Lesson]:
    """A hosted lesson of this test's own; its service is ended afterwards."""
    del bundles
    with hosted(tmp_path, monkeypatch) as made:
        yield made


def join(lesson: edu.Lesson, name: str) -> edu.Lesson:
    return edu.join(lesson.invite, name=name).wait_connected(PATIENCE)


def the(chat: CourseChat, id_: str) -> ChatMessage:
    """A message, once it is there."""
    found: list[ChatMessage] = []

    def there() -> bool:
        found[:] = [m for m in chat.messages if m.id == id_ and m.state == "sent"]
        return bool(found)

    wait_until(there, f"message {id_}")
    return found[0]


class Heard:
    """The calls of callbacks, from the thread they run on."""

    def __init__(self, chat: CourseChat, *events: str) -> None:
        self._lock = threading.Lock()
        self.told: list[tuple[str, Any]] = []
        for event in events:
            chat.on(event, lambda what, event=event: self._hear(event, what))

    def _hear(self, event: str, what: Any) -> None:
        with self._lock:
            self.told.append((event, what))

    def wait(self, *events: str) -> list[Any]:
        wait_until(lambda: len(self.told) >= len(events), f"{events}, not {self.told}")
        assert [event for event, _ in self.told] == list(events)
        result = [what for _, what in self.told]
        self.told.clear()
        return result


def test_a_lesson_s_chat(mira: edu.Lesson) -> None:
    ada, bo = join(mira, "Ada"), join(mira, "Bo")
    heard = Heard(bo.chat, "message", "mention", "edit", "reaction", "pin", "delete")
    wait_until(lambda: "Bo" in mirror_of(ada.chat).names(), "Ada knows that Bo is here")
    id_ = ada.chat.send("Hello @Bo, see `@Bo`").id
    message, mention = heard.wait("message", "mention")
    assert message == mention == the(bo.chat, id_)
    assert message.mentions == ("Bo",)

    ada.chat.edit(id_, "Hello").wait()
    assert heard.wait("edit")[0].content == "Hello"
    with pytest.raises(Refused) as stale:
        mira.chat.edit(message, "HELLO").wait()
    assert stale.value.code == Code.STALE
    with pytest.raises(Forbidden):
        bo.chat.edit(the(bo.chat, id_), "mine").wait()
    assert the(bo.chat, id_).content == "Hello", "a refused edit is taken back"

    for lesson in (mira, ada):
        lesson.chat.react(id_, "👍").wait()
    wait_until(lambda: [r.count for r in the(bo.chat, id_).reactions] == [2], "two reactions")
    wait_until(lambda: heard.told and heard.told[-1][1].reactions[0].count == 2, "it is told")
    assert {event for event, _ in heard.told} == {"reaction"}
    heard.told.clear()

    mira.chat.pin(id_).wait()
    assert heard.wait("pin")[0].by_name == "Mira"
    assert [pin.id for pin in bo.chat.pinned] == [id_]
    mira.chat.delete(id_).wait()
    wait_until(lambda: len(heard.told) == 2, "deleted and unpinned")
    assert {event for event, _ in heard.told} == {"delete", "pin"}
    assert (bo.chat.messages, bo.chat.pinned) == ([], [])


def test_questions_and_votes(mira: edu.Lesson) -> None:
    ada, bo = join(mira, "Ada"), join(mira, "Bo")
    heard = Heard(mira.chat, "question", "answered")
    id_ = ada.chat.ask("Why?").id
    assert heard.wait("question")[0].id == id_
    wait_until(lambda: bool(bo.chat.questions), "Bo sees it")
    bo.chat.upvote(id_).wait()
    mira.chat.upvote(id_).wait()
    wait_until(lambda: ada.chat.questions[0].votes == 2, "two votes")
    (asked,) = bo.chat.questions
    assert (asked.own, asked.mine) == (True, False)
    with pytest.raises(Forbidden):
        bo.chat.answered(asked).wait()
    ada.chat.answered(id_).wait()
    assert heard.wait("answered")[0].answered_by == "Ada"


def test_mutes_and_slow_mode(mira: edu.Lesson) -> None:
    ada = join(mira, "Ada")
    first = ada.chat.send("one")
    message = the(mira.chat, first.id)
    heard = Heard(ada.chat, "mute", "slow_mode")
    mira.chat.mute(message).wait()
    (mine,) = heard.wait("mute")
    assert mine.until is not None
    assert [person.name for person in mira.chat.muted] == ["Ada"]
    with pytest.raises(Forbidden, match="muted until"):
        ada.chat.send("two").wait()
    with pytest.raises(Refused, match="Adda"):
        _ = mira.chat.mute("Adda")
    bo = join(mira, "Bo")
    mira.chat.mute("Bo").wait()
    with pytest.raises(Forbidden):
        bo.chat.send("I have said nothing yet").wait()
    mira.chat.unmute("Bo").wait()
    mira.chat.unmute("Ada").wait()
    assert heard.wait("mute")[0].muted is False
    mira.chat.slow_mode(60).wait()
    assert heard.wait("slow_mode") == [60]
    ada.chat.send("three").wait()
    slow = ada.chat.send("four")
    wait_until(lambda: [m.state for m in ada.chat.messages][-1] == "slowed", "it waits")
    assert not slow.done()
    with pytest.raises(Forbidden):
        ada.chat.slow_mode(0).wait()


def test_typing_reading_and_searching(mira: edu.Lesson) -> None:
    ada = join(mira, "Ada")
    mira.chat.send("İlk ders").wait()
    the(ada.chat, mira.chat.messages[0].id)
    assert ada.chat.unread == 1
    assert [m.content for m in ada.chat.search("ilk DERS")] == ["İlk ders"]
    assert [m.user_name for m in ada.chat.search("mira")] == ["Mira"]
    ada.chat.mark_read()
    assert ada.chat.unread == 0
    names = Heard(mira.chat, "typing")
    intent = {"op": "intent", "page": "p1", "id": "i1", "do": "chat.typing", "args": {"on": True}}
    ada.chat.comm.receive(intent)
    assert names.wait("typing") == [["Ada"]]
    assert mira.chat.typing == ["Ada"]
    _ = ada.chat.send("done")
    wait_until(lambda: mira.chat.typing == [], "who has written types no more")


def test_edits_in_a_row_follow_each_other_and_the_last_stays(mira: edu.Lesson) -> None:
    ada = join(mira, "Ada")
    id_ = ada.chat.send("0").id
    the(ada.chat, id_)
    receipts = [ada.chat.edit(id_, str(number)) for number in range(9)]
    receipts[-1].wait(PATIENCE)
    for receipt in receipts:
        wait_until(receipt.done, "every one is settled")
        assert not isinstance(receipt.error, Refused), "nobody else has edited it"
    wait_until(lambda: the(mira.chat, id_).content == "8", "the last one stays")
    ada.close()


def test_a_message_that_waits_is_withdrawn_and_one_that_was_sent_is_not(mira: edu.Lesson) -> None:
    with Faults.before(mira.invite) as faults:
        ada = edu.join(faults.through(mira.invite), name="Ada")
        ada.wait_connected(PATIENCE)
        the(ada.chat, id_ := ada.chat.send("sent").id)
        with pytest.raises(TooLate, match="Delete it"):
            ada.chat.withdraw(id_)
        faults.refuse()
        faults.cut()
        wait_until(lambda: ada.status().state == "reconnecting", "the loss is noticed")
        waiting, after = ada.chat.send("never mind"), ada.chat.send("after")
        wait_until(lambda: ada.status().queued == 2, "both wait")
        ada.chat.withdraw(waiting.id)
        assert [m.content for m in ada.chat.messages] == ["sent", "after"]
        with pytest.raises(NotConnected, match="withdrawn"):
            waiting.wait()
        faults.heal()
        client_of(ada).retry_now()
        after.wait(PATIENCE)
        the(mira.chat, after.id)
        assert [m.content for m in mira.chat.messages] == ["sent", "after"]
        ada.close()


def test_what_is_changed_offline_is_made_up_for(mira: edu.Lesson) -> None:
    with Faults.before(mira.invite) as faults:
        ada = edu.join(faults.through(mira.invite), name="Ada")
        ada.wait_connected(PATIENCE)
        id_ = ada.chat.send("one").id
        the(ada.chat, id_), the(mira.chat, id_)
        faults.refuse()
        faults.cut()
        wait_until(lambda: ada.status().state == "reconnecting", "the loss is noticed")
        receipts = [ada.chat.edit(id_, "two"), ada.chat.react(id_, "👍")]
        assert the(ada.chat, id_).content == "two"
        assert the(ada.chat, id_).reactions[0].count == 1
        assert [m.content for m in ada.chat.search("one")] == ["one"], "what is loaded is searched"
        faults.heal()
        client_of(ada).retry_now()  # after some failures it would try once a minute only
        for receipt in receipts:
            receipt.wait(PATIENCE)
        wait_until(lambda: the(mira.chat, id_).content == "two", "Mira sees the edit")
        wait_until(lambda: len(the(mira.chat, id_).reactions) == 1, "and the reaction")
        ada.close()


def test_unread_counts_what_is_not_loaded_after_a_restart(mira: edu.Lesson) -> None:
    ada = join(mira, "Ada")
    mira.chat.send("read").wait()
    the(ada.chat, mira.chat.messages[0].id)
    ada.chat.mark_read()
    ada.chat.send("her own, which counts for nobody").wait()
    ada.close()
    sent = [mira.chat.send(f"line {n}") for n in range(120)]
    sent[-1].wait(PATIENCE)
    ada = join(mira, "Ada")
    wait_until(lambda: ada.chat.unread == 120, "all of them are counted")
    assert len(ada.chat.messages) < 120
    ada.chat.mark_read()
    assert ada.chat.unread == 0
