"""Signing in: the form, the limits, the life of a session."""

import re
from datetime import timedelta
from statistics import median
from time import perf_counter

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from sme_match.accounts.models import AttemptCounter, User, UserSession
from sme_match.accounts.services import sign_in as services
from sme_match.accounts.throttle import Limit
from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.support_bodies.models import SupportBody
from tests.accounts.conftest import PASSWORD, make_member
from tests.client import Client
from tests.conftest import NOW, Clock
from tests.factories import make_body, make_user

WRONG = "メールアドレスかパスワードが違います"
ALL_ROLES = (Role.COORDINATOR, Role.SME, Role.LEAD, Role.ADMINISTRATOR)


@pytest.fixture
def user(database: Database) -> User:
    with database.unit_of_work() as session:
        return make_member(session, email="hanako@example.jp")


def try_password(
    client: Client, password: str, email: str = "hanako@example.jp", network: str = "192.0.2.1"
) -> TestResponse:
    return client.post(
        "/sign-in",
        {"email": email, "password": password},
        environ_overrides={"REMOTE_ADDR": network},
    )


@pytest.mark.parametrize("role", ALL_ROLES)
def test_everybody_signs_in_and_gets_home(client: Client, database: Database, role: Role) -> None:
    with database.unit_of_work() as session:
        made = make_member(session, role, email="hanako@example.jp")
    answer = try_password(client, PASSWORD)
    assert (answer.status_code, answer.location) == (302, "/")
    assert made.name in client.get("/").text
    with database.reading() as session:
        assert session.scalars(select(User.last_sign_in_at)).one() == NOW


@pytest.mark.parametrize(
    "typed", ["Hanako@Example.JP", " hanako@example.jp　", "ｈａｎａｋｏ＠example.jp"]
)
def test_the_address_is_taken_as_people_type_it(client: Client, user: User, typed: str) -> None:
    assert try_password(client, PASSWORD, typed).status_code == 302


def test_nobody_learns_which_accounts_exist(client: Client, database: Database, user: User) -> None:
    with database.unit_of_work() as session:
        make_member(session, email="gone@example.jp", active=False)
        make_user(session, make_body(session), email="invited@example.jp")
        closed = make_member(session, email="closed@example.jp")
        session.get_one(SupportBody, closed.body_id).active = False
    answers = {
        email: try_password(client, password, email, network=f"192.0.2.{number}")
        for number, (email, password) in enumerate(
            [
                ("hanako@example.jp", "wrong password"),
                ("nobody@example.jp", PASSWORD),
                ("gone@example.jp", PASSWORD),
                ("invited@example.jp", PASSWORD),
                ("closed@example.jp", PASSWORD),
            ]
        )
    }
    pages = {unique_parts_removed(answer.text, email) for email, answer in answers.items()}
    assert {answer.status_code for answer in answers.values()} == {422}
    assert len(pages) == 1
    assert WRONG in answers["nobody@example.jp"].text


def unique_parts_removed(page: str, email: str) -> str:
    without = re.sub(r'(nonce|name="(csrf_token|once)" value)="[^"]*"', "", page)
    return without.replace(email, "")


def test_an_unknown_account_takes_as_long_as_a_known_one(client: Client, user: User) -> None:
    def seconds(email: str) -> float:
        begun = perf_counter()
        try_password(client, "wrong password", email)
        return perf_counter() - begun

    try_password(client, "warm up", "nobody@example.jp")
    known = median(seconds("hanako@example.jp") for _ in range(4))
    unknown = median(seconds("nobody@example.jp") for _ in range(4))
    assert 0.5 < known / unknown < 2


def test_ten_wrong_passwords_stop_the_account_in_this_network_alone(
    client: Client, user: User, clock: Clock
) -> None:
    statuses = [try_password(client, "wrong password").status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]
    refused = try_password(client, PASSWORD)
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "900"
    assert "10:15" in refused.text
    # The owner comes from elsewhere and gets in: nobody can lock another's account.
    assert try_password(Client(client.app), PASSWORD, network="198.51.100.9").status_code == 302
    clock.now = NOW + timedelta(minutes=15)
    assert try_password(client, PASSWORD).status_code == 302


def test_the_limit_counts_unknown_accounts_just_the_same(client: Client, user: User) -> None:
    statuses = [try_password(client, "x", "nobody@example.jp").status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]


