"""Capabilities (加工能力): what a company can do, one row per process."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sme_match.capabilities.enums import CapacityState
from sme_match.companies.models import Company
from sme_match.db.base import Base, Versioned, enum_type


class Capability(Versioned, Base):
    """One process of one company. Empty numbers mean "not stated", never zero."""

    __tablename__ = "capability"
    # Who offers a process is answered from the index alone.
    __table_args__ = (Index(None, "process_code", "archived_at", "company_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    process_code: Mapped[str] = mapped_column(String(40))
    """A code of the reference list of processes."""
    description: Mapped[str] = mapped_column(Text, default="")
    """What the company is good at, in its own words."""
    materials: Mapped[list[str]]
    """JIS designations or family codes of the reference list, or free text."""
    size_min_mm: Mapped[Decimal | None] = mapped_column(Numeric(12, 3))
    size_max_mm: Mapped[Decimal | None] = mapped_column(Numeric(12, 3))
    """Largest single dimension that can be worked."""
    weight_max_kg: Mapped[Decimal | None] = mapped_column(Numeric(12, 3))
    lot_min: Mapped[int | None]
    lot_max: Mapped[int | None]
    lot_sweet: Mapped[int | None]
    """The lot the company likes best."""
    tolerance_mm: Mapped[Decimal | None] = mapped_column(Numeric(9, 4))
    """± tolerance that is held in ordinary work."""
    it_grade: Mapped[int | None]
    roughness_ra_um: Mapped[Decimal | None] = mapped_column(Numeric(7, 3))
    machines: Mapped[list[dict[str, Any]]]
    """Items with keys type, maker, model, count."""
    inspection: Mapped[str] = mapped_column(String(500), default="")
    """Inspection equipment."""
    lead_time_days: Mapped[int | None]
    prototype_lead_time_days: Mapped[int | None]
    in_house: Mapped[bool] = mapped_column(default=True)
    """False when a partner does it."""
    part_numbers_per_month: Mapped[int | None]
    average_lot: Mapped[int | None]
    setup_minutes: Mapped[int | None]
    repeat_rate_percent: Mapped[int | None]
    drawing_formats: Mapped[list[str]]
    quote_days: Mapped[int | None]
    """Days to quote a one-off."""
    prototype_to_series: Mapped[bool | None]
    capacity: Mapped[CapacityState | None] = mapped_column(enum_type(CapacityState))
    capacity_until_on: Mapped[date | None]
    capacity_stated_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]

    company: Mapped[Company] = relationship(lazy="raise")
