"""Official series brought in by administrators: asked for, checked, shown with their source, undone."""

import io
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from sme_match.audit.models import AuditEntry
from sme_match.core.actor import Actor, Role
from sme_match.core.errors import InvalidError
from sme_match.db.session import Database
from sme_match.statistics.imported.services import SeriesDraft, create_series
from sme_match.statistics.models import OfficialSeries, OfficialValue
from tests.client import Client
from tests.conftest import NOW
from tests.factories import make_body, make_user
from tests.registers.files import csv_file, xlsx_file
from tests.statistics.test_views import text_of

STATED = {
    "title": "製造業の実質付加価値額",
    "publisher": "研究所「産業生産性データベース」",
    "basis": "実質、2000年価格",
    "unit": "百万円",
    "licence": "出典を示せば自由に使える",
    "source": "https://example.jp/rjip",
    "breaks": "2005",
}
ROWS = [
    {"年": year, "都道府県コード": code, "産業分類コード": "E", "値": value}
    for year, code, value in (
        ("2003", "3", "100000"),
        ("2004", "03", "110000"),
        ("2005", "03", "300000"),
        ("2004", "13", "900000"),
        ("2004", "48", "1"),
        ("2004", "00", "1010000"),
    )
]


@pytest.fixture
def lead_id(client: Client, database: Database) -> int:
    """An administrator is signed in; the id of the lead of a body."""
    with database.unit_of_work() as session:
        keeper = make_user(session, None, Role.ADMINISTRATOR)
        lead = make_user(session, make_body(session), Role.LEAD)
    client.sign_in(keeper.id)
    return lead.id


def upload(client: Client, register: str, data: bytes, name: str = "値.csv") -> TestResponse:
    return client.post(f"/registers/{register}/import", {"file": (io.BytesIO(data), name)})


def figures(database: Database) -> list[tuple[int, str, float]]:
    value = OfficialValue
    with database.reading() as session:
        query = select(value.year, value.prefecture_code, value.value)
        rows = session.execute(query.order_by(value.year, value.prefecture_code))
        return [(row[0], row[1], row[2]) for row in rows]


def describe(client: Client, **other: str) -> str:
    answer = client.post("/statistics/official/series/new", STATED | other)
    assert answer.status_code == 302, answer.text
    return str(answer.location).split("/")[2]


def test_what_must_stand_under_the_figures_is_asked_first(client: Client, lead_id: int) -> None:
    page = client.post("/statistics/official/series/new", {"title": "人口", "breaks": "90年"})
    assert page.status_code == 422
    assert page.text.count("入力してください。") >= 5
    assert "西暦4桁の年を「、」で区切って入力してください" in page.text
    assert 'value="人口"' in page.text
    taken = client.post("/statistics/official/series/new", STATED | {"title": "国勢調査人口"})
    assert "この名前の系列はすでにあります" in taken.text


def test_a_file_is_looked_at_brought_in_shown_and_taken_back(
    client: Client, database: Database, lead_id: int
) -> None:
    register = describe(client)
    location = upload(client, register, csv_file(ROWS)).location
    preview = text_of(client.get(location).text)
    assert "都道府県は01から47のコードで入力してください" in preview
    assert figures(database) == []
    client.post(f"{location}/apply")
    assert figures(database) == [
        (2003, "03", 100000),
        (2004, "03", 110000),
        (2004, "13", 900000),
        (2005, "03", 300000),
    ]
    keeper_page = client.get(f"/statistics/official?series={register}&prefecture=03").text
    assert "公式統計の系列" in keeper_page
    page = (
        client.sign_in(lead_id)
        .get(f"/statistics/official?series={register}&prefecture=03&prefecture=13")
        .text
    )
    words = text_of(page)
    for name in ("title", "publisher", "basis", "licence", "source"):
        assert STATED[name] in words
    assert "前の年と比べられない年：2005" in words
    assert "1,100" in words, "in units of 100 million yen"
    assert page.count('class="break"') == 1


def test_a_year_that_does_not_add_up_stays_out_until_somebody_says_so(
    client: Client, database: Database, lead_id: int
) -> None:
    register = describe(client)
    rows = [each | {"値": "2000000"} if each["都道府県コード"] == "00" else each for each in ROWS]
    location = upload(client, register, xlsx_file(rows), "値.xlsx").location
    assert "全国の値（2,000,000）と合いません。" in client.get(location).text
    client.post(f"{location}/apply")
    assert [year for year, *_ in figures(database)] == [2003, 2005]
    again = upload(client, register, csv_file(rows)).location
    client.post(f"{again}/apply", {"all": "take"})
    assert [year for year, *_ in figures(database)] == [2003, 2004, 2004, 2005]


