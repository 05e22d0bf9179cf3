"""What people write into files of official series, and what is asked before it joins a series."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_match.core.errors import InvalidError
from sme_match.registers.description import Finding
from sme_match.registers.enums import RowAction
from sme_match.statistics.imported.checks import Key, Stored, check_rows
from sme_match.statistics.imported.columns import COLUMNS, figure, industry, prefecture, year
from sme_match.tables.columns import ParsedRow

CODES = [f"{number:02d}" for number in range(1, 48)]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("03", "03"),
        ("3", "03"),
        ("３", "03"),
        ("3.0", "03"),
        ("03000", "03"),
        ("3000", "03"),
        ("13000", "13"),
        ("岩手県", "03"),
        ("岩手", "03"),
        ("00", "00"),
        ("0", "00"),
        ("00000", "00"),
        ("全国", "00"),
    ],
)
def test_a_prefecture_is_understood_without_its_zero(cell: str, code: str) -> None:
    assert prefecture(cell) == code


@given(st.sampled_from(CODES))
def test_a_spreadsheet_that_ate_the_zero_changes_nothing(code: str) -> None:
    assert prefecture(code.lstrip("0")) == prefecture(code) == prefecture(f"{code}000") == code


@pytest.mark.parametrize("cell", ["48", "99", "03201", "3201", "関東", "東北", "130000001"])
def test_what_is_no_prefecture_is_refused(cell: str) -> None:
    with pytest.raises(InvalidError):
        prefecture(cell)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("2011", 2011),
        ("2011年度", 2011),
        ("２０１１年", 2011),
        ("2011.0", 2011),
        ("2011100000", 2011),
        ("平成23年", 2011),
        ("平成23年度", 2011),
        ("H23", 2011),
        ("令和元年", 2019),
        ("昭和50年", 1975),
    ],
)
def test_a_year_is_understood_in_both_calendars(cell: str, number: int) -> None:
    assert year(cell) == number


@pytest.mark.parametrize("cell", ["11", "20111", "1111", "9999", "昨年", "2011-2012"])
def test_what_is_no_plausible_year_is_refused(cell: str) -> None:
    with pytest.raises(InvalidError):
        year(cell)


@pytest.mark.parametrize(
    ("cell", "code"), [("E", "E"), ("9", "09"), ("09", "09"), ("製造業", "E"), ("合計", ""), ("00", "")]
)
def test_an_industry_is_a_class_of_the_classification(cell: str, code: str) -> None:
    assert industry(cell) == code


def test_an_industry_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidError, match="日本標準産業分類"):
        industry("ZZ")


def test_marks_of_official_tables_are_no_numbers() -> None:
    assert (figure("X"), figure("…"), figure("***")) == (None, None, None)
    assert figure("1,234.5") == Decimal("1234.5")
    with pytest.raises(InvalidError, match="0か公表なしか"):
        figure("-")


def test_the_example_of_each_column_is_accepted() -> None:
    for column in COLUMNS:
        column.parse(column.example)


def row(number: int, code: str, value: str | None, *, year: int = 2010, **more: object) -> ParsedRow:
    figure = None if value is None else Decimal(value)
    return ParsedRow(number, {"year": year, "prefecture": code, "value": figure, **more})


def check(
    rows: list[ParsedRow], stored: dict[Key, str] | None = None, breaks: tuple[int, ...] = ()
) -> list[Finding]:
    kept = {
        key: Stored(number, 1, Decimal(value))
        for number, (key, value) in enumerate((stored or {}).items())
    }
    return check_rows(rows, kept, breaks=breaks, this_year=2026)


def said(finding: Finding) -> str:
    return " ".join(note.message % note.values for note in finding.notes)


def test_a_row_that_nothing_speaks_against_comes_in() -> None:
    (found,) = check([row(2, "03", "100")])
    assert (found.action, found.choices, found.errors) == (RowAction.CREATE, (), ())


def test_two_rows_of_one_figure_are_both_refused() -> None:
    found = check([row(2, "03", "100"), row(3, "04", "1"), row(4, "03", "101")])
    assert [bool(each.errors) for each in found] == [True, False, True]
    assert found[0].errors[0].text().startswith("4行目と同じ年")


def test_a_year_to_come_is_refused() -> None:
    (found,) = check([row(2, "03", "100", year=2027)])
    assert found.errors[0].text() == "まだ来ていない年です。"


def test_what_the_series_has_already_is_kept_and_another_value_asked_about() -> None:
    key = Key("03", "", 2010, "")
    assert check([row(2, "03", "100")], {key: "100"})[0].action is RowAction.KEEP
    (found,) = check([row(2, "03", "1100")], {key: "1000"})
    assert found.choices == (RowAction.SKIP, RowAction.UPDATE)
    assert found.action is RowAction.SKIP
    assert said(found) == "登録済みの値（1,000）と違います。"


def test_a_jump_from_the_year_before_is_asked_about_unless_the_basis_changed() -> None:
    before = {Key("03", "", 2009, ""): "100"}
    assert "2009年の値（100）から大きく変わっています（1,000）" in said(
        check([row(2, "03", "1000")], before)[0]
    )
    assert said(check([row(2, "03", "120")], before)[0]) == ""
    assert said(check([row(2, "03", "1000")], before, breaks=(2010,))[0]) == ""
    assert said(check([row(2, "03", "1000", basis="新しい基準")], before)[0]) == ""


def test_a_year_that_does_not_add_up_to_the_country_is_asked_about_row_by_row() -> None:
    rows = [row(number, code, "10") for number, code in enumerate(CODES, 2)]
    fits = check([*rows, row(99, "00", "470")])
    assert {each.action for each in fits[:-1]} == {RowAction.CREATE}
    assert fits[-1].action is RowAction.KEEP, "the whole country is compared and not kept"
    rounded = check([*rows, row(99, "00", "494")])
    assert said(rounded[0]) == "", "47 rounded figures may miss the rounded whole by as much"
    wrong = check([*rows[1:], row(99, "00", "4700")])
    assert {each.action for each in wrong[:-1]} == {RowAction.SKIP}
    assert said(wrong[0]).endswith("全国の値（4,700）と合いません。値のない都道府県：1")


def test_a_figure_that_was_not_published_writes_nothing() -> None:
    assert check([row(2, "03", None)])[0].action is RowAction.KEEP


def test_a_figure_below_zero_is_asked_about() -> None:
    assert said(check([row(2, "03", "-5")])[0]) == "マイナスの値です。"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["00", "01", "02"]),
            st.integers(2008, 2011),
            st.none() | st.integers(-2, 500).map(str),
        ),
        max_size=12,
    )
)
def test_no_two_rows_of_one_figure_ever_come_in(cells: list[tuple[str, int, str | None]]) -> None:
    rows = [row(n, code, value, year=year) for n, (code, year, value) in enumerate(cells, 2)]
    findings = check(rows)
    assert len(findings) == len(rows)
    coming = [
        (each.values["prefecture"], each.values["year"])
        for each in findings
        if not each.errors and each.action is not RowAction.KEEP
    ]
    assert len(coming) == len(set(coming))
    assert all(code != "00" for code, _ in coming)
