"""Rules of the course chat."""

from typing import TYPE_CHECKING

from edu_widgets.chat.documents import CHAT_MESSAGE, MAX_CONTENT, ChatMessage, Message
from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import refusal
from edu_widgets.service.features import Feature
from edu_widgets.service.rules import Decision, Get, Request, Write

if TYPE_CHECKING:
    from edu_widgets.service.rules import RuleRun

TYPES = frozenset({"text", "file"})
"""What a person may send of the seed's types; `system` is the service's own to say."""


def send(request: "Request[ChatMessage]") -> "RuleRun":
    """Create a message. Author, role and time are the service's own knowledge.

    The text is kept as it was written, except for white space at its end: what is dangerous to
    show is for the view to escape.

    Raises:
        Refused: `INVALID` for an empty or too long text, or an id that is not the command's.
    """
    data = request.data
    content = data.content.rstrip()
    if data.id != request.message_id:
        raise refusal(Code.INVALID, "data.id and messageId of a chat message have to be the same.")
    if not content.strip():
        raise refusal(Code.INVALID, "The message is empty.")
    if len(content) > MAX_CONTENT:
        text = f"The message has {len(content)} characters; at most {MAX_CONTENT} are allowed."
        raise refusal(Code.INVALID, text)
    reply_to = None
    if data.reply_to:
        found = yield Get(request.channel, (data.reply_to,))
        # An answer to something deleted meanwhile is still worth reading.
        reply_to = next((d.id for d in found if d.kind == Message.kind and not d.deleted), None)
    message = Message(
        id=data.id,
        user_id=request.user.id,
        user_name=request.user.name,
        content=content,
        timestamp=request.now,
        type=data.type if data.type in TYPES else "text",
        reply_to=reply_to,
        role=request.user.role if request.user.staff else None,
    )
    return Decision([Write(request.channel, message.id, Message.kind, message)])


FEATURE = Feature("chat", rules={CHAT_MESSAGE.name: send})
