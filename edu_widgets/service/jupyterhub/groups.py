"""Which of the Hub's people may enter which course, and as what."""

from collections.abc import Sequence
from dataclasses import dataclass

from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import course_name, person_name
from edu_widgets.protocol.errors import InvalidArgument, refusal
from edu_widgets.service.jupyterhub.api import HubUser
from edu_widgets.service.rules import Person


@dataclass(frozen=True, slots=True)
class GroupRule:
    """A group of the Hub, and the course that it counts for; "" for every course."""

    group: str
    course: str = ""


def group_rule(text: str) -> GroupRule:
    """Read an option's value: `GROUP` or `COURSE=GROUP`.

    Raises:
        InvalidArgument: it names no group, or what cannot be a course.
    """
    course, equals, group = text.rpartition("=")
    if not group.strip() or (equals and not course.strip()):
        msg = f"{text!r:.80} is neither a group of JupyterHub nor COURSE=GROUP, as py101=teachers."
        raise InvalidArgument(msg)
    return GroupRule(group.strip(), course_name(course.strip()) if equals else "")


@dataclass(frozen=True, slots=True)
class Access:
    """Decides the courses and roles of the Hub's people.

    Args:
        service: The service's name in the Hub, which is part of its scopes.
        courses: The service's courses.
        instructors: Groups whose people are instructors.
        students: Groups whose people are students; empty: everybody whom the Hub lets in.
    """

    service: str
    courses: Sequence[str]
    instructors: Sequence[GroupRule] = ()
    students: Sequence[GroupRule] = ()

    @property
    def scope(self) -> str:
        """The scope without which the Hub lets nobody use the service."""
        return f"access:services!service={self.service}"

    @property
    def teaching(self) -> str:
        """The custom scope of instructors."""
        return f"custom:{self.service}:teach"

    def people(self, user: HubUser, user_id: str) -> dict[str, Person]:
        """Return what somebody is in each of their courses.

        Raises:
            Refused: `UNAUTHORIZED`: it is no person's token; `FORBIDDEN`: they may not use the
                service, or are in none of the groups that may enter a course.
        """
        if user.kind != "user":
            text = f"The token is not a person's but of JupyterHub's {user.kind:.40}."
            raise refusal(Code.UNAUTHORIZED, text)
        if not {"access:services", self.scope} & set(user.scopes):
            raise refusal(Code.FORBIDDEN, self._missing_scope())
        roles = {course: self._role(user, course) for course in self.courses}
        name = person_name(user.name[:64])
        found = {course: Person(user_id, name, role) for course, role in roles.items() if role}
        if not found:
            groups = sorted({rule.group for rule in (*self.students, *self.instructors)})
            text = (
                f"JupyterHub has you in no group that may enter a course here ({', '.join(groups)}"
                "). Whoever runs the Hub can add you to one."
            )
            raise refusal(Code.FORBIDDEN, text)
        return found

    def _role(self, user: HubUser, course: str) -> str:
        """Return somebody's role in a course; "" if they may not enter it."""
        groups = set(user.groups)

        def among(rules: Sequence[GroupRule]) -> bool:
            return any(r.group in groups for r in rules if r.course in ("", course))

        if self.teaching in user.scopes or among(self.instructors):
            return "instructor"
        limited = any(rule.course in ("", course) for rule in self.students)
        return "student" if not limited or among(self.students) else ""

    def _missing_scope(self) -> str:
        """Say which lines of the Hub's configuration let people use the service."""
        return (
            f"JupyterHub does not let your server use the service {self.service!r}. In "
            "jupyterhub_config.py two lines are needed: c.JupyterHub.load_roles = "
            f'[{{"name": "user", "scopes": ["self", "{self.scope}"]}}, …] and '
            'c.Spawner.server_token_scopes = ["users:activity!user", "access:servers!server", '
            f'"{self.scope}", "{self.teaching}"]; then start your server anew '
            "(docs/jupyterhub.md)."
        )
