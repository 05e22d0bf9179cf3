"""Sharing a need with other support bodies: a choice of its owner, recorded, and revocable."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from sme_match.audit.services import record
from sme_match.companies.policy import check_in_use
from sme_match.core.actor import Actor
from sme_match.core.errors import InvalidError, NotAllowedError
from sme_match.core.text import mark_text
from sme_match.needs.models import Need, NeedShare
from sme_match.needs.policy import may_share_need
from sme_match.needs.queries import get_need
from sme_match.support_bodies.models import SupportBody


def share_need(
    session: Session, actor: Actor, need_id: int, *, body_id: int | None, now: datetime
) -> SupportBody:
    """Let another support body see a need; sharing twice is sharing once.

    Raises:
        NotFoundError: when the actor may not see the need.
        NotAllowedError: when it is not the need of the actor's body.
        InvalidError: when there is no such other body.
        ConflictError: while the use of the buyer's data is stopped.
    """
    need = _shareable(session, actor, need_id)
    check_in_use(need.buyer)
    receiver = session.scalar(
        select(SupportBody).where(
            SupportBody.id == (body_id or 0), SupportBody.active, SupportBody.id != need.body_id
        )
    )
    if receiver is None:
        raise InvalidError(mark_text("共有する支援機関を選んでください。"), field="body_id")
    # The row of the need stands for all its shares: two clicks wait for each other here.
    session.execute(select(Need.id).where(Need.id == need.id).with_for_update())
    held = session.scalar(
        select(NeedShare.id).where(
            NeedShare.need_id == need.id,
            NeedShare.body_id == receiver.id,
            NeedShare.withdrawn_at.is_(None),
        )
    )
    if held is None:
        session.add(
            NeedShare(need_id=need.id, body_id=receiver.id, granted_by=actor.user_id, granted_at=now)
        )
        _record(session, actor, need, "need.share", receiver, now=now)
    return receiver


def unshare_need(
    session: Session, actor: Actor, need_id: int, *, body_id: int, now: datetime
) -> SupportBody:
    """Take the share back: the other body no longer sees the need from its next request on.

    Raises:
        NotFoundError: when the actor may not see the need.
        NotAllowedError: when it is not the need of the actor's body.
        InvalidError: when there is no such body.
    """
    need = _shareable(session, actor, need_id)
    receiver = session.get(SupportBody, body_id)
    if receiver is None:
        raise InvalidError(mark_text("共有する支援機関を選んでください。"), field="body_id")
    withdrawn = session.scalars(
        update(NeedShare)
        .where(
            NeedShare.need_id == need.id,
            NeedShare.body_id == receiver.id,
            NeedShare.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now)
        .returning(NeedShare.id)
    ).all()
    if withdrawn:
        _record(session, actor, need, "need.unshare", receiver, now=now)
    return receiver


def _shareable(session: Session, actor: Actor, need_id: int) -> Need:
    need = get_need(session, actor, need_id)
    if not may_share_need(actor, need):
        raise NotAllowedError
    return need


def _record(
    session: Session, actor: Actor, need: Need, action: str, receiver: SupportBody, *, now: datetime
) -> None:
    record(
        session,
        actor,
        action=action,
        subject=("need", need.id),
        body_id=need.body_id,
        now=now,
        note=receiver.name,
    )
