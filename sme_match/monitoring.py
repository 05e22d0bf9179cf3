"""What waits, and whether anybody works at it: read from the database when a monitoring system asks."""

from collections.abc import Callable, Iterator
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sme_match.db.leases import Lease
from sme_match.db.session import Database
from sme_match.events.enums import RunState
from sme_match.events.models import TimetableRun
from sme_match.jobs import LEASE_NAME
from sme_match.notifications.models import OutboxMail
from sme_match.registers.enums import ImportState
from sme_match.registers.models import RegisterImport

GAUGES = {
    "sme_match_scheduler_leads": "1 while a scheduler holds the lease, else 0: then no job runs.",
    "sme_match_mails_due": "Mails whose time to be sent has come.",
    "sme_match_mail_oldest_due_seconds": "How long the oldest of these has been due.",
    "sme_match_mails_dead": "Mails that were given up.",
    "sme_match_timetables_waiting": "Timetables that are asked for and not begun.",
    "sme_match_imports_waiting": "Files that wait to be brought in.",
}


class Backlog(Collector):
    """Reads what waits anew for each answer."""

    def __init__(self, database: Database, now_of: Callable[[], datetime]) -> None:
        self._database = database
        self._now_of = now_of

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield one gauge for each line of `GAUGES`."""
        with self._database.reading() as session:
            found = measure(session, now=self._now_of())
        for name, described in GAUGES.items():
            yield GaugeMetricFamily(name, described, value=found[name])


def measure(session: Session, *, now: datetime) -> dict[str, float]:
    """Return the values of `GAUGES`."""
    is_due = (
        OutboxMail.sent_at.is_(None),
        OutboxMail.void_at.is_(None),
        OutboxMail.dead_at.is_(None),
        OutboxMail.next_attempt_at <= now,
    )
    due = select(func.count()).where(*is_due)
    oldest = session.scalar(select(func.min(OutboxMail.next_attempt_at)).where(*is_due))
    led = select(func.count()).where(Lease.name == LEASE_NAME, Lease.until > now)
    dead = select(func.count()).where(OutboxMail.dead_at.is_not(None))
    timetables = select(func.count()).where(TimetableRun.state == RunState.QUEUED)
    imports = select(func.count()).where(RegisterImport.state == ImportState.WAITING)
    return {
        "sme_match_scheduler_leads": session.scalar(led) or 0,
        "sme_match_mails_due": session.scalar(due) or 0,
        "sme_match_mail_oldest_due_seconds": (now - oldest).total_seconds() if oldest else 0,
        "sme_match_mails_dead": session.scalar(dead) or 0,
        "sme_match_timetables_waiting": session.scalar(timetables) or 0,
        "sme_match_imports_waiting": session.scalar(imports) or 0,
    }
