"""Filling the time of a buyer whose partner did not come, while the slot is on."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from sme_match.core.actor import Actor
from sme_match.core.errors import ConflictError
from sme_match.core.text import mark_text
from sme_match.db.versions import check_version
from sme_match.events.enums import ChangeKind, EventState
from sme_match.events.models import Placement, TimetableChange
from sme_match.events.queries.day import FELL_AWAY, get_sitting
from sme_match.events.services.changing import Step, change, free_place, open_timetable, pair_in
from sme_match.events.services.desk import NO_PLACE
from sme_match.events.services.taking_part import NOT_PUBLISHED
from sme_match.meetings.messages import Site

STILL_STANDS = mark_text("先に、来なかった商談を「欠席」または「持ち越す」と記録してください。")
OTHER_BUYER = mark_text("この受託側は、別の委託側の候補です。画面を読み込みなおしてください。")


def fill_in(
    session: Session,
    actor: Actor,
    event_id: int,
    meeting_id: int,
    candidate_id: int,
    *,
    version: int,
    now: datetime,
    site: Site,
) -> TimetableChange:
    """Give the place of a meeting that fell away to another pair of the same buyer.

    The record of the meeting that fell away stays; both sides of the new one are told.

    Raises:
        NotFoundError, NotAllowedError, InvalidError: as `services.timetable.place`.
        ConflictError: when the meeting stands, changed since the desk saw it, or its place is taken.
    """
    timetable = open_timetable(session, actor, event_id, now=now)
    if timetable.event.state is not EventState.PUBLISHED:
        raise ConflictError(NOT_PUBLISHED)
    sitting = get_sitting(session, timetable.event, meeting_id)
    check_version(sitting.meeting, version)
    old = sitting.placement
    if old is None:
        raise ConflictError(NO_PLACE)
    if sitting.meeting.state not in FELL_AWAY:
        raise ConflictError(STILL_STANDS)
    slot_id, lane, here_at = old.slot_id, old.buyer_lane, old.buyer_here_at
    if pair_in(timetable, candidate_id).buyer_id != old.buyer_id:
        raise ConflictError(OTHER_BUYER)
    session.execute(delete(Placement).where(Placement.candidate_id == old.candidate_id))
    session.expunge(old)
    timetable = open_timetable(session, actor, event_id, now=now)
    to = free_place(timetable, candidate_id, slot_id, buyer_lane=lane)
    row = change(
        session,
        actor,
        timetable,
        [Step(candidate_id, None, to)],
        kind=ChangeKind.BACKFILL,
        now=now,
        site=site,
    )
    session.get_one(Placement, candidate_id).buyer_here_at = here_at
    session.flush()
    return row
