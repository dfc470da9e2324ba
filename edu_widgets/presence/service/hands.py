"""Raised hands: up, taken, solved, down."""

import msgspec

from edu_widgets.presence.commands import LowerHand, RaiseHand, SolveHand, TakeHand
from edu_widgets.presence.documents import MAX_NOTE, MAX_TRACEBACK, Hand, hand_id
from edu_widgets.presence.service.preconditions import both, in_course
from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import staff_channel
from edu_widgets.protocol.errors import InvalidArgument, refusal
from edu_widgets.protocol.visible_text import checked
from edu_widgets.service.checks import channel_of, only_staff
from edu_widgets.service.rules import DELETE, Decision, Get, Request, RuleRun, read

_NOT_UP = "This hand is not up any more."


def raise_(request: Request[RaiseHand]) -> RuleRun:
    """Put a hand up; one that is up keeps its place and gets the new note.

    Raises:
        Refused: `INVALID` for what is too long, or in another channel than a course's.
    """
    in_course(request)
    me, data = request.user, request.data
    try:
        note = checked(data.note, "A note", MAX_NOTE, least=0).strip()
        traceback = checked(data.traceback, "A traceback", MAX_TRACEBACK, least=0)
    except InvalidArgument as error:
        raise refusal(Code.INVALID, str(error)) from error
    id_ = hand_id(me.id)
    held = read((yield Get(channel_of(request.course, me.id), (id_,))), id_, Hand)
    if held is None or held.solved is not None:
        hand = Hand(me.id, me.name, request.now, note, traceback)
    else:
        hand = msgspec.structs.replace(held, user_name=me.name, note=note, traceback=traceback)
        if hand == held:
            return Decision()
    return Decision(both(request.course, me.id, id_, Hand.kind, hand))


def lower(request: Request[LowerHand]) -> RuleRun:
    """Take a hand down. One that is down is as it should be.

    Raises:
        Refused: `FORBIDDEN` for students about others, `INVALID` for who cannot be a person.
    """
    in_course(request)
    user_id = request.data.user_id or request.user.id
    if user_id != request.user.id:
        only_staff(request, "lower the hands of others")
    id_, own = hand_id(user_id), channel_of(request.course, user_id)
    if read((yield Get(own, (id_,))), id_, Hand) is None:
        return Decision()
    return Decision(both(request.course, user_id, id_, Hand.kind, DELETE))


def take(request: Request[TakeHand]) -> RuleRun:
    """Say that one is helping, or give the hand back.

    Raises:
        Refused: `FORBIDDEN` for students, `NOT_FOUND` for a hand that is not up, `STALE` where
            somebody else is helping already, and it is not given back anyway.
    """
    in_course(request)
    only_staff(request, "take hands")
    me, data = request.user, request.data
    id_ = hand_id(data.user_id)
    hand = read((yield Get(staff_channel(request.course), (id_,))), id_, Hand)
    if hand is None or hand.solved is not None:
        raise refusal(Code.NOT_FOUND, _NOT_UP)
    if not data.taken:
        if hand.taken is None:
            return Decision()
        if hand.taken_by not in {None, me.id} and not data.anyway:
            raise refusal(Code.STALE, f"{hand.taken_by_name or 'Somebody'} is helping.")
        body = msgspec.structs.replace(hand, taken=None, taken_by=None, taken_by_name=None)
    elif hand.taken_by == me.id:
        return Decision()
    elif hand.taken_by is not None:
        raise refusal(Code.STALE, f"{hand.taken_by_name or 'Somebody'} is helping already.")
    else:
        body = msgspec.structs.replace(
            hand, taken=request.now, taken_by=me.id, taken_by_name=me.name
        )
    return Decision(both(request.course, data.user_id, id_, Hand.kind, body))


def solve(request: Request[SolveHand]) -> RuleRun:
    """Mark a hand as solved: its note is deleted, its helper stays for a while.

    Raises:
        Refused: `FORBIDDEN` for students.
    """
    in_course(request)
    only_staff(request, "solve hands")
    me, data = request.user, request.data
    id_ = hand_id(data.user_id)
    hand = read((yield Get(staff_channel(request.course), (id_,))), id_, Hand)
    if hand is None or hand.solved is not None or data.at not in (0, hand.at):
        return Decision()
    body = Hand(
        hand.user_id,
        hand.user_name,
        hand.at,
        taken=hand.taken or request.now,
        taken_by=hand.taken_by or me.id,
        taken_by_name=hand.taken_by_name or me.name,
        solved=request.now,
    )
    return Decision(both(request.course, data.user_id, id_, Hand.kind, body))
