"""The bell on the service: one rule."""

from course_bell.documents import RING, Ring, Rings
from edu_widgets.service.features import Feature
from edu_widgets.service.rules import Decision, Get, Request, RuleRun, Write, read


def ring(request: Request[Ring]) -> RuleRun:
    """Count one ring more, and note whose it was."""
    held = read((yield Get(request.channel, (Rings.ID,))), Rings.ID, Rings) or Rings()
    rung = Rings(held.count + 1, request.user.name)
    return Decision([Write(request.channel, Rings.ID, Rings.kind, rung)])


FEATURE = Feature("bell", rules={RING.name: ring})
