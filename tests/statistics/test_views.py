"""The pages of statistics as a lead sees them: words, links, files, empty states."""

import io
import re
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.statistics.evidence import EVIDENCE_KEYS
from tests.client import Client
from tests.conftest import Clock
from tests.factories import make_body, make_buyer, make_company, make_need, make_user
from tests.queries import count_queries
from tests.statistics.scenes import Region, make_meeting, make_region, on

LATER = timedelta(minutes=2)
"""Longer than any figure is kept without looking."""


@pytest.fixture
def region(database: Database) -> Region:
    with database.unit_of_work() as session:
        return make_region(session)


def text_of(page: str) -> str:
    """The words of a page, without markup and the time of day."""
    words = re.sub(r"<script.*?</script>|<[^>]+>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"\d+:\d+ 日本時間", "", words))


def test_the_page_says_the_figures_the_lowest_step_and_the_findings(
    client: Client, region: Region
) -> None:
    page = client.sign_in(region.lead.id).get("/statistics/")
    words = text_of(page.text)
    for expected in (
        "2025年11月〜2026年10月（令和7年11月〜令和8年10月）",
        "2件増 前年同期 1件",
        "66.7 %",
        "3件のうち2件",
        "150 万円",
        "50% が次へ進む （進む割合が一番低い段階です）",
        "岩手が2件で最も多く、次は宮城1件です。",
        "合計3件で、前年より2件増えました。6月・7月・8月が1件で一番多い月です。",
        "見込みは成約の数にも金額にも足していません。",
    ):
        assert expected.replace(" ", "") in words.replace(" ", "")
    assert "NaN" not in page.text


def test_official_figures_stand_with_year_basis_and_source(client: Client, region: Region) -> None:
    words = text_of(client.sign_in(region.lead.id).get("/statistics/").text)
    assert "経済産業省「工業統計調査」、2018年、従業者4人以上の事業所" in words
    assert "2,087" in words, "establishments of Iwate in 2018"


def test_the_page_can_be_asked_for_as_it_was_known_on_a_day(client: Client, region: Region) -> None:
    page = client.sign_in(region.lead.id).get("/statistics/?known=2026-07-31&period=fy2026")
    words = text_of(page.text)
    assert "2026年7月31日（金）の終わりまでに記録された内容" in words
    assert "known=2026-07-31" in page.text, "links to the records keep the day"
    assert client.get("/statistics/records/meetings?known=2026-07-31").status_code == 200


@pytest.mark.parametrize("day", ["2099-01-01", "0001-01-01", "2026-02-30", "%F0%9F%8D%A3"])
def test_a_day_that_cannot_be_means_now(client: Client, region: Region, day: str) -> None:
    page = client.sign_in(region.lead.id).get(f"/statistics/?known={day}")
    assert page.status_code == 200
    assert "の終わりまでに記録された内容" not in page.text


def test_an_empty_period_shows_an_empty_state(client: Client, region: Region) -> None:
    page = client.sign_in(region.lead.id).get("/statistics/?period=fy2020")
    assert "この期間に数えられる記録はありません" in page.text
    assert "NaN" not in page.text


def test_odd_arguments_mean_the_last_twelve_months(client: Client, region: Region) -> None:
    client.sign_in(region.lead.id)
    asked = client.get("/statistics/?period=%F0%9F%8D%A3&side=nobody")
    assert text_of(asked.text) == text_of(client.get("/statistics/").text)


@pytest.mark.parametrize("key", EVIDENCE_KEYS)
def test_every_figure_has_a_page_of_records_and_a_file(
    client: Client, region: Region, key: str
) -> None:
    client.sign_in(region.lead.id)
    assert client.get(f"/statistics/records/{key}").status_code == 200
    assert client.get(f"/statistics/records/{key}.csv").status_code == 200


def test_records_of_a_figure_link_to_the_meetings(client: Client, region: Region) -> None:
    client.sign_in(region.lead.id)
    page = client.get("/statistics/records/quote_rate?part=unknown")
    assert re.findall(r'href="/meetings/(\d+)"', page.text) == [str(region.meetings[2].id)]
    page = client.get("/statistics/records/meetings?process=milling")
    assert re.findall(r'href="/meetings/(\d+)"', page.text) == [
        str(region.meetings[2].id),
        str(region.meetings[0].id),
    ]


@pytest.mark.parametrize("path", ["/statistics/records/nothing", "/statistics/records/meetings?part=x"])
def test_records_of_no_figure_do_not_exist(client: Client, region: Region, path: str) -> None:
    assert client.sign_in(region.lead.id).get(path).status_code == 404


def test_the_file_of_records_has_japanese_headers(client: Client, region: Region) -> None:
    answer = client.sign_in(region.lead.id).get("/statistics/records/deals.csv")
    lines = answer.data.decode("utf-8-sig").split("\r\n")
    number = region.needs[0].number
    assert lines[0] == '"案件番号","案件名","受注側企業","発注企業","日付","状態","結果の段階"'
    assert lines[1].startswith(f'"{number}","{region.needs[0].title}","岩手製作所"')
    assert len(lines) == 3


def test_the_workbook_holds_numbers_as_numbers(client: Client, region: Region) -> None:
    answer = client.sign_in(region.lead.id).get("/statistics/export.xlsx")
    book = load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames == [
        "この表について",
        "概要",
        "流れ",
        "都道府県",
        "工程",
        "業種",
        "月",
        "金額",
        "公式統計との比較",
        "定義",
    ]
    figures = {row[0]: row[1:3] for row in book["概要"].iter_rows(min_row=2, values_only=True)}
    assert figures["商談を実施した数"] == (3, 1)
    assert figures["契約した金額"] == (1_500_000, 0)
    processes = {row[0]: row[4] for row in book["工程"].iter_rows(min_row=2, values_only=True)}
    assert sum(count for count in processes.values() if isinstance(count, int)) == 3


def test_the_files_follow_the_filter(client: Client, region: Region) -> None:
    answer = client.sign_in(region.lead.id).get("/statistics/export.xlsx?process=bending")
    book = load_workbook(io.BytesIO(answer.data))
    figures = {row[0]: row[1] for row in book["概要"].iter_rows(min_row=2, values_only=True)}
    assert figures["商談を実施した数"] == 1


def test_the_published_workbook_withholds_what_few_companies_stand_behind(
    client: Client, database: Database, region: Region
) -> None:
    with database.unit_of_work() as session:
        for prefecture in ("27", "28", "40"):
            sme = make_company(session, region.body, prefecture_code=prefecture)
            buyer = make_buyer(session, region.body, prefecture_code="03")
            need = make_need(session, buyer, process_code="bending", created_at=on(2026, 7, 1))
            make_meeting(session, need, sme, on(2026, 9, 1))
            make_meeting(session, need, sme, on(2026, 9, 2))
    client.sign_in(region.lead.id)
    book = load_workbook(
        io.BytesIO(client.get("/statistics/published.xlsx?process=bending&period=last12").data)
    )
    figures = {row[0]: row[1] for row in book["概要"].iter_rows(min_row=2, values_only=True)}
    assert (figures["商談を実施した数"], figures["成約した数"], figures["契約した金額"]) == (
        9,
        "※",
        "※",
    )
    meetings = {row[0]: row[4] for row in book["都道府県"].iter_rows(min_row=2, values_only=True)}
    assert set(meetings.values()) == {"※"}, "one company in each prefecture"
    processes = {row[0]: row[4] for row in book["工程"].iter_rows(min_row=2, values_only=True)}
    assert set(processes.values()) == {"※"}, "two in one process: the other would tell"
    assert {"流れ", "公式統計との比較"}.isdisjoint(book.sheetnames)


def test_a_published_figure_is_not_that_of_one_buyer(
    client: Client, database: Database, region: Region
) -> None:
    with database.unit_of_work() as session:
        for _ in range(4):
            make_meeting(session, region.needs[1], make_company(session, region.body), on(2026, 9, 1))
    client.sign_in(region.lead.id)
    book = load_workbook(io.BytesIO(client.get("/statistics/published.xlsx").data))
    figures = {row[0]: row[1] for row in book["概要"].iter_rows(min_row=2, values_only=True)}
    assert figures["商談を実施した数"] == "※", "many SMEs, but two buyers"


def test_records_of_another_body_change_nothing_on_the_page(
    client: Client, database: Database, clock: Clock, region: Region
) -> None:
    paths = ("/statistics/", "/statistics/records/meetings", "/statistics/records/smes", "/")
    client.sign_in(region.lead.id)
    before = [text_of(client.get(path).text) for path in paths]
    with database.unit_of_work() as session:
        make_region(session)
    clock.now += LATER
    assert [text_of(client.get(path).text) for path in paths] == before


def test_the_page_asks_the_database_as_often_for_many_records(
    client: Client, database: Database, clock: Clock, region: Region
) -> None:
    client.sign_in(region.lead.id)
    client.get("/statistics/")
    clock.now += LATER
    with count_queries(database) as few:
        client.get("/statistics/")
    with database.unit_of_work() as session:
        for day in range(1, 4):
            make_meeting(session, region.needs[0], region.smes[0], on(2026, 9, day))
    clock.now += LATER
    with count_queries(database) as more:
        client.get("/statistics/")
    assert len(few) == len(more) < 10


@pytest.mark.parametrize("role", [Role.SME, Role.ADMINISTRATOR])
def test_results_are_for_staff(client: Client, database: Database, region: Region, role: Role) -> None:
    with database.unit_of_work() as session:
        company = region.smes[0].id if role is Role.SME else None
        user = make_user(session, region.body, role, company_id=company)
    client.sign_in(user.id)
    paths = ("/statistics/", "/statistics/export.xlsx", "/statistics/records/deals")
    assert [client.get(path).status_code for path in paths] == [403, 403, 403]


def test_a_body_without_anything_gets_an_empty_page(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        lead = make_user(session, make_body(session), Role.LEAD)
    page = client.sign_in(lead.id).get("/statistics/")
    assert "この期間に数えられる記録はありません" in page.text


def test_each_definition_can_be_linked_to(client: Client, region: Region) -> None:
    client.sign_in(region.lead.id)
    anchors = set(
        re.findall(r'href="/statistics/definitions#([^"]+)"', client.get("/statistics/").text)
    )
    explained = set(
        re.findall(r'<section class="card" id="([^"]+)"', client.get("/statistics/definitions").text)
    )
    assert len(anchors) >= 15
    assert anchors - explained == set()


def test_an_official_series_shows_its_breaks_and_source(client: Client, region: Region) -> None:
    client.sign_in(region.lead.id)
    page = client.get(
        "/statistics/official?series=gpp_long&column=gpp_total&prefecture=03&prefecture=03"
    )
    words = text_of(page.text)
    assert "前の年と比べられない年： 1975、1990、1996、2001、2006、2011" in words.replace("：1", "： 1")
    assert "内閣府経済社会総合研究所「県民経済計算」" in words
    assert page.text.count('class="break"') == 6
    assert client.get("/statistics/official?series=x&column=y&prefecture=99").status_code == 200


@pytest.mark.parametrize("path", ["/statistics/", "/statistics/years/2026", "/statistics/region"])
@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("昨日", "「昨日」の日付は読み取れません。いまの記録で数えています。"),
        ("1999-01-01", "の日付は読み取れません"),
        ("2999-01-01", "まだ来ていない日なので、いまの記録で数えています。"),
    ],
)
def test_a_day_that_cannot_be_followed_is_said(
    client: Client, region: Region, path: str, known: str, said: str
) -> None:
    page = client.sign_in(region.lead.id).get(f"{path}?known={known}")
    assert page.status_code == 200
    assert said in page.text
    assert "いまの記録で数えています" not in client.get(f"{path}?known=2026-11-01").text


def test_no_file_is_made_as_of_a_day_that_cannot_be_followed(client: Client, region: Region) -> None:
    refused = client.sign_in(region.lead.id).get("/statistics/export.xlsx?known=昨日")
    assert refused.status_code == 422
    assert "「昨日」の日付は読み取れません" in refused.text
