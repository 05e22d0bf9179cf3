"""The one use case of statistics: count the report of a support body."""

from datetime import datetime

from sqlalchemy.orm import Session

from sme_match.audit.kept import KeptFigures
from sme_match.core.actor import Actor
from sme_match.core.clock import jst_date
from sme_match.statistics.filters import StatisticsFilter
from sme_match.statistics.queries import load_records
from sme_match.statistics.report import Report, build_report

_KEPT: KeptFigures[Report] = KeptFigures()


def make_report(session: Session, actor: Actor, filters: StatisticsFilter, *, now: datetime) -> Report:
    """Return the figures of the actor's body as they stand now; nothing of other bodies counts.

    A report takes far longer than a page; while no record changes it is kept until the minute is over.
    """
    today = jst_date(now)

    def count() -> Report:
        records = load_records(session, actor)
        return build_report(
            records.needs, records.pairs, filters, today=today, companies=records.companies
        )

    return _KEPT.get(session, (actor.role, actor.body_id, filters, today), count, now=now)
