"""Files through the pages: choose, look, bring in, undo, export."""

import io
import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import unquote

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from sme_match.companies.models import Company
from sme_match.companies.register import COMPANY_REGISTER
from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.jobs import JOBS, Context, run_once
from sme_match.registers.models import RegisterImport
from sme_match.registers.views import ROWS_AT_ONCE, init_app
from sme_match.support_bodies.models import SupportBody
from sme_match.tables.reading import read_table
from tests.client import Client
from tests.conftest import NOW
from tests.factories import make_body, make_company, make_user
from tests.registers.files import csv_file

ROWS = [
    {"企業名": "株式会社みやぎ精密", "法人番号": "7000012050002", "都道府県": "宮城県", "謎": "1"},
    {"企業名": "有限会社大橋メッキ工業", "法人番号": "1234567890", "都道府県": "宮城県", "謎": "2"},
    {"企業名": "株式会社高橋鉄工", "法人番号": "", "都道府県": "宮城県", "謎": "3"},
]


@pytest.fixture
def company_id(client: Client, database: Database) -> int:
    """A coordinator is signed in; the id of 高橋鉄工 in the register of the body."""
    with database.unit_of_work() as session:
        body = make_body(session)
        user = make_user(session, body)
        company = make_company(
            session, body, name="高橋鉄工株式会社", prefecture_code="04", municipality_code="04101"
        )
    client.sign_in(user.id)
    return company.id


def upload(
    client: Client, data: bytes, *, name: str = "名簿.csv", register: str = "companies"
) -> TestResponse:
    return client.post(f"/registers/{register}/import", {"file": (io.BytesIO(data), name)})


def names(database: Database) -> list[str]:
    with database.reading() as session:
        query = select(Company.name).where(Company.archived_at.is_(None)).order_by(Company.id)
        return list(session.scalars(query))


def test_a_file_is_looked_at_brought_in_and_taken_back(
    client: Client, database: Database, company_id: int
) -> None:
    answer = upload(client, csv_file(ROWS))
    page = client.get(answer.location).text
    assert "まだ何も登録していません。" in page
    assert "次の列は使いません：謎" in page
    assert "取り込めない行（1行）" in page
    assert "法人番号は13桁の数字です。いまは10桁です。" in page
    assert "同じ名前の「高橋鉄工株式会社」（仙台市青葉区）が、すでに登録されています。" in page
    assert "エラーのない2行を取り込む" in page
    assert names(database) == ["高橋鉄工株式会社"]
    client.post(f"{answer.location}/apply", {"row-4": "create"})
    assert names(database) == ["高橋鉄工株式会社", "株式会社みやぎ精密", "株式会社高橋鉄工"]
    result = client.get(answer.location).text
    assert "取り込みました" in result
    assert client.post(f"{answer.location}/apply").status_code == 409
    client.post(f"{answer.location}/undo")
    assert names(database) == ["高橋鉄工株式会社"]
    assert "取り込みを取り消しました" in client.get(answer.location).text


def test_a_choice_that_was_not_offered_counts_for_nothing(
    client: Client, database: Database, company_id: int
) -> None:
    answer = upload(client, csv_file(ROWS))
    client.post(f"{answer.location}/apply", {"row-4": "drop table", "row-2": "skip", "row-x": "1"})
    assert names(database) == ["株式会社高橋鉄工", "株式会社みやぎ精密"]


def test_only_the_bad_rows_can_be_downloaded_and_corrected(
    client: Client, database: Database, company_id: int
) -> None:
    answer = upload(client, csv_file(ROWS))
    download = client.get(f"{answer.location}/errors.xlsx")
    table = read_table(download.data, "直す.xlsx")
    assert [row.values["企業名"] for row in table.rows] == ["有限会社大橋メッキ工業"]
    assert table.rows[0].values["直すところ"] == (
        "法人番号：法人番号は13桁の数字です。いまは10桁です。"
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "ファイルが空です。1行目に見出し、2行目からデータを入れてください。"),
        (b"%PDF-1.7", "は表のファイルではありません。"),
        (b"\x81\xff\xfe\x00\x01", "表のファイルではないようです。"),
        (b"A,B\n1,2\n", "「企業名」の列が見つかりません。"),
        (("企業名\n" + "あ\n" * 100_000).encode(), "データが20,001行以上あります。"),
        (b"PK\x03\x04broken", "読み取れません"),
    ],
)
@pytest.mark.usefixtures("company_id")
def test_a_file_that_cannot_be_used_is_explained_on_the_form(
    client: Client, data: bytes, message: str
) -> None:
    answer = upload(client, data, name="名簿.dat")
    assert answer.status_code == 422
    assert message in answer.text


