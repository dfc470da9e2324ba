"""Setting reactions and taking them back."""

import msgspec

from edu_widgets.chat.commands import AddReaction
from edu_widgets.chat.documents import (
    MAX_REACTIONS,
    NAMED_REACTIONS,
    Message,
    OwnReactions,
    Reaction,
    reactions_id,
)
from edu_widgets.chat.emoji import is_emoji
from edu_widgets.chat.service.preconditions import not_muted, own_channel, the_message
from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import refusal
from edu_widgets.service.rules import DELETE, Decision, Get, Person, Request, RuleRun, Write, read


def react(request: Request[AddReaction]) -> RuleRun:
    """Add a reaction or remove it; a repetition changes nothing.

    Each person's reactions are stored in their own channel, so that a message to which a thousand
    people react need not carry a thousand names.

    Raises:
        Refused: `NOT_FOUND`, `FORBIDDEN` for a muted person, `INVALID` for a text that is no
            emoji, for another action, and for a twenty-first emoji.
    """
    data = request.data
    if data.action not in ("add", "remove"):
        raise refusal(Code.INVALID, f"`action` is 'add' or 'remove', not {data.action!r:.40}.")
    if not is_emoji(data.emoji):
        raise refusal(Code.INVALID, "A reaction is one emoji, at most 32 bytes long.")
    message = yield from the_message(request, data.message_id)
    yield from not_muted(request)
    own, id_ = own_channel(request), reactions_id(message.id, request.channel)
    mine = read((yield Get(own, (id_,))), id_, OwnReactions) or OwnReactions(message.id, [])
    add = data.action == "add"
    if add == (data.emoji in mine.emojis):
        return Decision()
    if add:
        reactions, emojis = added(message, data.emoji, request.user), [*mine.emojis, data.emoji]
    else:
        reactions = removed(message, data.emoji, request.user.id)
        emojis = [emoji for emoji in mine.emojis if emoji != data.emoji]
    changed = msgspec.structs.replace(message, reactions=reactions)
    body = OwnReactions(message.id, emojis) if emojis else DELETE
    writes = [
        Write(request.channel, message.id, Message.kind, changed),
        Write(own, id_, OwnReactions.kind, body),
    ]
    return Decision(writes, urgent=False)


def added(message: Message, emoji: str, person: Person) -> list[Reaction]:
    """Return the reactions to a message with one more.

    Raises:
        Refused: `INVALID` if it would be a twenty-first emoji.
    """
    found = next((r for r in message.reactions if r.emoji == emoji), None)
    if found is None:
        if len(message.reactions) >= MAX_REACTIONS:
            text = f"A message can have {MAX_REACTIONS} different reactions; this one has them."
            raise refusal(Code.INVALID, text)
        return [*message.reactions, Reaction(emoji, 1, [person.id], [person.name])]
    more = Reaction(emoji, found.count + 1, found.users, found.names)
    if len(found.users) < NAMED_REACTIONS:
        more.users, more.names = [*found.users, person.id], [*found.names, person.name]
    return [more if r is found else r for r in message.reactions]


def removed(message: Message, emoji: str, user_id: str) -> list[Reaction]:
    """Return the reactions to a message with one less."""
    left = []
    for reaction in message.reactions:
        if reaction.emoji != emoji:
            left.append(reaction)
        elif reaction.count > 1:
            # The lists differ in length if the first users reacted before names were stored.
            names = dict(zip(reaction.users, reaction.names, strict=False))
            names.pop(user_id, None)
            users = [user for user in reaction.users if user != user_id]
            left.append(Reaction(emoji, reaction.count - 1, users, list(names.values())))
    return left
