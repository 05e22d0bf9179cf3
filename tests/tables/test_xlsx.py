"""What Excel stores and what people see in it; and packages made to do harm."""

import datetime as dt
import io
import struct
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import openpyxl
import pytest

from sme_match.core.errors import InvalidError
from sme_match.tables.reading import read_table
from sme_match.tables.table import Limits, Row
from tests.tables.packages import inline, make_package

BROKEN = (
    "ファイルが壊れているため読み取れません。"
    "Excelで開いて「Excel ブック（*.xlsx）」で保存し直してください。"
)
TOO_LARGE_INSIDE = (
    "ファイルの中身が大きすぎるため読み取れません。"
    "画像や使わないシートを削除するか、ファイルを分けてください。"
)
HEADER = f'<row r="1">{inline("A1", "a")}{inline("B1", "b")}</row>'


def rows_of(data: bytes) -> tuple[Row, ...]:
    return read_table(data, "t.xlsx").rows


def refusal(data: bytes) -> str:
    with pytest.raises(InvalidError) as caught:
        read_table(data, "t.xlsx", limits=Limits())
    return str(caught.value)


def saved(workbook: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def column_of(*values: object, number_format: str | None = None) -> list[str]:
    """Write values below a header with another program, and read them back."""
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.cell(1, 1, "値")
    for number, value in enumerate(values, start=2):
        cell = sheet.cell(number, 1)
        cell.value = value  # type: ignore[assignment]  # whatever the case gives
        if number_format is not None:
            cell.number_format = number_format
    return [row.values["値"] for row in rows_of(saved(workbook))]


def test_numbers_read_as_people_see_them() -> None:
    assert column_of(123, 0.1, 0.1 + 0.2, -5, 1e20, 1234567890123) == [
        "123",
        "0.1",
        "0.3",
        "-5",
        "100000000000000000000",
        "1234567890123",
    ]


def test_leading_zeros_of_text_cells_stay() -> None:
    assert column_of("0200023", "007") == ["0200023", "007"]


def test_leading_zeros_shown_by_a_format_are_kept() -> None:
    assert column_of(200023, number_format="0000000") == ["0200023"]


def test_dates_and_times_are_iso() -> None:
    assert column_of(
        dt.date(2026, 12, 10),
        dt.datetime(2026, 12, 10, 13, 30),  # noqa: DTZ001 -- cells have no zone
        dt.time(9, 5),
    ) == ["2026-12-10", "2026-12-10 13:30", "09:05"]


@pytest.mark.parametrize(
    "code",
    ['[$-411]ggge"年"m"月"d"日";@', "yyyy/m/d", 'm"月"d"日"', "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy"],
)
def test_japanese_date_formats_are_dates(code: str) -> None:
    assert column_of(46366, number_format=code) == ["2026-12-10"]


@pytest.mark.parametrize("code", ["General", "G/標準", '#,##0"日"', "0.00E+00", "[Red]0", "¥#,##0"])
def test_number_formats_are_no_dates(code: str) -> None:
    assert column_of(46366, number_format=code) == ["46366"]


def test_a_workbook_that_counts_from_1904_gives_the_same_days() -> None:
    workbook = openpyxl.Workbook()
    workbook.epoch = dt.datetime(1904, 1, 1)  # noqa: DTZ001 -- the other epoch of Excel
    sheet = workbook.worksheets[0]
    sheet.append(["開催日"])
    sheet.append([dt.date(2026, 12, 10)])

    assert rows_of(saved(workbook)) == (Row(2, {"開催日": "2026-12-10"}),)


def test_a_duration_is_hours_and_minutes() -> None:
    assert column_of(1.5, number_format="[h]:mm") == ["36:00"]


def test_truth_values_read_as_excel_shows_them() -> None:
    assert column_of(*(number > 1 for number in (2, 1))) == ["TRUE", "FALSE"]


def test_a_formula_that_was_never_calculated_is_refused_not_dropped() -> None:
    with pytest.raises(InvalidError) as caught:
        column_of("=1+1")

    assert str(caught.value) == (
        "2行目に計算されていない式があります。Excelで開いて保存し直してください。"
    )


def test_a_formula_whose_result_is_no_text_is_an_empty_cell() -> None:
    cells = '<c r="A2" t="str"><f>""</f><v></v></c><c r="B2"><v>1</v></c>'

    assert rows_of(make_package(f'{HEADER}<row r="2">{cells}</row>')) == (Row(2, {"a": "", "b": "1"}),)


def test_formulas_give_their_stored_value_and_errors_their_code() -> None:
    cells = '<c r="A2"><f>1+1</f><v>2</v></c><c r="B2" t="e"><f>X</f><v>#REF!</v></c>'

    assert rows_of(make_package(f'{HEADER}<row r="2">{cells}</row>')) == (
        Row(2, {"a": "2", "b": "#REF!"}),
    )


def test_empty_and_merged_rows_keep_the_numbers_of_excel() -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet["B3"], sheet["C3"] = "企業名", "都道府県"
    sheet["B5"], sheet["C5"], sheet["C6"] = "A社", "岩手県", "山形県"
    sheet.merge_cells("B5:B6")

    assert rows_of(saved(workbook)) == (
        Row(5, {"企業名": "A社", "都道府県": "岩手県"}),
        Row(6, {"企業名": "", "都道府県": "山形県"}),
    )


def test_the_first_visible_sheet_is_read() -> None:
    workbook = openpyxl.Workbook()
    workbook.worksheets[0].append(["隠れた見出し"])
    workbook.worksheets[0].sheet_state = "hidden"
    workbook.create_chartsheet("グラフ")
    visible = workbook.create_sheet("企業")
    visible.append(["企業名"])
    visible.append(["A社"])

    assert rows_of(saved(workbook)) == (Row(2, {"企業名": "A社"}),)


def test_a_workbook_with_hidden_sheets_only_is_refused() -> None:
    assert refusal(make_package(HEADER, sheet_state="hidden")) == (
        "表示されているシートがありません。データのあるシートを先頭に置いてください。"
    )


def test_readings_are_left_out_and_runs_are_joined() -> None:
    texts = (
        '<si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></si>'
        "<si><r><t>A</t></r><r><t xml:space='preserve'> 社_x000D_</t></r></si>"
    )
    cells = '<c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c>'

    assert rows_of(make_package(f'{HEADER}<row r="2">{cells}</row>', texts=texts)) == (
        Row(2, {"a": "東京", "b": "A 社\r"}),
    )


def test_cells_without_references_follow_each_other() -> None:
    cells = "<row><c><v>1</v></c><c><v>2</v></c></row>"

    assert rows_of(make_package(HEADER + cells)) == (Row(2, {"a": "1", "b": "2"}),)


def test_prefixed_names_are_understood() -> None:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = (
        f'<x:worksheet xmlns:x="{main}"><x:sheetData><x:row r="1"><x:c t="str"><x:v>a</x:v></x:c>'
        '</x:row><x:row r="2"><x:c><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    source = make_package("")
    buffer = io.BytesIO()
    with ZipFile(io.BytesIO(source)) as old, ZipFile(buffer, "w") as new:
        for name in old.namelist():
            new.writestr(name, sheet if name.endswith("s.xml") and "sheets" in name else old.read(name))

    assert rows_of(buffer.getvalue()) == (Row(2, {"a": "1"}),)


def test_a_cell_in_the_last_corner_costs_nothing() -> None:
    far = '<row r="1048576"><c r="B1048576"><v>1</v></c></row>'
    farther = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'

    assert rows_of(make_package(HEADER + far)) == (Row(1_048_576, {"a": "", "b": "1"}),)
    assert refusal(make_package(HEADER + farther)) == (
        "列が多すぎます（上限は200列です）。使わない列を削除してください。"
    )


def test_a_small_file_that_unpacks_to_much_is_refused() -> None:
    bomb = make_package(HEADER, extra={"xl/media/image1.bmp": bytes(150_000_000)})

    assert len(bomb) < 200_000
    assert refusal(bomb) == TOO_LARGE_INSIDE


def test_a_directory_that_claims_gigabytes_is_refused_unread() -> None:
    data = bytearray(make_package(HEADER))
    entry = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, entry + 24, 4_000_000_000)

    assert refusal(bytes(data)) == TOO_LARGE_INSIDE


def test_a_directory_that_hides_the_true_size_is_refused() -> None:
    data = bytearray(make_package(HEADER + '<row r="2"><c r="A2"><v>1</v></c></row>' * 9_000))
    entry = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, entry + 24, 200)

    assert refusal(bytes(data)) == BROKEN


