"""A room's own messages: the people here, and a history that began anew."""

from edu_widgets.protocol import Cursor
from edu_widgets.service.rooms import MOST_NAMED, NAMES, Presence, Room
from edu_widgets.service.rules import Person

from .harness import CHANNEL, Service


def filled(people: int) -> Room:
    room = Room(CHANNEL)
    for number in range(people):
        person = Person(f"u{number}", f"Student {number}", "student")
        room.present[person.id] = Presence(person)
    room.present["mira"] = Presence(Person("mira", "Mira", "instructor"))
    return room


def test_staff_are_named_first_and_a_crowd_is_only_counted() -> None:
    census = filled(3).census()
    assert census.people == 4
    assert census.staff == 1
    assert census.names == ["Mira", "Student 0", "Student 1", "Student 2"]
    assert len(filled(100).census().names) == NAMES
    crowd = filled(MOST_NAMED).census()
    assert (crowd.people, crowd.names) == (MOST_NAMED + 1, [])


async def test_a_newcomer_is_told_by_name(service: Service) -> None:
    owner = await service.owner("Prof")
    await owner.enter()
    ada = await service.student("Ada")
    granted = await ada.subscribe()
    assert granted["names"] == ["Prof", "Ada"]
    news = await owner.until(lambda f: f["type"] == "room" and f["data"]["people"] == 2)
    assert news["data"]["names"] == ["Prof", "Ada"]


async def test_members_are_told_when_another_one_renews_the_history(service: Service) -> None:
    ada, bob = await service.student("Ada"), await service.student("Bob")
    granted = await ada.enter()
    await ada.answer(await ada.say("something to remember"))
    await bob.subscribe(CHANNEL, granted["epoch"], granted["seq"] + 1_000)
    told = await ada.until(
        lambda f: f["type"] == "changes" and f["data"]["epoch"] != granted["epoch"]
    )
    assert told["data"].get("docs", []) == []
    again = await ada.subscribe(CHANNEL, granted["epoch"], granted["seq"])
    assert again["epoch"] == told["data"]["epoch"]


def test_only_a_new_history_is_news() -> None:
    room = Room(CHANNEL)
    room.renew(Cursor("one", 3), 1)
    room.renew(Cursor("one", 4), 1)
    assert room.epoch == "one"
