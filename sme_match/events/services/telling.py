"""Putting the mails to participants into the outbox, in the transaction that causes them."""

import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.events.messages.letters import write_letter
from sme_match.events.models import Participant
from sme_match.meetings.messages import Letter
from sme_match.meetings.queries import find_contact
from sme_match.notifications.models import OutboxMail
from sme_match.notifications.services import queue_mail

ONCE_BYTES = 6


def tell(
    session: Session,
    participant: Participant,
    words: tuple[str, str],
    *,
    about: str,
    now: datetime,
    once: str = "",
) -> bool:
    """Queue one mail to the company; return whether it has an address.

    `once` names what must not be told twice; without it every call writes again.
    """
    contact = find_contact(session, participant.company_id, participant.contact_id)
    subject, text = words
    letter = write_letter(participant.company, contact, participant.body, subject=subject, text=text)
    if not letter.to_address:
        return False
    queue_letter(
        session,
        letter,
        key=_key(participant, about, once or _once()),
        participant=participant,
        now=now,
    )
    return True


def is_told(session: Session, participant: Participant, *, about: str, once: str) -> bool:
    """Tell whether the mail that must not go out twice is queued already."""
    key = _key(participant, about, once)
    return session.scalar(select(OutboxMail.id).where(OutboxMail.key == key)) is not None


def queue_letter(
    session: Session, letter: Letter, *, key: str, participant: Participant, now: datetime
) -> None:
    """Queue a composed mail; answers go to the body that looks after the company."""
    queue_mail(
        session,
        key=key,
        to_address=letter.to_address,
        to_name=letter.to_name,
        reply_to=participant.body.email,
        subject=letter.subject,
        text=letter.text,
        body_id=participant.body_id,
        now=now,
    )


def _key(participant: Participant, about: str, once: str) -> str:
    return f"event:{participant.event_id}:{participant.id}:{about}:{once}"


def _once() -> str:
    return secrets.token_hex(ONCE_BYTES)
