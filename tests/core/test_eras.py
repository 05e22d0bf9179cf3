from datetime import date

import pytest

from sme_match.core.eras import era_year


@pytest.mark.parametrize(
    ("day", "ja", "en"),
    [
        (date(2026, 12, 10), "令和8年", "Reiwa 8"),
        (date(2019, 5, 1), "令和元年", "Reiwa 1"),
        (date(2019, 4, 30), "平成31年", "Heisei 31"),
        (date(1989, 1, 8), "平成元年", "Heisei 1"),
        (date(1989, 1, 7), "昭和64年", "Showa 64"),
    ],
)
def test_an_era_counts_from_the_day_it_begins(day: date, ja: str, en: str) -> None:
    year = era_year(day)
    assert year is not None
    assert (year.label(), year.label("en_US")) == (ja, en)


def test_days_before_the_oldest_era_have_none() -> None:
    assert era_year(date(1926, 12, 24)) is None
