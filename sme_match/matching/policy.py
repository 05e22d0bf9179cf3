"""Who may see and decide proposals: staff of the body that owns the need. Leads read.

A company whose sharing was withdrawn, or the use of whose data was stopped, takes its proposals along
at the next request, and a pair that is excluded takes along what nobody has decided on.
"""

from typing import Protocol

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, false, or_, select
from sqlalchemy.orm import aliased

from sme_match.companies.models import Company
from sme_match.companies.policy import visible_to_body
from sme_match.core.actor import Actor, Role
from sme_match.matching.enums import ProposalState
from sme_match.matching.errors import MeetingUnderWayError
from sme_match.matching.models import Exclusion, MatchRun, Proposal, TrainingRun
from sme_match.needs.models import Need


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a proposal may be seen by the actor."""
    if not actor.is_staff or actor.body_id is None:
        return false()
    company = select(Company.id).where(
        Company.id == Proposal.company_id,
        visible_to_body(actor.body_id),
        Company.use_stopped_at.is_(None),
    )
    # The lists join the company themselves; this question stays apart from theirs.
    return and_(
        Proposal.body_id == actor.body_id,
        company.correlate(Proposal).exists(),
        or_(
            Proposal.state != ProposalState.NEW,
            ~is_excluded(Proposal.company_id, Proposal.need_id),
        ),
    )


def is_excluded(
    company_id: SQLColumnExpression[int], need_id: SQLColumnExpression[int]
) -> ColumnElement[bool]:
    """Return the condition that a company must not be proposed for a need.

    An exclusion means the company itself, not one of its records: the same 法人番号 in the
    register of another body is meant as well. Excluded is also whose data may not be used.
    """
    given, named = aliased(Company), aliased(Company)
    need, buyer, refused = aliased(Need), aliased(Company), aliased(Company)
    same_company = or_(given.id == named.id, given.corporate_number == named.corporate_number)
    same_buyer = or_(buyer.id == refused.id, buyer.corporate_number == refused.corporate_number)
    excluded = (
        select(Exclusion.id)
        .join(named, named.id == Exclusion.company_id)
        .join(given, and_(given.id == company_id, same_company))
        .join(need, need.id == need_id)
        .join(buyer, buyer.id == need.buyer_id)
        .outerjoin(refused, refused.id == Exclusion.buyer_id)
        .where(
            Exclusion.withdrawn_at.is_(None),
            or_(Exclusion.need_id == need.id, same_buyer),
        )
        .exists()
    )
    return or_(_is_stopped(company_id, need_id), and_(_has_exclusions(company_id), excluded))


def _is_stopped(
    company_id: SQLColumnExpression[int], need_id: SQLColumnExpression[int]
) -> ColumnElement[bool]:
    """Return the condition that either side asked to stop the use of its data; few ever do."""
    need = aliased(Need)
    needs = select(need.id).where(is_company_stopped(need.buyer_id))
    return or_(is_company_stopped(company_id), need_id.in_(needs))


def is_company_stopped(company_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Return the condition that a company asked to stop the use of its data."""
    stopped = aliased(Company)
    return company_id.in_(select(stopped.id).where(stopped.use_stopped_at.is_not(None)))


def _has_exclusions(company_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Return the condition that a company has any exclusion, for whichever need.

    Few have; the database finds these once in each statement, and looks closely only at them.
    """
    company, named = aliased(Company), aliased(Company)
    living = select(Exclusion.company_id).where(Exclusion.withdrawn_at.is_(None))
    numbers = select(named.corporate_number).where(
        named.id.in_(living), named.corporate_number.is_not(None)
    )
    number = select(company.corporate_number).where(company.id == company_id).scalar_subquery()
    return or_(company_id.in_(living), number.in_(numbers))


def trainings_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a training run may be seen by the actor: staff of its body."""
    if not actor.is_staff or actor.body_id is None:
        return false()
    return TrainingRun.body_id == actor.body_id


def may_train(actor: Actor) -> bool:
    """Leads and coordinators decide for their body which points count."""
    return actor.is_staff and actor.body_id is not None


def may_exclude_from_need(actor: Actor, need: Need) -> bool:
    """Whom a buyer does not want is known to the coordinators of the need's body alone."""
    return may_match(actor, need)


def may_exclude_buyers(actor: Actor, company: Company) -> bool:
    """Whom a company does not want to meet is known to the coordinators of its body alone."""
    return actor.role is Role.COORDINATOR and company.body_id == actor.body_id


def exclusions_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that an exclusion may be seen by the actor."""
    if actor.role is not Role.COORDINATOR or actor.body_id is None:
        return false()
    return Exclusion.body_id == actor.body_id


def runs_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a run may be seen by the actor."""
    if not actor.is_staff or actor.body_id is None:
        return false()
    return MatchRun.body_id == actor.body_id


class OfBody(Protocol):
    """A need, or what is known of one."""

    @property
    def body_id(self) -> int:
        """The body that keeps it."""


def may_match(actor: Actor, need: OfBody) -> bool:
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
