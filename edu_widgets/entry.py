"""The three ways into a lesson: host it, join it by invite, or connect to a service."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edu_widgets import folders, hub_lessons
from edu_widgets.client.invites import (
    Credentials,
    Invite,
    MembershipFiles,
    parse_invite,
    place,
    platform_target,
    websocket_url,
)
from edu_widgets.client.invites import (
    join as exchange,
)
from edu_widgets.client.transport.base import Target
from edu_widgets.client.view import Entrance, Person
from edu_widgets.open_lessons import close_lessons, open_lesson
from edu_widgets.protocol.channels import course_channel, course_name, person_name, rehearsal_of
from edu_widgets.protocol.errors import (
    InvalidArgument,
    NotConnected,
    Refused,
)
from edu_widgets.protocol.features import allowed

if TYPE_CHECKING:
    from edu_widgets.configuration import Configuration
    from edu_widgets.lesson import Lesson
    from edu_widgets.service.owner import ServiceInfo

_asked: dict[Path, dict[str, object]] = {}
"""The arguments of `host` in this process, by the service's folder."""

_rehearses: dict[str, str | None] = {}
"""By room, the name somebody rehearses under in this process."""

_SHORTLY = 3.0
"""Seconds that `host` waits for the link: it takes some hundredths of one."""


def host(  # noqa: PLR0913 - the options of a service
    course: str,
    *,
    name: str | None = None,
    address: str | None = None,
    port: int | None = None,
    keep: bool = False,
    rate_limits: bool = True,
    rehearse: bool = False,
    roster: Iterable[str] | None = None,
    config: Mapping[str, Any] | None = None,
) -> Lesson:
    """Start the embedded service for a course, or find it running, and enter as its instructor.

    The service outlives a restart of the kernel. Called again, it returns the same lesson, also
    under another `name`, which the class is told, and at another `address` or `port`. It waits up
    to 3 s until the link is up.

    On a page of Voilà or `marimo run`, whose visitors share its author's account, each of them
    enters as a student of a name made up (*Guest 4821*), unless the setting
    `EduWidgets.visitorRole` says `"instructor"`.

    Where the setting `EduWidgets.hubService` names a service of JupyterHub that holds the course,
    its instructors enter there, and no other service is started; `address="loopback"` starts one.

    Args:
        course: The course's name.
        name: The name that others see; None: the account's.
        address: `"loopback"`, `"lan"`, an address of this computer, or the public URL under which
            a proxy shows it; None: unchanged, at first loopback only.
        port: Exactly this port; None: the one used last, or the next free one.
        keep: True to keep the service running; it ends itself ten minutes (setting
            `EduWidgets.linger`) after the last member is gone otherwise.
        rate_limits: False to lift the limits on the rate of messages.
        rehearse: True to enter a room of its own instead, which begins empty each time: with its
            own invite and a service on this computer. Students of the course see nothing of it, and
            nothing of it appears in the course later.
        roster: The only names that may join, each of them once; None: unchanged, or as the setting
            `EduWidgets.rosterFile` says.
        config: Settings for this call, as `{"Channels": {"course": {"maxUsers": 300}}}`.

    Raises:
        Forbidden: JupyterHub's service holds the course, where you are no instructor.
        InvalidArgument: the course's name, or another argument, cannot be used.
        ServiceUnavailable: the service did not start; the message quotes why.
        FolderUnusable: its folder cannot be made or written.
        Unsupported: this Python cannot start threads or processes, or lock files.
    """
    from edu_widgets.notebook.hosts import serves_visitors
    from edu_widgets.service import launch, owner

    _check_platform()
    course = course_name(course)
    name = name if name is None else person_name(name)
    settings = _settings(config)
    names = _roster(roster, settings)
    if not rehearse and address is None and port is None:
        held = hub_lessons.teach(course, settings, roster)
        if held is not None:
            return held
    taught = course
    if rehearse:
        course = rehearsal_of(course)
        name = _begin_rehearsal(course, name, settings)
    folder = folders.service_folder(course, settings.edu.dataDir)
    info = launch.start(
        course,
        folder,
        address=address,
        port=port,
        keep=keep,
        rate_limits=rate_limits,
        watch_pid=os.getpid(),
        linger=settings.edu.linger,
        channels=settings.channel_rows(),
        arguments=_arguments(settings),
    )
    if names is not None:
        owner.set_roster(info, names)
    if serves_visitors() and settings.edu.visitorRole != "instructor":
        return _let_in(Invite(info.local_url, course, info.invite), settings)
    member = owner.enter(info, name, _own_name())
    me = Person(member.user_id, member.name, member.role)
    said = {"address": address, "port": port, "keep": keep or None}
    said |= {"rate_limits": None if rate_limits else False, "rehearse": rehearse or None}
    entrance = _entrance(taught, folder, said)
    invite = str(Invite(info.url, course, info.invite))
    audience = f"{info.audience} {_install(settings.edu.installHint)}"
    lesson = open_lesson(
        course, _as_owner(info, me), me, settings, entrance, invite=invite, audience=audience
    )
    with contextlib.suppress(NotConnected, Refused):  # what it says of itself is to be true
        lesson.wait_connected(_SHORTLY)
    return lesson


