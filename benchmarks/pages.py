"""How much longer the pages of the service take than a bare Flask page, side by side in one run.

The bare page is the least that a Flask page with data can be: an application with one view that
opens a session of the same database, on the same engine settings, runs one SQLAlchemy query for a
page of 20 companies (by an index, without a count) and renders them as a plain Jinja table of the
same six columns. It has no sign-in, no navigation, no filters, no translation, no security headers
and no icons: all of that is what a page of the service may spend the rest of its allowance on. The
bare page reads whole entities because a page written with the ORM does.

Both go through the WSGI test client in this process, which stands for the server in front of
either. Every page is called right after the bare page, round by round, so that whatever else the
machine does falls on both; medians are compared. `ratio` is of wall time, `CPU` of the processor
time of this process: it hardly depends on other load, but leaves out a database server. Only the
ratios say something about another machine.

    python benchmarks/pages.py
    python benchmarks/pages.py --database postgresql+psycopg://… --repeats 50 --json pages.json
"""

import argparse
import gc
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from flask import Flask, render_template
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from config import load_settings
from sme_match.accounts.models import User
from sme_match.accounts.sessions import open_user_session
from sme_match.app import create_app
from sme_match.commands.demo import load_demo, load_synthetic
from sme_match.companies.models import Company
from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.demo.synthetic import COORDINATOR_EMAIL
from sme_match.matching.models import Proposal
from sme_match.meetings.models import Meeting
from sme_match.schema import METADATA
from sme_match.web.context import EXTENSION

COMPANIES, NEEDS, MATCHED = 10_000, 1_000, 20
ALLOWED_RATIO = 3.0
OK = 200
BASE_URL = "https://localhost"
BARE_PAGE_SIZE = 20
BARE_TEMPLATE = """<!doctype html>
<html lang="ja"><head><meta charset="utf-8"><title>Companies</title></head><body>
<h1>Companies</h1>
<table>
<thead><tr><th>Name</th><th>Prefecture</th><th>Industry</th><th>Employees</th><th>Updated</th><th>Confirmed</th></tr></thead>
<tbody>
{% for company in companies %}<tr><td><a href="/companies/{{ company.id }}">{{ company.name }}</a></td><td>{{ company.prefecture_code }}</td><td>{{ company.jsic_code }}</td><td>{{ company.employees }}</td><td>{{ company.updated_at }}</td><td>{{ company.confirmed_at }}</td></tr>
{% endfor %}
</tbody>
</table>
</body></html>
"""  # noqa: E501 -- one row of a table on one line, as templates are written


@dataclass(frozen=True, slots=True)
class Page:
    """One address and who opens it."""

    title: str
    path: str
    reader: str


@dataclass(frozen=True, slots=True)
class Times:
    """Wall and processor time of one call, or the medians of many, in milliseconds."""

    wall: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Measurement:
    """A page beside the bare one."""

    title: str
    path: str
    wall_ms: float
    bare_wall_ms: float
    ratio: float
    cpu_ratio: float


def main() -> None:
    """Measure and print; the figures never decide about the exit code."""
    arguments = _arguments()
    with database_url(arguments.database) as url:
        _fill(url)
        found = measure(url, repeats=arguments.repeats)
    print(as_markdown(found))
    over = [each.title for each in found if each.ratio > ALLOWED_RATIO]
    print(f"\n{len(found) - len(over)} of {len(found)} pages within {ALLOWED_RATIO:g}×.")
    if arguments.json:
        rows = [asdict(each) for each in found]
        arguments.json.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")


def measure(
    url: str,
    *,
    repeats: int,
    choose: Callable[[Session], list[Page]] | None = None,
    before: Callable[[Database], None] | None = None,
) -> list[Measurement]:
    """Return every page beside the bare page, in the order of `choose` (`list_pages`).

    What is done `before` each call of a page is not measured.
    """
    app = create_app(
        load_settings(
            {
                "SME_MATCH_ENV": "production",
                "SECRET_KEY": "only-for-measuring-" * 3,
                "BASE_URL": BASE_URL,
                "DATABASE_URL": url,
            }
        )
    )
    database: Database = app.extensions[EXTENSION].database
    bare = make_bare_app(Database(url)).test_client()
    with database.reading() as session:
        pages = (choose or list_pages)(session)
    clients = {reader: sign_in(app, reader) for reader in {page.reader for page in pages}}
    for page in pages:
        call(bare, "/")
        call(clients[page.reader], page.path)
    calls: dict[Page, list[tuple[Times, Times]]] = {page: [] for page in pages}
    # What start-up left behind would be looked through during the measurement again and again.
    gc.collect()
    gc.freeze()
    for _ in range(repeats):
        for page in pages:
            plain = call(bare, "/")
            if before is not None:
                before(database)
            calls[page].append((plain, call(clients[page.reader], page.path)))
    bare_times = _median([plain for pairs in calls.values() for plain, _full in pairs])
    return [_compare(page, bare_times, [full for _plain, full in calls[page]]) for page in pages]


def make_bare_app(database: Database) -> Flask:
    """Return the application that everything is compared with."""
    app = Flask("bare")
    template = app.jinja_env.from_string(BARE_TEMPLATE)
    query = select(Company).order_by(Company.id).limit(BARE_PAGE_SIZE)

    @app.get("/")
    def index() -> str:
        """Show a page of companies."""
        with database.reading() as session:
            return render_template(template, companies=session.scalars(query).all())

    return app


