"""Needs (発注案件) and their conditions."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sme_match.companies.enums import MeetingMode
from sme_match.companies.models import Company
from sme_match.db.base import Base, Versioned, enum_type, referred_with_body, same_body
from sme_match.needs.enums import (
    ConditionKind,
    ConditionLevel,
    DrawingRelease,
    NeedKind,
    NeedState,
)

LOGGED_BUYER = "buyer_company_id"
"""Where the log of a need has the ids of its buyers; `buyer_id` has their names there, to be read."""


class Need(Versioned, Base):
    """Work that a buyer wants done."""

    __tablename__ = "need"
    __table_args__ = (
        UniqueConstraint("body_id", "number"),
        same_body("buyer_id", "company"),
        referred_with_body(),
        Index(None, "body_id", "state", "updated_at"),
        # The list runs along it, the latest first; it also shows what other bodies share.
        Index(None, "updated_at", "id", "body_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("support_body.id"))
    number: Mapped[str] = mapped_column(String(20))
    """N-2026-0143: fiscal year and a count within the body."""
    buyer_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    buyer_anonymous: Mapped[bool] = mapped_column(default=False)
    """The buyer's name stays hidden from SMEs until both sides agree to meet, and from other bodies."""
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    """The coordinator in charge."""
    state: Mapped[NeedState] = mapped_column(enum_type(NeedState), default=NeedState.DRAFT)
    title: Mapped[str] = mapped_column(String(150))
    description: Mapped[str] = mapped_column(Text, default="")
    outsourcing_reason: Mapped[str] = mapped_column(String(300), default="")
    process_code: Mapped[str] = mapped_column(String(40), default="", index=True)
    materials: Mapped[list[str]]
    kind: Mapped[NeedKind | None] = mapped_column(enum_type(NeedKind))
    lot_quantity: Mapped[int | None]
    monthly_quantity: Mapped[int | None]
    yearly_quantity: Mapped[int | None]
    treatment: Mapped[str] = mapped_column(String(200), default="")
    due_on: Mapped[date | None]
    """Delivery wanted by."""
    delivery_place: Mapped[str] = mapped_column(String(100), default="")
    price_band: Mapped[str] = mapped_column(String(100), default="")
    drawings: Mapped[DrawingRelease | None] = mapped_column(enum_type(DrawingRelease))
    payment_days: Mapped[int | None]
    """Days from receipt to payment; at most 60 by the law of 2026 (取適法)."""
    sme_wanted: Mapped[int] = mapped_column(default=3)
    """How many SMEs the buyer wants to meet."""
    meeting_mode: Mapped[MeetingMode] = mapped_column(enum_type(MeetingMode), default=MeetingMode.WEB)
    expires_on: Mapped[date | None]
    """Last day on which the buyer takes proposals (回答期限)."""
    search_text: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    buyer: Mapped[Company] = relationship(lazy="raise", foreign_keys=[buyer_id])
    conditions: Mapped[list["NeedCondition"]] = relationship(
        back_populates="need", lazy="raise", order_by="NeedCondition.id", cascade="all, delete-orphan"
    )


class NeedCondition(Base):
    """One condition of a need: a kind with either a number or a word."""

    __tablename__ = "need_condition"
    __table_args__ = (CheckConstraint("(number IS NULL) <> (text IS NULL)", name="number_or_text"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id", ondelete="CASCADE"), index=True)
    level: Mapped[ConditionLevel] = mapped_column(enum_type(ConditionLevel))
    kind: Mapped[ConditionKind] = mapped_column(enum_type(ConditionKind))
    number: Mapped[Decimal | None] = mapped_column(Numeric(14, 4))
    """The demanded figure in the unit of the kind."""
    text: Mapped[str | None] = mapped_column(String(100))
    """The demanded code or word (process, material, certificate, prefecture …)."""

    need: Mapped[Need] = relationship(back_populates="conditions", lazy="raise")


class NeedShare(Base):
    """The choice to let another support body see a need."""

    __tablename__ = "need_share"

    id: Mapped[int] = mapped_column(primary_key=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"), index=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("support_body.id"), index=True)
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    granted_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
