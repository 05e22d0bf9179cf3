"""Invitations: who may invite whom, what the mail leads to, and that a link works once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from sme_match.accounts.models import SignedLink, User, UserSession
from sme_match.core.actor import Role
from sme_match.db.session import Database
from tests.accounts.conftest import HASH, link_in, mails, make_member
from tests.client import Client
from tests.conftest import NOW, Clock
from tests.factories import make_body, make_company, make_share, make_user

STAFF = {
    "name": "盛岡 一郎",
    "email": "Ichiro@example.jp",
    "role": "coordinator",
    "language": "ja",
}
PASSWORD = "hashi umi kaze 77"
ACCEPT = {"name": "盛岡 一郎", "password": PASSWORD}


@pytest.fixture
def body_id(database: Database) -> int:
    with database.unit_of_work() as session:
        return make_body(session, name="岩手産業振興機構", phone="019-111-2222").id


@pytest.fixture
def administrator(client: Client, database: Database) -> Client:
    with database.unit_of_work() as session:
        user = make_member(session, Role.ADMINISTRATOR)
    return client.sign_in(user.id)


@pytest.fixture
def invited(administrator: Client, body_id: int) -> int:
    answer = administrator.post("/users/new", STAFF | {"body_id": str(body_id)})
    assert answer.status_code == 302
    return int(answer.location.rpartition("/")[2])


def stored(database: Database, user_id: int) -> User:
    with database.reading() as session:
        return session.scalars(select(User).where(User.id == user_id)).one()


def test_an_administrator_invites_a_coordinator_by_mail(
    database: Database, invited: int, body_id: int
) -> None:
    user = stored(database, invited)
    assert (user.role, user.body_id, user.email) == (Role.COORDINATOR, body_id, "ichiro@example.jp")
    assert (user.password_hash, user.state) == (None, "invited")
    with database.reading() as session:
        mail = mails(session)[-1]
    assert (mail.to_address, mail.to_name) == ("ichiro@example.jp", "盛岡 一郎")
    assert mail.subject == "【ものづくり商談ナビ】ご利用の案内（岩手産業振興機構）"
    assert "2026年11月27日（金） 10:00（日本時間）まで、一度だけ" in mail.text
    assert "019-111-2222" in mail.text
    assert mail.useful_until == NOW + timedelta(days=7)


def test_the_link_leads_in_and_works_once(
    app: Flask, database: Database, invited: int, last_link: Callable[[], str]
) -> None:
    link, visitor = last_link(), Client(app)
    page = visitor.get(link)
    assert page.status_code == 200
    assert "岩手産業振興機構からの招待です。" in page.text
    assert 'value="盛岡 一郎"' in page.text
    # Mail scanners open links: looking uses nothing up.
    assert visitor.get(link).status_code == 200
    assert visitor.post(link, ACCEPT).location == "/"
    assert "盛岡 一郎" in visitor.get("/").text
    assert stored(database, invited).state == "active"
    again = Client(app).post(link, ACCEPT | {"password": "another one 1234"})
    assert again.status_code == 404
    assert "このリンクはもう使われました。" in again.text


def test_a_weak_password_is_explained_and_the_link_stays_usable(
    app: Flask, invited: int, last_link: Callable[[], str]
) -> None:
    visitor, link = Client(app), last_link()
    answer = visitor.post(link, {"name": "新しい名前", "password": "short"})
    assert answer.status_code == 422
    assert "パスワードは10文字以上にしてください。いまは5文字です。" in answer.text
    assert 'value="新しい名前"' in answer.text
    assert "short" not in answer.text
    assert visitor.post(link, ACCEPT).status_code == 302


def test_the_name_can_be_corrected_when_accepting(
    app: Flask, database: Database, invited: int, last_link: Callable[[], str]
) -> None:
    Client(app).post(last_link(), ACCEPT | {"name": "盛岡　壱郎"})
    assert stored(database, invited).name == "盛岡 壱郎"


def test_after_seven_days_the_link_says_whom_to_ask(
    app: Flask, invited: int, last_link: Callable[[], str], clock: Clock
) -> None:
    clock.now = NOW + timedelta(days=7)
    answer = Client(app).get(last_link())
    assert answer.status_code == 404
    assert "期限が切れています。支援機関の窓口に連絡して" in answer.text


def test_inviting_again_revokes_the_link_before(
    app: Flask, administrator: Client, invited: int, last_link: Callable[[], str], clock: Clock
) -> None:
    old = last_link()
    clock.now = NOW + timedelta(minutes=5)
    assert administrator.post(f"/users/{invited}/reinvite").status_code == 302
    assert last_link() != old
    assert "取り消されました" in Client(app).get(old).text
    assert Client(app).get(last_link()).status_code == 200


def test_the_mail_of_a_revoked_invitation_is_not_sent(
    administrator: Client, database: Database, invited: int, clock: Clock
) -> None:
    clock.now = NOW + timedelta(minutes=5)
    administrator.post(f"/users/{invited}/reinvite")
    with database.reading() as session:
        assert [mail.void_at for mail in mails(session)] == [clock.now, None]


def test_who_accepted_cannot_be_invited_again(
    app: Flask, administrator: Client, invited: int, last_link: Callable[[], str]
) -> None:
    Client(app).post(last_link(), ACCEPT)
    assert administrator.post(f"/users/{invited}/reinvite").status_code == 409


def test_disabling_takes_the_invitation_back(
    app: Flask, administrator: Client, invited: int, last_link: Callable[[], str]
) -> None:
    administrator.post(f"/users/{invited}/disable")
    assert Client(app).get(last_link()).status_code == 404


def test_whoever_is_signed_in_changes_over_and_leaves_the_old_session(
    administrator: Client, database: Database, invited: int, last_link: Callable[[], str]
) -> None:
    assert administrator.post(last_link(), ACCEPT).status_code == 302
    assert "盛岡 一郎" in administrator.get("/").text
    with database.reading() as session:
        live = select(UserSession.user_id).where(UserSession.ended_at.is_(None))
        assert session.scalars(live).all() == [invited]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"email": "not an address"}, "正しくありません"),
        ({"email": "a@ok.jp, b@evil.jp"}, "正しくありません"),
        ({"email": ""}, "メールアドレスを入力してください。"),
        ({"name": ""}, "お名前を入力してください。"),
        ({"role": ""}, "役割を選んでください。"),
        ({"role": "sme"}, "選択肢が正しくありません。"),
        ({"body_id": ""}, "支援機関を選んでください。"),
        ({"body_id": "999"}, "選択肢が正しくありません。"),
        ({"email": "x" * 300 + "@example.jp"}, "254文字まで"),
    ],
)
def test_wrong_input_is_explained_and_kept(
    administrator: Client, database: Database, body_id: int, changed: dict[str, str], message: str
) -> None:
    form = STAFF | {"body_id": str(body_id)} | changed
    answer = administrator.post("/users/new", form)
    assert answer.status_code == 422
    assert message in answer.text
    if form["name"]:
        assert f'value="{form["name"]}"' in answer.text
    with database.reading() as session:
        assert session.scalar(select(func.count(User.id))) == 1
        assert mails(session) == []


def test_an_address_serves_one_account(administrator: Client, invited: int, body_id: int) -> None:
    answer = administrator.post(
        "/users/new", STAFF | {"body_id": str(body_id), "email": "ICHIRO@EXAMPLE.JP"}
    )
    assert answer.status_code == 422
    assert "このメールアドレスはすでに登録されています。" in answer.text


def test_an_administrator_belongs_to_no_body(
    administrator: Client, database: Database, body_id: int
) -> None:
    answer = administrator.post(
        "/users/new", STAFF | {"role": "administrator", "body_id": str(body_id)}
    )
    user = stored(database, int(answer.location.rpartition("/")[2]))
    assert (user.role, user.body_id) == (Role.ADMINISTRATOR, None)


def test_the_mail_speaks_the_language_of_the_account(
    administrator: Client, database: Database, body_id: int
) -> None:
    administrator.post("/users/new", STAFF | {"body_id": str(body_id), "language": "en"})
    with database.reading() as session:
        mail = mails(session)[-1]
    assert mail.subject.startswith("[Monozukuri Shodan Navi] Your invitation from ")
    assert "until Fri, 27 Nov 2026 10:00 Japan time" in mail.text


class TestManagers:
    """Coordinators and the managers of their own body's companies."""

    MANAGER = {"name": "宮城 健一", "email": "kenichi@example.jp", "language": "ja"}  # noqa: RUF012

    @pytest.fixture
    def region(self, client: Client, database: Database) -> dict[str, Any]:
        with database.unit_of_work() as session:
            own, other = make_body(session), make_body(session)
            company = make_company(session, own, name="株式会社みやぎ精密")
            foreign = make_company(session, other, name="他機構の製作所")
            shared = make_company(session, other, name="共有された製作所")
            make_share(session, shared, own)
            user = make_member(session)
            user.body_id = own.id
            manager = make_user(session, other, Role.SME, company_id=foreign.id)
            lead = make_user(session, own, Role.LEAD, password_hash=HASH)
        client.sign_in(user.id)
        return {
            "company": company.id,
            "foreign": foreign.id,
            "shared": shared.id,
            "foreign_manager": manager.id,
            "lead": lead.id,
            "own_body": own.id,
        }

    def test_a_coordinator_finds_the_company_and_invites_its_manager(
        self, client: Client, database: Database, region: dict[str, Any]
    ) -> None:
        found = client.get("/users/new?q=みやぎ")
        assert f'href="/users/new?company={region["company"]}"' in found.text
        answer = client.post(f"/users/new?company={region['company']}", self.MANAGER)
        user = stored(database, int(answer.location.rpartition("/")[2]))
        assert (user.role, user.company_id, user.body_id) == (
            Role.SME,
            region["company"],
            region["own_body"],
        )
        listed = client.get("/users")
        assert "宮城 健一" in listed.text
        assert "株式会社みやぎ精密" in listed.text

    @pytest.mark.usefixtures("region")
    def test_only_own_companies_are_offered(self, client: Client) -> None:
        page = client.get("/users/new").text
        assert "株式会社みやぎ精密" in page
        assert "他機構の製作所" not in page
        assert "共有された製作所" not in page

    def test_other_companies_are_refused(
        self, client: Client, database: Database, region: dict[str, Any]
    ) -> None:
        for key, status in (("foreign", 404), ("shared", 403)):
            answer = client.post(f"/users/new?company={region[key]}", self.MANAGER)
            assert answer.status_code == status
        for odd in ("0", "abc", "-1", "99999999999999999999"):
            assert client.get(f"/users/new?company={odd}").status_code == 404
        with database.reading() as session:
            assert mails(session) == []

    @pytest.mark.parametrize("verb", ["disable", "enable", "reinvite"])
    def test_users_of_another_body_do_not_exist_for_them(
        self, client: Client, region: dict[str, Any], verb: str
    ) -> None:
        assert client.post(f"/users/{region['foreign_manager']}/{verb}").status_code == 404
        assert client.post(f"/users/{region['lead']}/{verb}").status_code == 404

    def test_leads_and_managers_see_no_users(self, client: Client, region: dict[str, Any]) -> None:
        for user_id in (region["lead"], region["foreign_manager"]):
            client.sign_in(user_id)
            assert client.get("/users").status_code == 403
            assert client.post("/users/new", STAFF).status_code == 403


