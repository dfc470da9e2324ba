"""The seed's vocabulary: its message types, and fields that mean the same wherever they stand.

A base service speaks only these. The registry tells which of them this package sends or
understands.
"""

from typing import NamedTuple


class SeedType(NamedTuple):
    """A message type of the seed: its sender and its meaning."""

    sender: str
    """`client`, `service` or `both`."""
    meaning: str


TYPES: dict[str, SeedType] = {
    "subscribe": SeedType("client", "Ask for a channel."),
    "unsubscribe": SeedType("client", "Leave a channel."),
    "heartbeat": SeedType("client", "Ask for a sign of life."),
    "heartbeat_ack": SeedType("service", "Give a sign of life."),
    "error": SeedType("service", "Something was refused."),
    "message": SeedType("service", "Carry another message, such as a `chat_message`, inside."),
    "notification": SeedType("service", "Show one person a notification."),
    "user_joined": SeedType("service", "Someone has entered a channel."),
    "user_left": SeedType("service", "Someone has left a channel."),
    "user_presence": SeedType("service", "Someone is here or not."),
    "user_typing": SeedType("service", "Someone writes, or has stopped."),
    "user_activity": SeedType("service", "Someone did something in a course (an event of SSE)."),
    "course_update": SeedType("service", "Something in a course is new (an event of SSE)."),
    "chat_message": SeedType("both", "Send a chat message, and hand it to everybody."),
    "request_history": SeedType("client", "Ask for the last messages."),
    "chat_history": SeedType("service", "The last messages, as answer to `request_history`."),
    "typing_start": SeedType("client", "The sender writes."),
    "typing_stop": SeedType("client", "The sender has stopped writing."),
    "add_reaction": SeedType("client", "React to a message with an emoji."),
    "message_reaction": SeedType("service", "Someone added or removed a reaction."),
}

FIELDS: dict[str, str] = {
    "id": "The id, made once by its creator and never again.",
    "user_id": "The person's id on this service.",
    "user_name": "The person's display name.",
    "user_avatar": "The address of the person's picture.",
    "role": "The person's role in the course: `student`, `instructor` or `admin`.",
    "content": "The text as it was written: Markdown, not yet made safe to show.",
    "timestamp": "Time at which it was made, in ms since 1970.",
    "created_at": "Time at which it was created, in ms since 1970.",
    "expires_at": "Time at which it is to be removed, in ms since 1970.",
    "type": (
        "The seed's kind: of messages `text`, `system`, `file` or `reaction`, "
        "of notifications `info`, `success`, `warning`, `error`, `course_update`, `payment` or "
        "`message`."
    ),
    "edited": "True if it was changed after it was sent.",
    "edited_at": "Time of its last change, in ms since 1970.",
    "reply_to": "The id of the message this one answers.",
    "reactions": "The reactions to it, one entry an emoji.",
    "emoji": "The emoji of the reaction.",
    "count": "Number of people who reacted with it.",
    "users": "The ids of the people who reacted with it.",
    "message_id": "The id of the message it is about.",
    "read": "True if the person has read it.",
    "actions": "The actions it offers to the person.",
}
"""Descriptions by Python name; the string below a field in its struct takes precedence."""
