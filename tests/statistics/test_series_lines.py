"""Official series as lines: cut at breaks, in units that people read, with the same table."""

import pytest

from sme_match.statistics.charts import yearly_lines
from sme_match.statistics.comparison import compare, manufacturing_quotients, official_columns
from sme_match.statistics.official import shipped
from sme_match.statistics.series_lines import read_lines


def test_a_line_is_cut_where_the_coverage_changes() -> None:
    found = read_lines(shipped("manufacturing"), "establishments", [("03", "岩手県")], division=None)
    (line,) = found.lines
    assert [(stretch[0][0], stretch[-1][0]) for stretch in line.stretches] == [
        (2000, 2000),
        (2001, 2018),
    ]
    assert line.stretches[0] == ((2000, 4648.0),)
    assert [row.stretch for row in found.rows][:3] == [0, 1, 1]


@pytest.mark.parametrize(
    ("series", "column", "unit"),
    [
        ("manufacturing", "shipments_yen", "億円"),
        ("manufacturing_value_added", "value_added_10k_yen", "億円"),
        ("gpp_activity", "gpp_total", "億円"),
        ("manufacturing", "employees", "人"),
    ],
)
def test_amounts_are_read_in_hundred_million_yen(series: str, column: str, unit: str) -> None:
    assert read_lines(shipped(series), column, [("03", "岩手県")], division=None).unit_ja == unit


def test_a_chart_draws_one_series_per_stretch_and_names_only_the_last() -> None:
    found = read_lines(
        shipped("manufacturing"), "employees", [("03", "岩手県"), ("06", "山形県")], division=None
    )
    drawn = yearly_lines(found.lines, unit="人", summary="要約").option["series"]
    assert [(each["name"], "endLabel" in each) for each in drawn] == [
        ("岩手県", False),
        ("岩手県", True),
        ("山形県", False),
        ("山形県", True),
    ]


def test_a_chart_of_nothing_has_no_years() -> None:
    assert yearly_lines([], unit="人", summary="要約").option["xAxis"]["data"] == []


def test_the_whole_comes_first_among_divisions() -> None:
    assert shipped("economic_census").divisions()[:2] == ("全産業", "製造業")
    assert shipped("population").divisions() == ()


def test_own_figures_stand_beside_official_ones_in_one_row_a_prefecture() -> None:
    rows = compare({"03": 80}, [], always=["06"])
    assert [(row.prefecture, row.companies, row.group) for row in rows] == [
        ("03", 80, None),
        ("06", 0, None),
    ]
    assert len(rows[0].official) == len(official_columns()) == 4
    year, quotients = manufacturing_quotients()
    assert (year, rows[0].quotient) == (2021, quotients["03"])
