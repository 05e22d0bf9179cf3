"""Buyers of the past for a company: whose earlier needs, of which something came, are like its work."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, literal, or_, select
from sqlalchemy.orm import Session, joinedload

from sme_match.companies.models import Company
from sme_match.core.actor import Actor
from sme_match.matching.corpus import load_corpus
from sme_match.matching.engine.finding import Close, find_texts
from sme_match.matching.enums import ProposalState
from sme_match.matching.models import Proposal
from sme_match.matching.policy import is_excluded
from sme_match.matching.policy import visible_to as proposals_visible_to
from sme_match.matching.texts import need_document
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import Meeting
from sme_match.meetings.policy import visible_to as meetings_visible_to
from sme_match.needs.enums import NeedState
from sme_match.needs.models import Need
from sme_match.needs.policy import visible_to as needs_visible_to
from sme_match.outcomes.enums import Stage, Trace
from sme_match.outcomes.models import Outcome

LOOKED_AT = 300
"""So many needs, the latest first, are compared: about what a body has in two years."""
SHOWN = 20


@dataclass(frozen=True, slots=True)
class PastNeed:
    """An earlier need, what came of it, and what it shares with the company's profile."""

    need: Need
    trace: Trace
    close: Close

    @property
    def buyer(self) -> Company | None:
        """Return the buyer, None when it wants to stay anonymous."""
        return None if self.need.buyer_anonymous else self.need.buyer


def find_past_needs(session: Session, actor: Actor, company: Company) -> Sequence[PastNeed] | None:
    """Return the earlier needs in the actor's sight that are closest to the company's profile.

    Those of its own and those that exclusions keep apart from it are left out. None when the
    company is not matched: a buyer, or one that left the register.
    """
    index = load_corpus(session, body_id=actor.body_id or 0).index
    if company.id not in index:
        return None
    traces = _traces(session, actor)
    query = (
        select(Need)
        .where(
            needs_visible_to(actor),
            Need.state != NeedState.DRAFT,
            Need.buyer_id != company.id,
            ~is_excluded(literal(company.id), Need.id),
            # What the company did itself is in its profile; others are to be found.
            Need.id.not_in(select(Meeting.need_id).where(Meeting.company_id == company.id)),
            Need.id.not_in(
                select(Proposal.need_id).where(*_accepted(actor), Proposal.company_id == company.id)
            ),
            or_(
                Need.id.in_(select(Meeting.need_id).where(*_held(actor))),
                Need.id.in_(select(Proposal.need_id).where(*_accepted(actor))),
            ),
        )
        .options(joinedload(Need.buyer))
        .order_by(Need.updated_at.desc(), Need.id.desc())
        .limit(LOOKED_AT)
    )
    needs = {need.id: need for need in session.scalars(query)}
    texts = [need_document(need) for need in needs.values()]
    return [
        PastNeed(needs[int(close.key)], traces[int(close.key)], close)
        for close in find_texts(company.id, texts, index, top_k=SHOWN)
    ]


def _traces(session: Session, actor: Actor) -> dict[int, Trace]:
    """Return the most that came of each need."""
    accepted = select(Proposal.need_id).where(*_accepted(actor)).distinct()
    traces = dict.fromkeys(session.scalars(accepted), Trace.PROPOSAL)
    stages = (
        select(Meeting.need_id, func.max(Outcome.stage))
        .outerjoin(Outcome, Outcome.meeting_id == Meeting.id)
        .where(*_held(actor))
        .group_by(Meeting.need_id)
    )
    for need_id, stage in session.execute(stages):
        traces[need_id] = Trace.DEAL if (stage or 0) >= Stage.DEAL else Trace.MEETING
    return traces


def _held(actor: Actor) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return meetings_visible_to(actor), Meeting.state == MeetingState.HELD


def _accepted(actor: Actor) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return proposals_visible_to(actor), Proposal.state == ProposalState.ACCEPTED
