"""Holding and freeing the five-minute cells of a confirmed meeting."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sme_match.companies.models import Company
from sme_match.meetings.errors import SlotTakenError
from sme_match.meetings.models import BookingCell, Meeting
from sme_match.meetings.slots import cells_of


def hold_cells(session: Session, meeting: Meeting, starts_at: datetime, ends_at: datetime) -> None:
    """Book the time for both companies in place of what the meeting held before, or change nothing.

    Raises:
        SlotTakenError: when one of the companies holds a part of it for another meeting.
    """
    hold_all_cells(session, [(meeting, starts_at, ends_at)])


def hold_all_cells(session: Session, times: Sequence[tuple[Meeting, datetime, datetime]]) -> None:
    """Book the times of several meetings in place of what these held before, or change nothing.

    The primary key of the table decides, not a look beforehand. The companies are locked in the
    order of their ids so that two bookings wait for each other instead of deadlocking.

    Raises:
        SlotTakenError: when one of the companies holds a part of it for another meeting.
    """
    if not times:
        return
    session.flush()
    companies = {id_ for meeting, *_ in times for id_ in (meeting.company_id, meeting.buyer_id)}
    session.execute(
        select(Company.id)
        .where(Company.id.in_(companies))
        .order_by(Company.id)
        .with_for_update(key_share=True)
    )
    cells = [
        {"company_id": company_id, "lane": lane, "cell": cell, "meeting_id": meeting.id}
        for meeting, starts_at, ends_at in times
        for company_id, lane in (
            (meeting.company_id, meeting.company_lane),
            (meeting.buyer_id, meeting.buyer_lane),
        )
        for cell in cells_of(starts_at, ends_at)
    ]
    try:
        with session.begin_nested():
            free_cells(session, *(meeting for meeting, *_ in times))
            session.execute(insert(BookingCell), cells)
    except IntegrityError:
        raise SlotTakenError from None


def free_cells(session: Session, *meetings: Meeting) -> None:
    """Give the time of the meetings back to both calendars."""
    session.execute(
        delete(BookingCell).where(BookingCell.meeting_id.in_(meeting.id for meeting in meetings))
    )
