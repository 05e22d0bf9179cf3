"""Who may bring files into the registers."""

from sqlalchemy import ColumnElement

from sme_match.core.actor import Actor, Role
from sme_match.registers.models import RegisterImport


def may_import(actor: Actor) -> bool:
    """Coordinators import into the registers of their own body."""
    return actor.role is Role.COORDINATOR and actor.body_id is not None


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that an import may be seen by the actor: its own body's, by coordinators."""
    return RegisterImport.body_id == (actor.body_id or 0 if may_import(actor) else 0)
