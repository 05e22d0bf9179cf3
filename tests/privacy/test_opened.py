"""Who saw what: pages of records and files are noted; whose data a leak concerns follows from it."""

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.links import create_link
from sme_match.companies.models import Company
from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.privacy.enums import AccessKind, Subject
from sme_match.privacy.models import AccessEntry
from sme_match.privacy.queries.affected import count_affected, list_affected
from sme_match.privacy.queries.opened import OpenedFilter
from sme_match.privacy.views.records import SHOWN
from tests.architecture.region import Side
from tests.client import Client
from tests.conftest import NOW, Clock
from tests.factories import make_company, make_contact, make_share
from tests.privacy.scenes import make_side
from tests.queries import count_queries


@pytest.fixture
def side(database: Database) -> Side:
    with database.unit_of_work() as session:
        return make_side(session, "北上")


def notes(database: Database) -> list[tuple[str, str, int | None, str]]:
    with database.reading() as session:
        rows = session.scalars(select(AccessEntry).order_by(AccessEntry.id))
        return [(row.kind, row.subject, row.subject_id, row.reader) for row in rows]


def test_opening_a_record_is_noted_once_an_hour_and_lists_are_not(
    client: Client, database: Database, side: Side, clock: Clock
) -> None:
    client.sign_in(side.users[Role.COORDINATOR].id)
    company = f"/companies/{side.ids['company_id']}"
    for path in ("/companies/", company, company, f"/needs/{side.ids['need_id']}", "/needs/"):
        assert client.get(path).status_code == 200
    clock.now = NOW + timedelta(minutes=61)
    client.sign_in(side.users[Role.COORDINATOR].id).get(company)
    assert notes(database) == [
        ("page", "company", side.ids["company_id"], "北上調整"),
        ("page", "need", side.ids["need_id"], "北上調整"),
        ("page", "company", side.ids["company_id"], "北上調整"),
    ]


def test_another_process_knows_from_the_database_that_a_lent_record_is_noted(
    client: Client, database: Database, side: Side
) -> None:
    with database.unit_of_work() as session:
        receiver = make_side(session, "釜石")
        make_share(session, session.get_one(Company, int(side.ids["company_id"])), receiver.body)
    client.sign_in(receiver.users[Role.COORDINATOR].id)
    for _ in range(2):
        client.app.extensions.pop("noted_pages", None)
        assert client.get(f"/companies/{side.ids['company_id']}").status_code == 200
    assert notes(database) == [("page", "company", side.ids["company_id"], "釜石調整")]


def test_the_own_company_and_refused_pages_are_no_news(
    client: Client, database: Database, side: Side
) -> None:
    client.sign_in(side.users[Role.SME].id)
    assert client.get(f"/companies/{side.ids['company_id']}").status_code in {200, 302, 403}
    assert client.get("/needs/999999").status_code in {403, 404}
    assert notes(database) == []


def test_every_file_is_noted_with_its_filter_and_stands_among_the_disclosures(
    client: Client, database: Database, side: Side
) -> None:
    client.sign_in(side.users[Role.COORDINATOR].id)
    for _ in range(2):
        assert client.get("/registers/companies/export.csv?q=kitakami").status_code == 200
    assert client.get("/registers/companies/template.xlsx").status_code == 200
    assert notes(database) == [("file", "register", None, "北上調整")] * 2
    client.sign_in(side.users[Role.LEAD].id)
    page = client.get("/disclosures?q=kitakami").text
    assert "/registers/companies/export.csv?q=kitakami" in page
    assert "登録の一覧" in page
    assert "北上調整" in page


def test_what_the_link_of_a_mail_shows_is_noted_without_its_token(
    client: Client, database: Database, side: Side
) -> None:
    with database.unit_of_work() as session:
        meeting_id = int(side.ids["meeting_id"])
        token = create_link(
            session, purpose=LinkPurpose.OUTCOME_REPORT, subject_id=meeting_id,
            company_id=int(side.ids["company_id"]), body_id=side.body.id, holder_name="購買 花子",
            expires_at=NOW + timedelta(days=1), now=NOW,
        )  # fmt: skip
    assert client.get(f"/report/{token}").status_code == 200
    assert notes(database) == [("link", "meeting", meeting_id, "購買 花子")]
    with database.reading() as session:
        entry = session.scalars(select(AccessEntry)).one()
        assert token not in entry.detail
    client.sign_in(side.users[Role.LEAD].id)
    assert "購買 花子" in client.get("/personal-data/opened").text


def test_a_lead_asks_by_person_reader_and_period_and_sees_the_readers_of_other_bodies(
    client: Client, database: Database, side: Side
) -> None:
    with database.unit_of_work() as session:
        other = make_side(session, "隣県")
        company = make_company(session, side.body, name="花巻鋳造")
        make_contact(session, company, name="鋳物 次郎")
        make_share(session, company, other.body)
    client.sign_in(other.users[Role.COORDINATOR].id)
    assert client.get(f"/companies/{company.id}").status_code == 200
    assert client.get(f"/companies/{other.ids['company_id']}").status_code == 200
    client.sign_in(side.users[Role.COORDINATOR].id).get(f"/companies/{side.ids['company_id']}")
    client.sign_in(side.users[Role.LEAD].id)

    def asked(query: str) -> tuple[bool, bool]:
        page = client.get(f"/personal-data/opened?{query}").text.partition("<tbody>")[2]
        return "花巻鋳造" in page, "北上製作所" in page

    assert asked("") == (True, True)
    assert other.body.name in client.get("/personal-data/opened").text
    assert "隣県製作所" not in client.get("/personal-data/opened").text
    assert asked("q=鋳物") == (True, False)
    assert asked("q=北上製作所") == (False, True)
    assert asked("reader=隣県") == (True, False)
    assert asked(f"user={side.users[Role.COORDINATOR].id}") == (False, True)
    assert asked("from=2026/11/21") == (False, False)
    assert asked("from=2026/11/20&until=2026/11/20") == (True, True)
    assert 'class="err"' in client.get("/personal-data/opened?from=きのう").text


