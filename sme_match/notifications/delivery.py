"""Delivery of the outbox: claim one mail under a lease, send it, mark it.

A sender may be killed at any moment: no mail is lost, and at most the one it was sending goes out
twice, with the same Message-ID.
"""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.errors import MessageError
from enum import Enum

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from sme_match.core.settings import SMTPSettings
from sme_match.db.session import Database
from sme_match.notifications.mime import compose, sender_of
from sme_match.notifications.models import OutboxMail
from sme_match.notifications.smtp import MailServer, Trouble, describe, trouble_of

log = logging.getLogger(__name__)

SMTP_EXCHANGES = 16
"""More than one mail needs, from the greeting to the end: each may take the whole time-out."""
FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=1)
LONGEST_DELAY_FOR_SERVER = timedelta(minutes=5)
JITTER = 0.2
MOST_ATTEMPTS = 30
"""With the delays above, a little more than a day."""
ERROR_LENGTH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """What one run did: mails sent, put off, and given up."""

    sent: int = 0
    retried: int = 0
    dead: int = 0


class _Result(Enum):
    SENT = "sent"
    RETRIED = "retried"
    SERVER_TROUBLE = "server trouble"
    DEAD = "dead"
    TAKEN_OVER = "taken over"


def deliver_due(
    database: Database,
    settings: SMTPSettings,
    mail_from: str,
    *,
    owner: str,
    now_of: Callable[[], datetime],
    limit: int = 50,
) -> DeliveryReport:
    """Send the mails that are due, oldest first, at most `limit` of them.

    Any number of senders may run at the same time. When the server cannot be reached the run ends:
    the other mails would fare no better and keep their attempts.

    Raises:
        ValueError: when `mail_from` is not a mail address.
    """
    sender_of(mail_from)
    results: list[_Result] = []
    with database.unit_of_work() as session:
        _void_useless(session, now_of())
    with MailServer(settings) as server:
        while len(results) < limit:
            lease = timedelta(seconds=settings.timeout_seconds * SMTP_EXCHANGES)
            with database.unit_of_work() as session:
                mail = _claim(session, owner=owner, now=now_of(), lease=lease)
            if mail is None:
                break
            results.append(_deliver(database, server, mail, mail_from=mail_from, now_of=now_of))
            if results[-1] is _Result.SERVER_TROUBLE:
                break
    return DeliveryReport(
        sent=results.count(_Result.SENT),
        retried=results.count(_Result.RETRIED) + results.count(_Result.SERVER_TROUBLE),
        dead=results.count(_Result.DEAD),
    )


def retry_delay(attempts: int, *, longest: timedelta, fraction: float) -> timedelta:
    """Return how long to wait after the n-th attempt: doubling, spread by `JITTER` either way.

    `fraction` between 0 and 1 chooses the place inside the spread, so that mails that failed
    together do not come back together.
    """
    doubled = FIRST_DELAY * (1 << min(attempts - 1, 16))
    return min(doubled, longest) * (1 - JITTER + 2 * JITTER * fraction)


def _void_useless(session: Session, now: datetime) -> None:
    session.execute(
        update(OutboxMail)
        .where(
            OutboxMail.sent_at.is_(None),
            OutboxMail.void_at.is_(None),
            OutboxMail.dead_at.is_(None),
            OutboxMail.useful_until <= now,
        )
        .values(void_at=now)
    )


def _claim(session: Session, *, owner: str, now: datetime, lease: timedelta) -> OutboxMail | None:
    """Take the oldest due mail that nobody holds, in one conditional UPDATE."""
    oldest = (
        select(OutboxMail.id)
        .where(
            OutboxMail.sent_at.is_(None),
            OutboxMail.void_at.is_(None),
            OutboxMail.dead_at.is_(None),
            OutboxMail.next_attempt_at <= now,
            or_(OutboxMail.lease_until.is_(None), OutboxMail.lease_until <= now),
        )
        .order_by(OutboxMail.next_attempt_at, OutboxMail.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    return session.scalars(
        update(OutboxMail)
        .where(OutboxMail.id == oldest)
        .values(lease_owner=owner, lease_until=now + lease, attempts=OutboxMail.attempts + 1)
        .returning(OutboxMail)
    ).one_or_none()


def _deliver(
    database: Database,
    server: MailServer,
    mail: OutboxMail,
    *,
    mail_from: str,
    now_of: Callable[[], datetime],
) -> _Result:
    try:
        message = compose(mail, mail_from=mail_from, now=now_of())
        server.send(message, sender=sender_of(mail_from).addr_spec, recipient=mail.to_address)
    except OSError as error:
        return _put_off(database, mail, error, now=now_of())
    except (ValueError, MessageError) as error:
        # One mail that cannot be written must not hold up all others.
        log.exception("Mail %s cannot be composed", mail.key)
        values = {"dead_at": now_of(), "last_error": str(error)[:ERROR_LENGTH]}
        return _mark(database, mail, _Result.DEAD, values)
    return _mark(database, mail, _Result.SENT, {"sent_at": now_of(), "last_error": ""})


def _put_off(database: Database, mail: OutboxMail, error: OSError, *, now: datetime) -> _Result:
    trouble = trouble_of(error)
    log.warning("Mail %s was not sent (%s): %s", mail.key, trouble.value, describe(error))
    values: dict[str, object] = {"last_error": describe(error)[:ERROR_LENGTH]}
    used_up = trouble is Trouble.TEMPORARY and mail.attempts >= MOST_ATTEMPTS
    if trouble is Trouble.PERMANENT or used_up:
        return _mark(database, mail, _Result.DEAD, values | {"dead_at": now})
    at_server = trouble is Trouble.SERVER
    longest = LONGEST_DELAY_FOR_SERVER if at_server else LONGEST_DELAY
    delay = retry_delay(mail.attempts, longest=longest, fraction=random.random())
    values["next_attempt_at"] = now + delay
    return _mark(database, mail, _Result.SERVER_TROUBLE if at_server else _Result.RETRIED, values)


def _mark(database: Database, mail: OutboxMail, result: _Result, values: dict[str, object]) -> _Result:
    """Write down the result, unless the lease ran out and another sender took the mail over."""
    with database.unit_of_work() as session:
        marked = session.scalars(
            update(OutboxMail)
            .where(
                OutboxMail.id == mail.id,
                OutboxMail.lease_owner == mail.lease_owner,
                OutboxMail.lease_until == mail.lease_until,
            )
            .values(lease_owner=None, lease_until=None, **values)
            .returning(OutboxMail.id)
        ).one_or_none()
    if marked is None:
        log.warning("Mail %s was taken over by another sender", mail.key)
        return _Result.TAKEN_OVER
    return result