@pytest.mark.usefixtures("company_id")
def test_no_file_at_all_is_asked_for(client: Client) -> None:
    answer = client.post("/registers/companies/import")
    assert answer.status_code == 422
    assert "ファイルを選んでください。" in answer.text


@pytest.mark.usefixtures("company_id")
@pytest.mark.parametrize("register", ["companies", "capabilities", "needs"])
def test_each_register_has_form_template_and_exports(client: Client, register: str) -> None:
    assert client.get(f"/registers/{register}/import").status_code == 200
    template = client.get(f"/registers/{register}/template.xlsx")
    assert len(read_table(template.data, "ひな形.xlsx").rows) == 1
    exported = client.get(f"/registers/{register}/export.xlsx")
    assert read_table(exported.data, "x.xlsx").header == read_table(template.data, "x.xlsx").header
    for encoding in ("", "cp932"):
        answer = client.get(f"/registers/{register}/export.csv?encoding={encoding}")
        assert read_table(answer.data, "x.csv").header == read_table(template.data, "x.xlsx").header


@pytest.mark.usefixtures("company_id")
def test_an_unknown_register_or_format_is_not_found(client: Client) -> None:
    assert client.get("/registers/secrets/import").status_code == 404
    assert client.get("/registers/companies/export.pdf").status_code == 404


def test_the_export_carries_the_filters_its_japanese_name_and_safe_cells(
    client: Client, database: Database, company_id: int
) -> None:
    with database.unit_of_work() as session:
        known = session.get_one(Company, company_id)
        known.phone, known.pr_text = "022-000-0000", "=HYPERLINK(1)"
        body_id = known.body_id
        other = make_company(session, make_body(session), name="岩手の会社", prefecture_code="03")
        other.body_id = body_id
    answer = client.get("/registers/companies/export.csv?prefecture=04&q=高橋")
    disposition = unquote(answer.headers["Content-Disposition"])
    assert "登録企業一覧_20261120.csv" in disposition
    text = answer.data.decode("utf-8-sig")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert '"022-000-0000"' in text
    assert '"\'=HYPERLINK(1)"' in text
    assert "岩手の会社" not in text
    page = client.get("/needs/?state=open&endpoint=x&_method=x&register=needs").text
    assert re.search(r'href="/registers/needs/export\.xlsx\?state=open"', page)


