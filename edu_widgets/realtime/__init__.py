"""A client for messages of one's own, beside lessons or in plain scripts."""

from edu_widgets.realtime.client import RealtimeClient
from edu_widgets.realtime.messages import ClientStatus, Message, MessageStream

__all__ = ["ClientStatus", "Message", "MessageStream", "RealtimeClient"]
