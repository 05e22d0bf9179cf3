"""The calendar that a person subscribes to: an address with a token, in place of signing in."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.links import create_link, find_link, revoke_links
from sme_match.accounts.models import User
from sme_match.audit.services import record
from sme_match.core.actor import Actor, Role
from sme_match.core.errors import NotAllowedError, NotFoundError
from sme_match.core.text import mark_text

LIFETIME = timedelta(days=400)
"""A year and a month: whoever renews it once a year is never without."""
ROLES = frozenset({Role.COORDINATOR, Role.LEAD, Role.SME})
CLOSED = mark_text("この予定表の持ち主は、いま利用していません。")


def open_feed(session: Session, actor: Actor, *, now: datetime) -> str:
    """Return the token of a new address of the actor's calendar; an earlier one stops working.

    Raises:
        NotAllowedError: for whoever has no meetings to see.
    """
    if actor.user_id is None or actor.role not in ROLES:
        raise NotAllowedError
    revoke_links(session, LinkPurpose.CALENDAR_FEED, actor.user_id, now)
    token = create_link(
        session,
        purpose=LinkPurpose.CALENDAR_FEED,
        subject_id=actor.user_id,
        company_id=actor.company_id,
        body_id=actor.body_id,
        holder_name=actor.name,
        expires_at=now + LIFETIME,
        now=now,
    )
    _note(session, actor, "calendar.open", now=now)
    return token


def close_feed(session: Session, actor: Actor, *, now: datetime) -> bool:
    """Take the address back; tell whether there was one."""
    if actor.user_id is None or not revoke_links(
        session, LinkPurpose.CALENDAR_FEED, actor.user_id, now
    ):
        return False
    _note(session, actor, "calendar.close", now=now)
    return True


def follow_feed(session: Session, token: str, *, now: datetime) -> Actor:
    """Return whose calendar the token opens, with the role and company of today.

    Raises:
        NotFoundError: when the address was taken back or is over, or the account is stopped.
    """
    link = find_link(session, token, LinkPurpose.CALENDAR_FEED, now)
    user = session.scalar(select(User).where(User.id == link.subject_id))
    if user is None or not user.active or user.role not in ROLES:
        raise NotFoundError(CLOSED)
    return user.as_actor()


def _note(session: Session, actor: Actor, action: str, *, now: datetime) -> None:
    record(
        session,
        actor,
        action=action,
        subject=("user", actor.user_id or 0),
        body_id=actor.body_id,
        now=now,
    )
