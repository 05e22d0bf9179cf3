"""What statistics keep besides the records that they count: targets, closed years, official series."""

from datetime import datetime
from typing import Any

from sqlalchemy import Double, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sme_match.db.base import Base, JSONValue, Versioned


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


class OfficialSeries(Versioned, Base):
    """An official series that administrators brought in: what must stand beside its figures."""

    __tablename__ = "official_series"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(100), unique=True)
    title_en: Mapped[str] = mapped_column(String(200), default="")
    publisher: Mapped[str] = mapped_column(String(200))
    """Who publishes it, in which survey."""
    basis: Mapped[str] = mapped_column(String(300))
    """What the figures cover: survey, size of establishments, base year, nominal or real."""
    licence: Mapped[str] = mapped_column(String(200))
    unit: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(500))
    """Where the file was taken from."""
    breaks: Mapped[list[int]] = mapped_column(JSONValue)
    """Years that cannot be compared with those before them."""
    created_at: Mapped[datetime]


class OfficialValue(Versioned, Base):
    """One figure of such a series, in its unit."""

    __tablename__ = "official_value"
    __table_args__ = (
        UniqueConstraint(
            "series_id", "prefecture_code", "industry", "year", "basis", name="uq_official_value_key"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("official_series.id", ondelete="CASCADE"))
    prefecture_code: Mapped[str] = mapped_column(String(2))
    industry: Mapped[str] = mapped_column(String(6))
    """JSIC code; empty for all industries."""
    year: Mapped[int]
    basis: Mapped[str] = mapped_column(String(100))
    """Where the file names one for each row; empty otherwise."""
    value: Mapped[float] = mapped_column(Double)
