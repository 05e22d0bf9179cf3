"""Search over companies, needs and meetings, limited to what the actor may see."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from sme_match.companies.models import Company
from sme_match.companies.policy import visible_to as visible_companies
from sme_match.core.actor import Actor
from sme_match.core.text import fold_for_search, normalize_width
from sme_match.meetings.models import Meeting
from sme_match.meetings.policy import visible_to as visible_meetings
from sme_match.needs.models import Need
from sme_match.needs.policy import visible_to as visible_needs

SHOWN = 10
LONGEST_TEXT = 100


@dataclass(frozen=True, slots=True)
class Found:
    """The first hits of each kind; `more` names the kinds that have further ones."""

    companies: Sequence[Company]
    needs: Sequence[Need]
    meetings: Sequence[Meeting]
    more: frozenset[str]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found at all."""
        return not (self.companies or self.needs or self.meetings)


def search(session: Session, actor: Actor, text: str) -> Found:
    """Return what matches every word of the text: names, numbers, titles. Three queries."""
    words = normalize_width(text[:LONGEST_TEXT]).split()
    if not words:
        return Found((), (), (), frozenset())
    sme, buyer = aliased(Company), aliased(Company)
    companies = session.scalars(
        select(Company)
        .where(visible_companies(actor), *(_named(Company, word) for word in words))
        .order_by(Company.name_kana, Company.id)
        .limit(SHOWN + 1)
    ).all()
    needs = session.scalars(
        select(Need)
        .where(visible_needs(actor), *(_titled(word) for word in words))
        .order_by(Need.updated_at.desc(), Need.id.desc())
        .limit(SHOWN + 1)
        .options(joinedload(Need.buyer))
    ).all()
    meetings = session.scalars(
        select(Meeting)
        .join(Need, Need.id == Meeting.need_id)
        .join(sme, sme.id == Meeting.company_id)
        .join(buyer, buyer.id == Meeting.buyer_id)
        .where(
            visible_meetings(actor),
            *(or_(_titled(word), _named(sme, word), _named(buyer, word)) for word in words),
        )
        .order_by(Meeting.updated_at.desc(), Meeting.id.desc())
        .limit(SHOWN + 1)
        .options(joinedload(Meeting.need), joinedload(Meeting.company), joinedload(Meeting.buyer))
    ).all()
    found = {"companies": companies, "needs": needs, "meetings": meetings}
    more = frozenset(name for name, hits in found.items() if len(hits) > SHOWN)
    return Found(companies[:SHOWN], needs[:SHOWN], meetings[:SHOWN], more)


def _named(company: type[Company], word: str) -> ColumnElement[bool]:
    return company.search_text.contains(fold_for_search(word), autoescape=True)


def _titled(word: str) -> ColumnElement[bool]:
    return or_(
        Need.number.icontains(word, autoescape=True),
        Need.title.icontains(word, autoescape=True),
        Need.search_text.contains(fold_for_search(word), autoescape=True),
    )
