"""Keeping users, and the own account."""

import pytest
from sqlalchemy import select

from sme_match.accounts.models import User
from sme_match.audit.models import AuditEntry
from sme_match.core.actor import Role
from sme_match.db.session import Database
from tests.accounts.conftest import HASH, mails, make_member
from tests.client import Client
from tests.factories import make_body, make_company, make_user
from tests.queries import count_queries


@pytest.fixture
def administrator(client: Client, database: Database) -> Client:
    with database.unit_of_work() as session:
        user = make_member(session, Role.ADMINISTRATOR, email="root@example.jp")
    return client.sign_in(user.id)


@pytest.fixture
def coordinator(database: Database) -> User:
    with database.unit_of_work() as session:
        return make_member(session, email="hanako@example.jp", name="北上 花子")


def form_of(user: User, **changed: str) -> dict[str, str]:
    return {
        "version": "1",
        "name": user.name,
        "name_kana": "",
        "email": user.email,
        "role": user.role.value,
        "body_id": str(user.body_id or ""),
    } | changed


def stored(database: Database, user: User) -> User:
    with database.reading() as session:
        return session.scalars(select(User).where(User.id == user.id)).one()


def actions(database: Database, user: User) -> list[str]:
    query = select(AuditEntry.action).where(
        AuditEntry.subject_type == "user", AuditEntry.subject_id == user.id
    )
    with database.reading() as session:
        return list(session.scalars(query.order_by(AuditEntry.id)))


def test_an_administrator_edits_name_and_role(
    administrator: Client, database: Database, coordinator: User
) -> None:
    form = form_of(coordinator, name="北上　はな子", role="lead")
    assert administrator.post(f"/users/{coordinator.id}/edit", form).status_code == 302
    user = stored(database, coordinator)
    assert (user.name, user.role) == ("北上 はな子", Role.LEAD)
    assert actions(database, coordinator) == ["user.edit"]


def test_a_new_role_counts_from_the_next_request(administrator: Client, coordinator: User) -> None:
    browser = Client(administrator.app).sign_in(coordinator.id)
    assert browser.get("/users").status_code == 200
    administrator.post(f"/users/{coordinator.id}/edit", form_of(coordinator, role="lead"))
    assert browser.get("/users").status_code == 403


def test_a_new_address_signs_out_and_tells_the_old_one(
    administrator: Client, database: Database, coordinator: User
) -> None:
    browser = Client(administrator.app).sign_in(coordinator.id)
    form = form_of(coordinator, email="new@example.jp")
    assert administrator.post(f"/users/{coordinator.id}/edit", form).status_code == 302
    assert browser.get("/").status_code == 302
    with database.reading() as session:
        assert [mail.to_address for mail in mails(session)] == ["hanako@example.jp"]


def test_a_new_address_of_somebody_invited_gets_a_new_invitation(
    administrator: Client, database: Database
) -> None:
    with database.unit_of_work() as session:
        user = make_user(session, make_body(session))
    administrator.post(f"/users/{user.id}/edit", form_of(user, email="new@example.jp"))
    with database.reading() as session:
        assert [mail.to_address for mail in mails(session)] == ["new@example.jp"]


def test_the_second_of_two_administrators_sees_both_versions(
    administrator: Client, database: Database, coordinator: User
) -> None:
    path = f"/users/{coordinator.id}/edit"
    assert administrator.post(path, form_of(coordinator, name="一人目")).status_code == 302
    second = administrator.post(path, form_of(coordinator, name="二人目"))
    assert second.status_code == 409
    assert "一人目" in second.text
    assert "二人目" in second.text
    assert stored(database, coordinator).name == "一人目"


def test_nobody_changes_or_disables_themselves(administrator: Client, database: Database) -> None:
    with database.reading() as session:
        me = session.scalars(select(User)).one()
        body_id = None
    with database.unit_of_work() as session:
        body_id = make_body(session).id
    form = form_of(me, role="coordinator", body_id=str(body_id))
    refused = administrator.post(f"/users/{me.id}/edit", form)
    assert refused.status_code == 409
    assert "自分の役割は変えられません。" in refused.text
    assert administrator.post(f"/users/{me.id}/disable").status_code == 403
    assert stored(database, me).role is Role.ADMINISTRATOR