class TestFirstAdministrator:
    """A fresh installation has no account; the command line makes the way in."""

    def run(self, app: Flask, *arguments: str) -> Any:
        return app.test_cli_runner().invoke(args=["create-administrator", *arguments])

    def test_the_printed_link_makes_an_administrator(
        self, app: Flask, client: Client, database: Database
    ) -> None:
        with database.reading() as session:
            assert session.scalar(select(func.count(User.id))) == 0
        printed = self.run(app, "root@example.jp", "管理 太郎")
        assert printed.exit_code == 0
        assert client.post(link_in(printed.output), ACCEPT).status_code == 302
        assert client.get("/users").status_code == 200
        with database.reading() as session:
            assert mails(session) == []
            assert printed.output.split("/")[-1].strip() not in str(
                session.execute(select(SignedLink.__table__)).all()
            )

    def test_a_lost_link_is_replaced_and_a_used_address_refused(
        self, app: Flask, client: Client
    ) -> None:
        first = link_in(self.run(app, "root@example.jp", "管理 太郎").output)
        second = link_in(self.run(app, "root@example.jp", "管理 太郎").output)
        assert client.get(first).status_code == 404
        assert client.post(second, ACCEPT).status_code == 302
        refused = self.run(app, "root@example.jp", "管理 太郎")
        assert refused.exit_code == 1
        assert "すでに使われています" in refused.output

    def test_a_wrong_address_is_refused(self, app: Flask) -> None:
        assert self.run(app, "nonsense", "管理 太郎").exit_code == 1
