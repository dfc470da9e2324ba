"""Roster sync: changes of people that another process has stored reach the connections here."""

from functools import partial

from edu_widgets.service import identity_changes
from edu_widgets.service.hub import Hub
from edu_widgets.service.rules import Person


class Following:
    """Applies stored names, roles and removals to the people who are connected to this process.

    The store tells of each person whose admission has changed, whichever process changed it.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        hub.store.listen_people(self._touched)

    def _touched(self, user_id: str) -> None:
        here = {member.identity.user_id for member in self._hub.members}
        for one in here if not user_id else here & {user_id}:
            self._hub.supervisor.until_done(
                ("following", one), "Hearing who somebody is", partial(self._look, one)
            )

    async def _look(self, user_id: str) -> None:
        """Compare a person's connections with what is stored.

        Raises:
            Refused: the store cannot be read now.
        """
        outside = await self._hub.store.removed_from(user_id)
        stored = await self._hub.store.memberships(user_id)
        for course in outside:
            identity_changes.expel(self._hub, course, user_id)
        for course, member in stored.items():
            known = identity_changes.known(self._hub, course, user_id)
            person = Person(user_id, member.name, member.role, member.via)
            if known is not None and course not in outside and known != person:
                self._hub.rooms.flush()
                identity_changes.reidentify(self._hub, user_id, course, person)
