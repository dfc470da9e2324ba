"""Cells on the service: who may share, and how many look."""

from edu_widgets.cells import commands
from edu_widgets.cells.service import following, sharing
from edu_widgets.service.features import Feature

FEATURE = Feature(
    "cells",
    rules={
        commands.SHARE_CELL.name: sharing.share,
        commands.TAKE_BACK_CELL.name: sharing.take_back,
        commands.SET_SHARING.name: sharing.set_state,
        commands.MARK_CELLS.name: sharing.mark,
    },
    erase=sharing.erase,
    signals={commands.CELLS_FOLLOWING.name: following.follow},
    on_join=following.moved,
    on_leave=following.moved,
)