def test_thousands_of_entries_are_refused() -> None:
    extra = {f"xl/media/{number}.png": b"" for number in range(10_000)}

    assert refusal(make_package(HEADER, extra=extra)) == TOO_LARGE_INSIDE


def test_entities_are_refused() -> None:
    lol = '<!DOCTYPE s [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    external = '<!DOCTYPE s [<!ENTITY b SYSTEM "file:///etc/hostname">]>'
    cell = '<row r="2"><c r="A2" t="s"><v>0</v></c></row>'

    for doctype in (lol, external):
        data = make_package(HEADER + cell, texts="<si><t>&b;</t></si>", doctype=doctype)
        assert refusal(data) == BROKEN


@pytest.mark.parametrize(
    "rows",
    [
        "<row><c></row>",
        '<row r="x"><c><v>1</v></c></row>',
        '<row r="1"><c r="1A"><v>1</v></c></row>',
        '<row r="1"><c t="s"><v>7</v></c></row>',
        '<row r="1"><c t="s"><v>-1</v></c></row>',
        '<row r="1"><c t="s"><v>eins</v></c></row>',
    ],
)
def test_contradictory_sheets_are_broken(rows: str) -> None:
    assert refusal(make_package(rows, texts="<si><t>x</t></si>")) == BROKEN


