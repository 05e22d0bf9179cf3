"""The pages of the yearly report: words, links, files, targets, closing, all bodies."""

import io
import re
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.statistics.yearly.figures import KEYS
from tests.client import Client
from tests.conftest import Clock
from tests.factories import make_company, make_need, make_user
from tests.statistics.scenes import Region, make_meeting, make_region, on
from tests.statistics.test_views import text_of


@pytest.fixture
def region(database: Database, clock: Clock) -> Region:
    clock.now = on(2027, 5, 20)
    with database.unit_of_work() as session:
        return make_region(session)


def test_the_page_names_the_year_in_both_eras_and_says_what_is_behind_each_rate(
    client: Client, region: Region
) -> None:
    words = text_of(client.sign_in(region.lead.id).get("/statistics/years/2026").text)
    for expected in (
        "2026年度（令和8年度） 年度報告",
        "3のうち2",
        "20.8–93.9%",
        "不明・未報告 1件",
        (
            "2022年度（令和4年度）から2026年度（令和8年度）までに、実施した商談は0件から3件に、"
            "成約は0件から1件になりました。"
        ),
        "見込みは入りません。",
    ):
        assert expected.replace(" ", "") in words.replace(" ", "")


def test_a_year_without_records_says_so(client: Client, region: Region) -> None:
    page = client.sign_in(region.lead.id).get("/statistics/years/2020")
    assert "この年度に数えられる記録はありません" in page.text


@pytest.mark.parametrize(
    "path", ["1999", "2029", "2026/records/nothing", "2026/records/meetings?part=x"]
)
def test_what_does_not_exist_is_not_found(client: Client, region: Region, path: str) -> None:
    assert client.sign_in(region.lead.id).get(f"/statistics/years/{path}").status_code == 404


def test_every_figure_leads_to_its_records_and_their_file(client: Client, region: Region) -> None:
    client.sign_in(region.lead.id)
    page = client.get("/statistics/years/2026").text
    linked = set(re.findall(r"/statistics/years/2026/records/([\w-]+)", page))
    assert {"meetings", "deals", "quote_rate", "source-sme_said"} <= linked
    for key in (*KEYS, "source-none"):
        assert client.get(f"/statistics/years/2026/records/{key}").status_code == 200, key
    listed = client.get("/statistics/years/2026/records/source-sme_said").text
    assert re.findall(r'href="/meetings/(\d+)"', listed) == [str(region.meetings[0].id)]
    file = client.get("/statistics/years/2026/records/meetings.csv").data.decode("utf-8-sig")
    assert file.count("\r\n") == 4


def test_the_workbook_has_tables_and_charts_of_its_own(client: Client, region: Region) -> None:
    answer = client.sign_in(region.lead.id).get("/statistics/years/2026/report.xlsx")
    book = load_workbook(io.BytesIO(answer.data))
    series = book["5年の推移"]
    assert len(series.tables) == 1
    charts = [name for name in ZipFile(io.BytesIO(answer.data)).namelist() if "charts/chart" in name]
    assert len(charts) == 4
    rows = {row[0]: row[1:] for row in series.iter_rows(values_only=True)}
    assert rows["2026年度（令和8年度）"][rows["年度"].index("商談を実施した数（件）")] == 3
    tables = [table for sheet in book for table in sheet.tables.values()]
    assert len({table.displayName for table in tables}) == len(tables) >= 8
    sheet = book["商談の結果（商談の年度）"]
    found = {row[0]: row[1:6] for row in sheet.iter_rows(values_only=True)}
    assert found["見積りにつながった割合"][0] == pytest.approx(2 / 3)
    assert found["見積りにつながった割合"][2] == 3, "the denominator"


def test_targets_are_typed_as_people_write_them_and_refused_with_the_input_kept(
    client: Client, region: Region
) -> None:
    client.sign_in(region.lead.id)
    path = "/statistics/years/2026/targets"
    refused = client.post(path, {"version": "0", "meetings": "６件", "deal_rate": "150"})
    assert refused.status_code == 422
    assert "割合の目標は100%までにしてください。" in refused.text
    assert 'value="６件"' in refused.text or 'value="6"' in refused.text
    saved = client.post(
        path, {"version": "0", "meetings": "６件", "deal_rate": "25", "total_yen": "300万円"}
    )
    assert saved.status_code == 302
    words = text_of(client.get("/statistics/years/2026").text)
    assert "6件 50%" in words
    assert "300万円 50%" in words
    stale = client.post(path, {"version": "0", "meetings": "9"})
    assert stale.status_code == 409
    assert "ほかの人が先に更新しました" in stale.text
    assert "目標を決めました" in stale.text, "the history of the targets"


def test_a_closed_year_shows_its_edition_and_can_be_closed_again_only_with_a_reason(
    client: Client, region: Region, database: Database
) -> None:
    client.sign_in(region.lead.id)
    path = "/statistics/years/2026/close"
    assert client.post(path, {}).status_code == 302
    page = client.get("/statistics/years/2026").text
    assert "第1版" in page
    assert "確定したときから変わった数字はありません。" in page
    assert "もう一度確定する理由を入力してください。" in client.post(path, {}).text
    assert client.post(path, {"note": "報告が届いたため"}).status_code == 302
    assert "第2版" in client.get("/statistics/years/2026").text
    assert client.post("/statistics/years/2027/close", {}).status_code == 409


def test_coordinators_read_the_report_but_neither_close_it_nor_set_targets(
    client: Client, region: Region, database: Database
) -> None:
    with database.unit_of_work() as session:
        coordinator = make_user(session, region.body, Role.COORDINATOR).id
    client.sign_in(coordinator)
    page = client.get("/statistics/years/2026")
    assert "目標を決める" not in page.text
    for path in ("targets", "close", "all"):
        assert client.get(f"/statistics/years/2026/{path}").status_code == 403


@pytest.fixture
def second(database: Database, region: Region) -> str:
    """Another body with one held meeting of each of four SMEs."""
    with database.unit_of_work() as session:
        other = make_region(session)
        for _ in range(4):
            company = make_company(session, other.body)
            make_meeting(session, make_need(session, other.buyers[0]), company, on(2026, 9, 1))
        return other.body.name


def test_a_lead_does_not_see_the_total_of_all_bodies(client: Client, region: Region) -> None:
    # It could take the own figures off, and be left with those of one company of the other body.
    client.sign_in(region.lead.id)
    assert client.get("/statistics/years/2026/all").status_code == 403
    assert client.get("/statistics/years/2026/all.xlsx").status_code == 403


def test_administrators_see_every_body_without_the_figures_of_few_companies(
    client: Client, region: Region, second: str, database: Database
) -> None:
    with database.unit_of_work() as session:
        administrator = make_user(session, None, Role.ADMINISTRATOR).id
    client.sign_in(administrator)
    page = client.get("/statistics/years/2026/all")
    rows = re.findall(
        r"<tr><th scope=\"row\"(?: lang=\"ja\")?>(.*?)</th>(.*?)</tr>", page.text, re.DOTALL
    )
    by_name = dict(rows)
    assert "伏せています" in by_name[region.body.name], "two SMEs stand behind its three meetings"
    assert "10件" in by_name["すべて"]
    file = client.get("/statistics/years/2026/all.xlsx")
    sheet = load_workbook(io.BytesIO(file.data))["支援機関ごと"]
    assert "※" in [cell.value for row in sheet.iter_rows() for cell in row]