def test_a_network_that_tries_many_accounts_is_stopped(
    client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "PER_NETWORK", Limit("sign-in:network", 5))
    statuses = [try_password(client, "x", f"u{n}@example.jp").status_code for n in range(6)]
    assert statuses == [422] * 5 + [429]
    assert try_password(client, PASSWORD).status_code == 429
    assert try_password(client, PASSWORD, network="198.51.100.9").status_code == 302


def test_while_guessing_goes_on_everywhere_each_still_has_one_try(
    client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "ALTOGETHER", Limit("sign-in:all", 5))
    for n in range(5):
        try_password(client, "x", f"u{n}@example.jp", network=f"192.0.2.{n}")
    assert try_password(client, "wrong", network="198.51.100.7").status_code == 422
    assert try_password(client, PASSWORD, network="198.51.100.7").status_code == 429
    assert try_password(client, PASSWORD, network="198.51.100.9").status_code == 302


def test_a_right_password_leaves_no_trace_in_the_limits(
    client: Client, database: Database, user: User
) -> None:
    for _ in range(12):
        assert try_password(Client(client.app), PASSWORD).status_code == 302
    with database.reading() as session:
        assert (session.scalar(select(func.sum(AttemptCounter.count))) or 0) == 0


def test_a_new_session_begins_at_sign_in(client: Client, database: Database, user: User) -> None:
    with client.flask.session_transaction() as cookie:
        cookie["_user_id"] = "planted-by-an-attacker"
        cookie["planted"] = "1"
    try_password(client, PASSWORD)
    with client.flask.session_transaction() as cookie:
        token = cookie["_user_id"]
        assert "planted" not in cookie
    assert token != "planted-by-an-attacker"
    with database.reading() as session:
        assert session.scalars(select(UserSession.token_hash)).one() != token


def test_after_signing_out_the_old_cookie_is_worthless(client: Client, user: User) -> None:
    try_password(client, PASSWORD)
    stolen = client.flask.get_cookie("session")
    assert stolen is not None
    assert client.post("/sign-out").status_code == 302
    assert client.get("/").status_code == 302
    thief = Client(client.app)
    thief.flask.set_cookie("session", stolen.value)
    assert thief.get("/").location.startswith("/sign-in")


def test_disabling_ends_the_session_at_once(client: Client, database: Database, user: User) -> None:
    client.sign_in(user.id)
    assert client.get("/").status_code == 200
    with database.unit_of_work() as session:
        session.merge(user).active = False
    assert client.get("/").location.startswith("/sign-in")


def test_a_session_ends_after_an_idle_hour(client: Client, user: User, clock: Clock) -> None:
    client.sign_in(user.id)
    for minutes in (50, 100, 150):
        clock.now = NOW + timedelta(minutes=minutes)
        assert client.get("/").status_code == 200
    clock.now += timedelta(minutes=60)
    assert client.get("/").status_code == 302


def test_a_session_ends_after_twelve_hours_of_use(client: Client, user: User, clock: Clock) -> None:
    client.sign_in(user.id)
    while clock.now < NOW + timedelta(hours=11, minutes=30):
        clock.now += timedelta(minutes=30)
        assert client.get("/").status_code == 200
    clock.now += timedelta(minutes=30)
    assert client.get("/").status_code == 302


def test_using_a_session_that_has_ended_does_not_revive_it(
    client: Client, database: Database, user: User, clock: Clock
) -> None:
    client.sign_in(user.id)
    with database.unit_of_work() as session:
        session.execute(update(UserSession).values(ended_at=NOW))
    clock.now = NOW + timedelta(minutes=10)
    client.get("/")
    with database.reading() as session:
        row = session.scalars(select(UserSession)).one()
    assert (row.ended_at, row.last_seen_at) == (NOW, NOW)


def test_the_page_that_was_asked_for_opens_after_signing_in(client: Client, user: User) -> None:
    asked = client.get("/account?x=1")
    assert asked.location == "/sign-in?next=/account?x%3D1"
    answer = client.post(
        asked.location, {"email": "hanako@example.jp", "password": PASSWORD, "next": "/account?x=1"}
    )
    assert answer.location == "/account?x=1"


def test_whoever_is_signed_in_needs_no_form(client: Client, user: User) -> None:
    client.sign_in(user.id)
    assert client.get("/sign-in").location == "/"


def test_an_old_hash_is_renewed_at_sign_in(client: Client, database: Database, user: User) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with database.unit_of_work() as session:
        session.merge(user).password_hash = weak
    try_password(client, PASSWORD)
    with database.reading() as session:
        stored = session.scalars(select(User.password_hash)).one()
    assert stored is not None
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
