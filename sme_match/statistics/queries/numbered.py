"""The records behind a figure over several bodies, by their numbers alone.

Whoever runs the installation can follow a figure to what it counts; what the records say stays with the
body. Which body keeps a record is not said: counting by that would tell the figures that are withheld.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from sme_match.companies.models import Company
from sme_match.matching.models import Proposal
from sme_match.meetings.models import Meeting
from sme_match.needs.models import Need
from sme_match.statistics.columns import Ids
from sme_match.statistics.evidence import RecordKind
from sme_match.statistics.past import day_of

LEAST_CORPORATE_NUMBER = 10**12
"""法人番号 have thirteen digits; whatever is smaller is the id of a company without one."""


@dataclass(frozen=True, slots=True)
class NumberedLine:
    """A record behind a figure."""

    record_id: int
    number: str
    """Of the need; of a company its 法人番号, empty when it has none."""
    day: date | None


def list_numbered(session: Session, kind: RecordKind, ids: Ids) -> list[NumberedLine]:
    """Return proposals or meetings by their ids, or companies by their shared keys, in that order."""
    if kind is RecordKind.COMPANY:
        return _companies(session, ids)
    record, instant = _PAIRS[kind]
    query = (
        select(record.id, Need.number, instant)
        .join(Need, Need.id == record.need_id)
        .where(record.id.in_(ids))
    )
    found = {row[0]: row for row in session.execute(query)}
    return [
        NumberedLine(key, number, day_of(at))
        for key, number, at in (found[each] for each in ids if each in found)
    ]


_PAIRS: Mapping[RecordKind, tuple[Any, Any]] = MappingProxyType(
    {
        RecordKind.MEETING: (Meeting, Meeting.starts_at),
        RecordKind.PROPOSAL: (Proposal, Proposal.created_at),
    }
)


def _companies(session: Session, keys: Ids) -> list[NumberedLine]:
    # Several bodies may keep a company under one number; the oldest entry stands for all.
    own = [key for key in keys if key < LEAST_CORPORATE_NUMBER]
    shared = [str(key) for key in keys if key >= LEAST_CORPORATE_NUMBER]
    query = (
        select(Company.id, Company.corporate_number)
        .where(or_(Company.id.in_(own), Company.corporate_number.in_(shared)))
        .order_by(Company.id.desc())
    )
    found = {
        int(number or company_id): NumberedLine(company_id, number or "", None)
        for company_id, number in session.execute(query)
    }
    return [found[key] for key in keys if key in found]
