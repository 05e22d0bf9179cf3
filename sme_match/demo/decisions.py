"""What coordinators decided about the proposals that the matching run made."""

import random
from collections import defaultdict
from datetime import date, timedelta

from sqlalchemy import select

from sme_match.accounts.models import User
from sme_match.core.clock import jst_date
from sme_match.demo.words import sentences
from sme_match.demo.world import World
from sme_match.matching.enums import ProposalState, RejectionReason
from sme_match.matching.models import Proposal, ProposalDecision
from sme_match.needs.enums import ConditionKind, NeedState
from sme_match.needs.models import Need, NeedCondition

# A need is matched soon after it is written and reviewed some days later.
DAYS_TO_MATCH = 1
DAYS_TO_REVIEW = 4
UNREVIEWED_DAYS = 9
"""Proposals of younger needs still wait for the coordinator."""
REASON_OF = {
    ConditionKind.LOT: RejectionReason.LOT,
    ConditionKind.TOLERANCE_MM: RejectionReason.ACCURACY,
    ConditionKind.ROUGHNESS_RA_UM: RejectionReason.ACCURACY,
    ConditionKind.LEAD_TIME_DAYS: RejectionReason.LEAD_TIME,
    ConditionKind.CERTIFICATE: RejectionReason.CERTIFICATE,
}


def review_on(need: Need) -> date:
    """Return the day on which the coordinator goes through the proposals of a need."""
    return jst_date(need.created_at) + timedelta(days=DAYS_TO_REVIEW)


def decide_proposals(world: World) -> list[Proposal]:
    """Accept, hold or reject the proposals that exist; return the accepted ones, oldest need first."""
    by_need: dict[int, list[Proposal]] = defaultdict(list)
    for proposal in world.session.scalars(select(Proposal).order_by(Proposal.need_id, Proposal.rank)):
        by_need[proposal.need_id].append(proposal)
    needs = world.session.scalars(
        select(Need).where(Need.id.in_(by_need)).order_by(Need.created_at, Need.id)
    )
    users = {user.id: user for user in world.session.scalars(select(User))}
    kinds = _condition_kinds(world)
    accepted: list[Proposal] = []
    for need in needs:
        rng = world.chance("decide", need.body_id, need.number)
        owner = users[need.owner_id] if need.owner_id else None
        for proposal in by_need[need.id]:
            matched_on = jst_date(need.created_at) + timedelta(days=DAYS_TO_MATCH)
            proposal.created_at = min(proposal.created_at, world.in_office(matched_on, rng))
        for proposal, state in _verdicts(world, rng, need, by_need[need.id]):
            _decide(world, rng, proposal, state=state, owner=owner, need=need, kinds=kinds[need.id])
            if state is ProposalState.ACCEPTED:
                accepted.append(proposal)
    world.session.flush()
    return accepted


def _condition_kinds(world: World) -> dict[int, list[ConditionKind]]:
    kinds: dict[int, list[ConditionKind]] = defaultdict(list)
    for condition in world.session.scalars(select(NeedCondition).order_by(NeedCondition.id)):
        kinds[condition.need_id].append(condition.kind)
    return kinds


def _verdicts(
    world: World, rng: random.Random, need: Need, proposals: list[Proposal]
) -> list[tuple[Proposal, ProposalState]]:
    """Accept the best that fail no must, reject some others, hold a few, leave the rest open."""
    if need.state is NeedState.OPEN and jst_date(need.created_at) > world.today - timedelta(
        days=UNREVIEWED_DAYS
    ):
        return []
    ranked = sorted(proposals, key=lambda proposal: (proposal.musts_failed, proposal.rank))
    # The coordinator knows the firms: the first in rank is not always the first choice.
    passed_over = [proposal for proposal in ranked[:4] if rng.random() < 0.25]
    chosen = [proposal for proposal in ranked if proposal not in passed_over][: need.sme_wanted]
    verdicts = [(proposal, ProposalState.ACCEPTED) for proposal in chosen]
    for proposal in ranked:
        if proposal in chosen:
            continue
        draw = rng.random()
        if proposal in passed_over or draw < 0.45:
            verdicts.append((proposal, ProposalState.REJECTED))
        elif draw < 0.6:
            verdicts.append((proposal, ProposalState.HELD))
    return verdicts


def _decide(
    world: World,
    rng: random.Random,
    proposal: Proposal,
    *,
    state: ProposalState,
    owner: User | None,
    need: Need,
    kinds: list[ConditionKind],
) -> None:
    # After a row of holidays the run and the review may fall on one day.
    proposal.decided_at = max(proposal.created_at, world.in_office(review_on(need), rng))
    proposal.decided_by = owner.id if owner else None
    proposal.decider_name = owner.name if owner else ""
    proposal.state = state
    proposal.reason = _reason(rng, kinds) if state is ProposalState.REJECTED else None
    group = f"rejected_{proposal.reason}" if proposal.reason else str(state)
    proposal.note = rng.choice(sentences("decision", group)) if rng.random() < 0.6 else ""
    world.session.add(
        ProposalDecision(
            proposal_id=proposal.id,
            decided_at=proposal.decided_at,
            decided_by=proposal.decided_by,
            from_state=ProposalState.NEW,
            to_state=state,
            reason=proposal.reason,
            note=proposal.note,
        )
    )


def _reason(rng: random.Random, kinds: list[ConditionKind]) -> RejectionReason:
    fitting = [REASON_OF[kind] for kind in kinds if kind in REASON_OF]
    return rng.choice([*fitting, RejectionReason.SME_DECLINED, RejectionReason.OTHER])
