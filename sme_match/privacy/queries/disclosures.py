"""What a body handed to others (第三者提供の記録), read from the records of the handing over itself.

Names of companies and their people leave a body when it shares a company or a need, when a meeting
is asked for or made by a timetable (the letters name the SME to the buyer, and the buyer to the SME
unless it stays anonymous until both agree), and in the files that people download.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Date,
    String,
    case,
    cast,
    func,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from sme_match.audit.models import AuditEntry
from sme_match.companies.models import Company, CompanyShare
from sme_match.core.actor import Actor
from sme_match.core.text import normalize_width
from sme_match.db.base import UTCDateTime
from sme_match.db.paging import PAGE_SIZE, Columns, Page, count
from sme_match.meetings.models import Meeting
from sme_match.needs.models import Need, NeedShare
from sme_match.privacy.enums import AccessKind
from sme_match.privacy.models import AccessEntry
from sme_match.support_bodies.models import SupportBody

COMPANY, NEED, MEETING, EXPORT = "company", "need", "meeting", "export"
REQUEST, AGREEMENT, EVENT = "request", "agreement", "event"
"""The grounds of a meeting's letters: a request, both sides' agreement, taking part in an event."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One handing over: what, to whom, when, on what basis; `until` when it was taken back.

    `note` is how a company agreed, the ground of a meeting's letter, or the page a file comes from.
    """

    kind: str
    subject_id: int
    subject: str
    receiver: str
    at: datetime
    until: datetime | None
    consented_on: date | None
    note: str


def list_disclosures(session: Session, actor: Actor, *, text: str, page: int) -> Page[Disclosure]:
    """Return what the actor's body handed over, the newest first; `text` is part of a name."""
    every = union_all(*_handed_over(actor.body_id or 0)).subquery()
    query = select(every)
    if wanted := normalize_width(text):
        named = every.c.subject + " " + every.c.receiver
        query = query.where(named.contains(wanted, autoescape=True))
    total = count(session, query)
    number = min(max(1, page), max(1, -(-total // PAGE_SIZE)))
    order = (every.c.at.desc(), every.c.kind, every.c.subject_id, every.c.receiver)
    rows = session.execute(query.order_by(*order).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE))
    items = [Disclosure(*row) for row in rows]
    return Page(items=items, number=number, size=PAGE_SIZE, total=total)


def _handed_over(body_id: int) -> list[Columns]:
    return [*_shared(body_id), *_introduced(body_id), _downloaded(body_id)]


_NEVER: Any = cast(null(), UTCDateTime())
_NO_DAY: Any = cast(null(), Date())


def _shared(body_id: int) -> list[Columns]:
    return [
        select(
            literal(COMPANY, String).label("kind"),
            Company.id.label("subject_id"),
            Company.name.label("subject"),
            SupportBody.name.label("receiver"),
            CompanyShare.granted_at.label("at"),
            CompanyShare.withdrawn_at.label("until"),
            CompanyShare.consented_on,
            CompanyShare.note,
        )
        .join(Company, Company.id == CompanyShare.company_id)
        .join(SupportBody, SupportBody.id == CompanyShare.body_id)
        .where(Company.body_id == body_id),
        select(
            literal(NEED, String),
            Need.id,
            Need.number + " " + Need.title,
            SupportBody.name,
            NeedShare.granted_at,
            NeedShare.withdrawn_at,
            _NO_DAY,
            literal("", String),
        )
        .join(Need, Need.id == NeedShare.need_id)
        .join(SupportBody, SupportBody.id == NeedShare.body_id)
        .where(Need.body_id == body_id),
    ]


def _introduced(body_id: int) -> list[Columns]:
    """Return the SMEs named to buyers, from the first letter on, and the buyers named to SMEs."""
    buyer = aliased(Company)
    # `confirmed_at` moves with every later change; the log knows the first agreement.
    agreed = (
        select(func.min(AuditEntry.at))
        .where(
            AuditEntry.subject_type == "meeting",
            AuditEntry.subject_id == Meeting.id,
            AuditEntry.action == "meeting.confirm",
        )
        .scalar_subquery()
    )
    named = case(
        (Need.buyer_anonymous, func.coalesce(agreed, Meeting.confirmed_at)), else_=Meeting.created_at
    )
    basis = case((Meeting.event_id.is_not(None), EVENT), else_=REQUEST)
    when_agreed = case(
        (Meeting.event_id.is_not(None), EVENT), (Need.buyer_anonymous, AGREEMENT), else_=REQUEST
    )
    sides: tuple[tuple[Any, Any, Any, Any], ...] = (
        (Company.name, buyer.name, Meeting.created_at, basis),
        (buyer.name, Company.name, named, when_agreed),
    )
    return [
        select(
            literal(MEETING, String), Meeting.id, told, receiver, type_coerce(at, UTCDateTime()),
            _NEVER, _NO_DAY, ground,
        )
        .join(Company, Company.id == Meeting.company_id)
        .join(buyer, buyer.id == Meeting.buyer_id)
        .join(Need, Need.id == Meeting.need_id)
        .where(Meeting.body_id == body_id, at.is_not(None))
        for told, receiver, at, ground in sides
    ]  # fmt: skip


def _downloaded(body_id: int) -> Columns:
    return select(
        literal(EXPORT, String),
        AccessEntry.id,
        AccessEntry.detail,
        AccessEntry.reader,
        AccessEntry.at,
        _NEVER,
        _NO_DAY,
        AccessEntry.page,
    ).where(AccessEntry.body_id == body_id, AccessEntry.kind == AccessKind.FILE)