def test_leads_export_but_do_not_import(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        body = make_body(session)
        lead = make_user(session, body, Role.LEAD)
        make_company(session, body)
    client.sign_in(lead.id)
    assert client.get("/registers/companies/export.xlsx").status_code == 200
    assert client.get("/registers/companies/import").status_code == 403
    assert upload(client, csv_file(ROWS)).status_code == 403


def test_another_body_finds_neither_import_nor_rows(
    client: Client, database: Database, company_id: int
) -> None:
    location = upload(client, csv_file(ROWS)).location
    client.post(f"{location}/apply")
    with database.unit_of_work() as session:
        stranger = make_user(session, make_body(session))
    other = Client(client.app).sign_in(stranger.id)
    for path in ("", "/errors.xlsx"):
        assert other.get(f"{location}{path}").status_code == 404
    for path in ("/apply", "/undo"):
        assert other.post(f"{location}{path}").status_code == 404
    assert "みやぎ精密" not in other.get("/registers/companies/export.csv").data.decode("utf-8-sig")
    assert "みやぎ精密" in client.get("/registers/companies/export.csv").data.decode("utf-8-sig")


@pytest.mark.usefixtures("company_id")
def test_many_questions_are_shown_in_part_and_the_rest_decided_together(
    client: Client, database: Database
) -> None:
    rows = [{"企業名": f"会社{n}", "自社の紹介": "短い紹介", "都道府県": "岩手県"} for n in range(150)]
    location = upload(client, csv_file(rows)).location
    page = client.get(location).text
    assert page.count('name="row-') == 100
    assert "ここに出ていない50行" in page
    shown = {f"row-{number}": "create" for number in range(2, 102)}
    client.post(f"{location}/apply", shown | {"rest": "skip"})
    assert len(names(database)) == 101
    with database.reading() as session:
        assert len(session.scalars(select(RegisterImport)).one().written) == 100


def test_others_can_write_while_the_rows_of_a_file_are_read(
    app: Flask, client: Client, database: Database, company_id: int
) -> None:
    def read_name(cell: str) -> str:
        with database.unit_of_work() as session:
            session.execute(update(SupportBody).values(phone=cell))
        return cell

    columns = [
        replace(column, parse=read_name) if column.key == "name" else column
        for column in COMPANY_REGISTER.columns
    ]
    init_app(app, {"companies": replace(COMPANY_REGISTER, columns=tuple(columns))})
    location = upload(client, csv_file([{"企業名": "新しい製作所"}])).location
    client.post(f"{location}/apply")
    assert names(database)[-1] == "新しい製作所"


MANY = csv_file(
    [{"企業名": f"大きな名簿{place}", "都道府県": "宮城県"} for place in range(ROWS_AT_ONCE + 1)]
)


def scheduled(client: Client) -> dict[str, object]:
    """What the scheduler does next."""
    site = client.app.extensions["sme_match"]
    context = Context(database=site.database, settings=site.settings, now_of=site.clock)
    return run_once(context, [job for job in JOBS if job.name == "bring-in-files"])


def test_a_large_file_comes_in_behind_a_page_that_tells_of_it(
    client: Client, database: Database, company_id: int
) -> None:
    location = upload(client, MANY).location
    assert client.post(f"{location}/apply").location == location
    waiting = client.get(location).text
    assert "この画面を閉じても、取り込みは続きます。" in waiting
    assert client.post(f"{location}/apply").status_code == 409
    assert client.post(f"{location}/undo").status_code == 409
    assert len(names(database)) == 1
    assert scheduled(client) == {"bring-in-files": 1}
    assert "取り込みました" in client.get(location).text
    assert len(names(database)) == ROWS_AT_ONCE + 2
    assert scheduled(client) == {"bring-in-files": 0}
    client.post(f"{location}/undo")
    assert len(names(database)) == 1


def test_a_large_file_that_met_a_change_of_the_register_is_looked_at_again(
    client: Client, database: Database, company_id: int
) -> None:
    location = upload(client, MANY).location
    client.post(f"{location}/apply")
    with database.unit_of_work() as session:
        body_id = session.scalars(select(Company.body_id)).one()
        make_company(
            session, session.get_one(SupportBody, body_id), name="大きな名簿7", prefecture_code="04"
        )
    scheduled(client)
    page = client.get(location).text
    assert "確認のあとに登録の内容が変わったため、まだ取り込んでいません。" in page
    assert len(names(database)) == 2
    client.post(f"{location}/apply")
    scheduled(client)
    assert "取り込みました" in client.get(location).text


def test_an_import_that_nobody_can_bring_in_does_not_keep_others_waiting(
    client: Client, database: Database, company_id: int
) -> None:
    lost = upload(client, MANY).location
    client.post(f"{lost}/apply")
    with database.unit_of_work() as session:
        session.execute(update(RegisterImport).values(register="official-7"))
    other = upload(client, MANY).location
    client.post(f"{other}/apply")
    scheduled(client)
    assert "取り込みました" in client.get(other).text


def test_who_waits_too_long_is_told_whom_to_ask(
    client: Client, database: Database, company_id: int
) -> None:
    location = upload(client, MANY).location
    client.post(f"{location}/apply")
    with database.unit_of_work() as session:
        session.execute(update(RegisterImport).values(waiting_since=NOW - timedelta(minutes=3)))
    assert "いつもより時間がかかっています" in client.get(location).text
