"""How much longer the pages of statistics take than a bare Flask page, with five years of history.

The same way as `pages.py`, in one run, on a body with 10,000 companies and 20,000 meetings: once while
nothing changes, and once with a changed outcome before every single call, so that each page is counted
anew from facts that are brought up to date.

    python benchmarks/figures.py
    python benchmarks/figures.py --database sqlite:////tmp/history.sqlite3 --repeats 10
"""

import argparse
import sys
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.history import ADMINISTRATOR_EMAIL, LEAD_EMAIL, build_history
from benchmarks.pages import Page, as_markdown, database_url, measure
from sme_match.accounts.models import User
from sme_match.audit.services import record
from sme_match.core.actor import SYSTEM
from sme_match.core.clock import jst_date
from sme_match.db.session import Database
from sme_match.meetings.models import Meeting
from sme_match.outcomes.models import Outcome
from sme_match.schema import METADATA
from sme_match.statistics.periods import fiscal_year_of

THIS_YEAR = fiscal_year_of(jst_date(datetime.now(UTC)))
COMPANIES, MEETINGS = 10_000, 20_000
PAGES = (
    ("results", "/statistics/"),
    ("records behind a figure", "/statistics/records/meetings"),
    ("region by prefecture", "/statistics/region"),
    ("region by municipality", "/statistics/region?by=municipality"),
    ("region by process", "/statistics/region?by=process"),
    ("region by firm size", "/statistics/region?by=size"),
    ("signals of demand", "/statistics/region/demand"),
    ("reasons for refusals", "/statistics/region/refusals"),
    ("official series", "/statistics/official"),
    ("concentration and quotients", "/statistics/concentration"),
    ("fiscal year", f"/statistics/years/{THIS_YEAR}"),
    ("records of a fiscal year", f"/statistics/years/{THIS_YEAR}/records/meetings"),
    ("fiscal year, all bodies", f"/statistics/years/{THIS_YEAR}/all"),
)
_turns = count()


def main() -> None:
    """Measure and print; the figures never decide about the exit code."""
    parser = argparse.ArgumentParser(description="Pages of statistics beside a bare Flask page.")
    parser.add_argument("--database", default="", help="URL of a database to fill (once) and use")
    parser.add_argument("--repeats", type=int, default=20)
    arguments = parser.parse_args()
    with database_url(arguments.database) as url:
        fill(url)
        print("Nothing changes:\n")
        print(as_markdown(measure(url, repeats=arguments.repeats, choose=choose)))
        print("\nAn outcome changes before every call:\n")
        print(as_markdown(measure(url, repeats=arguments.repeats, choose=choose, before=change)))


def choose(_session: Session) -> list[Page]:
    """Return the pages of statistics, read by the lead of the body."""
    return [
        Page(title, path, ADMINISTRATOR_EMAIL if path.endswith("/all") else LEAD_EMAIL)
        for title, path in PAGES
    ]


def change(database: Database) -> None:
    """Change the outcome of another of the latest meetings each time, as a report would.

    They are of the period that pages show, so that their figures change too.
    """
    with database.unit_of_work() as session:
        outcome = session.scalars(
            select(Outcome)
            .join(Meeting, Meeting.id == Outcome.meeting_id)
            .where(Meeting.starts_at < datetime.now(UTC) - timedelta(days=40))
            .order_by(Meeting.starts_at.desc())
            .offset(next(_turns))
            .limit(1)
        ).one()
        session.execute(
            update(Outcome).where(Outcome.id == outcome.id).values(stage=(outcome.stage + 1) % 8)
        )
        record(
            session, SYSTEM, action="outcome.report", subject=("outcome", outcome.meeting_id),
            body_id=outcome.body_id, now=datetime.now(UTC),
        )  # fmt: skip


def fill(url: str) -> None:
    """Load the history unless the database has it."""
    database = Database(url)
    METADATA.create_all(database.engine)
    with database.reading() as session:
        filled = session.scalar(select(User.id).where(User.email == LEAD_EMAIL)) is not None
    if not filled:
        print("Loading five years of history (some 20 seconds) …", file=sys.stderr)
        with database.unit_of_work() as session:
            build_history(session, companies=COMPANIES, meetings=MEETINGS, now=datetime.now(UTC))
    database.dispose()


if __name__ == "__main__":
    main()