def test_another_value_is_asked_about_and_undo_gives_the_earlier_one_back(
    client: Client, database: Database, lead_id: int
) -> None:
    register = describe(client)
    first = upload(client, register, csv_file(ROWS[:2])).location
    client.post(f"{first}/apply")
    changed = [ROWS[0] | {"値": "105000"}, ROWS[1]]
    second = upload(client, register, csv_file(changed)).location
    page = client.get(second).text
    assert "登録済みの値（100,000）と違います。" in page
    client.post(f"{second}/apply", {"row-2": "update"})
    assert figures(database)[0] == (2003, "03", 105000)
    client.post(f"{first}/undo")
    assert figures(database) == [(2003, "03", 105000)], "what was changed since stays"
    client.post(f"{second}/undo")
    assert figures(database) == [(2003, "03", 100000)]


def test_a_series_is_edited_with_care_and_removed_with_its_figures(
    client: Client, database: Database, lead_id: int
) -> None:
    register = describe(client)
    client.post(f"{upload(client, register, csv_file(ROWS[:2])).location}/apply")
    path = f"/statistics/official/series/{register.split('-')[1]}"
    refused = client.post(path, STATED | {"unit": "人", "version": "1"})
    assert refused.status_code == 422
    assert "単位は変えられません" in refused.text
    assert client.post(path, STATED | {"licence": "CC BY 4.0", "version": "1"}).status_code == 302
    stale = client.post(path, STATED | {"licence": "別の条件", "version": "1"})
    assert stale.status_code == 409
    assert "CC BY 4.0" in stale.text
    assert client.post(f"{path}/remove").status_code == 302
    assert figures(database) == []
    assert "加えた系列はまだありません" in client.get("/statistics/official/series").text
    with database.reading() as session:
        actions = list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert actions == [
        "official_series.create",
        "register.import",
        "official_series.edit",
        "official_series.remove",
    ]


def test_nothing_of_a_removed_series_can_come_in_or_be_undone(
    client: Client, database: Database, lead_id: int
) -> None:
    register = describe(client)
    applied = upload(client, register, csv_file(ROWS[:2])).location
    client.post(f"{applied}/apply")
    looked_at = upload(client, register, csv_file(ROWS)).location
    client.post(f"/statistics/official/series/{register.split('-')[1]}/remove")
    # On SQLite the next series has the same number.
    again = describe(client)
    client.post(f"{upload(client, again, csv_file(ROWS[:2])).location}/apply")
    before = figures(database)
    assert client.post(f"{looked_at}/apply").status_code == 404
    assert client.post(f"{applied}/undo").status_code == 404
    assert figures(database) == before != []


@pytest.mark.parametrize(("field", "value"), [("title", "　 "), ("unit", "百" * 21)])
def test_the_command_is_held_to_the_rules_of_the_page(
    database: Database, field: str, value: str
) -> None:
    stated = {**STATED, "breaks": (), field: value}
    keeper = Actor(role=Role.ADMINISTRATOR, name="コマンド")
    with database.unit_of_work() as session, pytest.raises(InvalidError) as refused:
        create_series(session, keeper, SeriesDraft(**stated), now=NOW)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_only_administrators_bring_series_in(client: Client, database: Database, lead_id: int) -> None:
    register = describe(client)
    with database.unit_of_work() as session:
        coordinator = make_user(session, make_body(session))
    client.sign_in(coordinator.id)
    assert client.get(f"/registers/{register}/import").status_code == 404
    assert client.get(f"/registers/{register}/export.csv").status_code == 404
    assert client.get("/statistics/official/series").status_code == 403
    assert client.get("/registers/official/import").status_code == 404
    assert client.get("/registers/companies-1/import").status_code == 404


def test_an_administrator_takes_no_list_of_a_body_out(client: Client, lead_id: int) -> None:
    assert client.get("/registers/companies/export.csv").status_code == 404
    assert client.get("/registers/companies/import").status_code == 404


def test_a_series_goes_out_as_it_came_in(client: Client, lead_id: int) -> None:
    register = describe(client)
    client.post(f"{upload(client, register, csv_file(ROWS[:4])).location}/apply")
    file = client.get(f"/registers/{register}/export.csv").data
    page = client.get(upload(client, register, file).location).text
    assert "登録するもののない行" in page
    assert "が4行あります" in page


def command(app: Flask, path: Path, *arguments: str) -> str:
    result = app.test_cli_runner().invoke(args=["import-series", str(path), *arguments])
    return f"{result.exit_code} {result.output}"


def test_the_command_follows_the_same_rules(app: Flask, database: Database, tmp_path: Path) -> None:
    path = tmp_path / "値.csv"
    path.write_bytes(csv_file(ROWS))
    assert "1 Error: --publisher: 入力してください。" in command(app, path, "--title", "付加価値")
    stated = [
        part
        for name in ("title", "publisher", "basis", "licence", "unit", "source")
        for part in (f"--{name}", STATED[name])
    ]
    assert "4 can come in" in command(app, path, *stated, "--break", "2005", "--dry-run")
    assert figures(database) == []
    said = command(app, path, *stated, "--break", "2005")
    assert "row 6 48 2004 E: 都道府県コード: 都道府県は01から47" in said
    assert "Written: 4 records." in said
    again = command(app, path, "--title", STATED["title"])
    assert "Written: 0 records." in again
    with database.reading() as session:
        assert session.scalars(select(OfficialSeries.title)).all() == [STATED["title"]]
