"""Admission to a lesson: the instructors' calls, and their effects in a student's kernel."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import edu_widgets as edu
from edu_widgets import cli, folders
from edu_widgets.protocol import Code, uuid7
from edu_widgets.protocol.errors import Forbidden, InvalidArgument, Refused, Unauthorized
from tests.hosting import hosted, leave_lessons
from tests.inside import client_of
from tests.waiting import PATIENCE, wait_until


@pytest.fixture
def mira(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[edu.Lesson]:
    with hosted(tmp_path, monkeypatch) as lesson:
        yield lesson
        leave_lessons()


def texts(lesson: edu.Lesson) -> list[str]:
    return [message.content for message in lesson.chat.messages]


def test_an_instructor_enters_by_a_staff_invite(
    mira: edu.Lesson, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["invite", "py101", "--staff"]) == 0
    invite = capsys.readouterr().out.strip()
    with edu.join(invite, name="Zoe") as zoe:
        assert zoe.wait_connected(PATIENCE).user.role == "instructor"
        assert zoe.invite == mira.invite, "for her students"
        me = zoe.user.user_id
    with edu.join(invite, name="Zoe") as again:
        assert (again.wait_connected(PATIENCE).user.user_id, again.user.role) == (me, "instructor")
    with pytest.raises(Unauthorized, match="was used already"):
        edu.join(invite, name="Eve")


def test_a_new_invite_ends_the_one_before(mira: edu.Lesson) -> None:
    before = mira.invite
    with edu.join(before, name="Ada") as ada:
        ada.wait_connected(PATIENCE)
        now = mira.new_invite()
        assert now == mira.invite != before
        with pytest.raises(Unauthorized):
            edu.join(before, name="Eve")
        with edu.join(now, name="Bo") as bo:
            assert bo.wait_connected(PATIENCE).user.role == "student"
        ada.chat.send("I stay").wait(PATIENCE)
        with pytest.raises(Forbidden, match="Only instructors"):
            ada.new_invite()
    assert edu.host("py101").invite == now, "also for who asks the service again"


def test_an_instructor_decides_about_shared_notebooks(mira: edu.Lesson) -> None:
    mira.forbid_viewers()
    wait_until(lambda: not mira.viewers_allowed, "instructors see it")
    mira.allow_viewers()
    wait_until(lambda: mira.viewers_allowed, "and that it is as before")
    with edu.join(mira.invite, name="Ada") as ada, pytest.raises(Forbidden, match="Only instr"):
        ada.wait_connected(PATIENCE).forbid_viewers()


def test_a_closed_door_and_a_roster(mira: edu.Lesson) -> None:
    mira.close_door()
    wait_until(lambda: mira.door_closed, "instructors see it")
    with pytest.raises(Forbidden, match="lets no new people in"):
        edu.join(mira.invite, name="Ada")
    mira.open_door()
    wait_until(lambda: not mira.door_closed, "and that it is open again")
    assert mira.people.roster(["Ada Lovelace", "Bo"]) == 2
    with pytest.raises(Forbidden, match="'Eve' is not among the names"):
        edu.join(mira.invite, name="Eve")
    with edu.join(mira.invite, name="ada  LOVELACE") as ada:
        assert ada.wait_connected(PATIENCE).user.role == "student"
        with pytest.raises(Forbidden, match="Only instructors"):
            ada.people.roster(["Eve"])
    with pytest.raises(InvalidArgument, match="same name"):
        mira.people.roster(["Ada", "ADA"])
    with pytest.raises(InvalidArgument, match="is a list of names"):
        mira.people.roster("Ada")
    assert mira.people.roster(None) is None
    with edu.join(mira.invite, name="Eve") as eve:
        eve.wait_connected(PATIENCE)


def test_a_roster_by_the_call_and_by_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hosted(tmp_path, monkeypatch, roster=["Ada"]) as lesson:
        with pytest.raises(Forbidden):
            edu.join(lesson.invite, name="Bo")
        names = tmp_path / "names.txt"
        names.write_text("# of monday\nBo\n", "utf-8")
        edu.host("py101", config={"EduWidgets": {"rosterFile": str(names)}})
        with edu.join(lesson.invite, name="Bo") as bo:
            bo.wait_connected(PATIENCE)
        leave_lessons()


def test_a_removed_person_is_out_until_readmitted(mira: edu.Lesson, tmp_path: Path) -> None:
    ada = edu.join(mira.invite, name="Ada").wait_connected(PATIENCE)
    wait_until(lambda: [p.name for p in mira.people.all] == ["Mira", "Ada"], "she is here")
    (person,) = [p for p in mira.people.all if p.name == "Ada"]
    assert [one.name for one in mira.people.remove(person)] == ["Ada"]
    wait_until(lambda: ada.status().state == "stopped", "she is out")
    assert "You were removed from py101 by an instructor." in str(ada.status())
    wait_until(lambda: [p.name for p in mira.people.all] == ["Mira"], "she is not here")
    assert texts(ada) == [], "and holds nothing of it any more"
    with pytest.raises(Forbidden, match="You were removed from py101 by an instructor"):
        edu.join(mira.invite, name="Ada")
    with pytest.raises(Forbidden):
        ada.chat.send("after all").wait(PATIENCE)
    wait_until(lambda: [p.name for p in mira.people.removed] == ["Ada"], "staff sees who is out")
    assert mira.people.removed[0].removed_by == "Mira"
    with pytest.raises(Refused, match="Nobody removes themselves"):
        mira.people.remove(mira.user)
    assert mira.people.readmit(mira.people.removed[0])
    assert not mira.people.readmit(person)
    again = edu.join(mira.invite, name="Ada").wait_connected(PATIENCE)
    assert again.user.user_id == person.user_id
    mira.chat.send("Welcome back").wait(PATIENCE)
    wait_until(lambda: "Welcome back" in texts(again), "she reads along")


def test_who_is_erased_is_gone_and_may_come_as_somebody_new(
    mira: edu.Lesson, tmp_path: Path
) -> None:
    ada = edu.join(mira.invite, name="Ada").wait_connected(PATIENCE)
    ada.chat.send("what Ada said").wait(PATIENCE)
    wait_until(lambda: "what Ada said" in texts(mira), "it is read")
    before = ada.user.user_id
    mira.people.remove("Ada")
    wait_until(lambda: mira.people.removed != [], "staff sees who is out")
    mira.erase("Ada")
    wait_until(lambda: texts(mira) == [] and mira.people.removed == [], "nothing of hers is here")
    service = folders.service_folder("py101")
    assert not [p for p in service.iterdir() if b"what Ada said" in p.read_bytes()]
    assert before not in (service / "audit.jsonl").read_text()
    ada.close()
    again = edu.join(mira.invite, name="Ada").wait_connected(PATIENCE)
    assert again.user.user_id != before
    assert again.user.name == "Ada"


def test_everybody_who_came_the_same_way_is_removed_from_a_page(
    mira: edu.Lesson, tmp_path: Path
) -> None:
    ada, bo = (edu.join(mira.invite, name=name).wait_connected(PATIENCE) for name in ("Ada", "Bo"))
    intend(mira, "people.remove", id=ada.user.user_id, sameJoin=True)
    wait_until(lambda: {one.status().state for one in (ada, bo)} == {"stopped"}, "both are out")
    assert mira.user.role == "instructor", "she who did it stays"
    wait_until(lambda: len(mira.people.removed) == 2, "staff sees who is out")


def test_a_removal_says_how_they_could_come_back(mira: edu.Lesson, tmp_path: Path) -> None:
    for name in ("Ada", "Bo"):
        edu.join(mira.invite, name=name).wait_connected(PATIENCE)
    told = repr(mira.people.remove("Ada"))
    assert told.startswith("Removed: Ada. With the present invite")
    assert "lesson.new_invite()" in told
    mira.close_door()
    wait_until(lambda: mira.door_closed, "the door is closed")
    assert repr(mira.people.remove("Bo")) == "Removed: Bo."


def test_whom_instructors_mean_may_be_told_by_name(mira: edu.Lesson, tmp_path: Path) -> None:
    ada = edu.join(mira.invite, name="Ada").wait_connected(PATIENCE)
    _ = ada.people.raise_hand("which axis?")
    wait_until(lambda: len(mira.people.hands) == 1, "her hand is up")
    mira.people.take("Ada").wait(PATIENCE)
    wait_until(lambda: mira.people.hands[0].taken_by == "Mira", "it is taken")
    mira.people.solved("Ada").wait(PATIENCE)
    with pytest.raises(Refused, match="no such person"):
        mira.people.remove("Adda")
    assert [one.name for one in mira.people.remove("Ada")] == ["Ada"]
    wait_until(lambda: mira.people.removed != [], "staff sees who is out")
    assert mira.people.readmit("Ada")
    again = edu.join(mira.invite, name="Ada").wait_connected(PATIENCE)
    assert again.user == ada.user


def test_what_a_removed_person_wrote_meanwhile_is_not_sent_by_itself(
    mira: edu.Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = edu.join(mira.invite, name="Ada").wait_connected(PATIENCE)
    client = client_of(ada)
    pooled = client._pooled
    assert pooled is not None
    with monkeypatch.context() as patch:  # as on a connection that takes nothing
        patch.setattr(pooled.connection.session, "flush", lambda: None)
        waiting = ada.chat.send("kept")
        (person,) = mira.people.find("Ada")
        mira.people.remove(person)
        wait_until(lambda: ada.status().state == "stopped", "she is out")
    with pytest.raises(Forbidden) as caught:
        waiting.wait(PATIENCE)
    assert caught.value.code == Code.REMOVED
    mira.people.readmit(person)
    again = edu.join(mira.invite, name="Ada").wait_connected(PATIENCE)
    again.chat.send("new").wait(PATIENCE)
    wait_until(lambda: "new" in texts(mira), "what is written now is sent")
    assert texts(mira) == ["new"]


def intend(lesson: edu.Lesson, do: str, **args: Any) -> None:
    intent = {"op": "intent", "page": "p1", "id": uuid7(), "do": do, "args": args}
    lesson.people.comm.receive(intent)


def desk(lesson: edu.Lesson) -> dict[str, Any]:
    """The lesson's state for a page that comes now."""
    lesson.people.comm.receive({"op": "ready", "page": uuid7(), "lang": ""})
    found: list[dict[str, Any]] = []

    def came() -> bool:
        found.extend(m for m in lesson.people.comm.take() if m["op"] == "snapshot")
        return bool(found)

    wait_until(came, "the page has its snapshot")
    told: dict[str, Any] = found[-1]["collections"]["desk"]["docs"][0]
    return told


