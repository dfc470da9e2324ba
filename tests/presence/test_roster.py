"""A kernel's copy of the lists it is told."""

from edu_widgets.presence.commands import Here, PeoplePage
from edu_widgets.presence.roster import Roster


def test_a_list_tells_who_is_here_and_documents_how_far_they_are() -> None:
    roster = Roster()
    ada = Here("u1", "Ada", away=True, since=7, status="stuck", at=9)
    roster.listed(PeoplePage(people=[ada], total=1, epoch="e", v=1), now=0.0)
    assert roster.people == {"u1": Here("u1", "Ada", away=True, since=7)}
