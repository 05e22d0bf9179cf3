"""The header of a file meets the columns of a register; rows collect all their errors."""

import pytest

from sme_match.core.errors import InvalidError
from sme_match.tables.columns import (
    CellError,
    Column,
    ParsedRow,
    is_example,
    map_header,
    parse_row,
)
from sme_match.tables.parsers import integer, list_of, postal_code, text
from sme_match.tables.table import Row

NAME = Column("name", "企業名", "Company", text(100), "みやぎ精密", required=True)
POSTAL = Column("postal_code", "郵便番号", "Postal code", postal_code, "020-0023", aliases=("〒",))
STAFF = Column("employees", "従業員数", "Employees", integer(0, unit="名"), "12")
TAGS = Column("tags", "加工", "Processes", list_of(), "切削、研削", blank=())
COLUMNS = (NAME, POSTAL, STAFF, TAGS)


@pytest.mark.parametrize(
    "title", ["企業名", "企業名(必須)", "※企業名", "企 業 名", "Company", "COMPANY *", "name"]
)
def test_a_title_is_recognized_however_it_is_dressed(title: str) -> None:
    assert dict(map_header([title], COLUMNS).columns) == {title: NAME}


def test_aliases_and_keys_are_titles_too() -> None:
    assert dict(map_header(["〒", "postal_code "], (POSTAL,)[:0]).columns) == {}
    assert dict(map_header(["〒"], COLUMNS).columns) == {"〒": POSTAL}


def test_missing_and_unknown_titles_are_named() -> None:
    header = map_header(["郵便番号", "社長の趣味", "直すところ"], COLUMNS)

    assert header.missing == ("企業名",)
    assert header.unknown == ("社長の趣味",)


def test_two_titles_for_one_column_are_refused() -> None:
    with pytest.raises(InvalidError) as caught:
        map_header(["企業名", "Company"], COLUMNS)

    assert str(caught.value) == (
        "見出し「企業名」と「Company」はどちらも「企業名」の列です。どちらか一つにしてください。"
    )


def test_a_good_row_gives_values() -> None:
    header = map_header(["企業名", "従業員数", "加工"], COLUMNS)
    row = Row(4, {"企業名": "㈱みやぎ精密", "従業員数": "１，２００名", "加工": ""})

    assert parse_row(row, header) == ParsedRow(
        4, {"name": "(株)みやぎ精密", "employees": 1200, "tags": ()}
    )


def test_a_bad_row_gives_all_its_errors_and_the_good_values() -> None:
    header = map_header(["企業名", "郵便番号", "従業員数", "加工"], COLUMNS)
    row = Row(7, {"企業名": " ", "郵便番号": "02O-0023", "従業員数": "#N/A", "加工": "切削"})

    parsed = parse_row(row, header)

    assert parsed == ParsedRow(
        7,
        {"tags": ("切削",)},
        (
            CellError("企業名", " ", "入力してください。"),
            CellError("郵便番号", "02O-0023", "数字の0（ゼロ）が英字のO（オー）になっています。"),
            CellError(
                "従業員数",
                "#N/A",
                "Excelのエラー値（%(error)s）が入っています。"
                "計算式を直すか、値を入力し直してください。",
                {"error": "#N/A"},
            ),
        ),
    )
    assert parsed.errors[2].text() == (
        "Excelのエラー値（#N/A）が入っています。計算式を直すか、値を入力し直してください。"
    )


def test_a_column_that_the_file_lacks_gives_no_value() -> None:
    header = map_header(["企業名"], COLUMNS)

    assert parse_row(Row(2, {"企業名": "A社"}), header).values == {"name": "A社"}


def test_the_example_left_in_the_template_is_known() -> None:
    header = map_header(["企業名", "従業員数"], COLUMNS)

    assert is_example(Row(2, {"企業名": "みやぎ精密", "従業員数": "１２"}), header)
    assert not is_example(Row(2, {"企業名": "みやぎ精密", "従業員数": "13"}), header)
    assert not is_example(Row(2, {}), map_header([], COLUMNS))
