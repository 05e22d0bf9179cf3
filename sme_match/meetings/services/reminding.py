"""What happens by itself: reminders of confirmed meetings, and requests that run out of time."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.links import revoke_links
from sme_match.audit.services import record
from sme_match.core.actor import SYSTEM
from sme_match.meetings.enums import MeetingState, Party
from sme_match.meetings.messages import Site, compose_expiry, compose_reminder, facts_for
from sme_match.meetings.models import Meeting
from sme_match.meetings.queries import lock_meeting
from sme_match.meetings.reminders import LOOKAHEAD, due_reminder, reminder_key
from sme_match.meetings.services.mailing import void_unsent, write_to_both
from sme_match.notifications.models import OutboxMail
from sme_match.notifications.services import queue_mail


def list_to_remind(session: Session, *, now: datetime) -> list[int]:
    """Return the confirmed meetings that have a reminder due which is not in the outbox yet."""
    query = select(
        Meeting.id, Meeting.calendar_sequence, Meeting.starts_at, Meeting.confirmed_at
    ).where(
        Meeting.state == MeetingState.CONFIRMED,
        Meeting.starts_at > now,
        Meeting.starts_at <= now + LOOKAHEAD,
    )
    keys: dict[int, set[str]] = {}
    for meeting_id, sequence, starts_at, confirmed_at in session.execute(query):
        if starts_at is None or confirmed_at is None:
            continue
        kind = due_reminder(starts_at=starts_at, confirmed_at=confirmed_at, now=now)
        if kind is not None:
            keys[meeting_id] = {
                reminder_key(meeting_id=meeting_id, sequence=sequence, kind=kind, party=party)
                for party in Party
            }
    wanted = set().union(*keys.values()) if keys else set()
    queued = set(session.scalars(select(OutboxMail.key).where(OutboxMail.key.in_(wanted))))
    return [meeting_id for meeting_id, own in keys.items() if not own <= queued]


def remind(session: Session, meeting_id: int, *, now: datetime, site: Site) -> int:
    """Queue the reminder that is due for both sides; return how many mails there are.

    Doing it twice queues nothing more: the key names meeting, sequence, kind and side.
    """
    meeting = lock_meeting(session, SYSTEM, meeting_id)
    if (
        meeting.state is not MeetingState.CONFIRMED
        or meeting.starts_at is None
        or meeting.ends_at is None
        or meeting.confirmed_at is None
    ):
        return 0
    span = (meeting.starts_at, meeting.ends_at)
    kind = due_reminder(starts_at=span[0], confirmed_at=meeting.confirmed_at, now=now)
    if kind is None:
        return 0
    mails = 0
    for party in Party:
        letter = compose_reminder(facts_for(meeting, party), span, kind=kind, site=site)
        if not letter.to_address:
            continue
        queue_mail(
            session,
            key=reminder_key(
                meeting_id=meeting.id, sequence=meeting.calendar_sequence, kind=kind, party=party
            ),
            to_address=letter.to_address,
            to_name=letter.to_name,
            reply_to=meeting.body.email,
            subject=letter.subject,
            text=letter.text,
            body_id=meeting.body_id,
            useful_until=span[0],
            now=now,
        )
        mails += 1
    return mails


def list_to_expire(session: Session, *, now: datetime) -> list[int]:
    """Return the requests whose day of answer is over."""
    query = select(Meeting.id).where(
        Meeting.state == MeetingState.ASKED,
        Meeting.answer_by <= now,
        Meeting.expired_at.is_(None),
    )
    return list(session.scalars(query))


def expire_request(session: Session, meeting_id: int, *, now: datetime) -> bool:
    """Close a request that was not answered in time, and say so to both sides.

    It stays with the coordinator, who offers other times or calls it off. When both sides did answer
    and no time suited, there is nothing to say to them: the coordinator's list shows it.
    """
    meeting = lock_meeting(session, SYSTEM, meeting_id)
    over = meeting.answer_by is not None and meeting.answer_by <= now
    if meeting.state is not MeetingState.ASKED or meeting.expired_at is not None or not over:
        return False
    meeting.expired_at = meeting.updated_at = now
    session.flush()
    if len(meeting.replies) < len(Party):
        void_unsent(session, meeting, now=now)
        revoke_links(session, LinkPurpose.MEETING_REPLY, meeting.id, now)
        write_to_both(session, meeting, compose_expiry, about="expiry", now=now)
    record(
        session,
        SYSTEM,
        action="meeting.expire",
        subject=("meeting", meeting.id),
        body_id=meeting.body_id,
        now=now,
    )
    return True
