"""Counting attempts: per window, exact with many workers, networks rather than addresses."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.accounts import throttle
from sme_match.accounts.models import AttemptCounter
from sme_match.db.session import Database
from tests.conftest import NOW


def test_attempts_of_a_window_are_counted_up(session: Session) -> None:
    assert [throttle.count_attempt(session, "a", now=NOW) for _ in range(3)] == [1, 2, 3]
    assert throttle.count_attempt(session, "b", now=NOW) == 1
    assert throttle.attempts_so_far(session, "a", now=NOW) == 3


def test_a_new_window_begins_every_quarter_of_an_hour(session: Session) -> None:
    throttle.count_attempt(session, "a", now=NOW + timedelta(minutes=14, seconds=59))
    assert throttle.count_attempt(session, "a", now=NOW + timedelta(minutes=15)) == 1


def test_trying_again_makes_sense_when_the_window_ends() -> None:
    late = datetime(2026, 11, 20, 1, 14, 59, tzinfo=UTC)
    assert throttle.retry_at(late) == datetime(2026, 11, 20, 1, 15, tzinfo=UTC)


def test_a_right_attempt_is_taken_back_and_never_goes_below_zero(session: Session) -> None:
    throttle.count_attempt(session, "a", now=NOW)
    for _ in range(3):
        throttle.take_back_attempt(session, "a", now=NOW)
    assert throttle.attempts_so_far(session, "a", now=NOW) == 0


def test_old_counters_are_forgotten(session: Session) -> None:
    throttle.count_attempt(session, "old", now=NOW - timedelta(days=2))
    throttle.count_attempt(session, "new", now=NOW)
    assert throttle.forget_old_attempts(session, now=NOW) == 1
    assert session.scalars(select(AttemptCounter.key)).all() == ["new"]


def test_sixteen_workers_get_sixteen_numbers(database: Database) -> None:
    def count(_: int) -> int:
        with database.unit_of_work() as session:
            return throttle.count_attempt(session, "a", now=NOW)

    with ThreadPoolExecutor(16) as pool:
        assert sorted(pool.map(count, range(16))) == list(range(1, 17))


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        (None, "unknown"),
        ("not an address", "unknown"),
    ],
)
def test_a_network_is_what_one_customer_has(address: str | None, network: str) -> None:
    assert throttle.network_of(address) == network


def test_keys_carry_no_address(session: Session) -> None:
    key = throttle.Limit("sign-in:account", 10).key("hanako@example.jp", "192.0.2.7")
    assert "hanako" not in key
    assert len(key) <= 128
