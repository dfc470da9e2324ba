"""Makes the transport that the selection names."""

from edu_widgets.client.transport.base import Transport
from edu_widgets.client.transport.selection import WEBSOCKET, TransportSelection


def next_transport(selection: TransportSelection) -> Transport:
    """The transport to try now. What it needs is imported here: that is slow."""
    from edu_widgets.client.transport.websocket import WebSocketTransport  # noqa: PLC0415

    target = selection.target()
    if not target.base:
        return WebSocketTransport(target)
    if selection.next() == WEBSOCKET:
        return WebSocketTransport(target, selection)
    from edu_widgets.client.transport.eventstream import EventStreamTransport  # noqa: PLC0415

    return EventStreamTransport(target, selection)
