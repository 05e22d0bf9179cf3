"""What the next sweep would do, and how long a body keeps what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sme_match.privacy.enums import RetentionClass
from sme_match.privacy.models import RetentionSetting
from sme_match.privacy.retention import RULES, Rule, ends_before


@dataclass(frozen=True, slots=True)
class Coming:
    """One kind: how long it is kept, until when it is swept, and how many records that are now."""

    kind: RetentionClass
    rule: Rule
    years: int
    before: datetime
    count: int

    @property
    def deletes(self) -> bool:
        """Whether records go altogether, rather than losing their names."""
        return all(table.blank is None for table in self.rule.tables)


def years_of(session: Session, body_id: int | None) -> Mapping[RetentionClass, int]:
    """Return how many years a body keeps each kind; what is of no body is kept as the rules say."""
    query = select(RetentionSetting).where(RetentionSetting.body_id == body_id)
    own = {setting.kind: setting.years for setting in session.scalars(query)}
    return {kind: max(own.get(kind, rule.years), rule.least) for kind, rule in RULES.items()}


def list_coming(session: Session, body_id: int | None, *, now: datetime) -> list[Coming]:
    """Return what a sweep at this moment would do with the records of a body; it changes nothing."""
    return [
        _coming(session, body_id, kind, years, now=now)
        for kind, years in years_of(session, body_id).items()
    ]


def _coming(
    session: Session, body_id: int | None, kind: RetentionClass, years: int, *, now: datetime
) -> Coming:
    rule, before = RULES[kind], ends_before(now, years)
    found = sum(
        session.scalar(select(func.count()).select_from(table.model).where(table.due(body_id, before)))
        or 0
        for table in rule.tables
    )
    return Coming(kind, rule, years, before, found)
