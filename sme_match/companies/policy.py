"""Who may do what with a company. The whole policy on one page.

A body sees its own companies and those shared with it; only the owner body's coordinators change
them. An SME manager sees and changes its own company alone. Leads read.
"""

from sqlalchemy import ColumnElement, exists, or_, select

from sme_match.companies.models import Company, CompanyShare
from sme_match.core.actor import Actor, Role


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a company may be seen by the actor."""
    if actor.role in {Role.SME, Role.BUYER}:
        return Company.id == (actor.company_id or 0)
    shared = exists(
        select(CompanyShare.id).where(
            CompanyShare.company_id == Company.id,
            CompanyShare.body_id == (actor.body_id or 0),
            CompanyShare.withdrawn_at.is_(None),
        )
    )
    return or_(Company.body_id == (actor.body_id or 0), shared)


def may_register_company(actor: Actor) -> bool:
    """Coordinators register companies for their body."""
    return actor.role is Role.COORDINATOR


def may_edit_company(actor: Actor, company: Company) -> bool:
    """The owner body's coordinators, and the company's own manager."""
    if actor.role is Role.COORDINATOR:
        return company.body_id == actor.body_id
    return actor.role is Role.SME and company.id == actor.company_id


def may_share_company(actor: Actor, company: Company) -> bool:
    """Sharing is a choice of the owner body."""
    return actor.role is Role.COORDINATOR and company.body_id == actor.body_id
