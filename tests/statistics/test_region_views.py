"""The pages of what a region learns, as a lead sees them."""

import io
import re
from html import unescape

import pytest
from openpyxl import load_workbook

from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.outcomes.enums import End, NoDealReason, Reporter
from sme_match.outcomes.models import OutcomeReport
from tests.client import Client
from tests.factories import make_body, make_user
from tests.statistics.scenes import Region, make_region, on
from tests.statistics.test_views import text_of

PAGES = (
    *(f"/statistics/region?by={by}" for by in ("prefecture", "municipality", "process", "industry")),
    *(f"/statistics/region?by={by}" for by in ("lot", "size", "agglomeration", "nonsense")),
    "/statistics/region/demand",
    *(f"/statistics/region/refusals?by={by}" for by in ("process", "prefecture", "size", "lot")),
)


@pytest.fixture
def region(database: Database) -> Region:
    with database.unit_of_work() as session:
        made = make_region(session)
        session.add(
            OutcomeReport(
                meeting_id=made.meetings[1].id, reporter=Reporter.BUYER, reported_at=on(2026, 7, 21),
                stage=4, end=End.NO_DEAL, reasons=[NoDealReason.PRICE, NoDealReason.LEAD_TIME],
            )
        )  # fmt: skip
        return made


@pytest.mark.parametrize("path", PAGES)
def test_every_page_explains_its_figures_and_says_when_they_were_counted(
    client: Client, region: Region, path: str
) -> None:
    page = client.sign_in(region.lead.id).get(path)
    assert "2026年11月20日" in page.text
    assert "/statistics/definitions#" in page.text
    assert "NaN" not in page.text


@pytest.mark.parametrize("path", PAGES)
def test_without_records_a_page_says_so(client: Client, database: Database, path: str) -> None:
    with database.unit_of_work() as session:
        lead = make_user(session, make_body(session), Role.LEAD)
    page = client.sign_in(lead.id).get(path)
    assert page.status_code == 200
    assert "この期間に数えられる記録はありません" in page.text


def test_a_flow_leads_to_its_meetings(client: Client, region: Region) -> None:
    client.sign_in(region.lead.id)
    words = text_of(client.get("/statistics/region").text)
    assert "両方の所在地が分かる商談3件のうち2件（67%）が県境を越えました。" in words
    records = text_of(client.get("/statistics/records/meetings?prefecture=04&partner=13").text)
    assert "宮城製作所" in records
    assert "岩手製作所" not in records


def test_a_reason_leads_to_the_meetings_it_was_named_for(client: Client, region: Region) -> None:
    client.sign_in(region.lead.id)
    page = client.get("/statistics/region/refusals?by=process")
    assert "refused-price?period=last12&amp;process=bending" in page.text
    records = client.get("/statistics/records/refused-price?process=bending").text
    assert f"/meetings/{region.meetings[1].id}" in records
    assert f"/meetings/{region.meetings[0].id}" not in records


def test_the_map_crosses_process_area_and_size_and_leads_to_the_meetings(
    client: Client, region: Region
) -> None:
    client.sign_in(region.lead.id)
    page = client.get("/statistics/region/refusals").text
    assert "工程×地域×規模でみた理由" in page
    crossed = page[page.index('id="cells-t"') :]
    found = re.findall(r'href="(/statistics/records/refused-price[^"]*)"', crossed)
    assert len(found) == 1
    assert {"process", "prefecture", "size"} <= set(re.findall(r"(\w+)=", unescape(found[0])))
    assert f"/meetings/{region.meetings[1].id}" in client.get(unescape(found[0])).text


def test_totals_lead_to_their_records(client: Client, region: Region) -> None:
    client.sign_in(region.lead.id)
    for path in (
        "refused?process=bending",
        "refused?part=unknown&process=milling",
        "source-document_seen",
        "source-none",
        "total_yen?process=milling",
    ):
        assert client.get(f"/statistics/records/{path}").status_code == 200, path
    assert "/statistics/records/source-" in client.get("/statistics/").text
    assert re.search(
        r'class="n q5[^"]*"><a href="/statistics/records/meetings',
        client.get("/statistics/region").text,
    )


def test_reasons_of_few_companies_are_not_published(client: Client, region: Region) -> None:
    client.sign_in(region.lead.id)
    data = client.get("/statistics/region/refusals.xlsx?period=fy2026&process=bending").data
    book = load_workbook(io.BytesIO(data))
    sheet = book["工程"]
    assert [cell.value for cell in sheet[2]][1:] == ["※", "※"]
    assert [cell.value for cell in sheet[sheet.max_row]] == ["合計", "※", "※"]
    assert book["工程×地域×規模"].max_row == 1, "no row of which nothing may be said"


def test_needs_that_no_company_passes_are_listed(client: Client, region: Region) -> None:
    client.sign_in(region.lead.id)
    words = text_of(client.get("/statistics/records/unmet?period=fy2026&part=base").text)
    assert region.needs[0].title in words


@pytest.mark.parametrize("role", [Role.SME, Role.ADMINISTRATOR])
def test_the_region_is_for_staff(
    client: Client, database: Database, region: Region, role: Role
) -> None:
    with database.unit_of_work() as session:
        company = region.smes[0].id if role is Role.SME else None
        user = make_user(session, region.body, role, company_id=company)
    client.sign_in(user.id)
    paths = ("/statistics/region", "/statistics/region/demand", "/statistics/region/refusals.xlsx")
    assert [client.get(path).status_code for path in paths] == [403, 403, 403]
