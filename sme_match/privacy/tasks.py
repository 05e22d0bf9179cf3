"""Scheduled work of personal data: letting go what is past its time."""

import logging
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.db.session import Database
from sme_match.privacy.enums import RetentionClass
from sme_match.privacy.queries.retention import list_coming
from sme_match.privacy.services.retention import sweep
from sme_match.support_bodies.models import SupportBody

log = logging.getLogger(__name__)

Due = tuple[int | None, RetentionClass]


def sweep_personal_data(database: Database, *, now: datetime) -> int:
    """Delete or blank the personal data that is past its time; return how many records.

    Bodies that are not active any more are swept as well, and what is of no body.
    """

    def due(session: Session) -> list[Due]:
        bodies = session.scalars(select(SupportBody.id).order_by(SupportBody.id))
        return [
            (body_id, coming.kind)
            for body_id in (*bodies, None)
            for coming in list_coming(session, body_id, now=now)
            if coming.count
        ]

    def act(session: Session, one: Due) -> int:
        return sweep(session, *one, now=now)

    swept = database.sweep(due, act)
    if swept:
        log.info("Let go %s records of personal data", swept)
    return swept
