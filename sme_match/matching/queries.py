"""Reading runs and proposals. Every query is limited to what the actor may see."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any, NamedTuple

from sqlalchemy import ScalarSelect, Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from sme_match.companies.models import Company
from sme_match.companies.policy import visible_to as companies_visible_to
from sme_match.core.actor import Actor
from sme_match.core.errors import NotFoundError
from sme_match.core.text import fold_for_search, mark_text
from sme_match.db.paging import KEPT_STATEMENTS, Columns, Page, fetch_lines, fetch_page, select_page
from sme_match.db.search import holds
from sme_match.matching.enums import ProposalState
from sme_match.matching.models import MatchRun, Proposal, ProposalDecision
from sme_match.matching.policy import runs_visible_to, visible_to
from sme_match.needs.enums import NeedState
from sme_match.needs.models import Need

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


class NeedProgress(NamedTuple):
    """One need on the overview: how its proposals stand, and when they were computed."""

    id: int
    number: str
    title: str
    buyer_name: str
    expires_on: date | None
    ran_at: datetime | None
    new: int
    accepted: int
    held: int
    rejected: int

    @property
    def counts(self) -> dict[ProposalState, int]:
        """Return how many proposals stand in each state."""
        return {
            ProposalState.NEW: self.new,
            ProposalState.ACCEPTED: self.accepted,
            ProposalState.HELD: self.held,
            ProposalState.REJECTED: self.rejected,
        }


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
    query = (
        select(MatchRun)
        .where(MatchRun.need_id == need_id, runs_visible_to(actor))
        .order_by(MatchRun.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def list_runs(session: Session, actor: Actor, need_id: int) -> list[MatchRun]:
    """Return all runs for a need, newest first."""
    query = (
        select(MatchRun)
        .where(MatchRun.need_id == need_id, runs_visible_to(actor))
        .order_by(MatchRun.id.desc())
    )
    return list(session.scalars(query))


def list_proposals(
    session: Session, actor: Actor, need_id: int, filters: ReviewFilter, *, page: int
) -> Page[Proposal]:
    """Return one page of the proposals for a need, with their companies."""
    query: Select[Proposal] = (
        select(Proposal)
        .join(Proposal.company)
        .where(Proposal.need_id == need_id, visible_to(actor))
        .options(joinedload(Proposal.company))
    )
    if filters.state is not None:
        query = query.where(Proposal.state == filters.state)
    if filters.musts_met:
        query = query.where(Proposal.musts_failed == 0, Proposal.musts_unknown == 0)
    order = SORTS.get(filters.sort, SORTS["score"])
    return fetch_page(session, query.order_by(*order), number=page, size=REVIEW_PAGE)


def count_by_state(session: Session, actor: Actor, need_id: int) -> dict[ProposalState, int]:
    """Return how many proposals of a need stand in each state."""
    rows = session.execute(
        select(Proposal.state, func.count())
        .where(Proposal.need_id == need_id, visible_to(actor))
        .group_by(Proposal.state)
    )
    counts = dict.fromkeys(ProposalState, 0)
    counts.update((state, count) for state, count in rows)
    return counts


def list_companies_by_id(session: Session, actor: Actor, company_ids: list[int]) -> dict[int, Company]:
    """Return those of the companies that the actor may see."""
    query = select(Company).where(Company.id.in_(company_ids), companies_visible_to(actor))
    return {company.id: company for company in session.scalars(query)}


def list_progress(
    session: Session, actor: Actor, *, text: str, show: str, page: int
) -> Page[NeedProgress]:
    """Return one page of the open needs of the actor's body with the state of their proposals.

    `show` is `new` (some proposal waits for a decision), `none` (no proposal) or empty for all.
    """
    statement = partial(_select_progress, actor, text, show)
    return fetch_lines(session, statement, NeedProgress, number=page)


@lru_cache(KEPT_STATEMENTS)
def _select_progress(actor: Actor, text: str, show: str, number: int) -> Columns:
    proposed = select(Proposal.id).where(Proposal.need_id == Need.id)
    query = select(Need).where(Need.body_id == (actor.body_id or 0), Need.state == NeedState.OPEN)
    for word in text.split():
        query = query.where(holds(Need.search_text, fold_for_search(word)))
    if show == "new":
        waiting = proposed.where(Proposal.state == ProposalState.NEW, visible_to(actor))
        query = query.where(waiting.exists())
    if show == "none":
        query = query.where(~proposed.exists())
    query = query.order_by(Need.expires_on.asc().nulls_last(), Need.id)
    columns = (
        Need.id,
        Need.number,
        Need.title,
        Company.name,
        Need.expires_on,
        select(func.max(MatchRun.ran_at)).where(MatchRun.need_id == Need.id).scalar_subquery(),
        *(_counted(actor, state) for state in ProposalState),
    )
    shown = query.join(Need.buyer).with_only_columns(*columns, maintain_column_froms=True)
    return select_page(query, shown, number=number)


def _counted(actor: Actor, state: ProposalState) -> ScalarSelect[int]:
    counted = select(func.count()).where(
        Proposal.need_id == Need.id, Proposal.state == state, visible_to(actor)
    )
    return counted.correlate(Need).scalar_subquery()
