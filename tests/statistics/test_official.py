"""The shipped series: complete, credited, and never joined over a break."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas import DataFrame

from sme_match.statistics.official import (
    DATA_FOLDER,
    OfficialTable,
    UnknownSeriesError,
    get_series,
    latest,
    load_series,
    shipped,
)
from sme_match.statistics.series import SERIES

PREFECTURES = {f"{number:02d}" for number in range(1, 48)}


@pytest.mark.parametrize("key", SERIES)
def test_every_series_covers_the_47_prefectures_in_its_years(key: str) -> None:
    series, frame = get_series(key), load_series(key)
    years = {int(year) for year in frame["year"]}
    assert set(frame["pref_code"]) == PREFECTURES
    assert (min(years), max(years)) == series.years
    assert years.isdisjoint(series.missing_years)


@pytest.mark.parametrize("key", SERIES)
def test_every_row_has_one_key(key: str) -> None:
    frame = load_series(key)
    keys = [name for name in ("year", "pref_code", "basis", "division") if name in frame]
    assert not frame.duplicated(keys).any()
    assert [*keys, *get_series(key).columns] == list(frame.columns)


def test_every_file_is_described_and_used() -> None:
    described = (DATA_FOLDER / "SOURCES.md").read_text(encoding="utf-8")
    files = {path.name for path in DATA_FOLDER.glob("*.csv")}
    assert files == {series.file_name for series in SERIES.values()}
    assert [name for name in sorted(files) if f"`{name}`" not in described] == []


def test_files_stay_small() -> None:
    assert sum(path.stat().st_size for path in DATA_FOLDER.iterdir()) < 2_000_000


def test_unknown_series_is_refused() -> None:
    with pytest.raises(UnknownSeriesError):
        load_series("gdp")


def test_a_caller_cannot_change_the_series() -> None:
    own = load_series("population")
    own["population"] = 0
    assert load_series("population")["population"].min() > 0


def test_latest_takes_the_newest_year_with_figures() -> None:
    year, by_prefecture = latest("manufacturing_value_added", "value_added_10k_yen")
    assert year == 2011
    assert by_prefecture.keys() == PREFECTURES
    assert latest("manufacturing", "employees")[1]["47"] == 26_042


def test_latest_of_a_divided_series_needs_the_division() -> None:
    assert latest("economic_census", "employees", division="製造業").year == 2021
    with pytest.raises(ValueError, match="division"):
        latest("economic_census", "employees")
    with pytest.raises(ValueError, match="division"):
        latest("population", "population", division="製造業")


def test_segments_end_where_the_basis_changes() -> None:
    spans = [
        (s.basis, s.years[0], s.years[-1]) for s in shipped("gpp_long").segments("manufacturing", "13")
    ]
    assert spans == [
        ("68SNA, 1980 base", 1955, 1974),
        ("68SNA, 1990 base", 1975, 1989),
        ("93SNA, 1995 base", 1990, 1995),
        ("93SNA, 2000 base", 1996, 2000),
        ("93SNA, 2005 base", 2001, 2005),
        ("2008SNA, 2011 base", 2006, 2016),
        ("2008SNA, 2015 base", 2011, 2022),
    ]


def test_segments_end_where_the_coverage_changes() -> None:
    spans = [
        (s.years[0], s.years[-1]) for s in shipped("manufacturing").segments("establishments", "03")
    ]
    assert spans == [(2000, 2000), (2001, 2018)]


@given(
    st.lists(
        st.tuples(st.integers(2000, 2012), st.sampled_from(["旧", "新"])), unique=True, min_size=1
    ),
    st.sets(st.integers(1999, 2013), max_size=3),
)
def test_no_line_joins_two_bases_or_the_years_around_a_break_within_one(
    points: list[tuple[int, str]], breaks: set[int]
) -> None:
    frame = DataFrame(
        [(year, "03", basis, float(year)) for year, basis in points],
        columns=["year", "pref_code", "basis", "population"],
    )
    series = replace(get_series("population"), breaks=tuple(breaks))
    found = OfficialTable(series, frame).segments("population", "03")
    begun = {min(year for year, own in points if own == basis) for _year, basis in points}
    assert sorted((year, s.basis) for s in found for year in s.years) == sorted(points)
    for segment in found:
        assert not any(segment.years[0] < cut <= segment.years[-1] for cut in breaks - begun)


def test_a_figure_that_was_not_published_is_not_zero() -> None:
    years = [
        year for s in shipped("population_census").segments("population", "47") for year in s.years
    ]
    assert 1945 not in years
    assert 1950 in years
