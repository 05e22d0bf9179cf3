"""The meetings of today and tomorrow, a company's state, and the desks of the bodies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from sme_match.accounts.models import User
from sme_match.companies.models import Company
from sme_match.core.actor import Actor
from sme_match.core.clock import jst_date, jst_midnight
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import Meeting
from sme_match.support_bodies.models import SupportBody

DAYS_SHOWN = 2
CONFIRM_AFTER = timedelta(days=90)
"""After this a manager is asked on the home page whether the profile is still true."""


@dataclass(frozen=True, slots=True)
class BodyCount:
    """One support body with the people and companies it has."""

    body: SupportBody
    users: int
    companies: int


def list_near_meetings(session: Session, actor: Actor, *, now: datetime) -> list[Meeting]:
    """Return the confirmed meetings of the actor's body today and tomorrow, by time."""
    today = jst_date(now)
    start, end = jst_midnight(today), jst_midnight(today + timedelta(days=DAYS_SHOWN))
    query = (
        select(Meeting)
        .where(
            Meeting.body_id == (actor.body_id or 0),
            Meeting.state == MeetingState.CONFIRMED,
            Meeting.starts_at >= start,
            Meeting.starts_at < end,
        )
        .order_by(Meeting.starts_at, Meeting.id)
        .options(joinedload(Meeting.need), joinedload(Meeting.company), joinedload(Meeting.buyer))
    )
    return list(session.scalars(query))


def find_next_meeting(session: Session, actor: Actor, *, now: datetime) -> Meeting | None:
    """Return the confirmed meeting of the actor's company that comes next or is going on."""
    query = (
        select(Meeting)
        .where(
            Meeting.company_id == (actor.company_id or 0),
            Meeting.state == MeetingState.CONFIRMED,
            Meeting.ends_at > now,
        )
        .order_by(Meeting.starts_at, Meeting.id)
        .limit(1)
        .options(joinedload(Meeting.need), joinedload(Meeting.buyer), joinedload(Meeting.body))
    )
    return session.scalar(query)


def find_own_company(session: Session, actor: Actor) -> Company | None:
    """Return the actor's company."""
    return session.scalar(select(Company).where(Company.id == (actor.company_id or 0)))


def needs_confirmation(company: Company, *, now: datetime) -> bool:
    """Whether the company should say again that its profile is true."""
    return company.confirmed_at is None or company.confirmed_at < now - CONFIRM_AFTER


def list_bodies(session: Session) -> Sequence[BodyCount]:
    """Return all support bodies with the number of their active users and companies."""
    users = select(func.count()).where(User.body_id == SupportBody.id, User.active).scalar_subquery()
    companies = (
        select(func.count())
        .where(Company.body_id == SupportBody.id, Company.archived_at.is_(None))
        .scalar_subquery()
    )
    rows = session.execute(
        select(SupportBody, users, companies).order_by(SupportBody.prefecture_code, SupportBody.id)
    )
    return [BodyCount(body, user_count, company_count) for body, user_count, company_count in rows]


def find_own_body(session: Session, actor: Actor) -> SupportBody | None:
    """Return the actor's support body; None for administrators."""
    return session.scalar(select(SupportBody).where(SupportBody.id == (actor.body_id or 0)))
