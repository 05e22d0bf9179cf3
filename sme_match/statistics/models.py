"""What statistics keep besides the records that they count: targets and closed years."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sme_match.db.base import Base, Versioned


class YearTarget(Versioned, Base):
    """What a support body wants to reach in a fiscal year, by the key of the figure."""

    __tablename__ = "year_target"
    __table_args__ = (UniqueConstraint("body_id", "fiscal_year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("support_body.id"))
    fiscal_year: Mapped[int]
    targets: Mapped[dict[str, Any]]
    """Counts, yen before tax, shares as fractions of 1."""
    updated_at: Mapped[datetime]


class ClosedYear(Base):
    """The figures of a fiscal year as a lead reported them. Rows are never changed: see `editions`."""

    __tablename__ = "closed_year"
    __table_args__ = (UniqueConstraint("body_id", "fiscal_year", "edition"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("support_body.id"))
    fiscal_year: Mapped[int]
    edition: Mapped[int]
    figures: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(String(300), default="")
    closed_at: Mapped[datetime]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    closed_by_name: Mapped[str] = mapped_column(String(100))
