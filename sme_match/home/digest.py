"""The monthly mail to leads: the five figures that changed most, and what waits for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import String, cast, exists, literal, select
from sqlalchemy.orm import Session

from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.links import create_link, revoke_links, use_link
from sme_match.accounts.models import User
from sme_match.audit.services import record
from sme_match.core.actor import Actor, Role
from sme_match.core.clock import from_jst, jst_date
from sme_match.core.errors import NotFoundError
from sme_match.home.messages import compose_digest
from sme_match.home.policy import TO_DO
from sme_match.home.queries.waiting import count_waiting
from sme_match.notifications.models import OutboxMail
from sme_match.notifications.services import queue_mail
from sme_match.statistics.changes import most_changed
from sme_match.statistics.frames import need_frame, pair_frame
from sme_match.statistics.key_figures import KeyFigure
from sme_match.statistics.periods import Period
from sme_match.statistics.queries import load_records
from sme_match.support_bodies.models import SupportBody

SENT_AT = time(8)
"""On the first day of a month, in Japan; when the scheduler was away, as soon as it is back."""
FIGURES = 5
LINK_LIFE = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class Months:
    """The month that a digest is about, and the one before it."""

    month: Period
    before: Period
    begins_at: datetime
    """The moment from which it is sent."""


def months_of(now: datetime) -> Months:
    """Return what the digest of the present month is about: the month that has just ended."""
    first = jst_date(now).replace(day=1)
    last = (first - timedelta(days=1)).replace(day=1)
    earlier = (last - timedelta(days=1)).replace(day=1)
    return Months(Period(last, first), Period(earlier, last), from_jst(first, SENT_AT))


def list_to_send(session: Session, *, now: datetime, user_id: int | None = None) -> Sequence[int]:
    """Return the leads who have not got the digest of this month and want one; or only this one."""
    months = months_of(now)
    if now < months.begins_at:
        return []
    queued = exists().where(
        OutboxMail.key == literal("digest:") + cast(User.id, String) + _ending(months)
    )
    query = (
        select(User.id)
        .join(SupportBody, SupportBody.id == User.body_id)
        .where(
            User.role == Role.LEAD,
            User.active,
            User.wants_digest,
            User.password_hash.is_not(None),
            # Whoever came later did not know the month.
            User.created_at < months.begins_at,
            SupportBody.active,
            ~queued,
        )
        .order_by(User.id)
    )
    if user_id is not None:
        query = query.where(User.id == user_id)
    return session.scalars(query).all()


def send_digest(session: Session, user_id: int, *, now: datetime, base_url: str) -> bool:
    """Queue the digest of one lead; return whether there was one to queue."""
    months = months_of(now)
    user = session.scalar(select(User).where(User.id == user_id).with_for_update())
    if user is None or not list_to_send(session, now=now, user_id=user_id):
        return False
    actor = user.as_actor()
    link = create_link(
        session,
        purpose=LinkPurpose.DIGEST_STOP,
        subject_id=user.id,
        company_id=None,
        body_id=user.body_id,
        holder_name=user.name,
        expires_at=now + LINK_LIFE,
        now=now,
    )
    subject, text = compose_digest(
        user,
        months.month.start,
        changed_figures(session, actor, months),
        [each for each in count_waiting(session, actor, TO_DO[Role.LEAD], now=now) if each.count],
        base_url=base_url,
        stop=f"{base_url}/digest/stop/{link}",
    )
    queue_mail(
        session,
        key=f"digest:{user.id}{_ending(months)}",
        to_address=user.email,
        to_name=user.name,
        subject=subject,
        text=text,
        body_id=user.body_id,
        now=now,
    )
    return True


def changed_figures(session: Session, actor: Actor, months: Months) -> list[KeyFigure]:
    """Return the figures of the actor's body that changed most."""
    records = load_records(session, actor)
    needs, pairs = need_frame(records.needs), pair_frame(records.pairs)
    return most_changed(needs, pairs, months.month, months.before, most=FIGURES)


def switch_digest(session: Session, actor: Actor, *, wanted: bool, now: datetime) -> User:
    """Begin or stop sending the own digest.

    Raises:
        NotFoundError: when the actor has no account.
    """
    user = session.get(User, actor.user_id or 0)
    if user is None:
        raise NotFoundError
    if user.wants_digest is not wanted:
        user.wants_digest = wanted
        session.flush()
        record(
            session,
            actor,
            action="user.digest",
            subject=("user", user.id),
            body_id=user.body_id,
            now=now,
            changes={"wants_digest": (not wanted, wanted)},
        )
    if not wanted:
        revoke_links(session, LinkPurpose.DIGEST_STOP, user.id, now)
    return user


def stop_by_link(session: Session, token: str, *, now: datetime) -> User:
    """Stop the digest of the holder of a mail's link.

    Raises:
        NotFoundError: when the link cannot be used any more.
    """
    link = use_link(session, token, LinkPurpose.DIGEST_STOP, now)
    user = session.get(User, link.subject_id)
    if user is None:
        raise NotFoundError
    return switch_digest(session, user.as_actor(), wanted=False, now=now)


def _ending(months: Months) -> str:
    first: date = months.month.start
    return f":{first:%Y-%m}"