def test_a_page_decides_the_same(mira: edu.Lesson) -> None:
    ada = edu.join(mira.invite, name="Ada").wait_connected(PATIENCE)
    before = mira.invite
    told: list[dict[str, Any]] = []

    def heard(op: str) -> bool:
        told.extend(m for m in mira.people.comm.take() if m.get("name") == op)
        return bool(told)

    intend(mira, "people.door", closed=True)
    wait_until(lambda: desk(mira).get("closed") is True, "the page says that it is closed")
    intend(mira, "people.invite")
    wait_until(lambda: heard("invite"), "the page gets the new invite")
    assert told.pop()["data"] == {"invite": mira.invite}
    assert mira.invite != before, "and so does Python"
    intend(mira, "people.remove", id=ada.user.user_id)
    wait_until(lambda: ada.status().state == "stopped", "she is out")
    wait_until(lambda: desk(mira).get("removed") is not None, "the page says who is out")
    assert desk(mira)["removed"] == [{"id": ada.user.user_id, "name": "Ada"}]
    mira.people.hide_names = True
    assert "removed" not in desk(mira), "not while names are hidden"
    intend(mira, "people.readmit", id=ada.user.user_id)
    wait_until(lambda: mira.people.removed == [], "she may come back")
    intend(mira, "people.remove", id=mira.user.user_id)
    wait_until(lambda: heard("notice"), "what is refused is said on the page")
    assert "Nobody removes themselves" in told.pop()["data"]["message"]
