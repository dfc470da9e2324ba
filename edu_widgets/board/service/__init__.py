"""The board on the service: people who draw, sizes, strokes being drawn."""

from edu_widgets.board import commands
from edu_widgets.board.documents import Board
from edu_widgets.board.service import desk, items, parts, sweeping
from edu_widgets.protocol.channels import course_channel
from edu_widgets.service.features import Feature
from edu_widgets.service.timers import Watch

FEATURE = Feature(
    "board",
    rules={
        commands.DRAW_ITEM.name: items.draw,
        commands.ERASE_ITEMS.name: items.erase_items,
        commands.MOVE_ITEMS.name: items.move,
        commands.SET_PAGE.name: desk.set_page,
        commands.CLEAR_PAGE.name: desk.clear,
        commands.SET_BOARD.name: desk.set_board,
        commands.SHOW_VIEW.name: desk.show_view,
    },
    signals={commands.BOARD_PART.name: parts.draw},
    watches=(Watch((Board.kind,), course_channel, parts.note),),
    timers=(sweeping.SWEEPING,),
    erase=sweeping.erase,
)
