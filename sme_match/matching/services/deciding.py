"""Decide on proposals, take a decision back, and write what the reason sheet says."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.audit.services import apply_changes, record
from sme_match.companies.models import Company
from sme_match.core.actor import Actor, Role
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError
from sme_match.core.text import mark_text
from sme_match.db.versions import check_version
from sme_match.matching.enums import ProposalState, RejectionReason
from sme_match.matching.models import Proposal, ProposalDecision
from sme_match.matching.policy import check_meeting, may_decide
from sme_match.matching.queries import find_last_decision, get_decision, lock_proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a coordinator decided about a proposal."""

    state: ProposalState
    reason: RejectionReason | None = None
    note: str = ""


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
