"""Presence on the service: who is here, in memory; statuses and hands, by rules."""

from edu_widgets.presence import commands
from edu_widgets.presence.service import hands, statuses, watch
from edu_widgets.presence.service.ending import KINDS, erase
from edu_widgets.presence.service.linking import link
from edu_widgets.protocol.channels import staff_channel
from edu_widgets.service.features import Ask, Feature
from edu_widgets.service.timers import Watch

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
    lasting=(commands.ATTENTION.name,),
    asks={commands.PEOPLE.name: Ask(watch.people, feature="presence")},
    erase=erase,
    link=link,
    on_join=watch.moved,
    on_leave=watch.moved,
    on_tick=watch.on_tick,
    watches=(Watch(KINDS, staff_channel, watch.note),),
)
