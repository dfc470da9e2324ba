"""People known by name from the loaded documents of the course."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from edu_widgets.client.course import CourseClient
from edu_widgets.protocol import REGISTRY
from edu_widgets.protocol.channels import staff_channel
from edu_widgets.protocol.errors import InvalidArgument


class _Named(msgspec.Struct, rename="camel"):
    """The part of a document's body that names its person."""

    user_id: str
    user_name: str


_NAMED = msgspec.json.Decoder(_Named)


def known(client: CourseClient) -> Iterator[tuple[str, str]]:
    """Yield id and name of everybody named by loaded documents; of one id the last name counts."""
    channels = [client.channel]
    if client.me().is_staff:
        channels.append(staff_channel(client.course))
    for channel in channels:
        mirror = client.mirror(channel)
        for kind in REGISTRY.documents:
            for document in mirror.of_kind(kind):
                try:
                    named = _NAMED.decode(document.body)
                except (msgspec.DecodeError, UnicodeError, RecursionError):
                    continue  # it is about nobody
                if named.user_id and named.user_name:
                    yield named.user_id, named.user_name


def named(who: str, people: Mapping[str, str], me: str) -> tuple[str, str]:
    """Return id and name of the person that a text means; an unknown text is taken as an id.

    Args:
        who: The text, an id or a name.
        people: Names by id.
        me: The id of the asking person, whom no name means.

    Raises:
        InvalidArgument: several people have that name.
    """
    if who in people:
        return who, people[who]
    by_name = [(id_, name) for id_, name in people.items() if name == who and id_ != me]
    if len(by_name) > 1:
        ids = ", ".join(id_ for id_, _ in by_name)
        raise InvalidArgument(f"Several people are called {who!r:.80}; give one's id: {ids}.")
    return by_name[0] if by_name else (who, "")
