"""Meetings (商談), offered times, answers, and the cells that make double booking impossible."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sme_match.companies.models import Company, Contact
from sme_match.db.base import Base, Versioned, enum_type, referred_with_body
from sme_match.matching.models import Proposal
from sme_match.meetings.enums import (
    AbsentSide,
    Answer,
    MeetingChannel,
    MeetingState,
    Origin,
    Party,
    ReplyKind,
    RoomKind,
)
from sme_match.needs.models import Need
from sme_match.support_bodies.models import SupportBody


class Meeting(Versioned, Base):
    """One SME and one buyer about one need."""

    __tablename__ = "meeting"
    __table_args__ = (
        CheckConstraint("(starts_at IS NULL) = (ends_at IS NULL)", name="both_times"),
        CheckConstraint("starts_at IS NULL OR starts_at < ends_at", name="starts_before_end"),
        Index(None, "body_id", "state", "starts_at"),
        referred_with_body(),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("support_body.id"))
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"), index=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"), index=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    """The SME."""
    buyer_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    company_contact_id: Mapped[int | None] = mapped_column(
        ForeignKey("contact.id", ondelete="SET NULL"), index=True
    )
    """Who is written to at the SME."""
    buyer_contact_id: Mapped[int | None] = mapped_column(
        ForeignKey("contact.id", ondelete="SET NULL"), index=True
    )
    """Who is written to at the buyer."""
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"), index=True)
    """The event it belongs to. Events stand above meetings and write it themselves."""
    company_lane: Mapped[int] = mapped_column(default=1)
    """Which of the SME's attendees meets; others of the company may meet at the same time."""
    buyer_lane: Mapped[int] = mapped_column(default=1)
    """Which of the buyer's desks (レーン) meets."""
    state: Mapped[MeetingState] = mapped_column(enum_type(MeetingState), default=MeetingState.PROPOSED)
    channel: Mapped[MeetingChannel] = mapped_column(
        enum_type(MeetingChannel), default=MeetingChannel.WEB
    )
    origin: Mapped[Origin] = mapped_column(enum_type(Origin), default=Origin.SYSTEM)
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    answer_by: Mapped[datetime | None]
    """Until when both sides are asked to answer; afterwards the request expires."""
    expired_at: Mapped[datetime | None]
    """When the request was found to have expired; new times may be offered."""
    room_kind: Mapped[RoomKind | None] = mapped_column(enum_type(RoomKind))
    room_url: Mapped[str] = mapped_column(String(500), default="")
    venue: Mapped[str] = mapped_column(String(200), default="")
    """Place or phone number, when they do not meet on the web."""
    calendar_uid: Mapped[str] = mapped_column(String(100), unique=True)
    calendar_sequence: Mapped[int] = mapped_column(default=0)
    absent_side: Mapped[AbsentSide | None] = mapped_column(enum_type(AbsentSide))
    absence_told: Mapped[bool | None]
    reason: Mapped[str] = mapped_column(String(300), default="")
    """Why it was declined, cancelled, broken off or carried over."""
    contact_on: Mapped[date | None]
    """When the body gets in touch again about a meeting that was carried over."""
    created_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]

    need: Mapped[Need] = relationship(lazy="raise")
    proposal: Mapped[Proposal | None] = relationship(lazy="raise")
    company: Mapped[Company] = relationship(lazy="raise", foreign_keys=[company_id])
    buyer: Mapped[Company] = relationship(lazy="raise", foreign_keys=[buyer_id])
    company_contact: Mapped[Contact | None] = relationship(
        lazy="raise",
        foreign_keys=[company_contact_id],
        primaryjoin="and_(Meeting.company_contact_id == Contact.id, Contact.use_stopped_at.is_(None))",
    )
    buyer_contact: Mapped[Contact | None] = relationship(
        lazy="raise",
        foreign_keys=[buyer_contact_id],
        primaryjoin="and_(Meeting.buyer_contact_id == Contact.id, Contact.use_stopped_at.is_(None))",
    )
    body: Mapped[SupportBody] = relationship(lazy="raise")
    offers: Mapped[list["MeetingOffer"]] = relationship(
        back_populates="meeting", lazy="raise", order_by="MeetingOffer.starts_at"
    )
    replies: Mapped[list["MeetingReply"]] = relationship(
        lazy="raise", order_by="MeetingReply.id", cascade="all, delete-orphan"
    )

    @property
    def company_name(self) -> str:
        """Return the name of the SME."""
        return self.company.name

    @property
    def buyer_name(self) -> str:
        """Return the name of the buyer, whoever may know it."""
        return self.buyer.name

    @property
    def buyer_anonymous(self) -> bool:
        """Return whether the need hides the buyer until both agree."""
        return self.need.buyer_anonymous

    @property
    def replied(self) -> frozenset[Party]:
        """Return the sides that have answered the present offers."""
        return frozenset(reply.party for reply in self.replies)


class MeetingOffer(Base):
    """One offered time. Offers hold no calendar: only a confirmed meeting does."""

    __tablename__ = "meeting_offer"
    __table_args__ = (
        UniqueConstraint("meeting_id", "starts_at"),
        CheckConstraint("starts_at < ends_at", name="starts_before_end"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    meeting: Mapped[Meeting] = relationship(back_populates="offers", lazy="raise")
    answers: Mapped[list["OfferAnswer"]] = relationship(lazy="raise", cascade="all, delete-orphan")


class OfferAnswer(Base):
    """One side's answer to one offered time."""

    __tablename__ = "offer_answer"
    __table_args__ = (UniqueConstraint("offer_id", "party"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("meeting_offer.id"), index=True)
    party: Mapped[Party] = mapped_column(enum_type(Party))
    answer: Mapped[Answer] = mapped_column(enum_type(Answer))
    answered_at: Mapped[datetime]
    answered_by: Mapped[str] = mapped_column(String(100))


class MeetingReply(Base):
    """A side's latest reply to the present request; what was said before stands in the audit log."""

    __tablename__ = "meeting_reply"
    __table_args__ = (UniqueConstraint("meeting_id", "party"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    party: Mapped[Party] = mapped_column(enum_type(Party))
    kind: Mapped[ReplyKind] = mapped_column(enum_type(ReplyKind))
    note: Mapped[str] = mapped_column(String(300), default="")
    """Why not, or which other times would do."""
    said_by: Mapped[str] = mapped_column(String(100))
    """The person who answered, also when a coordinator wrote it down."""
    by_proxy: Mapped[bool] = mapped_column(default=False)
    replied_at: Mapped[datetime]


class BookingCell(Base):
    """Five minutes of one lane of a company. The primary key makes a double booking unstorable.

    A confirmed meeting holds one cell per company and five minutes it touches; cancelling frees them.
    Companies have one lane, except in events where several people of theirs meet side by side.
    """

    __tablename__ = "booking_cell"

    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), primary_key=True)
    lane: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    cell: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Spans of five minutes since 1970-01-01T00:00Z."""
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
