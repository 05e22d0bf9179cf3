"""Reading candidates: what matching offers, what the buyers were asked, who met before."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, joinedload

from sme_match.core.actor import Actor
from sme_match.core.errors import NotFoundError
from sme_match.core.text import mark_text
from sme_match.db.scope import reaching_every_body
from sme_match.events.enums import ParticipantState, Side
from sme_match.events.models import Candidate, Event, Participant
from sme_match.events.policy import visible_to
from sme_match.events.queries.apart import kept_apart, must_not_meet
from sme_match.matching.enums import ProposalState
from sme_match.matching.models import Proposal
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import Meeting
from sme_match.needs.enums import NeedState
from sme_match.needs.models import Need

MET_WITHIN = timedelta(days=365)
COMING = (ParticipantState.APPLIED, ParticipantState.ACCEPTED)


def list_candidates(session: Session, event: Event) -> list[Candidate]:
    """Return all pairs of the event with both companies and the need, by buyer, the best first."""
    query = (
        select(Candidate)
        .where(Candidate.event_id == event.id)
        .options(
            joinedload(Candidate.buyer).joinedload(Participant.company),
            joinedload(Candidate.sme).joinedload(Participant.company),
            joinedload(Candidate.need),
        )
        .order_by(
            Candidate.buyer_id, Candidate.kept.desc(), Candidate.similarity.desc().nulls_last(),
            Candidate.id,
        )
    )  # fmt: skip
    return list(session.scalars(query))


def get_candidate(session: Session, actor: Actor, candidate_id: int, *, now: datetime) -> Candidate:
    """Return a pair of an event that the actor, staff of a host, may see.

    Raises:
        NotFoundError: when it does not exist, or not for this actor.
    """
    candidate = session.scalar(
        select(Candidate)
        .join(Event, Event.id == Candidate.event_id)
        .where(Candidate.id == candidate_id, visible_to(actor, now))
        .options(
            joinedload(Candidate.buyer).joinedload(Participant.company),
            joinedload(Candidate.sme).joinedload(Participant.company),
            joinedload(Candidate.need),
            joinedload(Candidate.placement),
        )
    )
    if candidate is None:
        raise NotFoundError(mark_text("この組合せは見つかりませんでした。"))
    return candidate


def list_asked(session: Session, buyer: Participant) -> list[Candidate]:
    """Return the pairs that a buyer is asked about: those kept, whose SME may come and may be met."""
    query = (
        select(Candidate)
        .join(Participant, Participant.id == Candidate.sme_id)
        .where(
            Candidate.buyer_id == buyer.id,
            Candidate.kept,
            Participant.state.in_(COMING),
            Candidate.id.not_in(kept_apart(buyer.event_id)),
        )
        .options(joinedload(Candidate.sme).joinedload(Participant.company), joinedload(Candidate.need))
        .order_by(Candidate.need_id, Candidate.similarity.desc().nulls_last(), Candidate.id)
    )
    return list(session.scalars(query))


def list_offered(session: Session, event: Event) -> list[tuple[Proposal, int, int]]:
    """Return what matching proposes among the participants, with both participants, best first.

    Hard conditions come first: nobody that fails a must. Pairs that were rejected or must not meet
    are left out.
    """
    buyer, sme = Participant, aliased(Participant)
    query = (
        select(Proposal, buyer.id, sme.id)
        .join(Need, Need.id == Proposal.need_id)
        .join(buyer, (buyer.company_id == Need.buyer_id) & (buyer.body_id == Need.body_id))
        .join(sme, (sme.company_id == Proposal.company_id) & (sme.event_id == buyer.event_id))
        .where(
            buyer.event_id == event.id,
            buyer.side == Side.BUYER,
            buyer.state.in_((ParticipantState.INVITED, ParticipantState.ACCEPTED)),
            sme.side == Side.SME,
            sme.state.in_(COMING),
            Need.state == NeedState.OPEN,
            Proposal.state != ProposalState.REJECTED,
            Proposal.musts_failed == 0,
            ~must_not_meet(buyer, sme, Proposal.need_id),
        )
        .order_by(Proposal.need_id, Proposal.score.desc(), Proposal.id)
    )
    return [(proposal, buyer_id, sme_id) for proposal, buyer_id, sme_id in session.execute(query)]


def list_met(session: Session, event: Event, *, now: datetime) -> set[tuple[int, int]]:
    """Return the pairs (buyer, SME) of companies of the event that met within twelve months.

    Whoever arranged it: the hosts of an event learn that a pair met, and no more.
    """
    taking_part = select(Participant.company_id).where(Participant.event_id == event.id)
    query = select(Meeting.buyer_id, Meeting.company_id).where(
        Meeting.state == MeetingState.HELD,
        Meeting.starts_at > now - MET_WITHIN,
        Meeting.buyer_id.in_(taking_part),
        Meeting.company_id.in_(taking_part),
    )
    with reaching_every_body(session):
        return {(buyer_id, company_id) for buyer_id, company_id in session.execute(query)}
