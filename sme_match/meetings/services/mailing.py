"""Putting the mails of a meeting into the outbox, in the transaction that causes them."""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from sme_match.meetings.enums import Party
from sme_match.meetings.ical import cancellation, invitation
from sme_match.meetings.messages import Facts, Letter, Span, calendar_entry, facts_for
from sme_match.meetings.models import Meeting
from sme_match.notifications.services import queue_mail, void_mails

ONCE_BYTES = 6

CalendarMethod = Literal["REQUEST", "CANCEL"]


def void_unsent(session: Session, meeting: Meeting, *, now: datetime) -> None:
    """Take back whatever has not been sent about the meeting: it no longer stands."""
    void_mails(session, key_prefix=f"meeting:{meeting.id}:", now=now)


def write_to_both(
    session: Session,
    meeting: Meeting,
    compose: Callable[[Facts], Letter],
    *,
    about: str,
    now: datetime,
    calendar: CalendarMethod | None = None,
    span: Span | None = None,
) -> None:
    """Queue the composed mail for each side that can be written to."""
    for party in Party:
        write_to(session, meeting, party, compose, about=about, now=now, calendar=calendar, span=span)


def write_to(
    session: Session,
    meeting: Meeting,
    party: Party,
    compose: Callable[[Facts], Letter],
    *,
    about: str,
    now: datetime,
    calendar: CalendarMethod | None = None,
    span: Span | None = None,
) -> None:
    """Queue one mail; a side without an address is phoned instead and gets none."""
    letter = compose(facts_for(meeting, party))
    if not letter.to_address:
        return
    text = None
    if calendar is not None and span is not None:
        entry = calendar_entry(meeting, party, span, now=now)
        text = invitation(entry) if calendar == "REQUEST" else cancellation(entry)
    # The lock on the meeting keeps it from being told twice; a later mail about the same must not
    # be taken for an earlier one that was voided.
    once = secrets.token_hex(ONCE_BYTES)
    queue_mail(
        session,
        key=f"meeting:{meeting.id}:{meeting.calendar_sequence}:{about}:{once}:{party}",
        to_address=letter.to_address,
        to_name=letter.to_name,
        reply_to=meeting.body.email,
        subject=letter.subject,
        text=letter.text,
        calendar=text,
        calendar_method=None if text is None else calendar,
        body_id=meeting.body_id,
        now=now,
    )