def people(client: Client, query: str) -> set[str]:
    answer = client.get(f"/personal-data/affected.xlsx?{query}")
    assert answer.status_code == 200
    rows = load_workbook(io.BytesIO(answer.data)).worksheets[0].iter_rows(min_row=2, values_only=True)
    return {str(row[1]) for row in rows}


def test_a_leak_names_all_of_the_body_of_a_company_or_what_an_account_or_a_link_opened(
    client: Client, database: Database, side: Side
) -> None:
    with database.unit_of_work() as session:
        make_side(session, "隣県")
        unseen = make_company(session, side.body, name="花巻鋳造")
        make_contact(session, unseen, name="鋳物 次郎", email="jiro@example.jp")
    client.sign_in(side.users[Role.COORDINATOR].id)
    client.get(f"/companies/{side.ids['company_id']}")
    client.sign_in(side.users[Role.LEAD].id)
    everybody = people(client, "")
    assert {"北上担当", "北上購買", "鋳物 次郎", "北上社長", "北上調整", "北上出席"} <= everybody
    assert not {name for name in everybody if name.startswith("隣県")}
    assert people(client, f"company={unseen.id}") == {"鋳物 次郎"}
    coordinator = side.users[Role.COORDINATOR].id
    assert people(client, f"user={coordinator}") == {"北上担当", "北上出席"}
    assert people(client, f"user={coordinator}&from=2026/11/21") == set()
    assert people(client, "until=2020/01/01") == set()
    client.sign_in(coordinator).get("/registers/companies/export.csv")
    client.sign_in(side.users[Role.LEAD].id)
    assert "鋳物 次郎" in people(client, f"user={coordinator}")
    page = client.get("/personal-data/affected").text
    assert "30日以内" in page
    assert "jiro@example.jp" in page


def test_a_meeting_concerns_the_people_of_both_sides(
    client: Client, database: Database, side: Side
) -> None:
    client.sign_in(side.users[Role.COORDINATOR].id)
    assert client.get(f"/meetings/{side.ids['meeting_id']}").status_code == 200
    client.sign_in(side.users[Role.LEAD].id)
    found = people(client, f"user={side.users[Role.COORDINATOR].id}")
    assert {"北上担当", "北上購買"} <= found


def test_a_file_of_figures_concerns_nobody(client: Client, database: Database, side: Side) -> None:
    coordinator = side.users[Role.COORDINATOR]
    with database.unit_of_work() as session:
        session.add(
            AccessEntry(
                at=NOW, body_id=side.body.id, user_id=coordinator.id, reader=coordinator.name,
                role=coordinator.role.value, kind=AccessKind.FILE, page="statistics.report_file",
                subject=Subject.REGISTER,
            )
        )  # fmt: skip
    client.sign_in(side.users[Role.LEAD].id)
    assert people(client, f"user={coordinator.id}") == set()


def test_the_page_shows_the_first_persons_of_all_in_the_order_of_the_file(
    client: Client, database: Database, side: Side
) -> None:
    with database.unit_of_work() as session:
        company = make_company(session, side.body, name="あああ工業")
        for number in range(SHOWN):
            make_contact(session, company, name=f"担当{number:03}")
    lead = side.users[Role.LEAD].as_actor()
    with database.reading() as session:
        everybody = list_affected(session, lead, OpenedFilter())
        assert list_affected(session, lead, OpenedFilter(), limit=SHOWN) == everybody[:SHOWN]
        assert count_affected(session, lead, OpenedFilter()) == len(everybody) > SHOWN
    page = client.sign_in(side.users[Role.LEAD].id).get("/personal-data/affected").text
    assert f"{len(everybody)}人" in page
    assert page.partition("<tbody>")[2].count('scope="row"') == SHOWN


@pytest.mark.parametrize("path", ["opened", "affected", "affected.xlsx"])
def test_no_period_is_too_long(client: Client, side: Side, path: str) -> None:
    client.sign_in(side.users[Role.LEAD].id)
    assert client.get(f"/personal-data/{path}?until=9999-12-31").status_code == 200
    first_day = client.get(f"/personal-data/{path}?from=0001-01-01&until=0001-01-01")
    assert first_day.status_code == 200
    assert path.endswith("xlsx") or 'class="err"' in first_day.text


def test_only_leads_ask_who_saw_what(client: Client, side: Side) -> None:
    for role in (Role.COORDINATOR, Role.SME):
        client.sign_in(side.users[role].id)
        for path in ("opened", "affected", "affected.xlsx"):
            assert client.get(f"/personal-data/{path}").status_code == 403


def test_lists_cost_no_statement_more(client: Client, database: Database, side: Side) -> None:
    client.sign_in(side.users[Role.COORDINATOR].id)
    client.get("/companies/")
    with count_queries(database) as queries:
        client.get("/companies/")
    assert not [query for query in queries if "access_entry" in query]
