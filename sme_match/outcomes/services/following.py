"""Follow-ups: asking when they fall due, once more when nobody answers, and closing what stays open.

After the second mail a follow-up is for the coordinator, who phones; nothing is mailed a third time.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from sme_match.audit.services import record
from sme_match.core.actor import SYSTEM, Actor
from sme_match.core.clock import jst_date
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError
from sme_match.core.text import mark_text
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.messages import Site
from sme_match.meetings.models import Meeting
from sme_match.meetings.queries import lock_meeting
from sme_match.outcomes.calendar import current_round
from sme_match.outcomes.enums import FollowUpState
from sme_match.outcomes.models import FollowUp
from sme_match.outcomes.policy import may_close_follow_up
from sme_match.outcomes.queries import get_follow_up
from sme_match.outcomes.services.asking import ask_for_reports

CHASED_AFTER = timedelta(days=14)


def list_to_ask(session: Session, *, now: datetime, again: bool = False) -> list[int]:
    """Return the follow-ups of held meetings to ask about now, oldest first.

    Those that fell due and nobody was asked about yet; `again`: those asked about two weeks ago that
    are still open.
    """
    query = (
        select(FollowUp.id)
        .join(FollowUp.meeting)
        .where(*_to_ask(now, again=again), Meeting.state == MeetingState.HELD)
        .order_by(FollowUp.due_on, FollowUp.id)
    )
    return list(session.scalars(query))


def ask_follow_up(
    session: Session, follow_up_id: int, *, now: datetime, site: Site, again: bool = False
) -> int:
    """Ask the sides that have not answered; return how many mails.

    One conditional UPDATE decides who asks, so each follow-up is asked about once, and once `again`.
    """
    claimed = session.scalars(
        update(FollowUp)
        .where(FollowUp.id == follow_up_id, *_to_ask(now, again=again))
        .values(**{"chased_at" if again else "asked_at": now})
        .returning(FollowUp)
    ).one_or_none()
    if claimed is None:
        return 0
    mails = _ask(session, claimed, now=now, site=site, again=again)
    if again and not mails:
        # The lists say when somebody was asked for the second time: nobody was.
        claimed.chased_at = None
        session.flush()
    return mails


def _ask(session: Session, follow_up: FollowUp, *, now: datetime, site: Site, again: bool) -> int:
    meeting = lock_meeting(session, SYSTEM, follow_up.meeting_id)
    if meeting.state is not MeetingState.HELD or meeting.starts_at is None:
        return 0
    if follow_up.months_after != current_round(jst_date(meeting.starts_at), jst_date(now)):
        # The scheduler was away for long: only the latest round is asked about.
        return 0
    return ask_for_reports(
        session, meeting, months_after=follow_up.months_after, now=now, site=site, again=again
    )


def _to_ask(now: datetime, *, again: bool) -> tuple[ColumnElement[bool], ...]:
    due = (FollowUp.state == FollowUpState.DUE, FollowUp.due_on <= jst_date(now))
    if again:
        return *due, FollowUp.asked_at <= now - CHASED_AFTER, FollowUp.chased_at.is_(None)
    return *due, FollowUp.asked_at.is_(None)


def close_follow_up(
    session: Session, actor: Actor, follow_up_id: int, *, reason: str, now: datetime
) -> FollowUp:
    """Close a follow-up as unknown, with a reason: nobody will answer it any more.

    Raises:
        NotFoundError: when the actor may not see it.
        NotAllowedError: unless the actor is a coordinator of the body.
        ConflictError: when it is answered or closed already.
        InvalidError: without a reason.
    """
    follow_up = get_follow_up(session, actor, follow_up_id)
    if not may_close_follow_up(actor, follow_up.meeting):
        raise NotAllowedError
    if not reason:
        raise InvalidError(mark_text("終える理由を入力してください。"), field="reason")
    closed = session.scalars(
        update(FollowUp)
        .where(FollowUp.id == follow_up.id, FollowUp.state == FollowUpState.DUE)
        .values(state=FollowUpState.CLOSED, closed_reason=reason, done_at=now)
        .returning(FollowUp.id)
    ).one_or_none()
    if closed is None:
        raise ConflictError(mark_text("この追跡は、もう終わっています。"))
    record(
        session,
        actor,
        action="outcome.close_follow_up",
        subject=("outcome", follow_up.meeting_id),
        body_id=follow_up.body_id,
        now=now,
        changes={"months_after": (None, follow_up.months_after)},
        note=reason,
    )
    return follow_up
