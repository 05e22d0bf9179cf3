"""Whose data a leak concerns: the list for the report to the 個人情報保護委員会, and for telling them.

What is reported (個人情報保護法 第26条, 施行規則 第7条): sensitive data, danger of financial damage, a
wrongful purpose, or more than 1,000 persons. When (施行規則 第8条): a first report (速報) promptly, by
the commission's guideline (通則編 3-5-3-3) in about 3 to 5 days after the leak became known; the final
one (確報) within 30 days, 60 for a wrongful purpose. The persons are told too (第26条第2項), hence the
addresses. Public bodies report under 第68条 with the same limits.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from sme_match.accounts.models import User
from sme_match.companies.models import Company, Contact
from sme_match.core.actor import Actor
from sme_match.core.clock import jst_midnight
from sme_match.db.base import Base, enum_type
from sme_match.db.paging import Columns, count
from sme_match.events.models import Event, Participant
from sme_match.meetings.models import Meeting
from sme_match.needs.models import Need
from sme_match.privacy.enums import PersonKind, Subject
from sme_match.privacy.models import AccessEntry
from sme_match.privacy.queries.opened import OpenedFilter, holds_everybody, own_body, select_opened

Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Affected:
    """One person, and how to reach it: the address is that of the company."""

    kind: PersonKind
    person_id: int
    name: str
    company: str
    position: str
    email: str
    phone: str
    address: str


def list_affected(
    session: Session, actor: Actor, filters: OpenedFilter, *, limit: int | None = None
) -> list[Affected]:
    """Return the persons of the own body whose data a leak may concern, by company and name.

    With an account or a link, those whose records it opened in the period; otherwise everybody of
    the company, or of the whole body, who was stored by the end of the period.
    """
    every = _affected(actor, filters).subquery()
    order = (every.c.company, every.c.kind, every.c.name, every.c.person_id)
    return [Affected(*row) for row in session.execute(select(every).order_by(*order).limit(limit))]


def count_affected(session: Session, actor: Actor, filters: OpenedFilter) -> int:
    """Return how many persons `list_affected` has without a limit."""
    return count(session, select(_affected(actor, filters).subquery()))


def _affected(actor: Actor, filters: OpenedFilter) -> CompoundSelect[*tuple[Any, ...]]:
    companies: Condition
    users: Condition
    if filters.user_id or filters.link_id:
        opened = select_opened(actor, filters)
        companies, users = _seen_companies(opened), User.id.in_(_seen(opened, Subject.USER))
    else:
        companies = Company.id == filters.company_id if filters.company_id else true()
        users = User.company_id == filters.company_id if filters.company_id else true()
    body_id = own_body(actor)
    return union_all(
        _contacts(and_(Company.body_id == body_id, companies, _stored_by(Contact, filters))),
        _users(and_(User.body_id == body_id, users, _stored_by(User, filters))),
        _attendees(and_(Company.body_id == body_id, companies, _stored_by(Event, filters))),
    )


def _stored_by(model: type[Base], filters: OpenedFilter) -> Condition:
    if filters.until_on is None:
        return true()
    created_at = model.__table__.columns.created_at
    return created_at < jst_midnight(filters.until_on) + timedelta(days=1)


def _seen(opened: Select[AccessEntry], subject: Subject) -> Select[int | None]:
    return opened.with_only_columns(AccessEntry.subject_id).where(AccessEntry.subject == subject)


def _seen_companies(opened: Select[AccessEntry]) -> Condition:
    """Return the condition that a company was seen itself, as a side of something, or in a register."""
    meetings = Meeting.id.in_(_seen(opened, Subject.MEETING))
    return or_(
        Company.id.in_(_seen(opened, Subject.COMPANY)),
        Company.id.in_(select(Meeting.company_id).where(meetings)),
        Company.id.in_(select(Meeting.buyer_id).where(meetings)),
        Company.id.in_(select(Need.buyer_id).where(Need.id.in_(_seen(opened, Subject.NEED)))),
        Company.id.in_(
            select(Participant.company_id).where(Participant.event_id.in_(_seen(opened, Subject.EVENT)))
        ),
        exists(_seen(opened, Subject.REGISTER).where(holds_everybody())),
    )


_EMPTY = literal("", String)


def _kind(kind: PersonKind) -> ColumnElement[PersonKind]:
    return literal(kind, enum_type(PersonKind))


def _contacts(condition: Condition) -> Columns:
    return (
        select(
            _kind(PersonKind.CONTACT).label("kind"),
            Contact.id.label("person_id"),
            Contact.name,
            Company.name.label("company"),
            Contact.position,
            Contact.email,
            Contact.phone,
            Company.address,
        )
        .join(Company, Company.id == Contact.company_id)
        .where(condition)
    )


def _users(condition: Condition) -> Columns:
    return (
        select(
            _kind(PersonKind.USER),
            User.id,
            User.name,
            func.coalesce(Company.name, ""),
            _EMPTY,
            User.email,
            func.coalesce(Company.phone, ""),
            func.coalesce(Company.address, ""),
        )
        .outerjoin(Company, Company.id == User.company_id)
        .where(condition)
    )


def _attendees(condition: Condition) -> Columns:
    return (
        select(
            _kind(PersonKind.ATTENDEE),
            Participant.id,
            Participant.attendee,
            Company.name,
            _EMPTY,
            _EMPTY,
            Participant.day_phone,
            Company.address,
        )
        .join(Company, Company.id == Participant.company_id)
        .join(Event, Event.id == Participant.event_id)
        .where(condition, Participant.attendee != "")
    )
