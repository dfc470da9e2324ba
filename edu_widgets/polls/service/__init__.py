"""Rules of polls. Ballots are in channels nobody reads; what is told of them is counted anew."""

from edu_widgets.polls import commands
from edu_widgets.polls.service import (
    clock,
    drafts,
    editing,
    people,
    running,
    sessions,
    text_answers,
    voting,
)
from edu_widgets.polls.service.erasing import erase
from edu_widgets.polls.service.linking import link
from edu_widgets.service.features import Ask, Feature

FEATURE = Feature(
    "polls",
    rules={
        commands.CREATE_POLL.name: running.create,
        commands.OPEN_POLL.name: running.open_,
        commands.EDIT_POLL.name: editing.edit,
        commands.ORDER_DRAFTS.name: drafts.order,
        commands.CLOSE_POLL.name: running.close,
        commands.EXTEND_POLL.name: running.extend,
        commands.REVEAL_POLL.name: running.reveal,
        commands.REVOTE_POLL.name: running.revote,
        commands.DELETE_POLL.name: running.delete,
        commands.REMOVE_ANSWER.name: text_answers.remove_answer,
        commands.HIDE_ANSWER.name: text_answers.hide_answer,
        commands.MERGE_ANSWERS.name: text_answers.merge_answers,
        commands.CAST_VOTE.name: voting.vote,
    },
    asks={
        commands.READ_ANSWERS.name: Ask(people.read_answers, feature="polls"),
        commands.READ_MISSING.name: Ask(people.read_missing, feature="polls"),
    },
    erase=erase,
    link=link,
    before_catch_up=sessions.before_catch_up,
    on_leave=sessions.on_leave,
    on_tick=sessions.on_tick,
    timers=(clock.COUNTING,),
)
