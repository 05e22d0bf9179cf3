"""What a body handed to others (第三者提供の記録), read from the records of the handing over itself.

Three things hand over what names companies and their people: sharing a company, sharing a need, and
a confirmed meeting, where both sides learn each other's name.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, String, cast, literal, null, select, union_all
from sqlalchemy.orm import Session, aliased

from sme_match.companies.models import Company, CompanyShare
from sme_match.core.actor import Actor
from sme_match.core.text import normalize_width
from sme_match.db.base import UTCDateTime
from sme_match.db.paging import PAGE_SIZE, Columns, Page, count
from sme_match.meetings.models import Meeting
from sme_match.needs.models import Need, NeedShare
from sme_match.support_bodies.models import SupportBody

COMPANY, NEED, MEETING = "company", "need", "meeting"


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One handing over: what, to whom, when, on what basis; `until` when it was taken back."""

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
    buyer = aliased(Company)
    never: Any = cast(null(), UTCDateTime())
    no_day: Any = cast(null(), Date())
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
            no_day,
            literal("", String),
        )
        .join(Need, Need.id == NeedShare.need_id)
        .join(SupportBody, SupportBody.id == NeedShare.body_id)
        .where(Need.body_id == body_id),
        select(
            literal(MEETING, String),
            Meeting.id,
            Company.name,
            buyer.name,
            Meeting.confirmed_at,
            never,
            no_day,
            literal("", String),
        )
        .join(Company, Company.id == Meeting.company_id)
        .join(buyer, buyer.id == Meeting.buyer_id)
        .where(Meeting.body_id == body_id, Meeting.confirmed_at.is_not(None)),
    ]