def test_a_managers_role_and_body_stay(administrator: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        manager = make_member(session, Role.SME)
    page = administrator.get(f"/users/{manager.id}/edit")
    assert 'name="role"' not in page.text
    form = form_of(manager, role="administrator", body_id="", name="新しい名前")
    assert administrator.post(f"/users/{manager.id}/edit", form).status_code == 302
    user = stored(database, manager)
    assert (user.name, user.role, user.body_id) == ("新しい名前", Role.SME, manager.body_id)


def test_disabling_can_be_undone(administrator: Client, database: Database, coordinator: User) -> None:
    browser = Client(administrator.app).sign_in(coordinator.id)
    answer = administrator.post(f"/users/{coordinator.id}/disable")
    assert browser.get("/").status_code == 302
    assert f'action="/users/{coordinator.id}/enable"' in administrator.get(answer.location).text
    administrator.post(f"/users/{coordinator.id}/enable")
    assert stored(database, coordinator).active
    # What has ended stays ended.
    assert browser.get("/").status_code == 302
    assert actions(database, coordinator) == ["user.disable", "user.enable"]


def test_disabling_twice_is_one_entry(
    administrator: Client, database: Database, coordinator: User
) -> None:
    for _ in range(2):
        assert administrator.post(f"/users/{coordinator.id}/disable").status_code == 302
    assert actions(database, coordinator) == ["user.disable"]


def test_the_list_is_filtered_by_the_url(
    administrator: Client, database: Database, coordinator: User
) -> None:
    with database.unit_of_work() as session:
        make_member(session, Role.LEAD, name="花巻 次郎", active=False)
        make_user(session, make_body(session), name="遠野 三郎")

    def names(query: str) -> list[str]:
        text = administrator.get(f"/users?{query}").text.partition("<tbody>")[2]
        return [name for name in ("北上 花子", "花巻 次郎", "遠野 三郎") if name in text]

    assert names("") == ["北上 花子", "花巻 次郎", "遠野 三郎"]
    assert names("q=HANAKO") == ["北上 花子"]
    assert names("q=花巻") == ["花巻 次郎"]
    assert names("role=lead") == ["花巻 次郎"]
    assert names("state=disabled") == ["花巻 次郎"]
    assert names("state=invited") == ["遠野 三郎"]
    assert names("state=active") == ["北上 花子"]
    assert names(f"body={coordinator.body_id}") == ["北上 花子"]
    assert names("role=x&state=x&sort=x&page=x&body=99999999999999999999") == [
        "北上 花子",
        "花巻 次郎",
        "遠野 三郎",
    ]
    assert names("q=%25") == []


def test_the_list_asks_as_much_for_three_as_for_one(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        body = make_body(session)
        me = make_user(session, body, password_hash=HASH)
        make_user(session, body, Role.SME, company_id=make_company(session, body).id)
    client.sign_in(me.id)
    client.get("/users")
    with count_queries(database) as one:
        client.get("/users")
    with database.unit_of_work() as session:
        for _ in range(2):
            make_user(session, body, Role.SME, company_id=make_company(session, body).id)
    with count_queries(database) as three:
        client.get("/users")
    assert len(three) == len(one)


class TestOwnAccount:
    """Name, language, signed-in browsers."""

    @pytest.fixture
    def browser(self, client: Client, coordinator: User) -> Client:
        return client.sign_in(coordinator.id)

    def test_name_and_language_are_kept_with_the_account(
        self, browser: Client, database: Database, coordinator: User
    ) -> None:
        browser.get("/language/ja")
        answer = browser.post("/account", {"name": "北上 華子", "language": "en"})
        assert answer.location == "/account"
        user = stored(database, coordinator)
        assert (user.name, user.language) == ("北上 華子", "en")
        assert '<html lang="en">' in browser.get("/account").text

    @pytest.mark.parametrize("form", [{"name": "", "language": "ja"}, {"name": "x", "language": "xx"}])
    def test_wrong_input_is_refused(
        self, browser: Client, database: Database, coordinator: User, form: dict[str, str]
    ) -> None:
        assert browser.post("/account", form).status_code == 422
        assert stored(database, coordinator).name == "北上 花子"

    def test_fields_that_the_form_does_not_have_are_ignored(
        self, browser: Client, database: Database, coordinator: User
    ) -> None:
        browser.post(
            "/account",
            {"name": "x", "language": "ja", "role": "administrator", "email": "x@example.jp"},
        )
        user = stored(database, coordinator)
        assert (user.role, user.email) == (Role.COORDINATOR, "hanako@example.jp")

    def test_the_other_browsers_are_listed_and_signed_out(
        self, browser: Client, coordinator: User
    ) -> None:
        other = Client(browser.app).sign_in(coordinator.id)
        page = browser.get("/account").text
        assert page.count("この端末</span>") == 1
        assert page.count("ほかの端末</span>") == 1
        assert browser.post("/account/sessions/end-others").status_code == 302
        assert other.get("/account").status_code == 302
        page = browser.get("/account").text
        assert "ほかの端末のログインを終了しました（1件）。" in page
        assert page.count("ほかの端末</span>") == 0
