"""Telling the SMEs of the host bodies that an event calls for applications, once each."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, selectinload

from sme_match.companies.models import Company
from sme_match.core.actor import SYSTEM
from sme_match.events.messages.calling import compose_call
from sme_match.events.messages.letters import write_letter
from sme_match.events.models import Event, Participant
from sme_match.events.policy import calls_at, is_call_open
from sme_match.events.queries import lock_event
from sme_match.notifications.models import OutboxMail
from sme_match.notifications.services import queue_mail

AT_ONCE = 500
"""Mails of one transaction; the next sweep goes on."""


def list_calling(session: Session, *, now: datetime) -> list[int]:
    """Return the events whose call is open."""
    return list(session.scalars(select(Event.id).where(calls_at(now)).order_by(Event.id)))


def tell_of_call(session: Session, event_id: int, *, now: datetime, base_url: str) -> int:
    """Write to SMEs that have not been told and do not take part; return to how many.

    The key of the outbox remembers who was told; the event is locked, so that nobody is told twice.
    """
    event = lock_event(session, SYSTEM, event_id, now=now)
    if not is_call_open(event, now):
        return 0
    bodies = {host.body_id: host.body for host in event.hosts}
    prefix = f"event:{event.id}:call:"
    told = set(session.scalars(select(OutboxMail.key).where(OutboxMail.key.startswith(prefix))))
    takes_part = exists().where(Participant.event_id == event.id, Participant.company_id == Company.id)
    companies = session.scalars(
        select(Company)
        .where(Company.body_id.in_(bodies), Company.is_sme, Company.archived_at.is_(None), ~takes_part)
        .options(selectinload(Company.contacts))
        .order_by(Company.id)
    )
    subject, text = compose_call(event, link=f"{base_url}/events/{event.id}")
    sent = 0
    for company in companies:
        key, body = f"{prefix}{company.id}", bodies[company.body_id]
        if key in told:
            continue
        if sent >= AT_ONCE:
            break
        letter = write_letter(company, None, body, subject=subject, text=text)
        if not letter.to_address:
            continue
        queue_mail(
            session, key=key, to_address=letter.to_address, to_name=letter.to_name,
            reply_to=body.email, subject=letter.subject, text=letter.text, body_id=body.id,
            now=now, useful_until=event.sme_call_until,
        )  # fmt: skip
        sent += 1
    return sent
