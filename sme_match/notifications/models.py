"""The outbox: mails are rows of the transaction that caused them, sent afterwards."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from sme_match.db.base import Base


class OutboxMail(Base):
    """One mail to one recipient."""

    __tablename__ = "outbox_mail"
    __table_args__ = (Index(None, "sent_at", "next_attempt_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    """What it is about, e.g. `meeting:12:3:reminder-1d:sme`; the same mail is never queued twice."""
    body_id: Mapped[int | None] = mapped_column(ForeignKey("support_body.id"), index=True)
    to_address: Mapped[str] = mapped_column(String(254))
    to_name: Mapped[str] = mapped_column(String(200), default="")
    reply_to: Mapped[str] = mapped_column(String(254), default="")
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    calendar: Mapped[str | None] = mapped_column(Text)
    """A text/calendar part, or None."""
    calendar_method: Mapped[str | None] = mapped_column(String(16))
    message_id: Mapped[str] = mapped_column(String(64))
    """Left part of the Message-ID: the same in every attempt, so that receivers drop a second copy."""
    created_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime]
    useful_until: Mapped[datetime | None]
    """After this it is voided rather than sent (a reminder of a meeting that has begun)."""
    attempts: Mapped[int] = mapped_column(default=0)
    lease_owner: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    void_at: Mapped[datetime | None]
    """Set when what it announces no longer stands: it is not sent."""
    dead_at: Mapped[datetime | None]
    """Set when the server refused it for good or the attempts are used up."""
    last_error: Mapped[str] = mapped_column(String(500), default="")
