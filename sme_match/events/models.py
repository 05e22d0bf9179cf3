"""Events (商談会), who takes part, who wishes to meet whom, the timetable and its runs.

An event has slots (コマ). A participant (one company on one side) has lanes: parallel desks of a buyer,
attendees of an SME. A candidate is a pair that may meet; a placement gives it a slot and a lane on
either side. Publishing makes a meeting of each placement, and the meeting holds the time.
"""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Numeric,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sme_match.companies.models import Company
from sme_match.db.base import Base, Versioned, enum_type, same_body
from sme_match.events.enums import (
    BuyerAnswer,
    CandidateOrigin,
    ChangeKind,
    Equipment,
    EventMode,
    EventState,
    ParticipantState,
    RunKind,
    RunState,
    Side,
)
from sme_match.meetings.models import Meeting
from sme_match.needs.models import Need
from sme_match.support_bodies.models import SupportBody


class Event(Versioned, Base):
    """One event. Every change of its timetable locks this row first, so changes come one by one."""

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("sme_limit >= 1 AND floor >= 0 AND floor <= sme_limit", name="limits"),
        CheckConstraint("sme_call_from < sme_call_until", name="call_in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("support_body.id"), index=True)
    """The body that runs it; its desk answers on the day."""
    name: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(200), default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    mode: Mapped[EventMode] = mapped_column(enum_type(EventMode), default=EventMode.WEB)
    venue: Mapped[str] = mapped_column(String(200), default="")
    desk_phone: Mapped[str] = mapped_column(String(20), default="")
    """The number that works on the day."""
    state: Mapped[EventState] = mapped_column(enum_type(EventState), default=EventState.PREPARING)
    sme_call_from: Mapped[datetime]
    sme_call_until: Mapped[datetime]
    buyer_answer_until: Mapped[datetime]
    """When buyers' unanswered requests expire."""
    rooms: Mapped[int | None]
    """How many meetings may take place at once; None for any number."""
    hosted_rooms: Mapped[int] = mapped_column(default=0)
    """Rooms with equipment for firms that have none."""
    helpers: Mapped[int] = mapped_column(default=0)
    """People who can sit beside a participant at once."""
    sme_limit: Mapped[int] = mapped_column(default=4)
    """Most meetings of one SME."""
    buyer_limit: Mapped[int | None]
    """Most meetings of one buyer; None for as many as there are slots."""
    floor: Mapped[int] = mapped_column(default=1)
    """Fairness: the meetings that every accepted SME shall have at least."""
    candidates_per_need: Mapped[int] = mapped_column(default=10)
    skip_met: Mapped[bool] = mapped_column(default=False)
    """Leave out pairs that met within twelve months."""
    revision: Mapped[int] = mapped_column(default=0)
    """Counts changes of the timetable and of the day: open boards see that they are behind."""
    published_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(300), default="")
    """Why it was cancelled."""
    created_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    body: Mapped[SupportBody] = relationship(lazy="raise")
    hosts: Mapped[list["EventHost"]] = relationship(lazy="raise", cascade="all, delete-orphan")
    days: Mapped[list["EventDay"]] = relationship(
        lazy="raise", order_by="EventDay.date", cascade="all, delete-orphan"
    )
    slots: Mapped[list["EventSlot"]] = relationship(
        lazy="raise", order_by="EventSlot.starts_at", cascade="all, delete-orphan"
    )


class EventHost(Base):
    """A body that hosts the event: its companies may take part. The running body is one of them."""

    __tablename__ = "event_host"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("support_body.id"), primary_key=True, index=True)
    added_at: Mapped[datetime]

    body: Mapped[SupportBody] = relationship(lazy="raise")


