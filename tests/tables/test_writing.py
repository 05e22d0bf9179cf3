"""What is written can be read back as it was; no text ever becomes a formula."""

import csv
import datetime as dt
import io
import math
from decimal import Decimal
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sme_match.core.errors import InvalidError
from sme_match.tables.reading import read_table
from sme_match.tables.writing import (
    CSVFile,
    Sheet,
    Value,
    attachment_name,
    content_disposition,
    write_csv,
    write_xlsx,
)

DANGEROUS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1"]
DANGEROUS += ["＝1+1", "＋1", "－1+1", "＠x", "'=1", "''+1", "-"]

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
tables = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(texts, min_size=width, max_size=width), max_size=5)
)


def cells_of(data: bytes) -> list[list[str]]:
    table = read_table(data, "t")
    return [[row.values[title] for title in table.header[1:]] for row in table.rows]


def as_written(rows: list[list[str]]) -> tuple[list[str], list[list[Value]]]:
    """Return titles and rows with a first column, so that no row is blank."""
    width = len(rows[0]) if rows else 1
    titles = ["番号", *(f"列{number};," for number in range(width))]
    return titles, [[number, *row] for number, row in enumerate(rows)]


@given(tables)
def test_csv_reads_back_as_it_was(rows: list[list[str]]) -> None:
    titles, written = as_written(rows)

    data = write_csv(titles, written).data

    assert cells_of(data) == [[cell.replace("\0", "\ufffd") for cell in row] for row in rows]


@settings(max_examples=50)
@given(tables)
def test_xlsx_reads_back_as_it_was(rows: list[list[str]]) -> None:
    titles, written = as_written(rows)

    data = write_xlsx([Sheet("表", titles, written)])

    assert cells_of(data) == [[cell.replace("\0", "\ufffd") for cell in row] for row in rows]


# Two characters of Unicode meet in one of CP932; NUL and C1 controls are no text.
cp932_characters = st.characters(
    codec="cp932",
    include_characters="¢£¬‖−〜",
    exclude_characters=["\0", *map(chr, range(0x80, 0xA0)), *map(chr, range(0xF8F0, 0xF8F4))],
)


@given(st.text(cp932_characters, max_size=40))
def test_what_cp932_has_is_never_replaced(cell: str) -> None:
    assert write_csv(["番号", "値"], [[1, cell]], encoding="cp932").replaced == 0


@pytest.mark.parametrize("cell", DANGEROUS)
def test_formulas_are_guarded_in_csv(cell: str) -> None:
    written = write_csv(["値"], [[cell]]).data.decode("utf-8-sig")

    assert next(csv.reader(io.StringIO(written.split("\r\n", 1)[1], newline=""))) == [f"'{cell}"]


@pytest.mark.parametrize("cell", ["-5", "-1,200.50", "019-123-4567", "A=B", "", "'x"])
def test_harmless_text_is_left_alone(cell: str) -> None:
    assert write_csv(["値"], [[cell]]).data.decode("utf-8-sig") == f'"値"\r\n"{cell}"\r\n'


@pytest.mark.parametrize("cell", DANGEROUS)
def test_formulas_are_text_in_xlsx(cell: str) -> None:
    data = write_xlsx([Sheet("表", ["=見出し"], [[cell]])])

    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    assert [sheet.cell(number, 1).data_type for number in (1, 2)] == ["s", "s"]
    assert sheet.cell(1, 1).value == "=見出し"


def test_csv_for_excel_has_its_mark_and_crlf() -> None:
    assert write_csv(["郵便番号", "社数"], [["0200023", 5], [None, -5]]) == CSVFile(
        b"\xef\xbb\xbf" + '"郵便番号","社数"\r\n"0200023","5"\r\n"","-5"\r\n'.encode(), 0
    )


def test_cp932_replaces_what_it_lacks_and_counts() -> None:
    file = write_csv(["企業名"], [["髙﨑〜製作所−①"], ["😀𠮷野"]], encoding="cp932")

    assert file.data.decode("cp932") == '"企業名"\r\n"髙﨑～製作所－①"\r\n"〓〓野"\r\n'
    assert file.replaced == 2


