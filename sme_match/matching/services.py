"""Use cases of matching: run the engine for a need, decide on proposals, take a decision back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from sme_match.audit.services import apply_changes, record
from sme_match.companies.models import Company
from sme_match.core.actor import Actor, Role
from sme_match.core.clock import jst_date
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError
from sme_match.core.text import mark_text
from sme_match.db.versions import check_version
from sme_match.matching.chains import compute_chains
from sme_match.matching.corpus import load_corpus
from sme_match.matching.engine.match import Candidate, MatchResult, match
from sme_match.matching.enums import ProposalState, RejectionReason
from sme_match.matching.evidence import index_for
from sme_match.matching.exclusions import excluded_companies
from sme_match.matching.explanations import explain, explain_condition, explain_relaxation
from sme_match.matching.models import MatchRun, Proposal, ProposalDecision
from sme_match.matching.policy import check_meeting, may_decide, may_match
from sme_match.matching.queries import find_last_decision, get_decision, lock_proposal
from sme_match.matching.steps import need_steps
from sme_match.matching.texts import match_settings, need_value
from sme_match.needs.models import Need
from sme_match.needs.queries import get_need

CANDIDATES = 30
"""How many companies a run proposes: more than a coordinator reads, fewer than a register holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a coordinator decided about a proposal."""

    state: ProposalState
    reason: RejectionReason | None = None
    note: str = ""


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
    record(
        session,
        actor,
        action="need.match",
        subject=("need", need.id),
        body_id=need.body_id,
        now=now,
        note=f"{run.engine_version} / {run.index_size}",
    )
    return run


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
    corpus = load_corpus(session, body_id=need.body_id)
    barred = excluded_companies(session, need)
    index = index_for(session, corpus.index, need, use_evidence=use_evidence)
    value, settings, today = need_value(need, barred=barred), match_settings(), jst_date(now)
    result = match(value, index, today=today, top_k=CANDIDATES, settings=settings)
    recorded = corpus.as_dict() | {"evidence": use_evidence}
    run = _record_run(session, need, result, recorded, actor=actor, now=now, barred=len(barred))
    chains = compute_chains(
        value, need_steps(need), index, today=today, settings=settings, beside_single=with_chains
    )
    run.chains = dict(chains or {})
    _keep_proposals(session, need, run, result.candidates, now=now)
    session.flush()
    return run


def _record_run(
    session: Session,
    need: Need,
    result: MatchResult,
    recorded: Mapping[str, object],
    *,
    actor: Actor,
    now: datetime,
    barred: int,
) -> MatchRun:
    run = MatchRun(
        body_id=need.body_id,
        need_id=need.id,
        need_version=need.version,
        engine_version=result.engine_version,
        settings=dict(result.settings) | dict(recorded),
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
        barred=barred,
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


def decide_proposal(
    session: Session,
    actor: Actor,
    *,
    proposal_id: int,
    decision: Decision,
    version: int,
    now: datetime,
) -> ProposalDecision:
    """Accept, hold or reject a proposal, or put it back among the new ones.

    Raises:
        NotFoundError: when the actor may not see it.
        NotAllowedError: unless the actor coordinates at the body.
        InvalidError: when a rejection has no reason.
        MeetingUnderWayError: when a meeting rests on its being accepted.
        StaleVersionError: when somebody decided on it since the page was opened.
    """
    proposal = lock_proposal(session, actor, proposal_id)
    if not may_decide(actor, proposal):
        raise NotAllowedError
    check_meeting(proposal, decision.state)
    check_version(proposal, version)
    if decision.state is ProposalState.REJECTED and decision.reason is None:
        raise InvalidError(mark_text("見送る理由を選んでください。"), field="reason")
    return write_decision(session, actor, proposal, decision, now=now)


def undo_decision(
    session: Session, actor: Actor, *, decision_id: int, now: datetime
) -> ProposalDecision:
    """Take the latest decision on a proposal back, with its reason and note.

    Raises:
        NotFoundError: when the actor may not see it.
        NotAllowedError: unless the actor coordinates at the body.
        ConflictError: when the proposal was decided on again since.
        MeetingUnderWayError: when a meeting rests on its being accepted.
    """
    undone = get_decision(session, actor, decision_id)
    proposal = lock_proposal(session, actor, undone.proposal_id)
    if not may_decide(actor, proposal):
        raise NotAllowedError
    check_meeting(proposal, undone.from_state)
    last = find_last_decision(session, proposal.id)
    if last is None or last.id != undone.id:
        raise ConflictError(mark_text("そのあとに別の判断がされているため、元に戻せません。"))
    before = Decision(state=undone.from_state, reason=undone.from_reason, note=undone.from_note)
    return write_decision(session, actor, proposal, before, now=now, undoes_id=undone.id)


def note_deal(session: Session, *, proposal_id: int, is_deal: bool) -> None:
    """Remember whether a proposal led to a first order: then it tells more about the company."""
    proposal = session.get_one(Proposal, proposal_id)
    if proposal.led_to_deal is not is_deal:
        proposal.led_to_deal = is_deal
        session.flush()


def hold_for_meeting(session: Session, *, proposal_id: int, meeting_id: int) -> None:
    """Keep a proposal accepted for as long as the meeting may take place.

    Raises:
        ConflictError: when it is not accepted any more, or another meeting holds it.
    """
    proposal = session.get_one(
        Proposal, proposal_id, with_for_update={"key_share": True}, populate_existing=True
    )
    if proposal.state is not ProposalState.ACCEPTED:
        raise ConflictError(
            mark_text("この提案は、もう採用されていません。先に、マッチングの画面で採用してください。")
        )
    if proposal.live_meeting_id not in {None, meeting_id}:
        raise ConflictError(mark_text("この提案の商談は、もう申し込まれています。"))
    proposal.live_meeting_id = meeting_id
    session.flush()


def release_from_meeting(session: Session, *, proposal_id: int, meeting_id: int) -> None:
    """Let a proposal be decided on again: its meeting took place or will not."""
    proposal = session.get_one(
        Proposal, proposal_id, with_for_update={"key_share": True}, populate_existing=True
    )
    if proposal.live_meeting_id == meeting_id:
        proposal.live_meeting_id = None
        session.flush()


def write_decision(
    session: Session,
    actor: Actor,
    proposal: Proposal,
    decision: Decision,
    *,
    now: datetime,
    undoes_id: int | None = None,
) -> ProposalDecision:
    """Write a decision that has been checked into the log, the audit and the proposal."""
    reason = decision.reason if decision.state is ProposalState.REJECTED else None
    written = ProposalDecision(
        proposal_id=proposal.id,
        decided_at=now,
        decided_by=actor.user_id,
        from_state=proposal.state,
        to_state=decision.state,
        from_reason=proposal.reason,
        reason=reason,
        from_note=proposal.note,
        note=decision.note,
        undoes_id=undoes_id,
    )
    session.add(written)
    record(
        session,
        actor,
        action="proposal.undo" if undoes_id else "proposal.decide",
        subject=("need", proposal.need_id),
        body_id=proposal.body_id,
        now=now,
        changes={"proposal_state": (proposal.state, decision.state)},
        note=_company_name(session, proposal),
    )
    proposal.state, proposal.reason, proposal.note = decision.state, reason, decision.note
    is_open = decision.state is ProposalState.NEW
    proposal.decided_at = None if is_open else now
    proposal.decided_by = None if is_open else actor.user_id
    proposal.decider_name = "" if is_open or actor.role is Role.SYSTEM else actor.name
    session.flush()
    return written


def write_sheet_note(
    session: Session, actor: Actor, *, proposal_id: int, note: str, version: int, now: datetime
) -> Proposal:
    """Write what the coordinator says on the reason sheet.

    Raises:
        NotFoundError: when the actor may not see the proposal.
        NotAllowedError: unless the actor coordinates at the body.
        StaleVersionError: when the proposal changed since the form was opened.
    """
    proposal = lock_proposal(session, actor, proposal_id)
    if not may_decide(actor, proposal):
        raise NotAllowedError
    check_version(proposal, version)
    changes = apply_changes(proposal, {"sheet_note": note})
    if changes:
        record(
            session,
            actor,
            action="proposal.note",
            subject=("need", proposal.need_id),
            body_id=proposal.body_id,
            now=now,
            changes=changes,
            note=_company_name(session, proposal),
        )
        session.flush()
    return proposal


def _company_name(session: Session, proposal: Proposal) -> str:
    return session.scalars(select(Company.name).where(Company.id == proposal.company_id)).one()
