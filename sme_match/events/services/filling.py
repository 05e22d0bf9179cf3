"""Filling the time of a buyer whose partner did not come, while the slot is on."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from sme_match.core.actor import Actor
from sme_match.core.errors import ConflictError
from sme_match.core.text import mark_text
from sme_match.db.versions import check_version
from sme_match.events.day import FILL_IN_AFTER, is_fill_in_due
from sme_match.events.enums import ChangeKind, EventState
from sme_match.events.models import Placement, TimetableChange
from sme_match.events.queries.day import FELL_AWAY, Sitting, get_sitting
from sme_match.events.services.changing import (
    CHANGED,
    Step,
    change,
    free_place,
    open_timetable,
    pair_in,
    place_of,
)
from sme_match.events.services.desk import NO_PLACE
from sme_match.events.services.taking_part import NOT_PUBLISHED
from sme_match.meetings.enums import Party
from sme_match.meetings.messages import Site

TOO_EARLY = mark_text("ほかの受託側を入れられるのは、商談が始まって%(minutes)s分後から終わりまでです。")
NOBODY_WAITS = mark_text("委託側がまだ来ていません。来たことを記録してから入れてください。")
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
        ConflictError: when the meeting stands, changed since the desk saw it, or its place is taken;
            before others may fill in, or while the buyer has not come.
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
    _check_due(sitting, now)
    if pair_in(timetable, candidate_id).buyer_id != old.buyer_id:
        raise ConflictError(OTHER_BUYER)
    if candidate_id in timetable.placements:
        raise ConflictError(CHANGED)
    here_at = old.buyer_here_at
    rest = {key: each for key, each in timetable.placements.items() if key != old.candidate_id}
    freed = replace(timetable, placements=rest)
    to = free_place(freed, candidate_id, old.slot_id, buyer_lane=old.buyer_lane)
    row = change(
        session,
        actor,
        timetable,
        [Step(old.candidate_id, place_of(old), None), Step(candidate_id, None, to)],
        kind=ChangeKind.BACKFILL,
        now=now,
        site=site,
    )
    session.get_one(Placement, candidate_id).buyer_here_at = here_at
    session.flush()
    return row


def _check_due(sitting: Sitting, now: datetime) -> None:
    if sitting.here_at(Party.BUYER) is None:
        raise ConflictError(NOBODY_WAITS)
    if not is_fill_in_due(
        buyer_free=True, starts_at=sitting.starts_at, ends_at=sitting.ends_at, now=now
    ):
        raise ConflictError(TOO_EARLY, minutes=int(FILL_IN_AFTER.total_seconds() // 60))
