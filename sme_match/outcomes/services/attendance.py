"""Recording what became of a meeting, and with it whether anything is followed up."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.links import revoke_links
from sme_match.core.actor import Actor
from sme_match.core.clock import jst_date
from sme_match.core.text import mark_text
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.messages import Site
from sme_match.meetings.models import Meeting
from sme_match.meetings.services.changing import DayRecord, record_day
from sme_match.notifications.services import void_mails
from sme_match.outcomes.calendar import MONTHS_AFTER, months_later
from sme_match.outcomes.enums import FollowUpState
from sme_match.outcomes.models import FollowUp
from sme_match.outcomes.services.asking import ask_for_reports

NOT_HELD = mark_text("商談が実施されなかったため")


def record_attendance(
    session: Session,
    actor: Actor,
    meeting_id: int,
    day: DayRecord,
    *,
    version: int,
    now: datetime,
    site: Site,
) -> Meeting:
    """Record held, absent, broken off or carried over.

    A held meeting is followed up after 1, 3, 6 and 12 months, and both sides are asked for their
    report at once. A record that is put right takes that back.

    Raises:
        NotFoundError, NotAllowedError, StaleVersionError, ConflictError, InvalidError: as
            `meetings.services.changing.record_day`.
    """
    meeting = record_day(session, actor, meeting_id, day, version=version, now=now)
    if day.result is MeetingState.HELD:
        plan_follow_ups(session, meeting)
        ask_for_reports(session, meeting, months_after=0, now=now, site=site)
    else:
        _stop_following_up(session, meeting, now=now)
    session.flush()
    return meeting


def plan_follow_ups(session: Session, meeting: Meeting) -> None:
    """Note when both sides will be asked again; those of an earlier record count anew."""
    held_on = jst_date(meeting.starts_at or meeting.updated_at)
    known = {row.months_after: row for row in _follow_ups(session, meeting)}
    for months in MONTHS_AFTER:
        row = known.get(months)
        if row is None:
            row = FollowUp(body_id=meeting.body_id, meeting_id=meeting.id, months_after=months)
            session.add(row)
        if row.state is not FollowUpState.DONE:
            row.state, row.closed_reason, row.done_at = FollowUpState.DUE, "", None
            row.asked_at = row.chased_at = None
        row.due_on = months_later(held_on, months)


def _stop_following_up(session: Session, meeting: Meeting, *, now: datetime) -> None:
    for row in _follow_ups(session, meeting):
        if row.state is FollowUpState.DUE:
            row.state, row.closed_reason, row.done_at = FollowUpState.CLOSED, NOT_HELD, now
    void_mails(session, key_prefix=f"outcome:{meeting.id}:", now=now)
    revoke_links(session, LinkPurpose.OUTCOME_REPORT, meeting.id, now)


def _follow_ups(session: Session, meeting: Meeting) -> list[FollowUp]:
    return list(session.scalars(select(FollowUp).where(FollowUp.meeting_id == meeting.id)))
