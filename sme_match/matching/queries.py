"""Reading runs and proposals. Every query is limited to what the actor may see."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    Integer,
    Select,
    Text,
    bindparam,
    cast,
    select,
)
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from sme_match.companies.models import Company
from sme_match.companies.policy import visible_to as companies_visible_to
from sme_match.core.actor import Actor
from sme_match.core.errors import NotFoundError
from sme_match.core.text import mark_text
from sme_match.db.paging import KEPT_STATEMENTS, Columns, Listing, Page, fetch_lines, select_listing
from sme_match.matching.enums import ProposalState, RejectionReason
from sme_match.matching.models import MatchRun, Proposal, ProposalDecision
from sme_match.matching.policy import is_excluded, runs_visible_to, visible_to
from sme_match.needs.models import Need

_NEED: BindParameter[int] = bindparam("need", type_=Integer)
NOT_FOUND = mark_text("この提案は見つかりませんでした。")
REVIEW_PAGE = 10
SORTS: dict[str, tuple[Any, ...]] = {
    "score": (Proposal.score.desc(), Proposal.rank, Proposal.id),
    "confidence": (Proposal.confidence.desc().nulls_last(), Proposal.rank, Proposal.id),
    "updated": (Company.updated_at.desc(), Proposal.rank, Proposal.id),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFilter:
    """What the review screen shows; every field comes from the URL."""

    state: ProposalState | None = None
    musts_met: bool = False
    """Only companies that confirm every must: none failed, none unknown."""
    sort: str = "score"


def get_proposal(session: Session, actor: Actor, proposal_id: int) -> Proposal:
    """Return a proposal with its company and need.

    Raises:
        NotFoundError: when it does not exist, or not for this actor.
    """
    proposal = session.scalar(
        select(Proposal)
        .where(Proposal.id == proposal_id, visible_to(actor))
        .options(joinedload(Proposal.company), joinedload(Proposal.need))
    )
    if proposal is None:
        raise NotFoundError(NOT_FOUND)
    return proposal


def find_proposal(session: Session, *, need_id: int, company_id: int) -> Proposal | None:
    """Return the proposal of a pair; who may see it is known to the caller."""
    return session.scalar(
        select(Proposal).where(Proposal.need_id == need_id, Proposal.company_id == company_id)
    )


def lock_proposal(session: Session, actor: Actor, proposal_id: int) -> Proposal:
    """Like `get_proposal`, as it stands now, and nobody else changes it before the transaction ends.

    Raises:
        NotFoundError: when it does not exist, or not for this actor.
    """
    query = (
        select(Proposal)
        .where(Proposal.id == proposal_id, visible_to(actor))
        # PostgreSQL locks no row through an outer join.
        .options(selectinload(Proposal.company), selectinload(Proposal.need))
        .with_for_update(key_share=True, of=Proposal)
        .execution_options(populate_existing=True)
    )
    proposal = session.scalar(query)
    if proposal is None:
        raise NotFoundError(NOT_FOUND)
    return proposal


def get_sheet_proposal(session: Session, actor: Actor, proposal_id: int) -> Proposal:
    """Return a proposal with all that its reason sheet tells of: both companies, need, run.

    Raises:
        NotFoundError: when it does not exist, or not for this actor.
    """
    proposal = session.scalar(
        select(Proposal)
        .where(Proposal.id == proposal_id, visible_to(actor))
        .options(
            joinedload(Proposal.need).joinedload(Need.buyer),
            joinedload(Proposal.company).selectinload(Company.certificates),
            joinedload(Proposal.run),
        )
    )
    if proposal is None:
        raise NotFoundError(NOT_FOUND)
    return proposal


def get_decision(session: Session, actor: Actor, decision_id: int) -> ProposalDecision:
    """Return one entry of the log of decisions.

    Raises:
        NotFoundError: when it does not exist, or not for this actor.
    """
    decision = session.scalar(
        select(ProposalDecision)
        .join(Proposal, Proposal.id == ProposalDecision.proposal_id)
        .where(ProposalDecision.id == decision_id, visible_to(actor))
    )
    if decision is None:
        raise NotFoundError(mark_text("この判断は見つかりませんでした。"))
    return decision


def find_last_decision(session: Session, proposal_id: int) -> ProposalDecision | None:
    """Return the latest decision on a proposal."""
    query = (
        select(ProposalDecision)
        .where(ProposalDecision.proposal_id == proposal_id)
        .order_by(ProposalDecision.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def find_last_run(session: Session, actor: Actor, need_id: int) -> MatchRun | None:
    """Return the latest run for a need."""
    return session.scalar(_last_run(actor), {"need": need_id})


@lru_cache(KEPT_STATEMENTS)
def _last_run(actor: Actor) -> Select[MatchRun]:
    return (
        select(MatchRun)
        .where(MatchRun.need_id == _NEED, runs_visible_to(actor))
        .order_by(MatchRun.id.desc())
        .limit(1)
    )


class RunLine(NamedTuple):
    """What the review shows of the latest run for a need."""

    id: int
    need_id: int
    need_version: int
    ran_at: datetime
    index_size: int
    settings: dict[str, Any]
    excluded: dict[str, Any]
    near_misses: str
    """As they are stored, in JSON."""
    relaxations: str
    """As they are stored, in JSON."""
    barred: int
    chains: str
    """As they are stored, in JSON."""


def find_run_line(session: Session, actor: Actor, need_id: int) -> RunLine | None:
    """Return what the review shows of the latest run for a need."""
    row = session.connection().execute(_run_line(actor), {"need": need_id}).first()
    return None if row is None else RunLine(*row)


@lru_cache(KEPT_STATEMENTS)
def _run_line(actor: Actor) -> Columns:
    texts = {"near_misses", "relaxations", "chains"}
    columns = [
        cast(column, Text) if name in texts else column
        for name in RunLine._fields
        for column in [getattr(MatchRun, name)]
    ]
    return _last_run(actor).with_only_columns(*columns)


def get_run(session: Session, actor: Actor, run_id: int) -> MatchRun:
    """Return one run.

    Raises:
        NotFoundError: when it does not exist, or not for this actor.
    """
    run = session.scalar(select(MatchRun).where(MatchRun.id == run_id, runs_visible_to(actor)))
    if run is None:
        raise NotFoundError(mark_text("この計算の記録は見つかりませんでした。"))
    return run


def list_runs(session: Session, actor: Actor, need_id: int) -> list[MatchRun]:
    """Return all runs for a need, newest first."""
    query = (
        select(MatchRun)
        .where(MatchRun.need_id == need_id, runs_visible_to(actor))
        .order_by(MatchRun.id.desc())
    )
    return list(session.scalars(query))


class ProposalLine(NamedTuple):
    """What the review shows of a proposal and its company."""

    id: int
    company_id: int
    version: int
    rank: int
    score: Decimal
    confidence: Decimal | None
    explanation: str
    """As it is stored, in JSON."""
    state: ProposalState
    reason: RejectionReason | None
    note: str
    decided_at: datetime | None
    decider_name: str
    live_meeting_id: int | None
    name: str
    name_kana: str
    prefecture_code: str
    municipality_code: str
    employees: int | None
    confirmed_at: datetime | None


_LINE = (
    Proposal.id,
    Proposal.company_id,
    Proposal.version,
    Proposal.rank,
    Proposal.score,
    Proposal.confidence,
    cast(Proposal.explanation, Text),
    Proposal.state,
    Proposal.reason,
    Proposal.note,
    Proposal.decided_at,
    Proposal.decider_name,
    Proposal.live_meeting_id,
    Company.name,
    Company.name_kana,
    Company.prefecture_code,
    Company.municipality_code,
    Company.employees,
    Company.confirmed_at,
)


def list_proposals(
    session: Session,
    actor: Actor,
    need_id: int,
    filters: ReviewFilter,
    *,
    page: int,
) -> tuple[Page[ProposalLine], Mapping[ProposalState, int]]:
    """Return one page of the proposals for a need with their companies, and all by their state.

    The counts tell how long the list is unless it is narrowed, and a page that shows all tells them.
    """
    asks_all = filters.state is None and not filters.musts_met
    counts: dict[ProposalState, int] = {}

    def total() -> int:
        counts.update(count_by_state(session, actor, need_id))
        return sum(counts.values())

    found = fetch_lines(
        session,
        _select_proposals(actor, filters),
        ProposalLine,
        number=page,
        size=REVIEW_PAGE,
        values={"need": need_id},
        total=total if asks_all else None,
    )
    if asks_all and found.total == len(found.items):
        counts = _count(each.state for each in found.items)
    return found, counts or count_by_state(session, actor, need_id)


@lru_cache(KEPT_STATEMENTS)
def _select_proposals(actor: Actor, filters: ReviewFilter) -> Listing:
    query = select(Proposal).join(Proposal.company).where(Proposal.need_id == _NEED, visible_to(actor))
    if filters.state is not None:
        query = query.where(Proposal.state == filters.state)
    if filters.musts_met:
        query = query.where(Proposal.musts_failed == 0, Proposal.musts_unknown == 0)
    order = SORTS.get(filters.sort, SORTS["score"])
    shown = select(*_LINE).select_from(Proposal).join(Proposal.company).order_by(*order)
    return select_listing(query.order_by(*order), shown, Proposal.id)


class Decided(NamedTuple):
    """How the proposal of a company for a need stands."""

    id: int
    version: int
    state: ProposalState


def list_decided(
    session: Session, actor: Actor, need_id: int, company_ids: Collection[int]
) -> dict[int, Decided]:
    """Return how the proposals of some companies for a need stand, by company."""
    values = {"need": need_id, "ids": sorted(company_ids)}
    rows = session.connection().execute(_decided(actor), values)
    return {row[0]: Decided(*row[1:]) for row in rows}


@lru_cache(KEPT_STATEMENTS)
def _decided(actor: Actor) -> Columns:
    return select(Proposal.company_id, Proposal.id, Proposal.version, Proposal.state).where(
        Proposal.need_id == _NEED,
        Proposal.company_id.in_(bindparam("ids", expanding=True)),
        visible_to(actor),
    )


def count_by_state(session: Session, actor: Actor, need_id: int) -> dict[ProposalState, int]:
    """Return how many proposals of a need stand in each state."""
    rows = session.connection().execute(_states(actor), {"need": need_id})
    return _count(state for (state,) in rows)


def _count(states: Iterable[ProposalState]) -> dict[ProposalState, int]:
    return dict.fromkeys(ProposalState, 0) | Counter(states)


@lru_cache(KEPT_STATEMENTS)
def _states(actor: Actor) -> Columns:
    # Counted here: for groups, SQLite would go through all proposals of the body by their state.
    return select(Proposal.state).where(Proposal.need_id == _NEED, visible_to(actor))


def list_companies_by_id(session: Session, actor: Actor, company_ids: list[int]) -> dict[int, Company]:
    """Return those of the companies that the actor may see."""
    query = select(Company).where(Company.id.in_(company_ids), companies_visible_to(actor))
    return {company.id: company for company in session.scalars(query)}


class CompanyName(NamedTuple):
    """A company as near misses and chains name it."""

    id: int
    name: str
    prefecture_code: str
    municipality_code: str


def list_proposable(
    session: Session, actor: Actor, need_id: int, company_ids: Collection[int]
) -> dict[int, CompanyName]:
    """Return those of the companies that the actor may see and propose for the need.

    One that left the register or is excluded is none of them.
    """
    if not company_ids:
        return {}
    values = {"need": need_id, "ids": sorted(company_ids)}
    rows = session.connection().execute(_proposable(actor), values)
    return {row[0]: CompanyName(*row) for row in rows}


@lru_cache(KEPT_STATEMENTS)
def _proposable(actor: Actor) -> Columns:
    named = aliased(Company)
    # Apart from the ids, because SQLite would rather go through all companies of the body.
    visible = select(Company.id).where(
        Company.id == named.id, Company.archived_at.is_(None), companies_visible_to(actor)
    )
    return select(*(getattr(named, name) for name in CompanyName._fields)).where(
        named.id.in_(bindparam("ids", expanding=True)),
        visible.correlate(named).exists(),
        ~is_excluded(named.id, _NEED),
    )
