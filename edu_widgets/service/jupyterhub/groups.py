"""The rule that gives people of JupyterHub their courses and roles, by their groups and scopes."""

from collections.abc import Sequence
from dataclasses import dataclass

from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import course_name, person_name
from edu_widgets.protocol.errors import InvalidArgument, refusal
from edu_widgets.service.jupyterhub.api import HubUser
from edu_widgets.service.rules import Person


@dataclass(frozen=True, slots=True)
class GroupRule:
    """A group of JupyterHub that gives a role in `course`; "" stands for every course."""

    group: str
    course: str = ""


def group_rule(text: str) -> GroupRule:
    """Read an option's value: `GROUP` or `COURSE=GROUP`.

    Raises:
        InvalidArgument: the text names no group, or its course has no valid name.
    """
    course, equals, group = text.rpartition("=")
    if not group.strip() or (equals and not course.strip()):
        msg = f"{text!r:.80} is neither a group of JupyterHub nor COURSE=GROUP, as py101=teachers."
        raise InvalidArgument(msg)
    return GroupRule(group.strip(), course_name(course.strip()) if equals else "")


@dataclass(frozen=True, slots=True)
class Access:
    """The courses that people of JupyterHub may enter, and their roles there.

    Args:
        service: The service's name in JupyterHub; it is part of the names of scopes.
        courses: The service's courses.
        instructors: Groups whose members are instructors.
        students: Groups whose members are students; with none, all who may use the service are.
    """

    service: str
    courses: Sequence[str]
    instructors: Sequence[GroupRule] = ()
    students: Sequence[GroupRule] = ()

    @property
    def scope(self) -> str:
        """The name of the scope that lets people use the service."""
        return f"access:services!service={self.service}"

    @property
    def teaching(self) -> str:
        """The name of the custom scope that makes people instructors in every course."""
        return f"custom:{self.service}:teach"

    def people(self, user: HubUser, user_id: str) -> dict[str, Person]:
        """Return a person's name and role in each course that they may enter.

        Args:
            user: The owner of a token, as JupyterHub describes them.
            user_id: The person's id in this service.

        Raises:
            Refused: `UNAUTHORIZED`: the token is a service's, not a person's; `FORBIDDEN`: the
                person may not use the service, or is in no group that may enter a course.
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
