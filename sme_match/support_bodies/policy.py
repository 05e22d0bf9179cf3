"""Who may do what with a support body. The whole policy on one page."""

from sqlalchemy import ColumnElement, true

from sme_match.core.actor import Actor, Role
from sme_match.support_bodies.models import SupportBody


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Administrators see every body, everybody else their own."""
    if actor.role is Role.ADMINISTRATOR:
        return true()
    return SupportBody.id == (actor.body_id or 0)


def may_manage_bodies(actor: Actor) -> bool:
    """Administrators register bodies, change all about them, activate and deactivate them."""
    return actor.role is Role.ADMINISTRATOR


def may_edit_desk(actor: Actor, body: SupportBody) -> bool:
    """Staff keep the phone, hours and mail address of their own body's desk."""
    return may_manage_bodies(actor) or (actor.is_staff and body.id == actor.body_id)


def may_set_second_factor(actor: Actor, body: SupportBody) -> bool:
    """Administrators and the body's own lead say whether staff need a second factor."""
    return may_manage_bodies(actor) or (actor.role is Role.LEAD and body.id == actor.body_id)
