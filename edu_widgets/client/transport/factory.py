"""Makes the transport that the selection names."""

from functools import partial

from edu_widgets.client.transport.base import Transport, is_loopback
from edu_widgets.client.transport.selection import (
    EVENTS,
    WEBSOCKET,
    ServiceSelection,
    TransportSelection,
)

UPGRADE_WITHIN = 6.0
"""Seconds without progress in which a WebSocket is given up where something else may get through;
on this computer it is only the service that is slow."""


def next_transport(selection: TransportSelection) -> Transport:
    """Make the transport to try now; its libraries are imported here, as that is slow."""
    from edu_widgets.client.transport.websocket import WebSocketTransport  # noqa: PLC0415

    target = selection.target()
    if target.api_key:
        from edu_widgets.client.transport.supabase import SupabaseTransport  # noqa: PLC0415

        return SupabaseTransport(target, selection.channels)
    if not target.base or selection.ours:
        from edu_widgets.client.transport.fallback import FallbackTransport  # noqa: PLC0415

        return FallbackTransport(selection.service, partial(_of_service, selection.service))
    if selection.next() == WEBSOCKET:
        return WebSocketTransport(target, selection)
    from edu_widgets.client.transport.eventstream import EventStreamTransport  # noqa: PLC0415

    return EventStreamTransport(target, selection)


def _of_service(selection: ServiceSelection, way: str) -> Transport:
    """A transport to a service of ours."""
    if way == WEBSOCKET:
        from edu_widgets.client.transport.websocket import WebSocketTransport  # noqa: PLC0415

        target = selection.target()
        near = is_loopback(target.url)
        return WebSocketTransport(target, patience=None if near else UPGRADE_WITHIN)
    if way == EVENTS:
        from edu_widgets.client.transport.events import EventsTransport  # noqa: PLC0415

        return EventsTransport(selection)
    from edu_widgets.client.transport.polling import PollTransport  # noqa: PLC0415

    return PollTransport(selection)
