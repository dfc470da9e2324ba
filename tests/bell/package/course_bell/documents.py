"""What the bell keeps, and what people ask of it."""

from typing import ClassVar

from edu_widgets.protocol import REGISTRY, CommandType, DocumentKind
from edu_widgets.protocol.messages import Data


class Rings(Data):
    """How often the bell was rung. The one document of its kind; its id is `bell`."""

    kind: ClassVar[str] = "bell"
    ID: ClassVar[str] = "bell"

    count: int = 0
    """How often it was rung in all."""
    by_name: str = ""
    """The display name of who rang it last."""


class Ring(Data):
    """Ring the bell, so that everybody hears it."""


REGISTRY.document(DocumentKind(Rings.kind, Rings))
RING = REGISTRY.command(CommandType("bell_ring", Ring, lane="bell", feature="bell"))
