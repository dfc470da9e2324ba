"""The rules of notifications, one by one."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from edu_widgets.notifications.commands import MAX_SECONDS
from edu_widgets.notifications.documents import (
    MAX_ACTIONS,
    MAX_DATA,
    MAX_LABEL,
    MAX_MARKS,
    MAX_MESSAGE,
    MAX_TITLE,
    ActionTaken,
    Notification,
)
from edu_widgets.notifications.service.expiry import Expiry, expiry_channel
from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import parse_channel
from edu_widgets.protocol.errors import InvalidArgument, Refused
from edu_widgets.service.rules import Person
from tests.in_memory.service import COURSE, MIRA, ROOM, STAFF, START, own
from tests.notifications.office import ADA, BO, Office


def refused(code: Code, office: Office, person: Person, type_: str, **fields: Any) -> str:
    """A command is refused, and changes nothing."""
    before = office.heads()
    with pytest.raises(Refused) as caught:
        office.do(person, type_, **fields)
    assert caught.value.code == code
    assert office.heads() == before
    return str(caught.value)


def test_only_staff_sends(office: Office) -> None:
    refused(Code.FORBIDDEN, office, ADA, "send_notification", title="x")
    refused(Code.FORBIDDEN, office, ADA, "send_notification", title="x", userId=BO.id)
    office.do(Person("u-root", "Root", "admin"), "send_notification", title="x")


def test_each_goes_where_only_those_it_is_for_can_read_it(office: Office) -> None:
    audiences: list[dict[str, Any]] = [
        {}, {"to": "students"}, {"to": "staff"}, {"userId": ADA.id}
    ]  # fmt: skip
    for fields in audiences:
        office.send(str(fields), **fields)
    titles = {person.id: {n.title for n in office.seen_by(person)} for person in (ADA, BO, MIRA)}
    assert titles[BO.id] == {"{}", "{'to': 'students'}"}
    assert titles[ADA.id] == titles[BO.id] | {"{'userId': 'u-ada'}"}
    assert titles[MIRA.id] == titles[BO.id] | {"{'to': 'staff'}"}
    (mine,) = office.all(Notification.kind, own(ADA))
    assert (mine.user_id, mine.created_by, mine.created_by_name) == (ADA.id, MIRA.id, "Mira")
    assert (mine.created_at, mine.type, mine.read) == (START, "info", False)


def test_it_is_sent_once(office: Office) -> None:
    first = office.do(MIRA, "send_notification", "n1", title="x", userId=ADA.id)
    again = office.do(MIRA, "send_notification", "n1", title="x", userId=ADA.id)
    assert (again.replayed, again.seq) == (True, first.seq)
    assert len(office.all(Notification.kind, own(ADA))) == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": ""}, "title"),
        ({"title": " \n\x07"}, "title"),
        ({"title": "x" * (MAX_TITLE + 1)}, "1 to 200"),
        ({"message": "x" * (MAX_MESSAGE + 1)}, "message"),
        ({"to": "staff", "userId": "u-ada"}, "not for both"),
        ({"userId": "a:b"}, "not the id of a person"),
        ({"userId": "u ada"}, "not the id of a person"),
        ({"data": "x" * MAX_DATA}, "data"),
        ({"seconds": 0}, "at least a second"),
        ({"seconds": -5}, "at least a second"),
        ({"seconds": MAX_SECONDS + 1}, "365 days"),
        ({"seconds": 5, "expiresAt": START + 5}, "not both"),
        ({"actions": [{"label": "", "action": "a"}]}, "label"),
        ({"actions": [{"label": "x" * (MAX_LABEL + 1), "action": "a"}]}, "label"),
        ({"actions": [{"label": "x", "action": " "}]}, "action"),
        ({"actions": [{"label": str(n), "action": "a"} for n in range(2)]}, "the same"),
        ({"actions": [{"label": "x", "action": str(n)} for n in range(MAX_ACTIONS + 1)]}, "most 5"),
    ],
)
def test_what_cannot_be_sent(office: Office, fields: dict[str, object], words: str) -> None:
    said = refused(Code.INVALID, office, MIRA, "send_notification", **{"title": "x", **fields})
    assert words in said


def test_types_and_audiences_are_the_documents(office: Office) -> None:
    for fields in ({"type": "banner"}, {"to": "everybody"}):
        with pytest.raises(msgspec.ValidationError):
            office.do(MIRA, "send_notification", title="x", **fields)


def test_a_title_is_one_line_and_a_text_stays_as_it_is(office: Office) -> None:
    office.send(" 5\nminutes\x00 \u202eleft ", message="  <b>`x`</b> \n\n")
    (shown,) = office.seen_by(ADA)
    assert (shown.title, shown.message) == ("5 minutes left", "  <b>`x`</b>")


def test_commands_come_in_ones_own_channel(office: Office) -> None:
    for room in (ROOM, STAFF, own(ADA)):
        refused(Code.INVALID, office, MIRA, "send_notification", room=room, title="x")
        refused(Code.INVALID, office, MIRA, "mark_notifications", room=room, upTo=1)
        refused(Code.INVALID, office, MIRA, "clear_notifications", room=room, upTo=1)
        refused(Code.INVALID, office, MIRA, "notification_action", room=room, id="x", action="y")


# -- what expires -----------------------------------------------------------------------------


def test_it_expires_by_the_services_clock(office: Office) -> None:
    for to in ("", "staff"):
        office.send("short", seconds=60, to=to)
    office.send("short", seconds=60, userId=ADA.id)
    office.send("until then", expiresAt=START + 120_000)
    kept = office.send("for ever")
    assert {n.expires_at for n in office.seen_by(BO)} == {START + 60_000, START + 120_000, None}
    office.now += 59_999
    assert not office.expire()
    office.now += 1
    office.expire()
    assert {n.title for n in office.seen_by(ADA)} == {"until then", "for ever"}
    assert office.all(Notification.kind, STAFF) == []
    office.now += 60_000
    office.expire()
    assert [n.id for n in office.seen_by(ADA)] == [kept]
    assert office.all(Expiry.kind, expiry_channel(COURSE)) == []


def test_what_would_be_over_is_not_sent(office: Office) -> None:
    past = {"title": "x", "expiresAt": START}
    said = refused(Code.TOO_LATE, office, MIRA, "send_notification", **past)
    assert "over before it was sent" in said


def test_nobody_can_enter_where_it_is_noted_what_expires() -> None:
    with pytest.raises(InvalidArgument):
        parse_channel(expiry_channel(COURSE))


# -- what is read --------------------------------------------------------------------------------


def test_marks_add_up_and_are_bounded(office: Office) -> None:
    office.do(ADA, "mark_notifications", ids=["a", "b"])
    office.do(ADA, "mark_notifications", ids=["b", "c"])
    assert office.mark(ADA).read == ["a", "b", "c"]
    assert office.mark(BO).read == []
    office.do(ADA, "mark_notifications", ids=[f"n{n}" for n in range(MAX_MARKS)])
    assert office.mark(ADA).read == [f"n{n}" for n in range(MAX_MARKS)]
    many = [f"n{n}" for n in range(MAX_MARKS + 1)]
    refused(Code.INVALID, office, ADA, "mark_notifications", ids=many)
    for id_ in ("", "a b", "x" * 65, "\u202e"):
        refused(Code.INVALID, office, ADA, "mark_notifications", ids=[id_])


def test_times_move_up_to_now_and_never_back(office: Office) -> None:
    office.do(ADA, "mark_notifications", upTo=START + 10**9)
    office.do(ADA, "clear_notifications", upTo=START - 5)
    assert (office.mark(ADA).up_to, office.mark(ADA).cleared) == (START, START - 5)
    for _ in range(2):
        assert not office.do(ADA, "mark_notifications", upTo=START - 9).changes
        assert not office.do(ADA, "clear_notifications", upTo=START - 9).changes
    refused(Code.INVALID, office, ADA, "mark_notifications", upTo=-1)
    refused(Code.INVALID, office, ADA, "clear_notifications", upTo=-1)


# -- what people choose ---------------------------------------------------------------------

_ACTIONS = [{"label": "Done", "action": "done"}, {"label": "Not yet", "action": "later"}]


def test_staff_learns_what_was_chosen(office: Office) -> None:
    id_ = office.send(actions=_ACTIONS)
    office.do(ADA, "notification_action", id=id_, action="done")
    (taken,) = office.all(ActionTaken.kind, STAFF)
    assert (taken.user_name, taken.title, taken.label) == ("Ada", "5 minutes left", "Done")
    assert office.all(ActionTaken.kind, own(ADA)) == [taken]
    office.now += 5
    assert not office.do(ADA, "notification_action", id=id_, action="done").changes
    office.do(ADA, "notification_action", id=id_, action="later")
    office.do(BO, "notification_action", id=id_, action="done")
    chosen = {(t.user_id, t.action) for t in office.all(ActionTaken.kind, STAFF)}
    assert chosen == {(ADA.id, "later"), (BO.id, "done")}
    assert b"Bo" not in office.ever_told(ADA)


def test_one_chooses_only_of_what_one_was_told(office: Office) -> None:
    to_ada = office.send(userId=ADA.id, actions=_ACTIONS)
    to_staff = office.send(to="staff", actions=_ACTIONS)
    short = office.send(seconds=5, actions=_ACTIONS)
    for id_ in (to_ada, to_staff, "nothing"):
        refused(Code.NOT_FOUND, office, BO, "notification_action", id=id_, action="done")
    refused(Code.NOT_FOUND, office, MIRA, "notification_action", id=to_ada, action="done")
    refused(Code.NOT_FOUND, office, ADA, "notification_action", id=to_ada, action="other")
    office.do(MIRA, "notification_action", id=to_staff, action="done")
    office.now += 5_001
    refused(Code.NOT_FOUND, office, ADA, "notification_action", id=short, action="done")


# -- erasing ---------------------------------------------------------------------------------


def test_nothing_of_a_person_is_left(office: Office) -> None:
    id_ = office.send(actions=_ACTIONS)
    office.send("to Ada", userId=ADA.id, seconds=60)
    office.do(ADA, "notification_action", id=id_, action="done")
    office.do(ADA, "mark_notifications", ids=[id_])
    office.erase(ADA)
    rows = office.db.execute("SELECT body FROM documents WHERE body IS NOT NULL").fetchall()
    assert rows
    assert not any(b"Ada" in body or b"u-ada" in body for (body,) in rows)