def _entrance(taught: str, folder: Path, said: Mapping[str, object]) -> Entrance:
    """Return the way back into a lesson: the line of code that starts its service again.

    Args:
        taught: The course.
        folder: The folder of its service.
        said: The arguments of this call of `host`; None for those that were not given, which
            stay as an earlier call has said.
    """
    from edu_widgets.service import launch

    # No name: the line ends up in saved notebooks, and the service remembers who hosts it.
    asked = _asked.setdefault(folder, {})
    asked.update({key: value for key, value in said.items() if value is not None})
    return Entrance(call("edu.host", taught, **asked), partial(launch.ended, folder))


def _as_owner(info: ServiceInfo, me: Person) -> Target:
    """Return the address of a service of one's own, and the secret of its owner."""
    return Target(
        websocket_url(info.local_url),
        me.user_id,
        Credentials(info.local_url, info.owner_secret, info.service_id),
        place=place(info.service_id, info.owner_secret),
        former=websocket_url(info.former_url) if info.former_url else "",
    )


def _begin_rehearsal(course: str, name: str | None, settings: Configuration) -> str | None:
    """Empty a room to rehearse in, and return the name to rehearse under; None: one's own."""
    from edu_widgets.service import launch

    close_lessons(course)
    launch.clear(folders.service_folder(course, settings.edu.dataDir))
    # The line that starts it again names nobody, and what the room knew of its host is gone.
    _rehearses[course] = name or _rehearses.get(course)
    return _rehearses[course]


def join(
    invite: str | None = None,
    name: str | None = None,
    *,
    config: Mapping[str, Any] | None = None,
) -> Lesson:
    """Enter a course by its invite, as `http://127.0.0.1:8765/py101?code=K7QX4M2P`.

    The same name from the same account is the same person again, also after a restart.

    Args:
        invite: The invite. Without one, the setting `EduWidgets.invite` is used
            (`EDU_WIDGETS_INVITE` in the environment), or else the class of JupyterHub, as by
            `connect`.
        name: The name that others see; None: the account's.
        config: Settings for this call.

    Raises:
        InvalidArgument: the invite or the name cannot be read.
        Refused: the invite is wrong or has expired.
        ServiceUnavailable: no service answers there.
        FolderUnusable: the secret could not be kept; nobody has been let in.
        Unsupported: this Python cannot start threads.
    """
    _check_platform()
    settings = _settings(config)
    text = invite or settings.edu.invite
    if not text and settings.edu.hubService:
        return hub_lessons.enter(settings)
    if not text:
        shown = "edu.join('http://…?code=…', name='…')"
        msg = f"join() needs the invite your instructor shows, as {shown}."
        raise InvalidArgument(msg)
    return _let_in(parse_invite(text), settings, name)


def _let_in(parsed: Invite, settings: Configuration, name: str | None = None) -> Lesson:
    """Enter by an invite."""
    who = _own_name() if name is None else name
    member, target = exchange(
        parsed, who, MembershipFiles(folders.people_folder(settings.edu.dataDir))
    )
    me = Person(member.user_id, member.name, member.role)
    return open_lesson(
        parsed.course,
        target,
        me,
        settings,
        Entrance(call("edu.join", ..., name=...), invite="" if parsed.front else str(parsed)),
        invite=member.invite,
    )


