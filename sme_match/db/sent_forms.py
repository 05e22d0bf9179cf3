"""Forms that were answered: one that is sent again is recognised, and not carried out twice."""

from datetime import datetime, timedelta

from sqlalchemy import String, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from sme_match.db.base import Base

KEPT = timedelta(days=2)
"""How long after the first time a form is recognised: over a night without a network."""
LONGEST_LOCATION = 2_000


class SentForm(Base):
    """A form with exactly this content, and where its sender was led then."""

    __tablename__ = "sent_form"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    location: Mapped[str] = mapped_column(String(LONGEST_LOCATION))
    """A path without tokens; empty while it is carried out, or after long work was interrupted."""
    sent_at: Mapped[datetime] = mapped_column(index=True)


def begin_form(session: Session, digest: str, *, now: datetime) -> str:
    """Note a form, in the transaction of what it does; return where it led if it was carried out.

    Of two that are sent at once the second waits here until the first has ended, or gives the lock back
    before long work: then both are carried out.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(SentForm).values(digest=digest, location="", sent_at=now).on_conflict_do_nothing()
    if session.scalar(row.returning(SentForm.digest)):
        return ""
    found = session.scalar(select(SentForm.location).where(SentForm.digest == digest))
    return found or ""


def end_form(session: Session, digest: str, location: str) -> None:
    """Note where a form that was carried out leads."""
    session.execute(update(SentForm).where(SentForm.digest == digest).values(location=location))


def drop_form(session: Session, digest: str) -> None:
    """Forget a form whose answer cannot be given again, so that it may be sent again."""
    session.execute(delete(SentForm).where(SentForm.digest == digest))


def forget_old_forms(session: Session, *, now: datetime) -> int:
    """Delete what nobody sends again any more; return how many rows."""
    gone = session.execute(delete(SentForm).where(SentForm.sent_at < now - KEPT))
    return int(gone.rowcount)  # type: ignore[attr-defined]  # a DELETE yields a cursor result
