"""The one use case of statistics: count the report of a support body."""

from datetime import datetime

from sqlalchemy.orm import Session

from sme_match.core.actor import Actor
from sme_match.core.clock import jst_date
from sme_match.statistics.filters import StatisticsFilter
from sme_match.statistics.queries import load_records
from sme_match.statistics.report import Report, build_report


def make_report(session: Session, actor: Actor, filters: StatisticsFilter, *, now: datetime) -> Report:
    """Return the figures of the actor's body as they stand now; nothing of other bodies counts."""
    records = load_records(session, actor)
    return build_report(
        records.needs,
        records.pairs,
        filters,
        today=jst_date(now),
        companies=records.companies,
    )
