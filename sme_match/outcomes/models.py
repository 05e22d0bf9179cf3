"""Outcome reports (append-only), the outcome agreed from them, and follow-ups."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sme_match.db.base import Base, Versioned, enum_type, same_body
from sme_match.meetings.models import Meeting
from sme_match.outcomes.enums import AmountSource, End, FollowUpState, Reporter


class OutcomeReport(Base):
    """What one side said at one time. Rows are never changed: a correction is a new row."""

    __tablename__ = "outcome_report"
    __table_args__ = (
        CheckConstraint("stage BETWEEN 0 AND 7", name="stage_on_ladder"),
        CheckConstraint("satisfaction BETWEEN 1 AND 5", name="satisfaction_scale"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    reporter: Mapped[Reporter] = mapped_column(enum_type(Reporter))
    said_by: Mapped[str] = mapped_column(String(100), default="")
    """The person who said it, when a coordinator wrote it down."""
    reported_at: Mapped[datetime]
    reported_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    months_after: Mapped[int] = mapped_column(default=0)
    """0 for the day itself, else 1, 3, 6 or 12."""
    stage: Mapped[int]
    end: Mapped[End | None] = mapped_column(enum_type(End))
    reasons: Mapped[list[str]]
    satisfaction: Mapped[int | None]
    first_order_yen: Mapped[int | None]
    """Before tax."""
    expected_year_yen: Mapped[int | None]
    """A prospect: never added to deals."""
    total_yen: Mapped[int | None]
    amount_source: Mapped[AmountSource | None] = mapped_column(enum_type(AmountSource))
    deal_on: Mapped[date | None]
    next_action: Mapped[str] = mapped_column(String(300), default="")
    next_action_on: Mapped[date | None]
    comment: Mapped[str] = mapped_column(String(1000), default="")

    meeting: Mapped[Meeting] = relationship(lazy="raise")


class Outcome(Versioned, Base):
    """Where a held meeting stands, derived from the reports; one row per meeting."""

    __tablename__ = "outcome"
    __table_args__ = (Index(None, "body_id", "stage"), same_body("meeting_id", "meeting"))

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), unique=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("support_body.id"))
    stage: Mapped[int]
    end: Mapped[End | None] = mapped_column(enum_type(End))
    first_order_yen: Mapped[int | None]
    expected_year_yen: Mapped[int | None]
    total_yen: Mapped[int | None]
    amount_source: Mapped[AmountSource | None] = mapped_column(enum_type(AmountSource))
    deal_on: Mapped[date | None]
    disagreement: Mapped[bool] = mapped_column(default=False)
    """The latest words of the two sides differ: a task for the coordinator."""
    next_action: Mapped[str] = mapped_column(String(300), default="")
    next_action_on: Mapped[date | None]
    updated_at: Mapped[datetime]

    meeting: Mapped[Meeting] = relationship(lazy="raise", foreign_keys=[meeting_id])


class FollowUp(Base):
    """A question to ask 1, 3, 6 and 12 months after a held meeting."""

    __tablename__ = "follow_up"
    __table_args__ = (
        UniqueConstraint("meeting_id", "months_after"),
        Index(None, "body_id", "state", "due_on"),
        same_body("meeting_id", "meeting"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("support_body.id"))
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    months_after: Mapped[int]
    due_on: Mapped[date]
    asked_at: Mapped[datetime | None]
    """When both sides were asked by mail: it is done once."""
    chased_at: Mapped[datetime | None]
    """When the sides that had not answered were asked once more; from then on somebody phones."""
    state: Mapped[FollowUpState] = mapped_column(enum_type(FollowUpState), default=FollowUpState.DUE)
    closed_reason: Mapped[str] = mapped_column(String(300), default="")
    done_at: Mapped[datetime | None]

    meeting: Mapped[Meeting] = relationship(lazy="raise", foreign_keys=[meeting_id])


class OutcomeEvidence(Base):
    """What shows an amount: a document, or a note about who saw it where. Rows are never changed."""

    __tablename__ = "outcome_evidence"
    __table_args__ = (same_body("meeting_id", "meeting"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("support_body.id"))
    report_id: Mapped[int] = mapped_column(ForeignKey("outcome_report.id"))
    """The report with whose amounts it was handed in."""
    note: Mapped[str] = mapped_column(String(300), default="")
    filename: Mapped[str] = mapped_column(String(200), default="")
    media_type: Mapped[str] = mapped_column(String(40), default="")
    """Told by the content, not by the name."""
    size: Mapped[int] = mapped_column(default=0)
    """Bytes."""
    sha256: Mapped[str] = mapped_column(String(64), default="")
    content: Mapped[bytes | None] = mapped_column(deferred=True)
    added_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    added_by_name: Mapped[str] = mapped_column(String(100))
    added_at: Mapped[datetime]
