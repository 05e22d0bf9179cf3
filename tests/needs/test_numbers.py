"""Numbers of needs."""

from datetime import UTC, datetime

from sme_match.needs.numbers import is_own_number, next_number, number_prefix


def test_the_prefix_is_the_fiscal_year_in_japan() -> None:
    assert number_prefix(datetime(2027, 3, 31, 14, 59, tzinfo=UTC)) == "N-2026-"
    assert number_prefix(datetime(2027, 3, 31, 15, 0, tzinfo=UTC)) == "N-2027-"


def test_the_count_goes_on_after_the_highest_number() -> None:
    assert next_number("N-2026-", []) == "N-2026-0001"
    assert next_number("N-2026-", ["N-2026-0009", "N-2026-0010", "N-2026-旧"]) == "N-2026-0011"
    assert next_number("N-2026-", ["N-2026-9999", "N-2026-10000"]) == "N-2026-10001"


def test_own_numbers_are_told_from_those_of_other_systems() -> None:
    assert is_own_number("N-2026-0143")
    assert not is_own_number("Pef9b064c")
