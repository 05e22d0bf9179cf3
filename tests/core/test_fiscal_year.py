from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_match.core.fiscal_year import FiscalYear, format_date_ja, format_month_ja


def test_it_runs_from_april_to_march() -> None:
    year = FiscalYear(2026)
    assert (year.starts_on, year.ends_on) == (date(2026, 4, 1), date(2027, 3, 31))


@pytest.mark.parametrize(
    ("day", "year"),
    [(date(2026, 3, 31), 2025), (date(2026, 4, 1), 2026), (date(2027, 1, 1), 2026)],
)
def test_a_day_belongs_to_the_year_of_the_april_before_it(day: date, year: int) -> None:
    assert FiscalYear.of(day) == FiscalYear(year)


def test_an_instant_counts_by_the_day_in_japan() -> None:
    assert FiscalYear.of(datetime(2026, 3, 31, 14, 59, tzinfo=UTC)) == FiscalYear(2025)
    assert FiscalYear.of(datetime(2026, 3, 31, 15, 0, tzinfo=UTC)) == FiscalYear(2026)


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="2026"):
        FiscalYear.of(datetime(2026, 4, 1, 9, 0))  # noqa: DTZ001 -- the refused case


def test_its_instants_are_half_open_and_meet_the_next_year() -> None:
    year = FiscalYear(2026)
    assert year.starts_at == datetime(2026, 3, 31, 15, 0, tzinfo=UTC)
    assert year.ends_at == year.next.starts_at
    assert year.ends_at not in year


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_every_day_lies_in_its_own_fiscal_year_and_in_no_neighbour(day: date) -> None:
    year = FiscalYear.of(day)
    assert year.starts_on <= day <= year.ends_on
    assert [day in other for other in (year.previous, year, year.next)] == [False, True, False]


def test_its_months_begin_with_april() -> None:
    months = FiscalYear(2026).months
    assert [month.month for month in months] == [4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3]
    assert (months[8], months[9]) == (date(2026, 12, 1), date(2027, 1, 1))


@pytest.mark.parametrize(
    ("year", "ja", "en"),
    [
        (2026, "2026年度（令和8年度）", "FY2026 (Reiwa 8)"),
        (2019, "2019年度（令和元年度）", "FY2019 (Reiwa 1)"),
        (2018, "2018年度（平成30年度）", "FY2018 (Heisei 30)"),
        (1989, "1989年度（平成元年度）", "FY1989 (Heisei 1)"),
        (1988, "1988年度（昭和63年度）", "FY1988 (Showa 63)"),
        (1920, "1920年度", "FY1920"),
    ],
)
def test_the_label_names_the_era(year: int, ja: str, en: str) -> None:
    assert (FiscalYear(year).label(), FiscalYear(year).label("en")) == (ja, en)


def test_years_are_ordered() -> None:
    assert sorted([FiscalYear(2026), FiscalYear(2019)]) == [FiscalYear(2019), FiscalYear(2026)]


def test_dates_as_offices_write_them() -> None:
    assert format_date_ja(date(2026, 12, 10)) == "2026年12月10日（木）"
    assert format_month_ja(date(2026, 12, 10)) == "2026年12月"
