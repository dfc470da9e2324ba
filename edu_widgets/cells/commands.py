"""Commands and signals of cells. All go to the course's channel."""

from edu_widgets.cells.documents import Cell, SharingState
from edu_widgets.protocol import REGISTRY, CommandType, FrameType
from edu_widgets.protocol.messages import Data

LANE = "cells"

MOST_SHARED = 300
"""States of cells that the service takes of one person in 10 s; a class is told of each."""


class ShareCell(Data):
    """Share a run of a cell, or what became of it. Staff only.

    A cell that was taken back is not shared again.
    """

    id: str
    """The id of the run's document, made by the sender."""
    cell: Cell
    """The run as it is now."""

    def outbox_key(self) -> str:
        """The run: only its latest state counts."""
        return self.id


class TakeBackCell(Data):
    """Delete a shared cell for everybody. Staff only."""

    id: str
    """The id of the cell's document."""


class SetSharing(Data):
    """Say that the sharing begins, pauses or ends. Staff only."""

    state: SharingState
    """The new state: `off`, `on` or `paused`."""

    def outbox_key(self) -> str:
        """A fixed key: only the last command counts."""
        return "sharing"


class MarkCells(Data):
    """Say how far one has seen the cells."""

    up_to: int
    """`born` of the newest cell one has seen; the stored mark only ever moves up."""

    def outbox_key(self) -> str:
        """A fixed key: only the last command counts."""
        return "mark"


class CellsFollowing(Data):
    """A connection says whether its person looks at the newest cell."""

    on: bool = False
    """True if it does."""


class CellsAudience(Data):
    """The number of people who look at the newest cell; to staff."""

    count: int = 0
    """The number of these people."""


def _command(
    name: str, data: type[Data], kept_as: str = "", *, latest: bool = False, most: int = 0
) -> CommandType:
    return REGISTRY.command(
        CommandType(
            name,
            data,
            LANE,
            feature="cells",
            latest=latest,
            most=most,
            kept_as="change" if kept_as else "",
        )
    )


SHARE_CELL = _command("share_cell", ShareCell, latest=True, most=MOST_SHARED)
TAKE_BACK_CELL = _command("take_back_cell", TakeBackCell, "change")
SET_SHARING = _command("set_sharing", SetSharing, latest=True)
MARK_CELLS = _command("mark_cells", MarkCells, latest=True)

CELLS_FOLLOWING = REGISTRY.frame(
    FrameType("cells_following", CellsFollowing, "client", of_seed=False, signal=True)
)
CELLS_AUDIENCE = REGISTRY.frame(
    FrameType("cells_audience", CellsAudience, "service", of_seed=False, signal=True)
)
