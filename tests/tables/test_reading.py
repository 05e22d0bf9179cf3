"""Reading files as people send them: formats, encodings, and what is refused with a reason."""

import io
import re

import pytest

from sme_match.core.errors import InvalidError
from sme_match.tables.reading import read_table
from sme_match.tables.table import Limits, Row, Table, TableFormat
from sme_match.tables.writing import Sheet, write_xlsx

REGISTER = "企業名,郵便番号\r\nみやぎ精密,0200023\r\n"
EXPECTED_ROWS = (Row(2, {"企業名": "みやぎ精密", "郵便番号": "0200023"}),)


def read(data: bytes | str, **limits: int) -> Table:
    content = data.encode() if isinstance(data, str) else data
    return read_table(content, "登録企業.csv", limits=Limits(**limits))


def refusal(data: bytes | str, **limits: int) -> str:
    with pytest.raises(InvalidError) as caught:
        read(data, **limits)
    message = str(caught.value)
    assert re.search(r"(してください|ください)。$", message), "a message says what to do"
    return message


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("cp932", "cp932"),
    ],
)
def test_every_encoding_of_japanese_offices_is_read(encoding: str, named: str) -> None:
    table = read(REGISTER.encode(encoding))

    assert table == Table(("企業名", "郵便番号"), EXPECTED_ROWS, TableFormat.CSV, named)


def test_big_endian_utf16_is_read() -> None:
    assert read(b"\xfe\xff" + REGISTER.encode("utf-16-be")).rows == EXPECTED_ROWS


def test_the_format_is_decided_by_content_not_by_name() -> None:
    data = write_xlsx([Sheet("企業", ["企業名", "郵便番号"], [["みやぎ精密", "0200023"]])])

    table = read_table(data, "names_lie.csv")

    assert table == Table(("企業名", "郵便番号"), EXPECTED_ROWS, TableFormat.XLSX)


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    assert read(REGISTER.replace(",", delimiter)).rows == EXPECTED_ROWS


def test_a_semicolon_in_a_quoted_header_is_no_delimiter() -> None:
    assert read('"a","b;c;d"\r\n"1","2"\r\n').header == ("a", "b;c;d")


def test_a_quoted_line_break_stays_in_its_cell() -> None:
    table = read('企業名,PR\r\nA社,"一行目\r\n二行目"\r\nB社,短い\r\n')

    assert table.rows == (
        Row(2, {"企業名": "A社", "PR": "一行目\r\n二行目"}),
        Row(3, {"企業名": "B社", "PR": "短い"}),
    )


def test_empty_rows_are_skipped_but_counted() -> None:
    table = read("\r\n企業名,電話\r\n\r\n , \r\nA社,\r\n")

    assert table.rows == (Row(5, {"企業名": "A社", "電話": ""}),)


def test_header_is_folded_in_width_and_spaces() -> None:
    assert read("　企業名 ,ＩＳＯ\r\nA,B\r\n").header == ("企業名", "ISO")


def test_header_only_gives_a_table_without_rows() -> None:
    assert read("企業名,電話\r\n") == Table(("企業名", "電話"), (), TableFormat.CSV, "utf-8")


def test_an_empty_column_without_header_is_ignored() -> None:
    assert read("企業名,,電話,\r\nA社,,019,\r\n").rows == (Row(2, {"企業名": "A社", "電話": "019"}),)


def test_a_value_without_header_is_refused_with_its_place() -> None:
    assert refusal("企業名,電話\r\nA社,019,東京\r\n") == (
        "C列に見出しがありませんが、2行目に値があります。見出しを付けるか、値を削除してください。"
    )


def test_a_repeated_header_is_refused_by_name() -> None:
    assert refusal("企業名,電話,企業名　\r\nA,1,B\r\n") == (
        "見出し「企業名」が2つ以上あります。見出しの名前を変えるか、使わない列を削除してください。"
    )


