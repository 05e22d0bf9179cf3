"""The register of companies as accounts ask for it: whose managers may be invited."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.accounts.companies import CompanyEntry
from sme_match.companies.models import Company
from sme_match.companies.policy import visible_to
from sme_match.companies.queries import CompanyFilter, get_company, select_companies
from sme_match.core.actor import Actor

MOST_FOUND = 20


class RegisterDirectory:
    """Answers from the register, limited to what the actor may see."""

    def find(self, session: Session, actor: Actor, company_id: int) -> CompanyEntry:
        """Return one company.

        Raises:
            NotFoundError: when it does not exist, or not for this actor.
        """
        return _entry(get_company(session, actor, company_id))

    def search(self, session: Session, actor: Actor, text: str) -> Sequence[CompanyEntry]:
        """Return the first SMEs of the actor's own body whose name or number contains the text."""
        query = select_companies(actor, CompanyFilter(text=text, side="sme"))
        own = query.where(Company.body_id == (actor.body_id or 0)).limit(MOST_FOUND)
        return [_entry(company) for company in session.scalars(own)]

    def names(self, session: Session, actor: Actor, ids: Iterable[int]) -> Mapping[int, str]:
        """Return the names of those of the companies that the actor may see."""
        wanted = set(ids)
        if not wanted:
            return {}
        query = select(Company.id, Company.name).where(Company.id.in_(wanted), visible_to(actor))
        return {row.id: row.name for row in session.execute(query)}


def _entry(company: Company) -> CompanyEntry:
    return CompanyEntry(id=company.id, body_id=company.body_id, name=company.name)
