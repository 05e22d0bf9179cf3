"""A lease in the database: of several processes at most one holds it at a time."""

from datetime import datetime, timedelta

from sqlalchemy import String, delete, insert, or_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from sme_match.db.base import Base


class Lease(Base):
    """Who holds a named role, and until when."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime]


def acquire_lease(
    session: Session, name: str, *, owner: str, now: datetime, duration: timedelta
) -> bool:
    """Take or extend the lease; False while another owner holds it."""
    taken = session.execute(
        update(Lease)
        .where(Lease.name == name, or_(Lease.owner == owner, Lease.until <= now))
        .values(owner=owner, until=now + duration)
    )
    if taken.rowcount:  # type: ignore[attr-defined]  # an UPDATE yields a cursor result
        return True
    try:
        with session.begin_nested():
            session.execute(insert(Lease).values(name=name, owner=owner, until=now + duration))
    except IntegrityError:
        return False
    return True


def release_lease(session: Session, name: str, *, owner: str) -> None:
    """Give the lease back before its time, so that another owner can take it at once."""
    session.execute(delete(Lease).where(Lease.name == name, Lease.owner == owner))
