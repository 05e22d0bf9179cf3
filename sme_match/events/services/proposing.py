"""Candidates of an event: proposed from matching, put in and taken out by coordinators."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import literal, select
from sqlalchemy.orm import Session, aliased

from sme_match.audit.services import record
from sme_match.core.actor import Actor
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError
from sme_match.core.text import mark_text
from sme_match.db.versions import check_version
from sme_match.events.enums import CandidateOrigin, Side
from sme_match.events.models import Candidate, Event, Participant
from sme_match.events.policy import is_open, may_look_after, may_run
from sme_match.events.queries import lock_event
from sme_match.events.queries.apart import must_not_meet
from sme_match.events.queries.candidates import COMING, get_candidate, list_met, list_offered
from sme_match.events.queries.participants import list_wishable


def propose_candidates(session: Session, actor: Actor, event_id: int, *, now: datetime) -> int:
    """Add what matching proposes, at most so many for each need; return how many pairs are new.

    Pairs that stand already keep their answers, ranks and reasons; only the score is brought up to
    date. A pair is one candidate, whatever the number of its needs: the best score counts.

    Raises:
        NotFoundError: when the actor may not see the event.
        NotAllowedError: when the actor's body does not run it.
        ConflictError: when it is over.
    """
    event = _locked(session, actor, event_id, now=now)
    met = list_met(session, event, now=now) if event.skip_met else set()
    known = {
        (row.buyer_id, row.sme_id): row
        for row in session.scalars(select(Candidate).where(Candidate.event_id == event.id))
    }
    per_need: dict[int, int] = defaultdict(int)
    new = 0
    taking_part = select(Participant.id, Participant.company_id).where(Participant.event_id == event.id)
    companies = {row.id: row.company_id for row in session.execute(taking_part)}
    for proposal, buyer_id, sme_id in list_offered(session, event):
        if per_need[proposal.need_id] >= event.candidates_per_need:
            continue
        if (companies[buyer_id], companies[sme_id]) in met:
            continue
        per_need[proposal.need_id] += 1
        row = known.get((buyer_id, sme_id))
        if row is None:
            row = Candidate(
                event_id=event.id, buyer_id=buyer_id, sme_id=sme_id, need_id=proposal.need_id,
                origin=CandidateOrigin.MATCHING, created_at=now,
            )  # fmt: skip
            session.add(row)
            known[buyer_id, sme_id] = row
            new += 1
        if row.similarity is None or proposal.score > row.similarity:
            row.similarity, row.proposal_id = proposal.score, proposal.id
            if row.origin is CandidateOrigin.MATCHING:
                row.need_id = proposal.need_id
    event.revision += 1
    session.flush()
    record(
        session,
        actor,
        action="event.propose",
        subject=("event", event.id),
        body_id=event.body_id,
        now=now,
        changes={"candidates": (len(known) - new, len(known))},
    )
    return new


def decide_candidate(
    session: Session,
    actor: Actor,
    candidate_id: int,
    *,
    keep: bool,
    reason: str,
    version: int,
    now: datetime,
) -> Candidate:
    """Take a pair out of the candidates, or put it in again, with the reason.

    Raises:
        NotFoundError: when the actor may not see it.
        NotAllowedError: when the actor's body neither runs the event nor looks after the buyer.
        ConflictError: when the event is over, or the pair stands in the timetable.
        StaleVersionError: when it changed since the page was opened.
        InvalidError: without a reason.
    """
    candidate = get_candidate(session, actor, candidate_id, now=now)
    event = lock_event(session, actor, candidate.event_id, now=now)
    if not (may_run(actor, event) or may_look_after(actor, candidate.buyer)):
        raise NotAllowedError
    if not is_open(event):
        raise ConflictError(mark_text("この商談会は終わったか、中止になりました。もう変えられません。"))
    check_version(candidate, version)
    if not reason:
        raise InvalidError(mark_text("理由を入力してください。"), field="reason")
    if not keep and candidate.placement is not None:
        raise ConflictError(mark_text("時間割に入っている組合せです。先に時間割から外してください。"))
    before = candidate.kept
    candidate.kept, candidate.reason = keep, reason
    event.revision += 1
    session.flush()
    record(
        session,
        actor,
        action="candidate.keep" if keep else "candidate.drop",
        subject=("event_candidate", candidate.id),
        body_id=event.body_id,
        now=now,
        changes={"kept": (before, keep)},
        note=reason,
    )
    return candidate


def add_candidate(
    session: Session,
    actor: Actor,
    event_id: int,
    *,
    need_id: int,
    sme_id: int,
    reason: str,
    now: datetime,
) -> Candidate:
    """Put a pair in that neither matching nor the companies brought up.

    Raises:
        NotFoundError, NotAllowedError, ConflictError: as `propose_candidates`.
        InvalidError: for a pair that stands already or cannot be, or without a reason.
    """
    event = _locked(session, actor, event_id, now=now)
    if not reason:
        raise InvalidError(mark_text("理由を入力してください。"), field="reason")
    buyers = {each.need.id: each.buyer_id for each in list_wishable(session, event)}
    if need_id not in buyers:
        raise InvalidError(mark_text("委託側の案件を選びなおしてください。"), field="need")
    buyer_id = buyers[need_id]
    sme = session.get(Participant, sme_id)
    if sme is None or (sme.event_id, sme.side) != (event.id, Side.SME) or sme.state not in COMING:
        raise InvalidError(mark_text("受託側の企業を選びなおしてください。"), field="sme")
    one, other = aliased(Participant), aliased(Participant)
    apart = (
        select(one.id)
        .join(other, other.event_id == one.event_id)
        .where(one.id == buyer_id, other.id == sme_id, must_not_meet(one, other, literal(need_id)))
    )
    if session.scalar(apart) is not None:
        # Who asked for it is private; that it cannot be is all that is said.
        raise InvalidError(mark_text("この組合せは候補にできません。"), field="sme")
    known = select(Candidate.id).where(Candidate.buyer_id == buyer_id, Candidate.sme_id == sme_id)
    if session.scalar(known) is not None:
        raise InvalidError(mark_text("この組合せは、もう候補にあります。"), field="sme")
    candidate = Candidate(
        event_id=event.id, buyer_id=buyer_id, sme_id=sme_id, need_id=need_id, reason=reason,
        origin=CandidateOrigin.BODY, created_at=now,
    )  # fmt: skip
    session.add(candidate)
    event.revision += 1
    session.flush()
    record(
        session,
        actor,
        action="candidate.add",
        subject=("event_candidate", candidate.id),
        body_id=event.body_id,
        now=now,
        note=reason,
    )
    return candidate


def _locked(session: Session, actor: Actor, event_id: int, *, now: datetime) -> Event:
    event = lock_event(session, actor, event_id, now=now)
    if not may_run(actor, event):
        raise NotAllowedError
    if not is_open(event):
        raise ConflictError(mark_text("この商談会は終わったか、中止になりました。もう変えられません。"))
    return event
