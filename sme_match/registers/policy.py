"""Who may bring files into the registers."""

from sqlalchemy import ColumnElement

from sme_match.core.actor import Actor, Role
from sme_match.registers.description import Register
from sme_match.registers.models import RegisterImport


def may_import(actor: Actor, register: Register) -> bool:
    """Coordinators import into the registers of their own body, administrators into those of all."""
    belongs = (actor.body_id is None) is (register.keeper is Role.ADMINISTRATOR)
    return actor.role is register.keeper and belongs


def may_export(actor: Actor, register: Register) -> bool:
    """Staff take the lists of their body out, administrators what they keep for all."""
    return actor.role is register.keeper or (
        actor.is_staff and register.keeper is not Role.ADMINISTRATOR
    )


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that an import may be seen: of the own body, of none by administrators."""
    if actor.role is Role.ADMINISTRATOR:
        return RegisterImport.body_id.is_(None)
    return RegisterImport.body_id == (actor.body_id or 0 if actor.role is Role.COORDINATOR else 0)
