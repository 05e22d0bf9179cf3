"""Reading companies. Every query is limited to what the actor may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, Self

from sqlalchemy import ColumnElement, Select, and_, bindparam, column, or_, select, table
from sqlalchemy.orm import Session, selectinload

from sme_match.audit.models import AuditEntry
from sme_match.companies.freshness import STALE_AFTER_MONTHS, months_before
from sme_match.companies.models import Certificate, Company, CompanyShare, Contact
from sme_match.companies.policy import visible_to, visible_to_body
from sme_match.core.actor import Actor
from sme_match.core.errors import NotFoundError
from sme_match.core.text import (
    digits_only,
    fold_for_search,
    mark_text,
    normalize_hyphens,
    normalize_width,
)
from sme_match.db.paging import (
    KEPT_STATEMENTS,
    Listing,
    Page,
    fetch_lines,
    portions,
    select_listing,
)
from sme_match.db.parts import load_parts
from sme_match.db.search import holds
from sme_match.support_bodies.models import SupportBody

SORTS = {
    "kana": (Company.name_kana, Company.id),
    "employees": (Company.employees, Company.id),
    "updated": (Company.updated_at, Company.id),
    "confirmed": (Company.confirmed_at, Company.id),
}
DEFAULT_SORT = "kana"
LONGEST_KEYWORD = 100
MAX_SIMILAR = 5
MIN_PHONE_DIGITS = 9
HISTORY_LENGTH = 200

# Capabilities stand above companies, which must not import them; two reads need the table's keys.
_CAPABILITY = table(
    "capability", column("id"), column("company_id"), column("process_code"), column("archived_at")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyFilter:
    """What the list of companies shows; every field comes from the URL."""

    text: str = ""
    side: str = ""
    """`sme`, `buyer` or empty for both."""
    prefecture: str = ""
    jsic: str = ""
    process: str = ""
    """Companies that have a capability of this process."""
    unconfirmed_since: datetime | None = None
    """Companies that nobody confirmed after this instant."""
    archived: bool = False
    sort: str = DEFAULT_SORT

    @classmethod
    def of(cls, arguments: Mapping[str, str], *, now: datetime) -> Self:
        """Return the filter that the arguments of a URL ask for; list and export share it."""
        plain = {name: normalize_width(text)[:LONGEST_KEYWORD] for name, text in arguments.items()}
        stale = plain.get("stale") == "1"
        return cls(
            text=plain.get("q", ""),
            side=plain.get("side", ""),
            prefecture=plain.get("prefecture", ""),
            jsic=plain.get("jsic", ""),
            process=plain.get("process", ""),
            unconfirmed_since=months_before(now, STALE_AFTER_MONTHS) if stale else None,
            archived=plain.get("archived") == "1",
            sort=plain.get("sort", DEFAULT_SORT),
        )


class CompanyLine(NamedTuple):
    """What the list shows of a company."""

    id: int
    body_id: int
    name: str
    name_kana: str
    prefecture_code: str
    municipality_code: str
    jsic_code: str
    employees: int | None
    updated_at: datetime
    confirmed_at: datetime | None


_LINE = tuple(getattr(Company, name) for name in CompanyLine._fields)


def get_company(session: Session, actor: Actor, company_id: int) -> Company:
    """Return a company with its contacts and certificates.

    Raises:
        NotFoundError: when it does not exist, or not for this actor.
    """
    company = session.scalar(_select_whole(actor), {"company": company_id})
    if company is None:
        raise NotFoundError(mark_text("この企業は見つかりませんでした。"))
    load_parts(session, [company], Company.contacts, Company.certificates)
    return company


@lru_cache(KEPT_STATEMENTS)
def _select_whole(actor: Actor) -> Select[Company]:
    return select(Company).where(Company.id == bindparam("company"), visible_to(actor))


def get_contact(session: Session, actor: Actor, contact_id: int) -> Contact:
    """Return a contact with its company.

    Raises:
        NotFoundError: when it does not exist, or not for this actor.
    """
    contact = session.scalar(
        select(Contact)
        .join(Contact.company)
        .where(Contact.id == contact_id, visible_to(actor))
        .options(selectinload(Contact.company))
    )
    if contact is None:
        raise NotFoundError(mark_text("この担当者は見つかりませんでした。"))
    return contact


def get_certificate(session: Session, actor: Actor, certificate_id: int) -> Certificate:
    """Return a certificate with its company.

    Raises:
        NotFoundError: when it does not exist, or not for this actor.
    """
    certificate = session.scalar(
        select(Certificate)
        .join(Certificate.company)
        .where(Certificate.id == certificate_id, visible_to(actor))
        .options(selectinload(Certificate.company))
    )
    if certificate is None:
        raise NotFoundError(mark_text("この認証は見つかりませんでした。"))
    return certificate


def select_companies(actor: Actor, filters: CompanyFilter) -> Select[Company]:
    """Return the query behind the list and its export."""
    query = select(Company).where(visible_to(actor), *_conditions(filters))
    return query.order_by(*_order(filters.sort))


def _order(sort: str) -> list[ColumnElement[Any]]:
    columns = SORTS.get(sort.lstrip("-"), SORTS[DEFAULT_SORT])
    return [each.desc() if sort.startswith("-") else each.asc() for each in columns]


def _conditions(filters: CompanyFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        Company.archived_at.is_not(None) if filters.archived else Company.archived_at.is_(None)
    ]
    found += [holds(Company.search_text, _sought(word)) for word in filters.text.split()]
    if filters.side == "sme":
        found.append(Company.is_sme.is_(True))
    if filters.side == "buyer":
        found.append(Company.is_buyer.is_(True))
    if filters.prefecture:
        found.append(Company.prefecture_code == filters.prefecture)
    if filters.jsic:
        found.append(Company.jsic_code == filters.jsic)
    if filters.process:
        found.append(_offers(filters.process))
    if filters.unconfirmed_since:
        found.append(
            or_(Company.confirmed_at.is_(None), Company.confirmed_at < filters.unconfirmed_since)
        )
    return found


def _sought(word: str) -> str:
    """Return the word as `search_text` holds it: phone and corporate numbers without hyphens."""
    digits = digits_only(word)
    return (
        digits
        if digits and digits == normalize_hyphens(word).replace("-", "")
        else fold_for_search(word)
    )


def _offers(process_code: str) -> ColumnElement[bool]:
    return Company.id.in_(
        select(_CAPABILITY.c.company_id).where(
            _CAPABILITY.c.process_code == process_code, _CAPABILITY.c.archived_at.is_(None)
        )
    )


def list_companies(
    session: Session, actor: Actor, filters: CompanyFilter, *, page: int
) -> Page[CompanyLine]:
    """Return one page of the companies that match."""
    return fetch_lines(session, _select_lines(actor, filters), CompanyLine, number=page)


@lru_cache(KEPT_STATEMENTS)
def _select_lines(actor: Actor, filters: CompanyFilter) -> Listing:
    shown = select(*_LINE).order_by(*_order(filters.sort))
    return select_listing(select_companies(actor, filters), shown, Company.id)


def matchable_by(body_id: int) -> ColumnElement[bool]:
    """Return the condition that a body may match a company: an active SME, its own or shared."""
    return and_(visible_to_body(body_id), Company.is_sme, Company.archived_at.is_(None))


def list_matchable_companies(
    session: Session, *, body_id: int, ids: Sequence[int] | None = None
) -> list[Company]:
    """Return the active SMEs that a body may match, its own and the shared, with certificates.

    With `ids` only those of them.
    """
    query = (
        select(Company)
        .where(matchable_by(body_id))
        .options(selectinload(Company.certificates))
        .order_by(Company.id)
    )
    if ids is None:
        return list(session.scalars(query))
    return [
        company
        for portion in portions(ids)
        for company in session.scalars(query.where(Company.id.in_(portion)))
    ]


def list_similar_companies(
    session: Session,
    actor: Actor,
    *,
    name: str,
    prefecture_code: str,
    phone: str = "",
    corporate_number: str | None = None,
) -> list[Company]:
    """Return visible companies that may be the same one.

    Alike are the same name, whatever its company form and width, in the same prefecture; the same
    phone number; the same 法人番号.
    """
    folded, digits = fold_for_search(name), digits_only(phone)
    signs: list[ColumnElement[bool]] = [
        and_(
            Company.prefecture_code == prefecture_code,
            or_(
                Company.search_text == folded,
                Company.search_text.startswith(f"{folded} ", autoescape=True),
            ),
        )
    ]
    if len(digits) >= MIN_PHONE_DIGITS:
        signs.append(Company.search_text.endswith(f" {digits}", autoescape=True))
    if corporate_number:
        signs.append(Company.corporate_number == corporate_number)
    query = select(Company).where(visible_to(actor), or_(*signs)).order_by(Company.id)
    return list(session.scalars(query.limit(MAX_SIMILAR)))


def list_shares(session: Session, company_id: int) -> list[CompanyShare]:
    """Return all grants of a company, the newest first, with their receivers."""
    query = (
        select(CompanyShare)
        .where(CompanyShare.company_id == company_id)
        .options(selectinload(CompanyShare.body))
        .order_by(CompanyShare.id.desc())
    )
    return list(session.scalars(query))


def get_share(session: Session, actor: Actor, share_id: int) -> CompanyShare:
    """Return a grant by the actor's own body, with its receiver.

    Raises:
        NotFoundError: when it does not exist, or another body gave it.
    """
    share = session.scalar(
        select(CompanyShare)
        .join(Company, Company.id == CompanyShare.company_id)
        .where(CompanyShare.id == share_id, Company.body_id == (actor.body_id or 0))
        .options(selectinload(CompanyShare.body))
    )
    if share is None:
        raise NotFoundError(mark_text("この共有は見つかりませんでした。"))
    return share


def list_possible_receivers(session: Session, company: Company) -> list[SupportBody]:
    """Return the active bodies that do not see the company yet."""
    living = select(CompanyShare.body_id).where(
        CompanyShare.company_id == company.id, CompanyShare.withdrawn_at.is_(None)
    )
    query = (
        select(SupportBody)
        .where(SupportBody.active, SupportBody.id != company.body_id, SupportBody.id.not_in(living))
        .order_by(SupportBody.prefecture_code, SupportBody.id)
    )
    return list(session.scalars(query))


_OWNER = select(SupportBody).where(SupportBody.id == bindparam("body"))


def get_owner(session: Session, company: Company) -> SupportBody:
    """Return the body that keeps the company's record."""
    return session.scalars(_OWNER, {"body": company.body_id}).one()


