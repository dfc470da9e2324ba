"""Dialects for speaking with a service: the native protocol, or a base service's messages."""

from edu_widgets.client.dialects.native import Native
from edu_widgets.client.sync.dialect import Dialect, SessionPort


def dialect_of(session: SessionPort, *, native: bool) -> Dialect:
    """Return a session's dialect: the native one, or that of base services."""
    if native:
        return Native(session)
    from edu_widgets.client.dialects.base.dialect import Base  # noqa: PLC0415 - few need it

    return Base(session)
