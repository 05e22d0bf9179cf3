"""Who may do what with a company. The whole policy on one page.

A body sees its own companies and those shared with it; only the owner body's coordinators change
them. An SME manager sees and changes its own company alone. Leads read.
"""

from sqlalchemy import ColumnElement, or_, select

from sme_match.companies.enums import Visibility
from sme_match.companies.models import Company, CompanyShare
from sme_match.core.actor import Actor, Role
from sme_match.core.errors import ConflictError
from sme_match.core.text import mark_text


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a company may be seen by the actor."""
    if actor.role in {Role.SME, Role.BUYER}:
        return Company.id == (actor.company_id or 0)
    return visible_to_body(actor.body_id or 0)


def visible_to_body(body_id: int) -> ColumnElement[bool]:
    """Return the condition that a company is the body's own or shared with it now."""
    shared = select(CompanyShare.company_id).where(
        CompanyShare.body_id == body_id, CompanyShare.withdrawn_at.is_(None)
    )
    return or_(Company.body_id == body_id, Company.id.in_(shared))


def may_register_company(actor: Actor) -> bool:
    """Coordinators register companies for their body."""
    return actor.role is Role.COORDINATOR


def may_edit_company(actor: Actor, company: Company) -> bool:
    """The owner body's coordinators, and the company's own manager."""
    if actor.role is Role.COORDINATOR:
        return company.body_id == actor.body_id
    return actor.role is Role.SME and company.id == actor.company_id


def may_archive_company(actor: Actor, company: Company) -> bool:
    """Leaving the register and coming back is a matter of the owner body."""
    return actor.role is Role.COORDINATOR and company.body_id == actor.body_id


def may_share_company(actor: Actor, company: Company) -> bool:
    """Sharing is a choice of the owner body."""
    return actor.role is Role.COORDINATOR and company.body_id == actor.body_id


def may_stop_use(actor: Actor, company: Company) -> bool:
    """Leads of the owner body follow the wish of a company or person that its data be left alone."""
    return actor.role is Role.LEAD and company.body_id == actor.body_id


def check_in_use(company: Company) -> None:
    """Let nobody bring back, show to others or add people to a company that is to be left alone.

    Raises:
        ConflictError: while the use of its data is stopped.
    """
    if company.use_stopped_at is not None:
        raise ConflictError(
            mark_text("利用停止の申出を受けている企業です。責任者が停止を解除すると、登録に戻せます。")
        )


def may_see_contacts(actor: Actor, company: Company) -> bool:
    """The owner body and the company itself; other bodies when the company made contacts public."""
    if company.id == actor.company_id or company.body_id == actor.body_id:
        return True
    return company.contact_visibility is Visibility.PUBLIC


def may_see_history(actor: Actor, company: Company) -> bool:
    """The history names people and past values, so it stays with the owner body and the company."""
    return company.id == actor.company_id or company.body_id == actor.body_id
