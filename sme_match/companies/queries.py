"""Reading companies. Every query is limited to what the actor may see."""

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from sme_match.companies.models import Company
from sme_match.companies.policy import visible_to
from sme_match.core.actor import Actor
from sme_match.core.errors import NotFoundError
from sme_match.core.text import fold_for_search, mark_text
from sme_match.db.paging import Page, fetch_page

SORTS = {
    "kana": (Company.name_kana, Company.id),
    "employees": (Company.employees, Company.id),
    "updated": (Company.updated_at, Company.id),
}
DEFAULT_SORT = "kana"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyFilter:
    """What the list of companies shows; every field comes from the URL."""

    text: str = ""
    side: str = ""
    """`sme`, `buyer` or empty for both."""
    prefecture: str = ""
    jsic: str = ""
    archived: bool = False
    sort: str = DEFAULT_SORT


def get_company(session: Session, actor: Actor, company_id: int) -> Company:
    """Return a company with its contacts and certificates.

    Raises:
        NotFoundError: when it does not exist, or not for this actor.
    """
    company = session.scalar(
        select(Company)
        .where(Company.id == company_id, visible_to(actor))
        .options(selectinload(Company.contacts), selectinload(Company.certificates))
    )
    if company is None:
        raise NotFoundError(mark_text("この企業は見つかりませんでした。"))
    return company


def select_companies(actor: Actor, filters: CompanyFilter) -> Select[Company]:
    """Return the query behind the list and its export."""
    query = select(Company).where(visible_to(actor))
    query = query.where(
        Company.archived_at.is_not(None) if filters.archived else Company.archived_at.is_(None)
    )
    for word in filters.text.split():
        query = query.where(Company.search_text.contains(fold_for_search(word), autoescape=True))
    if filters.side == "sme":
        query = query.where(Company.is_sme)
    if filters.side == "buyer":
        query = query.where(Company.is_buyer)
    if filters.prefecture:
        query = query.where(Company.prefecture_code == filters.prefecture)
    if filters.jsic:
        query = query.where(Company.jsic_code == filters.jsic)
    descending = filters.sort.startswith("-")
    columns = SORTS.get(filters.sort.lstrip("-"), SORTS[DEFAULT_SORT])
    return query.order_by(*(column.desc() if descending else column.asc() for column in columns))


def list_companies(
    session: Session, actor: Actor, filters: CompanyFilter, *, page: int
) -> Page[Company]:
    """Return one page of the companies that match."""
    return fetch_page(session, select_companies(actor, filters), number=page)