def test_a_minus_that_cp932_turns_into_a_formula_start_is_guarded() -> None:
    assert write_csv(["値"], [["−1+1"]], encoding="cp932").data.decode("cp932") == (
        '"値"\r\n"\'－1+1"\r\n'
    )


def test_values_keep_their_kind_in_xlsx() -> None:
    tokyo = dt.datetime(2026, 12, 10, 13, 30, tzinfo=ZoneInfo("Asia/Tokyo"))
    row: list[Value] = [
        "0200023",
        12,
        Decimal("0.05"),
        dt.date(2026, 12, 10),
        tokyo,
        True,
        None,
        math.nan,
        10**15,
        dt.date(1889, 2, 11),
        "https://example.jp",
    ]
    data = write_xlsx([Sheet("表", [f"c{number}" for number in range(len(row))], [row])])

    cells = next(openpyxl.load_workbook(io.BytesIO(data)).worksheets[0].iter_rows(min_row=2))
    assert [cell.value for cell in cells] == [
        "0200023",
        12,
        0.05,
        dt.datetime(2026, 12, 10),  # noqa: DTZ001 -- cells have no zone
        dt.datetime(2026, 12, 10, 13, 30),  # noqa: DTZ001 -- cells have no zone
        "○",
        None,
        None,
        "1000000000000000",
        "1889-02-11",
        "https://example.jp",
    ]
    assert cells[10].hyperlink is None


def test_dates_and_numbers_read_back() -> None:
    rows: list[list[Value]] = [[1, dt.date(2026, 12, 10), Decimal("12.50"), 3.0, False]]
    titles = ["n", "day", "size", "count", "yes"]

    for data in (write_xlsx([Sheet("s", titles, rows)]), write_csv(titles, rows).data):
        assert cells_of(data)[0][0] == "2026-12-10"
        assert cells_of(data)[0][2:] == ["3", "×"]
        assert Decimal(cells_of(data)[0][1]) == Decimal("12.5")


def test_the_header_is_bold_frozen_and_filtered() -> None:
    data = write_xlsx([Sheet("表", ["企業名", "電話"], [["A社", "019"]], widths=[30, 12])])

    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    assert sheet.cell(1, 1).font.b is True
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:B2"
    assert round(sheet.column_dimensions["A"].width) == 31


def test_sheet_names_are_made_acceptable_and_unique() -> None:
    names = ["商談:結果/2026", "商談:結果/2026", "'", "あ" * 40]
    data = write_xlsx([Sheet(name, ["a"], []) for name in names])

    assert openpyxl.load_workbook(io.BytesIO(data)).sheetnames == [
        "商談・結果・2026",
        "商談・結果・2026_2",
        "Sheet",
        "あ" * 31,
    ]


def test_a_text_that_excel_would_drop_is_refused() -> None:
    with pytest.raises(InvalidError) as caught:
        write_xlsx([Sheet("s", ["PR"], [["長" * 32_768]])])

    assert str(caught.value) == (
        "長すぎてExcelのセルに入らない文章があります。CSVで書き出してください。"
    )


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("登録企業一覧", "登録企業一覧_20261122.xlsx"),
        ("../../etc/passwd", "_.._etc_passwd_20261122.xlsx"),
        ("a\r\nSet-Cookie: x\0", "aSet-Cookie_ x_20261122.xlsx"),
        ("\u202egnp.exe", "gnp.exe_20261122.xlsx"),
        (" . ", "file_20261122.xlsx"),
    ],
)
def test_names_of_files_are_safe(title: str, name: str) -> None:
    assert attachment_name(title, dt.date(2026, 11, 22), ".xlsx") == name


def test_the_header_carries_the_japanese_name() -> None:
    value = content_disposition("登録企業一覧_20261122.xlsx")

    prefix = "attachment; filename=\"20261122.xlsx\"; filename*=UTF-8''"
    assert value.startswith(prefix)
    assert unquote(value.removeprefix(prefix)) == "登録企業一覧_20261122.xlsx"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_name_breaks_the_header(name: str) -> None:
    value = content_disposition(name)

    assert value.isascii()
    assert value.isprintable()
    assert value.count('"') == 2
