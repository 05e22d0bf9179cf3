"""Companies (企業): SMEs, buyers, or both."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sme_match.companies.enums import AgglomerationType, ContactKind, MeetingMode, Visibility
from sme_match.db.base import Base, Versioned, enum_type, referred_with_body
from sme_match.support_bodies.models import SupportBody

_ORDERED = ("archived_at", "name_kana", "id")
_LOOKED_THROUGH = (
    "body_id",
    "search_text",
    "jsic_code",
    "is_sme",
    "is_buyer",
    "employees",
    "confirmed_at",
)


class Company(Versioned, Base):
    """A company in the register of one support body."""

    __tablename__ = "company"
    __table_args__ = (
        UniqueConstraint("body_id", "corporate_number"),
        referred_with_body(),
        # Lists run along one of these from the first row to the last of their page. The body stands
        # at the end, because a body also sees what others share with it.
        Index(None, *_ORDERED, "body_id"),
        Index(None, "archived_at", "updated_at", "id", "body_id"),
        # Rows are long. What filters and orders ask of every row, and the text in which a part of a
        # word has to be looked for, stand together here: of all companies, and of each prefecture.
        Index("ix_company_looked_through", *_ORDERED, *_LOOKED_THROUGH),
        # Counting what a word finds goes through all of them: the narrower, the faster.
        Index("ix_company_searched", "archived_at", "body_id", "search_text"),
        Index(
            "ix_company_use_stopped_at",
            "use_stopped_at",
            sqlite_where=text("use_stopped_at IS NOT NULL"),
            postgresql_where=text("use_stopped_at IS NOT NULL"),
        ),
        Index("ix_company_of_prefecture", "prefecture_code", *_ORDERED, *_LOOKED_THROUGH),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("support_body.id"))
    """The owner body: its coordinators keep this record."""
    is_sme: Mapped[bool] = mapped_column(default=True)
    """Takes orders (受託側)."""
    is_buyer: Mapped[bool] = mapped_column(default=False)
    """Places orders (委託側)."""
    name: Mapped[str] = mapped_column(String(100))
    name_kana: Mapped[str] = mapped_column(String(150), default="")
    name_en: Mapped[str] = mapped_column(String(200), default="")
    short_name: Mapped[str] = mapped_column(String(6), default="")
    """略称, up to 6 characters, for the timetable grid."""
    corporate_number: Mapped[str | None] = mapped_column(String(13))
    """法人番号, 13 digits with check digit."""
    postal_code: Mapped[str] = mapped_column(String(8), default="")
    prefecture_code: Mapped[str] = mapped_column(String(2))
    """JIS X 0401."""
    municipality_code: Mapped[str] = mapped_column(String(5), default="")
    """JIS X 0402, without check digit; empty when unknown."""
    address: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    website: Mapped[str] = mapped_column(String(300), default="")
    jsic_code: Mapped[str] = mapped_column(String(2), default="")
    """Major group of the Japan Standard Industrial Classification, 14th revision."""
    capital_man_yen: Mapped[int | None]
    """資本金 in 10,000 yen."""
    employees: Mapped[int | None]
    founded_year: Mapped[int | None]
    agglomeration: Mapped[AgglomerationType | None] = mapped_column(enum_type(AgglomerationType))
    pr_text: Mapped[str] = mapped_column(Text, default="")
    work_style: Mapped[str] = mapped_column(String(500), default="")
    """Remote work, side jobs and the like."""
    decarbonisation: Mapped[str] = mapped_column(String(500), default="")
    """LCA data, renewable power and the like."""
    meeting_mode: Mapped[MeetingMode | None] = mapped_column(enum_type(MeetingMode))
    """How the company can meet buyers; None when it has not said."""
    profile_visibility: Mapped[Visibility] = mapped_column(
        enum_type(Visibility), default=Visibility.PARTNERS
    )
    contact_visibility: Mapped[Visibility] = mapped_column(
        enum_type(Visibility), default=Visibility.BODIES
    )
    share_consent_on: Mapped[date | None]
    """When the company agreed that other bodies may see its record."""
    search_text: Mapped[str] = mapped_column(Text, default="")
    """Folded names, number and place: what the search box of lists looks through."""
    confirmed_at: Mapped[datetime | None]
    """When the company or its coordinator last said that the profile is true."""
    archived_at: Mapped[datetime | None]
    """Set when the company left the register; it is no longer matched or listed."""
    use_stopped_at: Mapped[datetime | None]
    """利用停止: left the register by its own wish and cannot come back until that is lifted."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    contacts: Mapped[list["Contact"]] = relationship(
        back_populates="company",
        lazy="raise",
        order_by="Contact.id",
        primaryjoin="and_(Company.id == Contact.company_id, Contact.use_stopped_at.is_(None))",
    )
    """Whom one may write to: without those who asked to stop the use of their data."""
    certificates: Mapped[list["Certificate"]] = relationship(
        back_populates="company", lazy="raise", order_by="Certificate.id"
    )


class Contact(Versioned, Base):
    """A person at a company."""

    __tablename__ = "contact"

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    kind: Mapped[ContactKind] = mapped_column(enum_type(ContactKind), default=ContactKind.MAIN)
    name: Mapped[str] = mapped_column(String(100))
    name_kana: Mapped[str] = mapped_column(String(100), default="")
    position: Mapped[str] = mapped_column(String(100), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    use_stopped_at: Mapped[datetime | None]
    """利用停止: not written to and not offered for choice until that is lifted."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    company: Mapped[Company] = relationship(back_populates="contacts", lazy="raise")


class Certificate(Versioned, Base):
    """A certificate of a company, e.g. ISO 9001."""

    __tablename__ = "certificate"

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    standard: Mapped[str] = mapped_column(String(60))
    """A code of the reference list, e.g. `iso_9001`, or free text."""
    number: Mapped[str] = mapped_column(String(60), default="")
    scope: Mapped[str] = mapped_column(String(200), default="")
    expires_on: Mapped[date | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    company: Mapped[Company] = relationship(back_populates="certificates", lazy="raise")


class CompanyShare(Base):
    """The choice to let another support body see a company; withdrawn = gone at the next request."""

    __tablename__ = "company_share"
    __table_args__ = (
        # One living grant per company and receiver, also when two coordinators click at once.
        Index(
            "uq_company_share_live",
            "company_id",
            "body_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("support_body.id"), index=True)
    """The receiver."""
    consented_on: Mapped[date | None]
    """When the company agreed to this grant."""
    note: Mapped[str] = mapped_column(String(500), default="")
    """How it agreed: by mail, on a visit, to whom."""
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    granted_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    body: Mapped[SupportBody] = relationship(lazy="raise")
