"""The rule of the order in which drafts are asked."""

from typing import TYPE_CHECKING

from edu_widgets.polls.commands import OrderDrafts
from edu_widgets.polls.documents import MAX_ORDERED, ORDER, ORDER_ID, POLL, PollOrder
from edu_widgets.polls.service.reading import check_staff
from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import staff_channel
from edu_widgets.protocol.errors import refusal
from edu_widgets.service.rules import Decision, Get, Request, Write

if TYPE_CHECKING:
    from edu_widgets.service.rules import RuleRun


def order(request: "Request[OrderDrafts]") -> "RuleRun":
    """Keep an order of drafts; what is no draft any more is left out.

    Raises:
        Refused: `FORBIDDEN` for others than staff, `INVALID` for too many.
    """
    check_staff(request)
    ids = tuple(dict.fromkeys(request.data.ids))
    if len(ids) > MAX_ORDERED:
        raise refusal(Code.INVALID, f"At most {MAX_ORDERED} drafts can be put into an order.")
    staff = staff_channel(request.course)
    docs = yield Get(staff, (*ids, ORDER_ID))
    drafts = {doc.id for doc in docs if doc.kind == POLL and not doc.deleted}
    wanted = PollOrder([id_ for id_ in ids if id_ in drafts])
    held = next((doc for doc in docs if doc.kind == ORDER and not doc.deleted), None)
    if held is not None and held.as_(PollOrder) == wanted:
        return Decision()
    return Decision([Write(staff, ORDER_ID, ORDER, wanted)])