def list_pages(session: Session) -> list[Page]:
    """Return the pages to measure, with ids of records that have something to show.

    The registers are those of the body with the synthetic companies; it holds no meetings, so
    these are read by the coordinator and the lead of a body of the demonstration region.
    """
    load = COORDINATOR_EMAIL
    body = session.scalar(select(User.body_id).where(User.email == load))
    need = session.scalar(select(Proposal.need_id).where(Proposal.body_id == body).limit(1))
    company = session.scalar(select(Proposal.company_id).where(Proposal.need_id == need).limit(1))
    demo = session.scalar(
        select(Meeting.body_id).group_by(Meeting.body_id).order_by(func.count().desc()).limit(1)
    )
    meeting = session.scalar(select(Meeting.id).where(Meeting.body_id == demo).limit(1))
    demo_need = session.scalar(select(Proposal.need_id).where(Proposal.body_id == demo).limit(1))
    coordinator = _email(session, demo, Role.COORDINATOR)
    lead = _email(session, demo, Role.LEAD)
    return [
        Page("home, coordinator", "/", load),
        Page("home, lead", "/", lead),
        Page("search over everything", "/search?q=試験00", load),
        Page("companies, first page", "/companies/", load),
        Page("companies, page 400", "/companies/?page=400", load),
        Page("companies, keyword", "/companies/?q=試験01", load),
        Page("companies, process and prefecture", "/companies/?process=turning&prefecture=03", load),
        Page("company", f"/companies/{company}", load),
        Page("needs, first page", "/needs/", load),
        Page("needs, page 40", "/needs/?page=40", load),
        Page("needs, keyword", "/needs/?q=部品", load),
        Page("need", f"/needs/{need}", load),
        Page("matching, open needs", "/matching/", load),
        Page("matching, review of 10 proposals", f"/needs/{need}/matches", load),
        Page("matching, review (demonstration)", f"/needs/{demo_need}/matches", coordinator),
        Page("meetings", "/meetings/", coordinator),
        Page("meetings, done", "/meetings/?tab=done", coordinator),
        Page("meeting", f"/meetings/{meeting}", coordinator),
        Page("outcomes", "/outcomes/", coordinator),
        Page("statistics", "/statistics/", lead),
        Page("statistics, records", "/statistics/records/meetings", lead),
        Page("statistics, official series", "/statistics/official", lead),
        Page("statistics, definitions", "/statistics/definitions", lead),
        Page("users", "/users", coordinator),
    ]


def sign_in(app: Flask, email: str) -> FlaskClient:
    """Return a browser in which the person is signed in."""
    client = app.test_client()
    site = app.extensions[EXTENSION]
    with site.database.unit_of_work() as session:
        user = session.scalars(select(User).where(User.email == email)).one()
        token = open_user_session(session, user, now=site.clock())
    with client.session_transaction(base_url=BASE_URL) as cookie:
        cookie["_user_id"] = token
        cookie["_fresh"] = True
    return client


def as_markdown(found: Sequence[Measurement]) -> str:
    """Return the measurements as a table."""
    bare = found[0].bare_wall_ms
    lines = [
        "| page | median ms | ratio | ratio of CPU |",
        "|---|--:|--:|--:|",
        f"| bare Flask page, one query | {bare:.2f} | 1.0 | 1.0 |",
    ]
    lines += [
        f"| {each.title} | {each.wall_ms:.2f} | {each.ratio:.1f} | {each.cpu_ratio:.1f} |"
        for each in found
    ]
    return "\n".join(lines)


def call(client: FlaskClient, path: str) -> Times:
    """Open a page and return how long it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    response = client.get(path, base_url=BASE_URL)
    data = response.data
    times = Times(1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu))
    response.close()
    if response.status_code != OK or not data:
        raise SystemExit(f"{path} answered {response.status}.")
    return times


def _compare(page: Page, bare: Times, calls: Sequence[Times]) -> Measurement:
    full = _median(calls)
    return Measurement(
        title=page.title,
        path=page.path,
        wall_ms=full.wall,
        bare_wall_ms=bare.wall,
        ratio=full.wall / bare.wall,
        cpu_ratio=full.cpu / bare.cpu,
    )


def _median(calls: Sequence[Times]) -> Times:
    return Times(median(each.wall for each in calls), median(each.cpu for each in calls))


def _email(session: Session, body_id: int | None, role: Role) -> str:
    query = select(User.email).where(User.body_id == body_id, User.role == role, User.active)
    return session.scalars(query.order_by(User.id).limit(1)).one()


def _fill(url: str) -> None:
    """Load the demonstration region and the synthetic body unless the database has them."""
    app = create_app(load_settings(_development(url)))
    database: Database = app.extensions[EXTENSION].database
    METADATA.create_all(database.engine)
    with database.reading() as session:
        filled = session.scalar(select(User.id).where(User.email == COORDINATOR_EMAIL)) is not None
    if not filled:
        print("Loading data; this takes a few minutes …", file=sys.stderr)
        sizes = ["--companies", COMPANIES, "--needs", NEEDS, "--matched", MATCHED]
        with app.app_context(), redirect_stdout(sys.stderr):
            load_demo.main([], standalone_mode=False)
            load_synthetic.main([str(each) for each in sizes], standalone_mode=False)
    database.dispose()


def _development(url: str) -> Mapping[str, str]:
    # Invented data is refused in production.
    return {"SME_MATCH_ENV": "development", "DATABASE_URL": url}


@contextmanager
def database_url(given: str) -> Iterator[str]:
    """Yield the URL that was given, or that of a database that is forgotten afterwards."""
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{folder}/benchmark.sqlite3"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Pages of the service beside a bare Flask page.")
    parser.add_argument("--database", default="", help="URL of a database to fill (once) and use")
    parser.add_argument("--repeats", type=int, default=30)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    return parser.parse_args()


if __name__ == "__main__":
    main()
