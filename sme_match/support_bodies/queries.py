"""Reading support bodies."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.core.actor import Actor
from sme_match.core.errors import NotFoundError
from sme_match.core.text import mark_text
from sme_match.support_bodies.models import SupportBody
from sme_match.support_bodies.policy import visible_to


def get_body(session: Session, actor: Actor, body_id: int) -> SupportBody:
    """Return a body.

    Raises:
        NotFoundError: when it does not exist, or not for this actor.
    """
    body = session.scalar(select(SupportBody).where(SupportBody.id == body_id, visible_to(actor)))
    if body is None:
        raise NotFoundError(mark_text("この支援機関は見つかりませんでした。"))
    return body


def list_bodies(session: Session, actor: Actor) -> Sequence[SupportBody]:
    """Return the bodies that the actor sees, active ones first, from north to south."""
    query = select(SupportBody).where(visible_to(actor))
    order = (SupportBody.active.desc(), SupportBody.prefecture_code, SupportBody.id)
    return session.scalars(query.order_by(*order)).all()


def list_body_ids(session: Session) -> Sequence[int]:
    """Return the active bodies, for scheduled work that goes from one to the next."""
    query = select(SupportBody.id).where(SupportBody.active).order_by(SupportBody.id)
    return session.scalars(query).all()