def _arguments(settings: Configuration) -> list[str]:
    """Return the further arguments of a service."""
    edu = settings.edu
    said = {"--install-hint": edu.installHint, "--features": edu.features}
    return [f"{option}={value}" for option, value in said.items() if value]


def _install(hint: str) -> str:
    """Return the sentence that tells students how to install the package."""
    if hint:
        return f"Who has no edu_widgets yet: {hint}"
    return "Opened in a browser, the invite says how to install edu-widgets."


def _roster(names: Iterable[str] | None, settings: Configuration) -> list[str] | None:
    """The names that may join, from the call or else from the file that is set."""
    from edu_widgets.protocol.admission import listed_names, read_roster

    if names is not None:
        return listed_names(names)
    file = settings.edu.rosterFile
    return read_roster(Path(file).expanduser()) if file else None


def connect(
    *,
    url: str | None = None,
    token: str | Callable[[], str] | None = None,
    user_id: str | None = None,
    course: str | None = None,
    channel: str | None = None,
    name: str | None = None,
    config: Mapping[str, Any] | None = None,
) -> Lesson:
    """Connect to a service with a token; arguments left out come from the configuration.

    A service that speaks only the basic messages will do, see docs/connecting.md. On a server of
    JupyterHub where the setting `EduWidgets.hubService` names the class, neither address nor token
    is needed: the Hub's user enters, see docs/jupyterhub.md.

    Args:
        url: The service's address, `ws(s)://` or `http(s)://`.
        token: A token, or a function that returns a fresh one.
        user_id: The person's id, as the token has it.
        course: The course's name.
        channel: The course's channel as the service spells it, if it is not `course:<course>`.
        name: The name that others see until the service states another.
        config: Other settings: a traitlets `Config`, or dicts of the same form, as
            `{"WebSocket": {"heartbeatInterval": 10_000}}`. They hold for a connection from its
            start; an open lesson keeps those it has.

    Raises:
        InvalidArgument: something is missing or cannot be read; the message names it.
        Unsupported: this Python cannot start threads.
    """
    _check_platform()
    words = {"url": url, "user_id": user_id, "course": course, "channel": channel}
    if not callable(token):
        words["token"] = token
    settings = _settings(config, words)
    if settings.edu.hubService and not (url or user_id or _has_token(token, settings)):
        return hub_lessons.enter(settings)
    who = settings.needed("EduWidgets.userId")
    of = course_name(settings.needed("EduWidgets.course"))
    source = token if callable(token) else settings.token_source()
    me = Person(who, who if name is None else person_name(name))
    room = settings.edu.channel or course_channel(of)
    entrance = Entrance(call("edu.connect", ...))
    target = platform_target(settings.websocket.url, who, source, me.name)
    return open_lesson(of, target, me, settings, entrance, channel=room)


def _has_token(token: object, settings: Configuration) -> bool:
    """Return whether a call or a setting gives a token, which then counts before the Hub's."""
    return bool(token or settings.edu.token or settings.edu.tokenFile)


def _check_platform() -> None:
    """See that a lesson can run here, before anybody is told of it.

    Raises:
        Unsupported: this Python starts no threads.
    """
    from edu_widgets.client.runtime.threads import check_threads

    check_threads()


def call(function: str, *arguments: object, **named: object) -> str:
    """Return a line of code as people write it; `...` stands for the parts left to them."""
    parts = [*map(_literal, arguments), *(f"{key}={_literal(v)}" for key, v in named.items())]
    return f"{function}({', '.join(parts)})"


def _literal(value: object) -> str:
    if value is ...:
        return "…"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _settings(
    config: Mapping[str, Any] | None, keywords: Mapping[str, str | None] | None = None
) -> Configuration:
    """The settings in force for a call; read now, so that importing reads none."""
    from edu_widgets import configuration

    found = configuration.load(keywords, config)
    allowed(found.edu.features)  # what is wrong with it is said before anything starts
    return found


def _own_name() -> str:
    from edu_widgets.notebook.hosts import guest_name

    guest = guest_name()
    if guest:
        return guest
    hub = os.environ.get("JUPYTERHUB_USER")
    if hub:
        return hub
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "Someone"
