"""The one use case of statistics: count the report of a support body."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from sme_match.audit.kept import KeptFigures
from sme_match.core.actor import Actor
from sme_match.core.clock import jst_date, jst_midnight
from sme_match.statistics.filters import StatisticsFilter
from sme_match.statistics.queries import load_records
from sme_match.statistics.report import Report, build_report

_KEPT: KeptFigures[Report] = KeptFigures()


def make_report(session: Session, actor: Actor, filters: StatisticsFilter, *, now: datetime) -> Report:
    """Return the figures of the actor's body, now or as known on a day; nothing of other bodies counts.

    A report takes far longer than a page; while no record changes it is kept until the minute is over.
    """
    today, known_at = jst_date(now), None
    if filters.known_on is not None and filters.known_on < today:
        today = filters.known_on
        known_at = jst_midnight(today + timedelta(days=1))

    def count() -> Report:
        records = load_records(session, actor, known_at=known_at)
        return build_report(
            records.needs,
            records.pairs,
            filters,
            today=today,
            companies=records.companies,
            deals_seen=records.deals_seen,
        )

    return _KEPT.get(session, (actor.role, actor.body_id, filters, today), count, now=now)
