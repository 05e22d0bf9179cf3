"""Who may do what with a user. The whole policy on one page.

Administrators keep staff and administrators of every body and see the managers of companies.
Coordinators keep the managers of their own body's companies. Leads see their body's staff and help
those who lost their phone. Managers keep nobody.
"""

from sqlalchemy import ColumnElement, and_, false, true

from sme_match.accounts.models import User
from sme_match.core.actor import Actor, Role

STAFF_ROLES = (Role.COORDINATOR, Role.LEAD, Role.ADMINISTRATOR)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a user is in the actor's list."""
    if actor.role is Role.ADMINISTRATOR:
        return true()
    if actor.role is Role.COORDINATOR:
        return and_(User.role == Role.SME, User.body_id == actor.body_id)
    if actor.role is Role.LEAD:
        return and_(User.role.in_(STAFF_ROLES), User.body_id == actor.body_id)
    return false()


def may_invite_staff(actor: Actor) -> bool:
    """Administrators invite staff and administrators; the command line invites the first of them."""
    return actor.role in {Role.ADMINISTRATOR, Role.SYSTEM}


def may_invite_manager(actor: Actor, *, company_body_id: int) -> bool:
    """Coordinators invite the managers of their own body's companies, not of shared ones."""
    return actor.role is Role.COORDINATOR and company_body_id == actor.body_id


def may_edit_user(actor: Actor, user: User) -> bool:
    """Administrators change name, address and role; nobody changes their own role."""
    del user
    return actor.role is Role.ADMINISTRATOR


def may_switch_user(actor: Actor, user: User) -> bool:
    """Whoever keeps the account may disable, enable and re-invite it; nobody disables themselves."""
    if user.id == actor.user_id:
        return False
    if actor.role is Role.ADMINISTRATOR:
        return True
    return actor.role is Role.COORDINATOR and user.role is Role.SME and user.body_id == actor.body_id


def may_reset_second_factor(actor: Actor, user: User) -> bool:
    """Administrators, and leads for their own body's staff; nobody for themselves, who need a code."""
    if user.id == actor.user_id or user.role not in STAFF_ROLES:
        return False
    if actor.role is Role.ADMINISTRATOR:
        return True
    return actor.role is Role.LEAD and user.body_id == actor.body_id
