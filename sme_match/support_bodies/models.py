"""The tenants."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from sme_match.db.base import Base, Versioned, enum_type
from sme_match.support_bodies.enums import SecondFactorRule


class SupportBody(Versioned, Base):
    """A regional support body (支援機関); each sees its own companies."""

    __tablename__ = "support_body"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    name_en: Mapped[str] = mapped_column(String(200))
    short_name: Mapped[str] = mapped_column(String(20))
    prefecture_code: Mapped[str] = mapped_column(String(2))
    phone: Mapped[str] = mapped_column(String(20))
    """The desk that companies call when something does not work."""
    desk_hours: Mapped[str] = mapped_column(String(100), default="平日 9:00–17:00")
    email: Mapped[str] = mapped_column(String(254))
    active: Mapped[bool] = mapped_column(default=True)
    second_factor: Mapped[SecondFactorRule] = mapped_column(
        enum_type(SecondFactorRule),
        default=SecondFactorRule.OFFERED,
        server_default=SecondFactorRule.OFFERED.value,
    )
    created_at: Mapped[datetime]
