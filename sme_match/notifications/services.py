"""Queuing mails in the transaction that causes them, and taking back those not sent yet."""

import hashlib
import unicodedata
from datetime import datetime
from typing import Literal

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text
from sme_match.notifications.models import OutboxMail

CalendarMethod = Literal["REQUEST", "CANCEL", "PUBLISH"]

KEY_LENGTH = 200
NAME_LENGTH = 200
SUBJECT_LENGTH = 300
_UNSENT = (OutboxMail.sent_at.is_(None), OutboxMail.void_at.is_(None), OutboxMail.dead_at.is_(None))


def queue_mail(
    session: Session,
    *,
    key: str,
    to_address: str,
    to_name: str,
    subject: str,
    text: str,
    body_id: int | None,
    now: datetime,
    reply_to: str = "",
    calendar: str | None = None,
    calendar_method: CalendarMethod | None = None,
    send_at: datetime | None = None,
    useful_until: datetime | None = None,
) -> OutboxMail:
    """Put one mail to one recipient into the outbox and return it.

    The key says what the mail is about. A key that is queued already gives back the first mail,
    also when two processes queue it at the same moment, so sweeps may repeat themselves.

    Raises:
        InvalidError: when an address cannot be written to, or a name or the subject breaks the line.
    """
    if not 0 < len(key) <= KEY_LENGTH:
        raise ValueError(f"A mail key has 1 to {KEY_LENGTH} characters: {key!r}")
    if (calendar is None) != (calendar_method is None):
        raise ValueError("A calendar part and its method come together.")
    queued = _find_mail(session, key)
    if queued is not None:
        return queued
    mail = OutboxMail(
        key=key,
        body_id=body_id,
        to_address=check_address(to_address),
        to_name=_one_line(to_name, NAME_LENGTH),
        reply_to=check_address(reply_to) if reply_to else "",
        subject=_one_line(subject, SUBJECT_LENGTH),
        text=text,
        calendar=calendar,
        calendar_method=calendar_method,
        message_id=_message_id(key, now),
        created_at=now,
        next_attempt_at=send_at or now,
        useful_until=useful_until,
        attempts=0,
    )
    # What the caller has changed so far must not be blamed on the mail.
    session.flush()
    try:
        with session.begin_nested():
            session.add(mail)
    except IntegrityError:
        queued = _find_mail(session, key)
        if queued is None:
            raise
        return queued
    return mail


def void_mails(session: Session, *, key_prefix: str, now: datetime) -> int:
    """Mark the unsent mails about something that no longer stands; return how many.

    End the prefix with its separator: `meeting:1:` leaves `meeting:12:` alone. A mail that a sender
    holds at this moment may still go out.
    """
    if not key_prefix:
        raise ValueError("An empty prefix would void every mail.")
    # Not LIKE: its wildcards and SQLite's blindness to case would match other keys.
    voided = session.scalars(
        update(OutboxMail)
        .where(
            *_UNSENT,
            func.substr(OutboxMail.key, 1, len(key_prefix)) == key_prefix,
        )
        .values(void_at=now)
        .returning(OutboxMail.id)
    )
    return len(voided.all())


def void_mails_to(
    session: Session, *, to_address: str, to_name: str, body_id: int | None, now: datetime
) -> int:
    """Mark the unsent mails of a body to somebody who is no longer written to; return how many.

    Only those to this person: colleagues may share an address (info@). Letters put the company before
    the name.
    """
    named = or_(
        OutboxMail.to_name == to_name, OutboxMail.to_name.endswith(f" {to_name}", autoescape=True)
    )
    voided = session.scalars(
        update(OutboxMail)
        .where(
            *_UNSENT,
            OutboxMail.body_id == body_id,
            func.lower(OutboxMail.to_address) == to_address.lower(),
            named,
        )
        .values(void_at=now)
        .returning(OutboxMail.id)
    )
    return len(voided.all())


def check_address(address: str) -> str:
    """Return the address as mail servers take it (ASCII, domain in lower case).

    Only the form is checked: nothing is looked up.

    Raises:
        InvalidError: when it is not exactly one address that every mail server accepts.
    """
    try:
        checked = validate_email(address, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        checked = None
    if checked is None or checked.ascii_email is None:
        raise InvalidError(
            mark_text("メールアドレス「%(address)s」は正しくありません。"),
            field="email",
            address=address[:100],
        )
    return checked.ascii_email


def _find_mail(session: Session, key: str) -> OutboxMail | None:
    return session.scalars(select(OutboxMail).where(OutboxMail.key == key)).one_or_none()


def _one_line(text: str, length: int) -> str:
    if any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in text):
        raise InvalidError(mark_text("メールの宛名と件名に改行や制御文字は使えません。"))
    # The body of the mail says it in full; a long title must not stop the mail.
    return text if len(text) <= length else text[: length - 1] + "…"


def _message_id(key: str, now: datetime) -> str:
    # The moment is part of it: two installations, or one that was set up anew, use the same keys.
    return hashlib.sha256(f"{key} {now.isoformat()}".encode()).hexdigest()[:40]
