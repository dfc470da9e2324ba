"""Presence on the service: who is here, in memory; statuses and hands, by rules."""

from edu_widgets.presence import commands
from edu_widgets.presence.service import hands, statuses, watch
from edu_widgets.presence.service.ending import erase
from edu_widgets.service.features import Ask, Feature

FEATURE = Feature(
    "presence",
    rules={
        commands.SET_STATUS.name: statuses.set_status,
        commands.CLEAR_STATUSES.name: statuses.clear,
        commands.RAISE_HAND.name: hands.raise_,
        commands.LOWER_HAND.name: hands.lower,
        commands.TAKE_HAND.name: hands.take,
        commands.SOLVE_HAND.name: hands.solve,
    },
    signals={commands.ATTENTION.name: watch.attend},
    asks={commands.PEOPLE.name: Ask(watch.people, feature="presence")},
    erase=erase,
    on_join=watch.moved,
    on_leave=watch.moved,
    on_start=watch.on_start,
    on_tick=watch.on_tick,
    on_commit=watch.on_commit,
)