class Receiver(NamedTuple):
    """A body that a company is shared with now."""

    name: str
    granted_at: datetime


_RECEIVERS = (
    select(SupportBody.name, CompanyShare.granted_at)
    .join(SupportBody, SupportBody.id == CompanyShare.body_id)
    .where(CompanyShare.company_id == bindparam("company"), CompanyShare.withdrawn_at.is_(None))
    .order_by(CompanyShare.id.desc())
)


def list_receivers(session: Session, company: Company) -> list[Receiver]:
    """Return the bodies that a company is shared with now, the newest first."""
    rows = session.connection().execute(_RECEIVERS, {"company": company.id})
    return [Receiver(*row) for row in rows]


def list_company_history(session: Session, company_id: int) -> list[AuditEntry]:
    """Return the newest entries about a company and its capabilities, newest first."""
    capabilities: Select[Any] = select(_CAPABILITY.c.id).where(_CAPABILITY.c.company_id == company_id)
    query = (
        select(AuditEntry)
        .where(
            or_(
                and_(AuditEntry.subject_type == "company", AuditEntry.subject_id == company_id),
                and_(
                    AuditEntry.subject_type == "capability",
                    AuditEntry.subject_id.in_(capabilities),
                ),
            )
        )
        .order_by(AuditEntry.id.desc())
        .limit(HISTORY_LENGTH)
    )
    return list(session.scalars(query))
