"""Who may do what with a need. The whole policy on one page.

A body's coordinators and leads see its own needs and those shared with it; only the owner body's
coordinators change them. Who an anonymous buyer is stays with the owner body. SME managers meet
needs through proposals and meetings, never here.
"""

from sqlalchemy import ColumnElement, exists, false, not_, or_, select

from sme_match.core.actor import Actor, Role
from sme_match.needs.models import Need, NeedShare


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a need may be seen by the actor."""
    if not actor.is_staff or actor.body_id is None:
        return false()
    shared = exists(
        select(NeedShare.id).where(
            NeedShare.need_id == Need.id,
            NeedShare.body_id == actor.body_id,
            NeedShare.withdrawn_at.is_(None),
        )
    )
    return or_(Need.body_id == actor.body_id, shared)


def is_buyer_named(actor: Actor, need: Need) -> bool:
    """Other bodies do not see the name of an anonymous buyer."""
    return not need.buyer_anonymous or need.body_id == actor.body_id


def buyer_named_to(actor: Actor) -> ColumnElement[bool]:
    """Return the same as a condition."""
    return or_(not_(Need.buyer_anonymous), Need.body_id == (actor.body_id or 0))


def may_register_need(actor: Actor) -> bool:
    """Coordinators write the needs of their body's buyers."""
    return actor.role is Role.COORDINATOR and actor.body_id is not None


def may_edit_need(actor: Actor, need: Need) -> bool:
    """The owner body's coordinators."""
    return actor.role is Role.COORDINATOR and need.body_id == actor.body_id


def may_share_need(actor: Actor, need: Need) -> bool:
    """Sharing is a choice of the owner body."""
    return may_edit_need(actor, need)
