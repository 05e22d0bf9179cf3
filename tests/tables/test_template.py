"""What people fill in comes back readable; what they must correct comes back to them."""

import io

import openpyxl

from sme_match.tables.columns import CellError, Column, is_example, map_header, parse_row
from sme_match.tables.dates import date
from sme_match.tables.parsers import (
    choice,
    decimal,
    email,
    integer,
    list_of,
    phone,
    postal_code,
    text,
    url,
    yes_no,
)
from sme_match.tables.reading import read_table
from sme_match.tables.template import write_error_rows, write_template

COLUMNS = (
    Column("name", "企業名", "Company", text(80), "みやぎ精密", "正式名称", required=True),
    Column("postal", "郵便番号", "Postal code", postal_code, "020-0023"),
    Column("phone", "電話", "Phone", phone, "0191234567"),
    Column("email", "メール", "E-mail", email, "info@example.co.jp"),
    Column("website", "ウェブサイト", "Website", url, "https://example.co.jp"),
    Column("employees", "従業員数", "Employees", integer(0, unit="名"), "12"),
    Column("tolerance", "公差", "Tolerance", decimal(0, unit="mm"), "0.05"),
    Column("founded", "設立日", "Founded", date, "昭和45年4月1日"),
    Column("web", "Web商談", "Online", yes_no, "○"),
    Column("processes", "加工", "Processes", list_of(), "切削、研削"),
    Column("mode", "形式", "Mode", choice({"対面": "in_person", "Web": "web"}), "Web"),
)


def test_a_template_with_its_example_reads_without_errors() -> None:
    table = read_table(write_template(COLUMNS), "template.xlsx")
    header = map_header(table.header, COLUMNS)

    assert table.header == tuple(column.title for column in COLUMNS)
    assert (header.missing, header.unknown) == ((), ())
    assert [parse_row(row, header).errors for row in table.rows] == [()]
    assert [is_example(row, header) for row in table.rows] == [True]
    assert table.rows[0].values["電話"] == "0191234567"


def test_the_second_sheet_explains_every_column() -> None:
    guide = openpyxl.load_workbook(io.BytesIO(write_template(COLUMNS[:2])))["記入のしかた"]

    assert [[cell or "" for cell in row] for row in guide.iter_rows(values_only=True)] == [
        ["列", "必須", "書き方", "例"],
        ["企業名", "必須", "正式名称", "みやぎ精密"],
        ["郵便番号", "", "", "020-0023"],
    ]


def test_cells_to_fill_in_are_text_so_that_zeros_stay() -> None:
    data = write_template(COLUMNS)

    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    assert {cell.number_format for cell in sheet[2]} == {"@"}


def test_only_bad_rows_come_back_with_what_to_correct() -> None:
    table = read_table("企業名,従業員数\nA社,5\nB社,約5\n,6\n".encode(), "t.csv")
    header = map_header(table.header, COLUMNS)
    errors = {row.number: parse_row(row, header).errors for row in table.rows}

    returned = read_table(write_error_rows(table, errors), "errors.xlsx")

    assert returned.header == ("企業名", "従業員数", "直すところ")
    assert [tuple(row.values.values()) for row in returned.rows] == [
        (
            "B社",
            "約5",
            "従業員数：「約」「以上」「程度」などは付けず、数字だけで入力してください（例：120）。",
        ),
        ("", "6", "企業名：入力してください。"),
    ]
    assert map_header(returned.header, COLUMNS).unknown == ()


def test_rows_can_be_corrected_twice() -> None:
    table = read_table("企業名,直すところ\nA社,前の注意\n".encode(), "t.csv")
    errors = {2: (CellError("企業名", "A社", "登録済みです。"), CellError("電話", "", "必要です。"))}

    returned = read_table(write_error_rows(table, errors), "errors.xlsx")

    assert [dict(row.values) for row in returned.rows] == [
        {"企業名": "A社", "直すところ": "企業名：登録済みです。\n電話：必要です。"}
    ]
