"""The audit log: append-only, one row per change, in the same transaction as the change."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from sme_match.db.base import Base


class AuditEntry(Base):
    """Who did what to which record, when, and what changed."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "subject_type", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    body_id: Mapped[int | None] = mapped_column(ForeignKey("support_body.id"), index=True)
    """The body whose record it is; None for the installation itself."""
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    actor_name: Mapped[str] = mapped_column(String(200))
    actor_role: Mapped[str] = mapped_column(String(32))
    action: Mapped[str] = mapped_column(String(64))
    """Domain and verb, e.g. `company.edit`."""
    subject_type: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[int]
    changes: Mapped[dict[str, Any]]
    """Field name -> [before, after]; empty for actions that change no field."""
    note: Mapped[str] = mapped_column(String(1000), default="")


class AuditSeal(Base):
    """The digest of a stretch of the audit log, and through the one before it of all earlier ones."""

    __tablename__ = "audit_seal"

    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[int] = mapped_column(unique=True)
    """Sealed are the entries from this number to `last_id`."""
    last_id: Mapped[int]
    sealed_at: Mapped[datetime]
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 in hexadecimal."""
