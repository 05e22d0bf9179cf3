"""One company and the open needs of a body: the engine asked the other way round."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from sme_match.companies.models import Company
from sme_match.core.actor import Actor
from sme_match.core.clock import jst_date
from sme_match.core.errors import ConflictError, NotAllowedError
from sme_match.core.text import mark_text
from sme_match.matching.corpus import load_corpus
from sme_match.matching.engine.company import CompanyResult, Suited, match_company, merged
from sme_match.matching.engine.index import Index
from sme_match.matching.engine.match import Candidate, MatchSettings, NeedValue
from sme_match.matching.enums import ProposalState
from sme_match.matching.evidence import entries_for
from sme_match.matching.exclusions import excluded_companies, needs_excluding
from sme_match.matching.models import Proposal, ProposalDecision
from sme_match.matching.policy import may_match
from sme_match.matching.policy import visible_to as proposals_visible_to
from sme_match.matching.queries import find_proposal
from sme_match.matching.services.deciding import Decision, decide_proposal
from sme_match.matching.services.running import CANDIDATES, keep_proposal, match_need
from sme_match.matching.texts import match_settings, need_value
from sme_match.matching.training import points_in_use
from sme_match.needs.enums import NeedState
from sme_match.needs.models import Need
from sme_match.needs.queries import get_need

NEEDS_SHOWN = 20
NO_NEEDS = CompanyResult(needs=(), near_misses=(), suiting=0)


@dataclass(frozen=True, slots=True)
class SuitedNeed:
    """A need, what the engine says of the company for it, and the proposal if there is one."""

    need: Need
    candidate: Candidate
    proposal: Proposal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundNeeds:
    """The needs that suit a company best, and those of which it fails one must.

    `suiting` counts also those that are not listed; `looked_at` are all open needs.
    """

    listed: Sequence[SuitedNeed]
    near_misses: Sequence[SuitedNeed]
    suiting: int
    looked_at: int


def find_needs(session: Session, actor: Actor, company: Company, *, now: datetime) -> FoundNeeds:
    """Return the open needs of the actor's body that suit a company, with the scores of `match`.

    The company must be one that the actor may see. Nothing is found for one that is not matched:
    a buyer, or one that left the register.
    """
    body_id = actor.body_id or 0
    excluding = needs_excluding(session, company, body_id=body_id)
    needs = {need.id: need for need in _open_needs(session, body_id)}
    query = select(Proposal).where(Proposal.company_id == company.id, proposals_visible_to(actor))
    proposals = {proposal.need_id: proposal for proposal in session.scalars(query)}
    values = [need_value(need) for need_id, need in needs.items() if need_id not in excluding]
    result = _match(session, company, needs, values, body_id=body_id, now=now)

    def named(found: Sequence[Suited]) -> list[SuitedNeed]:
        return [
            SuitedNeed(needs[int(key)], candidate, proposals.get(int(key))) for key, candidate in found
        ]

    return FoundNeeds(
        listed=named(result.needs),
        near_misses=named(result.near_misses),
        suiting=result.suiting,
        looked_at=len(needs),
    )


def _match(
    session: Session,
    company: Company,
    needs: Mapping[int, Need],
    values: Sequence[NeedValue],
    *,
    body_id: int,
    now: datetime,
) -> CompanyResult:
    """Match the company; a need it was accepted for does not find it by the need's own words."""
    index = load_corpus(session, body_id=body_id).index
    if company.id not in index:
        return NO_NEEDS
    query = select(Proposal.need_id).where(
        Proposal.company_id == company.id, Proposal.state == ProposalState.ACCEPTED
    )
    accepted = set(session.scalars(query))
    others = [value for value in values if value.document.key not in accepted]
    settings = match_settings(points_in_use(session, body_id))
    results = [_match_in(index, company, others, settings, now=now)]
    for value in values:
        if value.document.key in accepted:
            need = needs[int(value.document.key)]
            own = index.replaced(entries_for(session, index, need, use_evidence=True))
            results.append(_match_in(own, company, [value], settings, now=now))
    return merged(results, top_k=NEEDS_SHOWN)


def _match_in(
    index: Index,
    company: Company,
    values: Sequence[NeedValue],
    settings: MatchSettings,
    *,
    now: datetime,
) -> CompanyResult:
    return match_company(
        company.id,
        values,
        index,
        today=jst_date(now),
        top_k=NEEDS_SHOWN,
        settings=settings,
    )


def _open_needs(session: Session, body_id: int) -> list[Need]:
    query = (
        select(Need)
        .where(Need.body_id == body_id, Need.state == NeedState.OPEN)
        .options(joinedload(Need.buyer), selectinload(Need.conditions))
        .order_by(Need.id)
    )
    return list(session.scalars(query))


def accept_pair(
    session: Session, actor: Actor, *, need_id: int, company_id: int, now: datetime
) -> ProposalDecision:
    """Propose a company for a need, however many others rank before it, and accept the proposal.

    The need is matched anew, so that all its proposals are of one run.

    Raises:
        NotFoundError: when the actor may not see the need.
        NotAllowedError: unless the actor coordinates at the body that owns it.
        ConflictError: when the need is not open, the company is proposed already, or it fails a
            must, is excluded or has nothing in common with the need.
    """
    need = get_need(session, actor, need_id)
    if not may_match(actor, need):
        raise NotAllowedError
    session.refresh(need, ["state", "version"], with_for_update={"key_share": True})
    if need.state is not NeedState.OPEN:
        raise ConflictError(mark_text("この発注案件は、いま募集していません。"))
    if find_proposal(session, need_id=need.id, company_id=company_id) is not None:
        raise ConflictError(
            mark_text("この組み合わせは、もう推薦に入っています。推薦の画面で判断してください。")
        )
    run = match_need(session, actor, need_id=need.id, now=now)
    proposal = find_proposal(session, need_id=need.id, company_id=company_id)
    if proposal is None:
        candidate = _judge_pair(session, need, company_id, now=now)
        proposal = keep_proposal(session, run, candidate, None, rank=CANDIDATES + 1, now=now)
        session.flush()
    return decide_proposal(
        session,
        actor,
        proposal_id=proposal.id,
        decision=Decision(state=ProposalState.ACCEPTED),
        version=proposal.version,
        now=now,
    )


def _judge_pair(session: Session, need: Need, company_id: int, *, now: datetime) -> Candidate:
    """Return the company as a candidate for the need, whatever its rank.

    Raises:
        ConflictError: when it is none.
    """
    company = session.get_one(Company, company_id)
    value = need_value(need, barred=excluded_companies(session, need))
    result = _match(session, company, {need.id: need}, [value], body_id=need.body_id, now=now)
    for _, candidate in result.needs:
        return candidate
    raise ConflictError(mark_text("この企業は、いまこの発注案件の必須条件に合っていません。"))
