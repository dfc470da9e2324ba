"""The course chat on the service: its rules, one file for each topic, and its searches."""

from edu_widgets.chat import commands
from edu_widgets.chat.documents import CHAT_MESSAGE, Mute
from edu_widgets.chat.service import messages, moderation, questions, reactions, reading, silenced
from edu_widgets.chat.service.erasing import erase
from edu_widgets.protocol.channels import staff_channel
from edu_widgets.service.features import Ask, Feature
from edu_widgets.service.timers import Timer, Watch

FEATURE = Feature(
    "chat",
    rules={
        CHAT_MESSAGE.name: messages.send,
        commands.EDIT_MESSAGE.name: messages.edit,
        commands.DELETE_MESSAGE.name: messages.delete,
        commands.ADD_REACTION.name: reactions.react,
        commands.UPVOTE_QUESTION.name: questions.upvote,
        commands.ANSWER_QUESTION.name: questions.answer,
        commands.PIN_MESSAGE.name: moderation.pin,
        commands.SET_SLOW_MODE.name: moderation.slow_down,
        commands.SET_PICTURES.name: moderation.allow_pictures,
        commands.SET_ANONYMOUS.name: moderation.allow_anonymous,
        commands.MUTE_USER.name: moderation.mute,
        commands.MARK_READ.name: reading.mark_read,
    },
    asks={
        commands.SEARCH.name: Ask(reading.search, feature="chat"),
        commands.COUNT_UNREAD.name: Ask(reading.count_unread, feature="chat"),
    },
    erase=erase,
    watches=(Watch((Mute.kind,), staff_channel, silenced.note),),
    timers=(Timer(Mute.kind, staff_channel, lambda _: None, moderation.mend),),
    may_type=silenced.may_type,
)
