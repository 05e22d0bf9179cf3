"""What is kept about the handling of personal data."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sme_match.db.base import Base, enum_type, referred_with_body, same_body
from sme_match.privacy.enums import AccessKind, RetentionClass, Subject


class AccessEntry(Base):
    """Who saw which record when: a page, a file or what a link opens.

    Apart from the audit log: each of its entries lets kept figures be counted anew, and reading
    changes none. Not append-only: it is itself personal data and goes when its time is over.
    """

    __tablename__ = "access_entry"
    __table_args__ = (
        Index(None, "body_id", "at"),
        # Whether this reader has been noted lately; what was seen of a record.
        Index(None, "subject", "subject_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    body_id: Mapped[int | None] = mapped_column(ForeignKey("support_body.id"))
    """The body whose record it is, also when another body's staff opened it."""
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    link_id: Mapped[int | None] = mapped_column(
        ForeignKey("signed_link.id", ondelete="SET NULL"), index=True
    )
    reader: Mapped[str] = mapped_column(String(100))
    """The name at that time."""
    role: Mapped[str] = mapped_column(String(32))
    kind: Mapped[AccessKind] = mapped_column(enum_type(AccessKind))
    page: Mapped[str] = mapped_column(String(64))
    """The endpoint."""
    subject: Mapped[Subject] = mapped_column(enum_type(Subject))
    subject_id: Mapped[int | None]
    """None for a file of many records."""
    detail: Mapped[str] = mapped_column(String(300), default="")
    """The address of a file, with its filter; never that of a link, which holds its token."""


class PurposeText(Base):
    """What a body uses personal data for, as it told people from a day on (利用目的)."""

    __tablename__ = "purpose_text"
    __table_args__ = (UniqueConstraint("body_id", "number"), referred_with_body())

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("support_body.id"))
    number: Mapped[int]
    """The version, counted from 1 in each body."""
    text: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class Consent(Base):
    """What a person answered to one version of the purposes, and when it took that back."""

    __tablename__ = "consent"
    __table_args__ = (
        UniqueConstraint("user_id", "purpose_id"),
        same_body("purpose_id", "purpose_text"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("support_body.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    purpose_id: Mapped[int] = mapped_column(ForeignKey("purpose_text.id"), index=True)
    agreed: Mapped[bool]
    answered_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class RetentionSetting(Base):
    """How long a body keeps a kind of personal data, where it differs from the rule."""

    __tablename__ = "retention_setting"

    body_id: Mapped[int] = mapped_column(ForeignKey("support_body.id"), primary_key=True)
    kind: Mapped[RetentionClass] = mapped_column(enum_type(RetentionClass), primary_key=True)
    years: Mapped[int]