class EventDay(Base):
    """The rule by which the slots of one day are cut; times are Japan's."""

    __tablename__ = "event_day"
    __table_args__ = (
        UniqueConstraint("event_id", "date"),
        CheckConstraint("opens_at < closes_at", name="opens_before_close"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    date: Mapped[date]
    opens_at: Mapped[time]
    closes_at: Mapped[time]
    slot_minutes: Mapped[int]
    change_over_minutes: Mapped[int]
    breaks: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """Breaks as {"from": "12:00", "until": "13:00"}."""


class EventSlot(Base):
    """One slot (コマ) of an event, without the change-over after it."""

    __tablename__ = "event_slot"
    __table_args__ = (
        UniqueConstraint("event_id", "starts_at"),
        CheckConstraint("starts_at < ends_at", name="starts_before_end"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    block: Mapped[int]
    """Runs of slots without a break between them, numbered over all days."""


class Participant(Versioned, Base):
    """One company in one event, on one side. The row carries the application and the day."""

    __tablename__ = "event_participant"
    __table_args__ = (
        UniqueConstraint("event_id", "company_id"),
        CheckConstraint("lanes BETWEEN 1 AND 9", name="lanes"),
        # Only a host takes part, and only with its own companies.
        same_body("event_id", "event_host", key="event_id"),
        same_body("company_id", "company"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("support_body.id"), index=True)
    """The host that brings the company and looks after it."""
    side: Mapped[Side] = mapped_column(enum_type(Side))
    state: Mapped[ParticipantState] = mapped_column(enum_type(ParticipantState))
    lanes: Mapped[int] = mapped_column(default=1)
    """Desks of a buyer, or attendees of an SME, that meet at the same time."""
    meeting_limit: Mapped[int | None]
    """Its own limit, where it is lower than that of the event."""
    contact_id: Mapped[int | None] = mapped_column(
        ForeignKey("contact.id", ondelete="SET NULL"), index=True
    )
    """Who is written to."""
    attendee: Mapped[str] = mapped_column(String(200), default="")
    substitute: Mapped[str] = mapped_column(String(200), default="")
    """Who came instead: a substitute is present, never absent."""
    day_phone: Mapped[str] = mapped_column(String(20), default="")
    mode: Mapped[EventMode] = mapped_column(enum_type(EventMode), default=EventMode.WEB)
    equipment: Mapped[Equipment] = mapped_column(enum_type(Equipment), default=Equipment.OWN)
    needs_helper: Mapped[bool] = mapped_column(default=False)
    pr_text: Mapped[str] = mapped_column(String(500), default="")
    wishes: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """What an SME wished for, as it said it: {"need": id, "reason": text} in the order of its ranks.

    Candidates are made of it, one for each buyer; the form shows again what was said.
    """
    applied_at: Mapped[datetime | None]
    by_proxy: Mapped[bool] = mapped_column(default=False)
    """Whether a coordinator applied for the company."""
    answered_at: Mapped[datetime | None]
    """When the buyer answered its candidates."""
    reason: Mapped[str] = mapped_column(String(300), default="")
    """Why it was refused or withdrew."""
    confirmed_at: Mapped[datetime | None]
    """When it agreed to its published timetable."""
    objection: Mapped[str] = mapped_column(String(300), default="")
    """What it said against its published timetable."""
    connection_tested_at: Mapped[datetime | None]
    checked_in_at: Mapped[datetime | None]

    event: Mapped[Event] = relationship(lazy="raise")
    company: Mapped[Company] = relationship(lazy="raise", foreign_keys=[company_id])
    body: Mapped[SupportBody] = relationship(lazy="raise")
    unavailable: Mapped[list["UnavailableSlot"]] = relationship(
        lazy="raise", cascade="all, delete-orphan"
    )
    avoids: Mapped[list["Avoidance"]] = relationship(lazy="raise", cascade="all, delete-orphan")


class UnavailableSlot(Base):
    """A slot in which a participant cannot meet; all others are free."""

    __tablename__ = "event_unavailable_slot"

    participant_id: Mapped[int] = mapped_column(ForeignKey("event_participant.id"), primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("event_slot.id"), primary_key=True, index=True)


class Avoidance(Base):
    """A company that a participant does not want to meet: private to the body that looks after it."""

    __tablename__ = "event_avoidance"

    participant_id: Mapped[int] = mapped_column(ForeignKey("event_participant.id"), primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(300), default="")


class Candidate(Versioned, Base):
    """A buyer and an SME that may meet, and what either side and the coordinators say to it."""

    __tablename__ = "event_candidate"
    __table_args__ = (
        UniqueConstraint("buyer_id", "sme_id"),
        Index(None, "event_id", "kept"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    buyer_id: Mapped[int] = mapped_column(ForeignKey("event_participant.id"))
    sme_id: Mapped[int] = mapped_column(ForeignKey("event_participant.id"), index=True)
    need_id: Mapped[int | None] = mapped_column(ForeignKey("need.id"), index=True)
    """The need that they would talk about; a pair meets once, whatever the number of needs."""
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"))
    origin: Mapped[CandidateOrigin] = mapped_column(enum_type(CandidateOrigin))
    similarity: Mapped[Decimal | None] = mapped_column(Numeric(5, 1))
    """0–100, the score of the proposal."""
    sme_rank: Mapped[int | None]
    """1 for the buyer that the SME wishes to meet most."""
    sme_reason: Mapped[str] = mapped_column(String(300), default="")
    answer: Mapped[BuyerAnswer | None] = mapped_column(enum_type(BuyerAnswer))
    answered_at: Mapped[datetime | None]
    kept: Mapped[bool] = mapped_column(default=True)
    """False where a coordinator took the pair out."""
    reason: Mapped[str] = mapped_column(String(300), default="")
    """Why a coordinator put it in or took it out."""
    created_at: Mapped[datetime]

    buyer: Mapped[Participant] = relationship(lazy="raise", foreign_keys=[buyer_id])
    sme: Mapped[Participant] = relationship(lazy="raise", foreign_keys=[sme_id])
    need: Mapped[Need | None] = relationship(lazy="raise")
    placement: Mapped["Placement | None"] = relationship(lazy="raise", back_populates="candidate")


class Placement(Base):
    """Where a candidate stands in the timetable. The keys make a double booking unstorable."""

    __tablename__ = "event_placement"
    __table_args__ = (
        UniqueConstraint("slot_id", "buyer_id", "buyer_lane"),
        UniqueConstraint("slot_id", "sme_id", "sme_lane"),
    )

    candidate_id: Mapped[int] = mapped_column(ForeignKey("event_candidate.id"), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("event_slot.id"))
    buyer_id: Mapped[int] = mapped_column(ForeignKey("event_participant.id"))
    buyer_lane: Mapped[int] = mapped_column(default=1)
    sme_id: Mapped[int] = mapped_column(ForeignKey("event_participant.id"))
    sme_lane: Mapped[int] = mapped_column(default=1)
    locked: Mapped[bool] = mapped_column(default=False)
    """Runs leave a locked meeting where it is."""
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"), unique=True)
    """The published meeting."""
    buyer_here_at: Mapped[datetime | None]
    sme_here_at: Mapped[datetime | None]
    placed_at: Mapped[datetime]

    candidate: Mapped[Candidate] = relationship(lazy="raise", back_populates="placement")
    slot: Mapped[EventSlot] = relationship(lazy="raise")
    meeting: Mapped[Meeting | None] = relationship(lazy="raise")


class TimetableChange(Base):
    """The log of the timetable. Undo writes the inverse row, so it survives a reload."""

    __tablename__ = "timetable_change"
    __table_args__ = (Index(None, "event_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    kind: Mapped[ChangeKind] = mapped_column(enum_type(ChangeKind))
    steps: Mapped[list[dict[str, Any]]]
    """Per candidate: {"candidate": id, "from": place or null, "to": place or null}, a place being
    {"slot": id, "buyer_lane": n, "sme_lane": n, "locked": bool}."""
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("timetable_change.id"))
    undone_by_id: Mapped[int | None]
    """The change that took this one back; empty while it stands."""
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    changer_name: Mapped[str] = mapped_column(String(100), default="")


class TimetableRun(Base):
    """One solution of the timetable by the solver, kept to be compared and applied."""

    __tablename__ = "timetable_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    label: Mapped[str] = mapped_column(String(10))
    """A, B, C … within the event."""
    kind: Mapped[RunKind] = mapped_column(enum_type(RunKind), default=RunKind.FRESH)
    state: Mapped[RunState] = mapped_column(enum_type(RunState), default=RunState.QUEUED)
    settings: Mapped[dict[str, Any]]
    """Seed, time limit in seconds, and what the rules were when it was wished for."""
    progress: Mapped[int] = mapped_column(default=0)
    """Per cent of the time limit."""
    best: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The figures of the best timetable so far: meetings, musts, SMEs with none, breaks, score, gap."""
    meetings: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """The timetable: {"candidate": id, "slot": id, "buyer_lane": n, "sme_lane": n}."""
    unmet: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """Wishes without a place, each with its reason."""
    causes: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """Why there is no timetable at all."""
    stop_asked: Mapped[bool] = mapped_column(default=False)
    worker: Mapped[str] = mapped_column(String(64), default="")
    """The process that solves it, while its lease runs."""
    lease_until: Mapped[datetime | None]
    wished_at: Mapped[datetime]
    wished_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    change_id: Mapped[int | None] = mapped_column(ForeignKey("timetable_change.id"))
    """The change with which it was applied."""
