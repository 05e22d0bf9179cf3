"""A lease has one holder at a time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from sme_match.db.leases import acquire_lease, release_lease
from sme_match.db.session import Database
from tests.conftest import NOW

MINUTE = timedelta(minutes=1)


def take(database: Database, owner: str, now: datetime = NOW, name: str = "scheduler") -> bool:
    with database.unit_of_work() as session:
        return acquire_lease(session, name, owner=owner, now=now, duration=MINUTE)


def give_back(database: Database, owner: str) -> None:
    with database.unit_of_work() as session:
        release_lease(session, "scheduler", owner=owner)


def test_a_lease_is_refused_to_others_until_it_ends(database: Database) -> None:
    assert take(database, "one") is True
    assert take(database, "two", NOW + MINUTE - timedelta(seconds=1)) is False
    assert take(database, "two", NOW + MINUTE) is True
    assert take(database, "one", NOW + MINUTE) is False


def test_the_holder_extends_it(database: Database) -> None:
    take(database, "one")

    assert take(database, "one", NOW + MINUTE / 2) is True
    assert take(database, "two", NOW + MINUTE) is False


def test_leases_of_different_names_do_not_meet(database: Database) -> None:
    assert take(database, "one") is True
    assert take(database, "two", name="other") is True


def test_only_the_holder_gives_it_back(database: Database) -> None:
    take(database, "one")

    give_back(database, "two")
    assert take(database, "two") is False

    give_back(database, "one")
    assert take(database, "two") is True


def test_of_many_who_ask_at_once_one_gets_it(database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: take(database, f"owner {n}"), range(8)))

    assert sorted(answers) == [False] * 7 + [True]
