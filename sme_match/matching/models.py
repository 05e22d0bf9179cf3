"""Matching runs (append-only), proposals (提案), decisions, exclusions (除外), and entries of words."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sme_match.companies.models import Company
from sme_match.db.base import (
    Base,
    JSONValue,
    Versioned,
    enum_type,
    referred_with_body,
    same_body,
)
from sme_match.matching.enums import (
    ProposalState,
    RejectionReason,
    WordChange,
    WordKind,
    WordState,
)
from sme_match.needs.models import Need
from sme_match.support_bodies.models import SupportBody


class MatchRun(Base):
    """One run of the engine for one need."""

    __tablename__ = "match_run"
    __table_args__ = (same_body("need_id", "need"), referred_with_body())

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("support_body.id"), index=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"), index=True)
    need_version: Mapped[int]
    engine_version: Mapped[str] = mapped_column(String(40))
    settings: Mapped[dict[str, Any]]
    index_size: Mapped[int]
    """Number of companies the engine looked at."""
    excluded: Mapped[dict[str, Any]]
    """Condition kind -> number of companies that a must excluded."""
    near_misses: Mapped[list[dict[str, Any]]]
    """Companies that fail exactly one must, with the condition and both values."""
    relaxations: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """Single musts that could be given up, with the number of companies each would admit."""
    barred: Mapped[int] = mapped_column(default=0)
    """Number of companies that exclusions kept out; which ones is not written down."""
    chains: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Chains of companies that together meet the need; empty for a need of a single step."""
    ran_at: Mapped[datetime]
    ran_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class Proposal(Versioned, Base):
    """One need × one SME. The score and its reasons are those of the latest run that found it."""

    __tablename__ = "proposal"
    __table_args__ = (
        UniqueConstraint("need_id", "company_id"),
        same_body("need_id", "need"),
        same_body("run_id", "match_run"),
        # A meeting that may still take place belongs to an accepted proposal, whoever writes first.
        CheckConstraint("live_meeting_id IS NULL OR state = 'accepted'", name="live_is_accepted"),
        Index(None, "body_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("support_body.id"))
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("match_run.id"), index=True)
    rank: Mapped[int]
    score: Mapped[Decimal] = mapped_column(Numeric(5, 1))
    """0–100; the sum of the parts in `explanation`."""
    confidence: Mapped[Decimal | None] = mapped_column(Numeric(4, 3))
    """Share of the conditions about which anything is stated, 0–1; None without conditions."""
    musts_failed: Mapped[int] = mapped_column(default=0)
    musts_unknown: Mapped[int] = mapped_column(default=0)
    explanation: Mapped[dict[str, Any]]
    """Parts, terms with points, conditions with both values, excerpt with marks."""
    state: Mapped[ProposalState] = mapped_column(enum_type(ProposalState), default=ProposalState.NEW)
    reason: Mapped[RejectionReason | None] = mapped_column(enum_type(RejectionReason))
    note: Mapped[str] = mapped_column(String(500), default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decider_name: Mapped[str] = mapped_column(String(100), default="")
    live_meeting_id: Mapped[int | None]
    """The meeting that may still take place. Meetings stand above matching and write it themselves."""
    led_to_deal: Mapped[bool] = mapped_column(default=False)
    """Whether a first order is known. Outcomes stand above matching and write it themselves."""
    sheet_note: Mapped[str] = mapped_column(String(400), default="")
    """What the coordinator says on the reason sheet; decisions leave it alone."""
    created_at: Mapped[datetime]

    need: Mapped[Need] = relationship(lazy="raise", foreign_keys=[need_id])
    company: Mapped[Company] = relationship(lazy="raise")
    run: Mapped[MatchRun] = relationship(lazy="raise", foreign_keys=[run_id])


class ProposalDecision(Base):
    """The log of decisions; undo writes the inverse row."""

    __tablename__ = "proposal_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    decided_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    from_state: Mapped[ProposalState] = mapped_column(enum_type(ProposalState))
    to_state: Mapped[ProposalState] = mapped_column(enum_type(ProposalState))
    from_reason: Mapped[RejectionReason | None] = mapped_column(enum_type(RejectionReason))
    reason: Mapped[RejectionReason | None] = mapped_column(enum_type(RejectionReason))
    from_note: Mapped[str] = mapped_column(String(500), default="")
    note: Mapped[str] = mapped_column(String(500), default="")
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("proposal_decision.id"))


_LIVE = text("withdrawn_at IS NULL")


class Exclusion(Base):
    """A company that must not be proposed: for one need, or for every need of one buyer.

    The first is the wish of a buyer, the second that of the company. Either is private to the
    coordinators of the body that wrote it down; withdrawn means that it holds no longer.
    """

    __tablename__ = "exclusion"
    __table_args__ = (
        CheckConstraint("(need_id IS NULL) <> (buyer_id IS NULL)", name="need_or_buyer"),
        same_body("need_id", "need"),
        same_body("buyer_id", "company"),
        # One living row per pair, also when two coordinators click at once.
        Index(
            "uq_exclusion_need_live", "company_id", "need_id",
            unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE,
        ),
        Index(
            "uq_exclusion_buyer_live", "company_id", "buyer_id",
            unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("support_body.id"), index=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    """The SME."""
    need_id: Mapped[int | None] = mapped_column(ForeignKey("need.id"), index=True)
    buyer_id: Mapped[int | None] = mapped_column(ForeignKey("company.id"), index=True)
    reason: Mapped[str] = mapped_column(String(300), default="")
    written_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    written_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    company: Mapped[Company] = relationship(foreign_keys=[company_id], lazy="raise")
    buyer: Mapped[Company | None] = relationship(foreign_keys=[buyer_id], lazy="raise")


class WordEntry(Versioned, Base):
    """A change of the thesaurus that a body proposes and another person accepts or rejects.

    The list is shared by the whole installation. An entry stays after it was decided or taken
    back: it is the history of its words.
    """

    __tablename__ = "word_entry"
    __table_args__ = (Index(None, "state", "proposed_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("support_body.id"))
    proposed_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    proposed_at: Mapped[datetime]
    change: Mapped[WordChange] = mapped_column(enum_type(WordChange))
    concept_code: Mapped[str] = mapped_column(String(60), default="")
    """The concept that changes; empty for a new one, whose code comes from the id."""
    kind: Mapped[WordKind] = mapped_column(enum_type(WordKind))
    ja: Mapped[list[str]]
    en: Mapped[list[str]]
    broader: Mapped[list[str]]
    """Codes of the concepts that the concept belongs to."""
    reason: Mapped[str] = mapped_column(String(500))
    example: Mapped[str] = mapped_column(String(300), default="")
    """A sentence in which the words stand."""
    state: Mapped[WordState] = mapped_column(enum_type(WordState), default=WordState.PROPOSED)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_body_id: Mapped[int | None] = mapped_column(ForeignKey("support_body.id"))
    """The body of the one who decided; None for an administrator."""
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str] = mapped_column(String(500), default="")

    body: Mapped[SupportBody] = relationship(foreign_keys=[body_id], lazy="raise")
    decided_body: Mapped[SupportBody | None] = relationship(
        foreign_keys=[decided_body_id], lazy="raise"
    )

    @property
    def code(self) -> str:
        """The code of the concept that the entry makes or changes."""
        return self.concept_code or f"entry_{self.id}"


class TrainingRun(Base):
    """One run that learned the points of the parts of the score from a body's decisions.

    The same decisions (`fingerprint`) and engine give the same row again; nothing else is loaded.
    """

    __tablename__ = "training_run"
    __table_args__ = (
        CheckConstraint("used_from IS NULL OR may_be_used", name="used_only_when_better"),
        Index(
            "uq_training_run_in_use",
            "body_id",
            unique=True,
            sqlite_where=text("used_from IS NOT NULL AND used_until IS NULL"),
            postgresql_where=text("used_from IS NOT NULL AND used_until IS NULL"),
        ),
        Index(None, "body_id", "ran_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("support_body.id"))
    engine_version: Mapped[str] = mapped_column(String(40))
    fingerprint: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the decisions that it learned from."""
    needs: Mapped[int]
    """Needs with accepted and rejected companies."""
    pairs: Mapped[int]
    points: Mapped[dict[str, Any]]
    """The most points of each part; empty when there was nothing to learn from."""
    ndcg_fixed: Mapped[float | None]
    ndcg_learned: Mapped[float | None]
    may_be_used: Mapped[bool]
    ran_at: Mapped[datetime]
    ran_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    used_from: Mapped[datetime | None]
    used_until: Mapped[datetime | None]


class Watch(Base):
    """The wish of a coordinator to be told when one more company passes a need (知らせ)."""

    __tablename__ = "watch"
    __table_args__ = (UniqueConstraint("need_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    known: Mapped[list[int]] = mapped_column(JSONValue)
    """Companies that passed when the watch began or since; each of these is news no more."""
    started_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    """When the last mail was queued."""
    told: Mapped[int] = mapped_column(default=0)
    """How many companies the mails named so far."""

    need: Mapped[Need] = relationship(lazy="raise")
