"""Run the engine for a need: what it is asked, and what is kept of its answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from sme_match.audit.services import record
from sme_match.core.actor import Actor
from sme_match.core.clock import jst_date
from sme_match.core.errors import NotAllowedError
from sme_match.matching.chains import ChainsRecord, compute_chains
from sme_match.matching.corpus import Corpus, load_corpus
from sme_match.matching.engine.match import Candidate, MatchResult
from sme_match.matching.engine.shards import Question, Terms, answer
from sme_match.matching.enums import ProposalState
from sme_match.matching.evidence import entries_for
from sme_match.matching.exclusions import excluded_companies
from sme_match.matching.explanations import explain, explain_condition, explain_relaxation
from sme_match.matching.models import MatchRun, Proposal, ProposalDecision
from sme_match.matching.policy import may_match
from sme_match.matching.steps import need_steps
from sme_match.matching.texts import match_settings, need_value
from sme_match.matching.training import points_in_use
from sme_match.matching.vocabulary import load_thesaurus
from sme_match.needs.models import Need
from sme_match.needs.queries import get_need

CANDIDATES = 30
"""How many companies a run proposes: more than a coordinator reads, fewer than a register holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the engine is asked for a need, and what the record of the run says of that.

    `chains` do not depend on the answer: they are found beside it, in the whole index.
    """

    question: Question
    need_version: int
    barred: int
    recorded: Mapping[str, object]
    chains: ChainsRecord | None


def match_need(
    session: Session,
    actor: Actor,
    *,
    need_id: int,
    now: datetime,
    use_evidence: bool = True,
    with_chains: bool = False,
) -> MatchRun:
    """Run the engine for a need and keep what it found as proposals.

    Decisions already made stay; a proposal nobody decided on disappears when it is not found again.
    Without `use_evidence` nothing that was decided before counts, as if it were the first need.
    `with_chains` asks for chains of companies even when a single one can do everything.

    Raises:
        NotFoundError: when the actor may not see the need.
        NotAllowedError: unless the actor coordinates at the body that owns it.
    """
    need = get_need(session, actor, need_id)
    if not may_match(actor, need):
        raise NotAllowedError
    run = run_engine(
        session, need, actor=actor, now=now, use_evidence=use_evidence, with_chains=with_chains
    )
    record_run(session, actor, run, now=now)
    return run


def record_run(session: Session, actor: Actor, run: MatchRun, *, now: datetime) -> None:
    """Write into the history of a need that the engine ran for it."""
    record(
        session,
        actor,
        action="need.match",
        subject=("need", run.need_id),
        body_id=run.body_id,
        now=now,
        note=f"{run.engine_version} / {run.index_size}",
    )


def run_engine(
    session: Session,
    need: Need,
    *,
    actor: Actor,
    now: datetime,
    use_evidence: bool = True,
    with_chains: bool = False,
) -> MatchRun:
    """Match one need whose buyer and conditions are loaded, record the run and update its proposals."""
    corpus, terms = load_corpus(session, body_id=need.body_id), terms_for(session, need.body_id, now)
    asked = ask(session, need, corpus, terms, use_evidence=use_evidence, with_chains=with_chains)
    result = answer(corpus.index, asked.question, terms)
    return record_result(session, need, asked, result, actor=actor, now=now)


def terms_for(session: Session, body_id: int, now: datetime) -> Terms:
    """Return the terms on which the service asks the engine for a body."""
    return Terms(jst_date(now), CANDIDATES, match_settings(points_in_use(session, body_id)))


def ask(
    session: Session,
    need: Need,
    corpus: Corpus,
    terms: Terms,
    *,
    use_evidence: bool = True,
    with_chains: bool = False,
) -> Asked:
    """Return the question that a need, whose buyer and conditions are loaded, asks the engine."""
    barred = excluded_companies(session, need)
    entries = entries_for(session, corpus.index, need, use_evidence=use_evidence)
    value = need_value(need, barred=barred)
    return Asked(
        question=Question(value, entries),
        need_version=need.version,
        barred=len(barred),
        recorded=corpus.as_dict(load_thesaurus(session)) | {"evidence": use_evidence},
        chains=compute_chains(
            value,
            need_steps(need),
            corpus.index.replaced(entries),
            today=terms.today,
            settings=terms.settings,
            beside_single=with_chains,
        ),
    )


def record_result(
    session: Session, need: Need, asked: Asked, result: MatchResult, *, actor: Actor, now: datetime
) -> MatchRun:
    """Keep what the engine answered, wherever it ran: the run, and its candidates as proposals."""
    run = _record_run(session, need, asked, result, actor=actor, now=now)
    _keep_proposals(session, need, run, result.candidates, now=now)
    session.flush()
    return run


def _record_run(
    session: Session,
    need: Need,
    asked: Asked,
    result: MatchResult,
    *,
    actor: Actor,
    now: datetime,
) -> MatchRun:
    run = MatchRun(
        body_id=need.body_id,
        need_id=need.id,
        need_version=asked.need_version,
        engine_version=result.engine_version,
        settings=dict(result.settings) | dict(asked.recorded),
        index_size=result.index_size,
        excluded={kind.value: count for kind, count in result.excluded_counts.items() if count},
        near_misses=[
            {
                "company_id": candidate.key,
                "score": candidate.score,
                "condition": explain_condition(candidate.failed_musts[0]),
            }
            for candidate in result.near_misses
        ],
        relaxations=[dict(explain_relaxation(each)) for each in result.relaxations],
        barred=asked.barred,
        chains=dict(asked.chains or {}),
        ran_at=now,
        ran_by=actor.user_id,
    )
    session.add(run)
    session.flush()
    return run


def _keep_proposals(
    session: Session,
    need: Need,
    run: MatchRun,
    candidates: tuple[Candidate, ...],
    *,
    now: datetime,
) -> None:
    known = {
        proposal.company_id: proposal
        for proposal in session.scalars(select(Proposal).where(Proposal.need_id == need.id))
    }
    for rank, candidate in enumerate(candidates, start=1):
        proposal = known.pop(int(candidate.key), None)
        keep_proposal(session, run, candidate, proposal, rank=rank, now=now)
    session.flush()
    _drop_undecided(session, [proposal.id for proposal in known.values()])


def keep_proposal(
    session: Session,
    run: MatchRun,
    candidate: Candidate,
    known: Proposal | None,
    *,
    rank: int,
    now: datetime,
) -> Proposal:
    """Write what a run says about one company; decisions already made stay."""
    proposal = known or Proposal(
        body_id=run.body_id, need_id=run.need_id, company_id=int(candidate.key), created_at=now
    )
    session.add(proposal)
    proposal.run_id = run.id
    proposal.rank = rank
    proposal.score = Decimal(candidate.score)
    proposal.confidence = (
        None if candidate.confidence is None else Decimal(f"{candidate.confidence:.3f}")
    )
    proposal.musts_failed = len(candidate.failed_musts)
    proposal.musts_unknown = len(candidate.unknown_musts)
    proposal.explanation = dict(explain(candidate))
    return proposal


def _drop_undecided(session: Session, proposal_ids: list[int]) -> None:
    """Delete proposals that a run no longer finds, unless somebody ever decided on them."""
    decided = select(ProposalDecision.proposal_id)
    session.execute(
        delete(Proposal).where(
            Proposal.id.in_(proposal_ids),
            Proposal.state == ProposalState.NEW,
            Proposal.id.not_in(decided),
        )
    )