@pytest.mark.parametrize("data", [b"", b"\r\n \r\n", b"\xef\xbb\xbf", "　,　\r\n".encode()])
def test_an_empty_file_is_refused(data: bytes) -> None:
    assert refusal(data) == "ファイルが空です。1行目に見出し、2行目からデータを入れてください。"


@pytest.mark.parametrize(
    "data",
    [b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"a,b\r\n\0,1\r\n", b"\x7fELF\0\0"],
)
def test_other_kinds_of_files_are_refused(data: bytes) -> None:
    assert "Excelファイル（.xlsx）かCSVファイルを選んでください。" in refusal(data)


def test_utf32_is_refused_as_no_table() -> None:
    assert "CSVファイルを選んでください" in refusal(REGISTER.encode("utf-32"))


@pytest.mark.parametrize("data", [b"name\r\n\xff\xff\xff\xff\r\n", b"a\r\n\x80\x80\r\n"])
def test_an_unknown_encoding_is_refused(data: bytes) -> None:
    assert refusal(data).startswith("文字コードを読み取れません。")


def test_half_of_a_utf16_character_is_refused() -> None:
    assert refusal(REGISTER.encode("utf-16")[:-1]).startswith("文字コードを読み取れません。")


def test_old_or_encrypted_excel_is_refused() -> None:
    message = refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512))

    assert "パスワードを外して「Excel ブック（*.xlsx）」で保存し直してください。" in message


def test_a_web_page_called_xls_is_refused() -> None:
    assert "ウェブページ" in refusal("<html><table><tr><td>企業名</td></tr></table></html>")


def test_an_open_quotation_mark_is_refused_instead_of_swallowing_rows() -> None:
    assert refusal('企業名,PR\r\nA社,"開いたまま\r\nB社,2\r\nC社,3\r\n').startswith(
        '2行目の引用符（"）の使い方が正しくありません。'
    )


def test_a_hundred_thousand_rows_are_refused_with_the_number_read() -> None:
    data = "番号,企業名\r\n" + "".join(f"{n},企業{n}\r\n" for n in range(100_000))

    assert refusal(data) == (
        "データが20,001行以上あります。一度に取り込めるのは20,000行までです。"
        "ファイルを分けて取り込んでください。"
    )


def test_a_hundred_thousand_rows_in_excel_are_refused_alike() -> None:
    rows = [[str(n)] for n in range(100_000)]

    assert refusal(write_xlsx([Sheet("s", ["番号"], rows)])).startswith(
        "データが20,001行以上あります。"
    )


def test_exactly_the_limit_of_rows_is_read() -> None:
    assert len(read("n\r\n1\r\n2\r\n3\r\n", rows=3).rows) == 3
    assert refusal("n\r\n1\r\n2\r\n3\r\n4\r\n", rows=3).startswith("データが4行以上あります。")


def test_too_many_columns_are_refused() -> None:
    assert refusal(",".join(f"c{n}" for n in range(201))) == (
        "列が多すぎます（上限は200列です）。使わない列を削除してください。"
    )
    assert refusal(",".join("c" * 300_000)).startswith("列が多すぎます")


@pytest.mark.parametrize("length", [10_001, 200_000])
def test_a_cell_too_long_is_refused_with_its_row(length: int) -> None:
    assert refusal(f"PR\r\n短い\r\n{'長' * length}\r\n") == (
        "3行目に長すぎるセルがあります（上限は10,000文字です）。短くしてください。"
    )


def test_a_file_too_large_is_refused() -> None:
    assert refusal(b"a\r\n" + b"1\r\n" * 4_000_000).startswith(
        "ファイルが大きすぎます（上限は10MBです）。"
    )


def test_the_guard_against_formulas_is_taken_away_again() -> None:
    table = read("a,b,c\r\n'=1+1,'quoted',''-x\r\n")

    assert table.rows == (Row(2, {"a": "=1+1", "b": "'quoted'", "c": "'-x"}),)


def test_the_closing_mark_of_old_programs_is_no_row() -> None:
    assert read(io.BytesIO(b"a\r\n1\r\n\x1a").getvalue()).rows == (Row(2, {"a": "1"}),)