def test_a_torn_file_is_broken() -> None:
    whole = make_package(HEADER)

    assert refusal(whole[: len(whole) // 2]) == BROKEN
    assert refusal(b"PK\x03\x04" + bytes(100)) == BROKEN


def test_a_damaged_part_is_broken() -> None:
    data = bytearray(make_package(HEADER))
    at = data.index(b"xl/worksheets/s.xml") + len(b"xl/worksheets/s.xml")
    data[at : at + 20] = bytes(20)

    assert refusal(bytes(data)) == BROKEN


def test_other_packages_are_no_workbook() -> None:
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as package:
        package.writestr("word/document.xml", "<document/>")

    assert refusal(buffer.getvalue()) == (
        "Excelの「.xlsx」形式ではありません。"
        "Excelで開いて「Excel ブック（*.xlsx）」で保存し直してください。"
    )


def test_unusual_compression_is_refused() -> None:
    buffer = io.BytesIO()
    with ZipFile(io.BytesIO(make_package(HEADER))) as old, ZipFile(buffer, "w", ZIP_BZIP2) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))

    assert refusal(buffer.getvalue()) == BROKEN


def test_names_with_backslashes_are_found(tmp_path: Path) -> None:
    target = tmp_path / "t.xlsx"
    with ZipFile(io.BytesIO(make_package(HEADER))) as old, ZipFile(target, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name.replace("/", "\\"), old.read(name))

    assert read_table(target.read_bytes(), "t.xlsx").header == ("a", "b")


def test_numbers_that_are_none_stay_as_stored() -> None:
    cells = '<c r="A2"><v>1E999999999</v></c><c r="B2"><v>NaN</v></c>'

    assert rows_of(make_package(f'{HEADER}<row r="2">{cells}</row>')) == (
        Row(2, {"a": "1E999999999", "b": "NaN"}),
    )
