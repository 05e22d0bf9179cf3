"""Deciding on a chain: its prime becomes an accepted proposal."""

from datetime import datetime
from decimal import Decimal
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sme_match.core.actor import Actor
from sme_match.core.errors import ConflictError, NotAllowedError, NotFoundError
from sme_match.core.text import mark_text
from sme_match.matching.chains import ChainsRecord, PrimeRecord, members_of
from sme_match.matching.enums import ProposalState
from sme_match.matching.models import MatchRun, Proposal, ProposalDecision
from sme_match.matching.policy import may_match
from sme_match.matching.queries import find_last_run, get_run, list_proposable
from sme_match.matching.services.deciding import Decision, decide_proposal, write_decision
from sme_match.needs.queries import get_need

OUTDATED = mark_text("工程チェーン案が古くなっています。推薦の画面を開きなおしてください。")


def accept_chain(
    session: Session,
    actor: Actor,
    *,
    run_id: int,
    place: int,
    note: str,
    version: int,
    now: datetime,
) -> ProposalDecision:
    """Accept the prime of a chain as a proposal; the note names its partners.

    `version` is that of the prime's proposal when the page was opened, 0 where there was none.

    Raises:
        NotFoundError: when the actor may not see the run, or it has no such chain.
        NotAllowedError: unless the actor coordinates at the body.
        ConflictError: when the need was matched again since, or a company of the chain has gone.
        StaleVersionError: when somebody decided on the prime since the page was opened.
    """
    run = get_run(session, actor, run_id)
    need = get_need(session, actor, run.need_id)
    if not may_match(actor, need):
        raise NotAllowedError
    found = cast("ChainsRecord | None", run.chains or None)
    present = list_proposable(session, actor, need.id, members_of(found))
    last = find_last_run(session, actor, need.id)
    if found is None or not 0 <= place < len(found["chains"]):
        raise NotFoundError(mark_text("この工程チェーン案は見つかりませんでした。"))
    chain = found["chains"][place]
    members = {link["company_id"] for link in chain["links"]}
    if last is None or last.id != run.id or members - present.keys():
        raise ConflictError(OUTDATED)
    accepted = Decision(state=ProposalState.ACCEPTED, note=note)
    prime = chain["prime"]
    known = session.scalar(
        select(Proposal.id).where(Proposal.need_id == need.id, Proposal.company_id == prime)
    )
    if known is not None:
        return decide_proposal(
            session, actor, proposal_id=known, decision=accepted, version=version, now=now
        )
    alone = found["primes"].get(str(prime))
    if alone is None:
        raise ConflictError(OUTDATED)
    proposal = _add_prime(session, run, prime, alone, now=now)
    return write_decision(session, actor, proposal, accepted, now=now)


def _add_prime(
    session: Session, run: MatchRun, company_id: int, record: PrimeRecord, *, now: datetime
) -> Proposal:
    """Add the proposal of a prime; by itself it fails what its partners do, so a run adds none."""
    last_rank = session.scalar(select(func.max(Proposal.rank)).where(Proposal.need_id == run.need_id))
    proposal = Proposal(
        body_id=run.body_id,
        need_id=run.need_id,
        company_id=company_id,
        run_id=run.id,
        rank=(last_rank or 0) + 1,
        score=Decimal(record["score"]),
        confidence=None if record["confidence"] is None else Decimal(f"{record['confidence']:.3f}"),
        musts_failed=record["musts_failed"],
        musts_unknown=record["musts_unknown"],
        explanation=dict(record["explanation"]),
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(proposal)
    except IntegrityError:
        # Somebody accepted the same chain between the look and the write.
        raise ConflictError(OUTDATED) from None
    return proposal
