"""Search over companies, needs and meetings, limited to what the actor may see."""

from collections.abc import Sequence, Sized
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from sme_match.companies.models import Company
from sme_match.companies.policy import visible_to as visible_companies
from sme_match.core.actor import Actor
from sme_match.core.text import fold_for_search, normalize_width
from sme_match.db.paging import KEPT_STATEMENTS, Columns
from sme_match.db.search import holds
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import Meeting
from sme_match.meetings.policy import visible_to as visible_meetings
from sme_match.needs.models import Need
from sme_match.needs.policy import visible_to as visible_needs
from sme_match.needs.queries import buyer_name_for, mentions

SHOWN = 10
LONGEST_TEXT = 100
Words = tuple[str, ...]


class CompanyHit(NamedTuple):
    """A company that was found."""

    id: int
    name: str
    name_kana: str
    prefecture_code: str
    municipality_code: str


class NeedHit(NamedTuple):
    """A need that was found."""

    id: int
    number: str
    title: str
    buyer_name: str
    """Empty where it is hidden from the reader."""


class MeetingHit(NamedTuple):
    """A meeting that was found."""

    id: int
    company_name: str
    buyer_name: str
    need_number: str
    need_title: str
    state: MeetingState
    starts_at: datetime | None


@dataclass(frozen=True, slots=True)
class Found:
    """The first hits of each kind; `more` names the kinds that have further ones."""

    companies: Sequence[CompanyHit]
    needs: Sequence[NeedHit]
    meetings: Sequence[MeetingHit]
    more: frozenset[str]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found at all."""
        return not (self.companies or self.needs or self.meetings)


def search(session: Session, actor: Actor, text: str) -> Found:
    """Return what matches every word of the text: names, numbers, titles. Three queries."""
    words = tuple(fold_for_search(word) for word in normalize_width(text[:LONGEST_TEXT]).split())
    if not words:
        return Found((), (), (), frozenset())
    ask = session.connection().execute
    companies = [CompanyHit(*row) for row in ask(_select_companies(actor, words))]
    needs = [NeedHit(*row) for row in ask(_select_needs(actor, words))]
    meetings = [MeetingHit(*row) for row in ask(_select_meetings(actor, words))]
    found: dict[str, Sized] = {"companies": companies, "needs": needs, "meetings": meetings}
    more = frozenset(name for name, hits in found.items() if len(hits) > SHOWN)
    return Found(companies[:SHOWN], needs[:SHOWN], meetings[:SHOWN], more)


@lru_cache(KEPT_STATEMENTS)
def _select_companies(actor: Actor, words: Words) -> Any:  # noqa: ANN401 -- a union of columns
    """Return the companies by their reading, those outside of the register too.

    The register is read along the index of its list until there is enough; the few that have left
    are found first, because the database knows no order that both stand in.
    """
    columns = tuple(getattr(Company, name) for name in CompanyHit._fields)
    each = aliased(Company)
    left = select(each.id).where(each.archived_at.is_not(None))
    named = [holds(Company.search_text, word) for word in words]
    kinds = [
        select(*columns)
        .where(archived, visible_companies(actor), *named)
        .order_by(Company.name_kana, Company.id)
        .limit(SHOWN + 1)
        .subquery()
        for archived in (Company.archived_at.is_(None), Company.id.in_(left))
    ]
    return union_all(*map(select, kinds)).order_by("name_kana", "id").limit(SHOWN + 1)


@lru_cache(KEPT_STATEMENTS)
def _select_needs(actor: Actor, words: Words) -> Columns:
    return (
        select(Need.id, Need.number, Need.title, buyer_name_for(actor))
        .join(Need.buyer)
        .where(visible_needs(actor), *(mentions(actor, word) for word in words))
        .order_by(Need.updated_at.desc(), Need.id.desc())
        .limit(SHOWN + 1)
    )


@lru_cache(KEPT_STATEMENTS)
def _select_meetings(actor: Actor, words: Words) -> Columns:
    sme, buyer = aliased(Company), aliased(Company)

    def about(word: str) -> ColumnElement[bool]:
        return or_(*(holds(each.search_text, word) for each in (Need, sme, buyer)))

    return (
        select(
            Meeting.id, sme.name, buyer.name, Need.number, Need.title, Meeting.state, Meeting.starts_at
        )
        .join(Need, Need.id == Meeting.need_id)
        .join(sme, sme.id == Meeting.company_id)
        .join(buyer, buyer.id == Meeting.buyer_id)
        .where(visible_meetings(actor), *map(about, words))
        .order_by(Meeting.updated_at.desc(), Meeting.id.desc())
        .limit(SHOWN + 1)
    )
