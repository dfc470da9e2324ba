"""All settings, with class, name, default and help.

Names and defaults of `WebSocket`, `Sse` and `Channels` are the platform's (`realtimeConfig`),
spelled as there; `EduWidgets` is ours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast

from traitlets.config import Configurable

from edu_widgets.client.invites import parse_invite
from edu_widgets.client.jupyterhub import check_setting as hub_service
from edu_widgets.configuration import traits

PREFIX = "EDU_WIDGETS_"


class WebSocket(Configurable):
    """The connection to the service (`realtimeConfig.websocket`)."""

    url = traits.Address(
        "ws://localhost:3001",
        help="Where `connect()` finds the service. `host()` and `join()` know it themselves.",
    )
    reconnectInterval = traits.Whole(
        1000,
        50,
        6000,
        " of milliseconds",
        help=(
            "The first retry comes within so many milliseconds; with each further one the time "
            "doubles, up to 2 s, and after 16 attempts to 6 s."
        ),
    )
    maxReconnectAttempts = traits.Whole(
        5,
        1,
        1000,
        "",
        help="Failures in a row after which the view says *offline*. It is still tried again.",
    )
    heartbeatInterval = traits.Whole(
        30_000,
        1000,
        600_000,
        " of milliseconds",
        help=(
            "Milliseconds between heartbeats. After five seconds more without a sign of life the "
            "connection counts as lost."
        ),
    )


class Sse(Configurable):
    """The event stream, for where no WebSocket gets through (`realtimeConfig.sse`).

    These settings are for a platform's own service. Ours needs none of them.
    """

    endpoint = traits.Endpoint(
        "/api/realtime/events", help="Where the event stream is, on the service of `WebSocket.url`."
    )
    retryInterval = traits.Whole(
        3000,
        50,
        60_000,
        " of milliseconds",
        help="Milliseconds until it is asked for again.",
    )
    maxRetries = traits.Whole(
        10, 1, 1000, "", help="Failures in a row after which the stream is given up for a while."
    )


class Channels(Configurable):
    """The limits of each kind of channel (`realtimeConfig.channels`), where we are the service.

    A row is a table of `maxUsers`, `requireAuth`, `allowedRoles`, `features` and `rateLimit`
    (`messages` new messages a person in `interval` milliseconds). Fields that a row leaves out
    keep their values.
    """

    course = traits.Row("course", help="The channel everybody of a course is in.")
    lesson = traits.Row("lesson", help="The channel of one lesson.")
    notifications = traits.Row("notifications", help="The channel of one person.")
    staff = traits.Row("staff", help="The channel only instructors see; ours.")


class EduWidgets(Configurable):
    """Identity and course of `connect()`, folders of files, and options of lessons."""

    token = traits.Secret(
        traits.token,
        "one line of printable ASCII, as tokens are",
        help="The token `connect()` presents. Better in a file of its own: `tokenFile`.",
    )
    tokenFile = traits.Folder(
        what="file",
        help="A file that holds the token and nothing else; read anew at each attempt to connect.",
    )
    userId = traits.Text(
        traits.user_id,
        "1 to 128 characters, no blanks, no ':'",
        help="Who `connect()` enters as. Behind JupyterHub, its user, if nothing is set.",
    )
    course = traits.Text(
        traits.course,
        "1 to 64 letters, digits, '.', '-' or '_', beginning with a letter or a digit",
        help="The course `connect()` enters.",
    )
    channel = traits.Text(
        traits.line,
        "a channel's name, in one word",
        help="The channel as the platform spells it, where it is not `course:<course>`.",
    )
    invite = traits.Secret(
        parse_invite,
        "an invite, such as http://127.0.0.1:8765/py101?code=K7QX4M2P",
        help="The invite `join()` uses when none is given.",
    )
    hubService = traits.Text(
        hub_service,
        "the name of a service of JupyterHub, or its address, such as "
        "http://127.0.0.1:8000/services/class",
        help=(
            "The class behind JupyterHub, which `connect()`, `join()` and `host()` enter as the "
            "Hub's user: the service's name, or its address as servers reach it. Only there the "
            "server's own token is presented; so a call's `config=` may not set it."
        ),
    )
    dataDir = traits.Folder(
        help=(
            "Where secrets, waiting messages and the service's files are kept. Not set: "
            "`edu-widgets` in Jupyter's data folder."
        )
    )
    outboxDir = traits.Folder(
        help=(
            "Where messages wait to be sent; best on a local disk if the home folder is on a "
            "network. Not set: `outbox` in `dataDir`."
        )
    )
    rosterFile = traits.Folder(
        what="file",
        help="Names, one a line: only these may join what `host()` begins, each of them once.",
    )
    installHint = traits.Text(
        traits.sentence,
        "one line of at most 300 characters",
        help=(
            "How students install the package, as `%pip install https://…/edu_widgets.whl`: shown "
            "with `host()`'s invite and on the page it opens."
        ),
    )
    visitorRole = traits.Text(
        traits.role,
        "'student' or 'instructor'",
        help=(
            "What `host()` makes of whoever looks at a page of Voilà or of `marimo run`. Not set: "
            "a student, for everybody's code there runs under its author's account."
        ),
    )
    features = traits.Text(
        traits.names,
        "names with commas between, all with '-' before them or none",
        help=(
            "Which of the installed features a lesson has, and the service that `host()` starts: "
            "only those named, or with `-` before each (`-bell`) all but those. Not set: all."
        ),
    )
    linger = traits.Seconds(
        600.0,
        help="Seconds `host()`'s service stays after its kernel and the last member are gone.",
    )
    switchInterval = traits.Seconds(
        0.0,
        help=(
            "Seconds a computing cell may keep other threads waiting, for the whole kernel "
            "(`sys.setswitchinterval`), where that is less than what is set; 0: Python's own."
        ),
    )


SECTIONS: dict[str, type[Configurable]] = {
    section.__name__: section for section in (WebSocket, Sse, Channels, EduWidgets)
}

_UNNAMED = ("WebSocket", "EduWidgets")
"""Classes that environment variables do not name."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting."""

    section: str
    name: str

    def __str__(self) -> str:
        return f"{self.section}.{self.name}"

    @property
    def trait(self) -> traits.Value[Any]:
        """Its trait, which has the valid values and the help."""
        return cast("traits.Value[Any]", SECTIONS[self.section].class_traits()[self.name])

    @property
    def variable(self) -> str:
        """Its environment variable.

        `EDU_WIDGETS_`, the class (but for `WebSocket` and `EduWidgets`) and the name, in
        capitals with `_` between words.
        """
        words = self.name if self.section in _UNNAMED else f"{self.section}_{self.name}"
        return PREFIX + re.sub(r"(?<=[a-z])(?=[A-Z])", "_", words).upper()


SETTINGS: tuple[Setting, ...] = tuple(
    Setting(section, name)
    for section, made in SECTIONS.items()
    for name, trait in vars(made).items()
    if isinstance(trait, traits.Value)
)
"""All settings, in the order of their classes."""

BY_VARIABLE = {setting.variable: setting for setting in SETTINGS}
BY_NAME = {str(setting): setting for setting in SETTINGS}
