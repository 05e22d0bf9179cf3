"""What stands in a reader's calendar: the meetings that were agreed, those called off included."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.models import SignedLink
from sme_match.companies.models import Company
from sme_match.core.actor import Actor
from sme_match.meetings.enums import MeetingState, Party
from sme_match.meetings.ical import CalendarEntry, EntryStatus
from sme_match.meetings.messages import calendar_entry
from sme_match.meetings.models import Meeting
from sme_match.meetings.policy import party_of, visible_to

KEPT = timedelta(days=90)
"""How long a calendar goes on showing meetings that are over."""
OFF = frozenset({MeetingState.CANCELLED, MeetingState.CARRIED_OVER, MeetingState.DECLINED})


def list_agreed(
    session: Session, actor: Actor, *, since: datetime | None = None, event_id: int | None = None
) -> list[Meeting]:
    """Return the meetings whose time was agreed, of one event or from a moment on."""
    query = select(Meeting).where(
        visible_to(actor), Meeting.confirmed_at.is_not(None), Meeting.starts_at.is_not(None)
    )
    if since is not None:
        query = query.where(Meeting.ends_at > since)
    if event_id is not None:
        query = query.where(Meeting.event_id == event_id)
    rows = session.scalars(
        query.order_by(Meeting.starts_at, Meeting.id).options(
            joinedload(Meeting.need),
            joinedload(Meeting.body),
            joinedload(Meeting.company).selectinload(Company.contacts),
            joinedload(Meeting.buyer).selectinload(Company.contacts),
            joinedload(Meeting.company_contact),
            joinedload(Meeting.buyer_contact),
        )
    )
    return list(rows)


def entries_for(actor: Actor, meetings: Iterable[Meeting]) -> list[CalendarEntry]:
    """Return the meetings as the actor's calendar shows them, with the same uid as in every mail."""
    return [
        _entry(actor, meeting, meeting.starts_at, meeting.ends_at)
        for meeting in meetings
        if meeting.starts_at is not None and meeting.ends_at is not None
    ]


def find_address(session: Session, actor: Actor, *, now: datetime) -> SignedLink | None:
    """Return what is stored of the address under which the actor's calendar can be read."""
    return session.scalar(
        select(SignedLink)
        .where(
            SignedLink.purpose == LinkPurpose.CALENDAR_FEED,
            SignedLink.subject_id == (actor.user_id or 0),
            SignedLink.revoked_at.is_(None),
            SignedLink.expires_at > now,
        )
        .order_by(SignedLink.id.desc())
        .limit(1)
    )


def _entry(actor: Actor, meeting: Meeting, starts_at: datetime, ends_at: datetime) -> CalendarEntry:
    # The stamp is that of the change, so the same state always gives the same text.
    entry = calendar_entry(
        meeting, party_of(actor, meeting) or Party.BUYER, (starts_at, ends_at), now=meeting.updated_at
    )
    return replace(entry, status=EntryStatus.CANCELLED) if meeting.state in OFF else entry
