"""Who may ask what is kept about somebody: leads for their body, administrators for accounts."""

from sqlalchemy import ColumnElement, false, true

from sme_match.accounts.models import User
from sme_match.companies.models import Company
from sme_match.core.actor import Actor, Role


def companies_kept_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor answers for a company and its people."""
    if actor.role is not Role.LEAD:
        return false()
    return Company.body_id == actor.body_id


def users_kept_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor answers for an account; administrators do for all."""
    if actor.role is Role.ADMINISTRATOR:
        return true()
    return User.body_id == actor.body_id if actor.role is Role.LEAD else false()
