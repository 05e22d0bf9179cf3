"""Seals over the audit log: a chain of digests that shows any later change.

Triggers keep the log append-only for the service. Somebody who owns the database can drop them; what
they change, remove or add then no longer fits the digest of its seal, nor do all seals after it.
Whoever could also make all later seals anew is found out by any digest kept elsewhere: each is
written to the service's log.
"""

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from sme_match.audit.models import AuditEntry, AuditSeal
from sme_match.core.logs import FIELDS
from sme_match.db.session import Database

log = logging.getLogger(__name__)

SETTLED: Final = timedelta(minutes=15)
"""Entries younger than this wait: a transaction still running may hold a lower number."""
AT_ONCE: Final = 10_000
_BEGINNING: Final = "0" * 64


class Broken(NamedTuple):
    """A stretch of the log that does not fit its seal."""

    first_id: int
    last_id: int
    sealed_at: datetime


def seal_settled(database: Database, *, now: datetime) -> int:
    """Seal what has settled, at most `AT_ONCE` entries; return how many."""
    with database.unit_of_work() as session:
        last = _last_seal(session)
        first_id = last.last_id + 1 if last else 1
        settled = (
            select(AuditEntry.id)
            .where(AuditEntry.id >= first_id, AuditEntry.at <= now - SETTLED)
            .order_by(AuditEntry.id)
            .limit(AT_ONCE)
        )
        last_id = session.scalar(select(func.max(settled.subquery().c.id)))
        if last_id is None:
            return 0
        lines = list(_lines(session, first_id, last_id))
        digest = _digest(last.digest if last else _BEGINNING, lines)
        seal = AuditSeal(first_id=first_id, last_id=last_id, sealed_at=now, digest=digest)
        session.add(seal)
    fields = {"first": first_id, "last": last_id, "digest": digest}
    log.info("Sealed the audit log", extra={FIELDS: fields})
    return len(lines)


def find_broken(session: Session) -> Iterator[Broken]:
    """Return the stretches whose entries are no longer those that were sealed, oldest first.

    A stretch is judged by the digest that the one before it states, so that one change breaks one
    stretch and not all after it.
    """
    before, next_id = _BEGINNING, 1
    for seal in session.scalars(select(AuditSeal).order_by(AuditSeal.first_id)):
        found = _digest(before, _lines(session, seal.first_id, seal.last_id))
        if found != seal.digest or seal.first_id != next_id:
            yield Broken(min(next_id, seal.first_id), seal.last_id, seal.sealed_at)
        before, next_id = seal.digest, seal.last_id + 1


def _last_seal(session: Session) -> AuditSeal | None:
    return session.scalar(select(AuditSeal).order_by(AuditSeal.first_id.desc()).limit(1))


def _lines(session: Session, first_id: int, last_id: int) -> Iterator[str]:
    columns = AuditEntry.__table__.columns
    query = select(*columns).where(AuditEntry.id.between(first_id, last_id)).order_by(AuditEntry.id)
    return map(_line, session.execute(query))


def _line(entry: Row[tuple[object, ...]]) -> str:
    values = [each.isoformat() if isinstance(each, datetime) else each for each in entry]
    return json.dumps(values, ensure_ascii=False, sort_keys=True)


def _digest(before: str, lines: Iterable[str]) -> str:
    digest = hashlib.sha256(before.encode())
    for line in lines:
        digest.update(b"\n")
        digest.update(line.encode())
    return digest.hexdigest()
