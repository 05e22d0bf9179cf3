"""Who may see and decide proposals: staff of the body that owns the need. Leads read.

A company whose sharing was withdrawn takes its proposals along at the next request.
"""

from sqlalchemy import ColumnElement, and_, false, select

from sme_match.companies.models import Company
from sme_match.companies.policy import visible_to_body
from sme_match.core.actor import Actor, Role
from sme_match.matching.enums import ProposalState
from sme_match.matching.errors import MeetingUnderWayError
from sme_match.matching.models import MatchRun, Proposal
from sme_match.needs.models import Need


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a proposal may be seen by the actor."""
    if not actor.is_staff or actor.body_id is None:
        return false()
    company = select(Company.id).where(
        Company.id == Proposal.company_id, visible_to_body(actor.body_id)
    )
    # The lists join the company themselves; this question stays apart from theirs.
    return and_(Proposal.body_id == actor.body_id, company.correlate(Proposal).exists())


def runs_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a run may be seen by the actor."""
    if not actor.is_staff or actor.body_id is None:
        return false()
    return MatchRun.body_id == actor.body_id


def may_match(actor: Actor, need: Need) -> bool:
    """Coordinators match the needs of their own body."""
    return actor.role is Role.COORDINATOR and need.body_id == actor.body_id


def may_decide(actor: Actor, proposal: Proposal) -> bool:
    """Coordinators decide the proposals of their own body."""
    return actor.role is Role.COORDINATOR and proposal.body_id == actor.body_id


def check_meeting(proposal: Proposal, state: ProposalState) -> None:
    """Keep a proposal accepted while a meeting may take place.

    Raises:
        MeetingUnderWayError: when the state is another.
    """
    if proposal.live_meeting_id is not None and state is not ProposalState.ACCEPTED:
        raise MeetingUnderWayError(
            company=proposal.company.name, need=proposal.need.title, meeting_id=proposal.live_meeting_id
        )
