"""Reading the audit log."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.audit.models import AuditEntry

HISTORY_LENGTH = 200


def list_history(session: Session, subject_type: str, subject_id: int) -> list[AuditEntry]:
    """Return the newest entries of one record, newest first."""
    query = (
        select(AuditEntry)
        .where(AuditEntry.subject_type == subject_type, AuditEntry.subject_id == subject_id)
        .order_by(AuditEntry.id.desc())
        .limit(HISTORY_LENGTH)
    )
    return list(session.scalars(query))
