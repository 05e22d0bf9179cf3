"""Forgotten and changed passwords."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from sme_match.accounts.models import User, UserSession
from sme_match.accounts.passwords import verify_password
from sme_match.db.session import Database
from tests.accounts.conftest import PASSWORD, mails, make_member
from tests.client import Client
from tests.conftest import NOW, Clock
from tests.factories import make_body, make_user

NEW = "hashi umi kaze 77"


@pytest.fixture
def user(database: Database) -> User:
    with database.unit_of_work() as session:
        return make_member(session, email="hanako@example.jp", name="北上 花子")


def ask(client: Client, email: str = "hanako@example.jp", network: str = "192.0.2.1") -> str:
    answer = client.post(
        "/password-resets", {"email": email}, environ_overrides={"REMOTE_ADDR": network}
    )
    return answer.location if answer.status_code == 302 else str(answer.status_code)


def subjects(database: Database) -> list[str]:
    with database.reading() as session:
        return [mail.subject for mail in mails(session)]


def fits(database: Database, password: str) -> bool:
    with database.reading() as session:
        return verify_password(session.scalars(select(User.password_hash)).one(), password)


def test_the_mailed_link_sets_a_new_password_and_signs_in(
    client: Client, database: Database, user: User, last_link: Callable[[], str]
) -> None:
    elsewhere = Client(client.app).sign_in(user.id)
    assert ask(client) == "/password-resets?sent=1"
    link = last_link()
    assert 'value="hanako@example.jp"' in client.get(link).text
    assert client.post(link, {"password": NEW}).location == "/"
    assert "北上 花子" in client.get("/").text
    assert fits(database, NEW)
    assert elsewhere.get("/").status_code == 302
    assert subjects(database) == [
        "【ものづくり商談ナビ】パスワードの再設定",
        "【ものづくり商談ナビ】パスワードが変わりました",
    ]
    again = Client(client.app).get(link)
    assert again.status_code == 404
    assert "もう使われました" in again.text


def test_the_answer_never_tells_whether_the_account_exists(
    client: Client, database: Database, user: User
) -> None:
    with database.unit_of_work() as session:
        make_member(session, email="gone@example.jp", active=False)
        make_user(session, make_body(session), email="invited@example.jp")
    addresses = ["hanako", "nobody", "gone", "invited"]
    answers = {ask(client, f"{a}@example.jp", f"192.0.2.{n}") for n, a in enumerate(addresses)}
    assert answers == {"/password-resets?sent=1"}
    assert len(subjects(database)) == 1


def test_the_link_ends_after_sixty_minutes(
    client: Client, user: User, last_link: Callable[[], str], clock: Clock
) -> None:
    ask(client)
    clock.now = NOW + timedelta(minutes=59)
    assert client.get(last_link()).status_code == 200
    clock.now = NOW + timedelta(minutes=60)
    answer = client.post(last_link(), {"password": NEW})
    assert answer.status_code == 404
    assert "再設定をもう一度申し込む" in answer.text


def test_asking_again_revokes_the_link_before(
    client: Client, user: User, last_link: Callable[[], str], clock: Clock
) -> None:
    ask(client)
    first = last_link()
    clock.now = NOW + timedelta(minutes=1)
    ask(client)
    assert client.get(first).status_code == 404
    assert client.get(last_link()).status_code == 200


def test_a_refused_password_leaves_the_link_usable(
    client: Client, user: User, last_link: Callable[[], str]
) -> None:
    ask(client)
    assert client.post(last_link(), {"password": "password1234"}).status_code == 422
    assert client.post(last_link(), {"password": NEW}).status_code == 302


def test_an_invitation_is_no_way_to_a_new_password(
    client: Client, user: User, last_link: Callable[[], str]
) -> None:
    ask(client)
    token = last_link().rpartition("/")[2]
    assert client.get(f"/invitations/{token}").status_code == 404


def test_asking_is_limited_for_known_and_unknown_alike(
    client: Client, database: Database, user: User
) -> None:
    for email in ("hanako@example.jp", "nobody@example.jp"):
        assert [ask(client, email) for _ in range(4)] == ["/password-resets?sent=1"] * 3 + ["429"]
    assert len(subjects(database)) == 3


def test_nobody_fills_a_mailbox_from_many_networks(
    client: Client, database: Database, user: User, clock: Clock
) -> None:
    for n in range(8):
        clock.now = NOW + timedelta(seconds=n)
        assert ask(client, network=f"192.0.2.{n}") == "/password-resets?sent=1"
    assert len(subjects(database)) == 5


def test_disabling_takes_the_reset_back(
    client: Client, database: Database, user: User, last_link: Callable[[], str]
) -> None:
    ask(client)
    with database.unit_of_work() as session:
        session.merge(user).active = False
    assert client.post(last_link(), {"password": NEW}).status_code == 404
    assert fits(database, PASSWORD)


class TestChanging:
    """The own password, knowing the old one."""

    @pytest.fixture
    def browser(self, client: Client, user: User) -> Client:
        return client.sign_in(user.id)

    def change(self, client: Client, old: str = PASSWORD, new: str = NEW) -> int:
        return client.post("/account/password", {"old": old, "password": new}).status_code

    def test_other_browsers_end_and_this_one_gets_a_new_session(
        self, app: Flask, browser: Client, database: Database, user: User
    ) -> None:
        elsewhere = Client(app).sign_in(user.id)
        with browser.flask.session_transaction() as cookie:
            before = cookie["_user_id"]
        assert self.change(browser) == 302
        with browser.flask.session_transaction() as cookie:
            assert cookie["_user_id"] != before
        assert browser.get("/account").status_code == 200
        assert elsewhere.get("/account").status_code == 302
        assert fits(database, NEW)
        assert subjects(database) == ["【ものづくり商談ナビ】パスワードが変わりました"]

    def test_the_old_password_is_asked_for(self, browser: Client, database: Database) -> None:
        answer = browser.post("/account/password", {"old": "wrong", "password": NEW})
        assert answer.status_code == 422
        assert "いまのパスワードが違います。" in answer.text
        assert fits(database, PASSWORD)

    def test_guessing_the_old_one_is_limited(self, browser: Client) -> None:
        assert [self.change(browser, old="wrong") for _ in range(11)] == [422] * 10 + [429]
        assert self.change(browser) == 429

    def test_a_weak_new_one_is_refused(self, browser: Client, database: Database) -> None:
        assert self.change(browser, new="short") == 422
        assert fits(database, PASSWORD)
        with database.reading() as session:
            assert session.scalars(select(UserSession.ended_at)).all() == [None]
