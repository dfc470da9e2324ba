"""What is spoken with a service: the native protocol, or a base service's messages."""

from edu_widgets.client.dialects.native import Native
from edu_widgets.client.sync.dialect import Dialect, SessionPort


def dialect_of(session: SessionPort, *, native: bool) -> Dialect:
    """What a session speaks: with a service of ours, or with a base one."""
    if native:
        return Native(session)
    from edu_widgets.client.dialects.base.dialect import Base  # noqa: PLC0415 - few need it

    return Base(session)
