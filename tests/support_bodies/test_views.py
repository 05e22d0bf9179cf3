"""Support bodies: all about them for administrators, the own desk for staff."""

import pytest
from sqlalchemy import select

from sme_match.audit.models import AuditEntry
from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.support_bodies.models import SupportBody
from tests.client import Client
from tests.factories import make_body, make_user
from tests.queries import count_queries

BODY = {
    "name": "岩手産業振興機構",
    "name_en": "Iwate Industry Promotion",
    "short_name": "岩手機構",
    "prefecture_code": "03",
    "phone": "０１９－１１１－２２２２",
    "desk_hours": "平日 9:00–17:00",
    "email": "desk@example.jp",
}
DESK = {"version": "1", "phone": "019-333-4444", "desk_hours": "毎日", "email": "new@example.jp"}


@pytest.fixture
def administrator(client: Client, database: Database) -> Client:
    with database.unit_of_work() as session:
        user = make_user(session, None, Role.ADMINISTRATOR)
    return client.sign_in(user.id)


@pytest.fixture
def body(database: Database) -> SupportBody:
    with database.unit_of_work() as session:
        return make_body(session, name="山形産業支援機構")


def stored(database: Database) -> SupportBody:
    with database.reading() as session:
        return session.scalars(select(SupportBody)).one()


def test_an_administrator_registers_a_body(administrator: Client, database: Database) -> None:
    assert administrator.post("/support-bodies/new", BODY).location == "/support-bodies/"
    made = stored(database)
    assert (made.name, made.phone, made.active) == ("岩手産業振興機構", "019-111-2222", True)
    page = administrator.get("/support-bodies/").text
    assert "岩手産業振興機構" in page
    assert "岩手県" in page


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": ""}, "支援機関の名称を入力してください。"),
        ({"name": "x" * 101}, "100文字まで"),
        ({"name": "山形産業支援機構"}, "この名前の支援機関はすでにあります。"),
        ({"prefecture_code": ""}, "都道府県を選んでください。"),
        ({"phone": "でんわ"}, "電話番号は「019-000-0000」のように入力してください。"),
        ({"email": "a@b@c"}, "正しくありません"),
    ],
)
def test_wrong_input_is_explained_and_kept(
    administrator: Client, body: SupportBody, changed: dict[str, str], message: str
) -> None:
    answer = administrator.post("/support-bodies/new", BODY | changed)
    assert answer.status_code == 422
    assert message in answer.text
    assert 'value="Iwate Industry Promotion"' in answer.text


def test_an_administrator_edits_and_the_history_shows_it(
    administrator: Client, database: Database, body: SupportBody
) -> None:
    path = f"/support-bodies/{body.id}/edit"
    assert administrator.post(path, BODY | {"version": "1"}).status_code == 302
    assert stored(database).name == "岩手産業振興機構"
    assert "山形産業支援機構" in administrator.get(path).text
    late = administrator.post(path, BODY | {"version": "1", "short_name": "別"})
    assert late.status_code == 409
    assert "ほかの人が先に更新しました" in late.text


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.LEAD])
def test_staff_keep_the_desk_of_their_body_and_nothing_else(
    client: Client, database: Database, body: SupportBody, role: Role
) -> None:
    with database.unit_of_work() as session:
        user = make_user(session, body, role)
    client.sign_in(user.id)
    path = f"/support-bodies/{body.id}/edit"
    assert client.get("/support-bodies/mine").location == path
    assert 'name="name"' not in client.get(path).text
    assert client.post(path, DESK | {"name": "乗っ取り", "active": ""}).status_code == 302
    made = stored(database)
    assert (made.name, made.phone, made.email, made.active) == (
        "山形産業支援機構",
        "019-333-4444",
        "new@example.jp",
        True,
    )
    # The number stands on every page at once.
    assert "019-333-4444" in client.get("/nowhere").text


def test_other_bodies_are_out_of_reach(client: Client, database: Database, body: SupportBody) -> None:
    with database.unit_of_work() as session:
        other = make_body(session)
        people = [make_user(session, other, role).id for role in (Role.COORDINATOR, Role.LEAD)]
    for user_id in people:
        client.sign_in(user_id)
        assert client.get("/support-bodies/").status_code == 403
        assert client.get(f"/support-bodies/{body.id}/edit").status_code == 404
        assert client.post(f"/support-bodies/{body.id}/edit", DESK).status_code == 404
        assert client.post(f"/support-bodies/{body.id}/deactivate").status_code == 403
        assert client.post("/support-bodies/new", BODY).status_code == 403


def test_deactivating_a_body_shuts_its_people_out_until_it_is_activated_again(
    administrator: Client, database: Database, body: SupportBody
) -> None:
    with database.unit_of_work() as session:
        user = make_user(session, body)
    browser = Client(administrator.app).sign_in(user.id)
    assert browser.get("/").status_code == 200
    assert administrator.post(f"/support-bodies/{body.id}/deactivate").status_code == 302
    assert f'action="/support-bodies/{body.id}/activate"' in administrator.get("/support-bodies/").text
    assert browser.get("/").status_code == 302
    assert administrator.post(f"/support-bodies/{body.id}/activate").status_code == 302
    assert browser.get("/").status_code == 200
    with database.reading() as session:
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["support_body.deactivate", "support_body.activate"]


def test_the_list_asks_as_much_for_three_as_for_one(
    administrator: Client, database: Database, body: SupportBody
) -> None:
    administrator.get("/support-bodies/")
    with count_queries(database) as one:
        administrator.get("/support-bodies/")
    with database.unit_of_work() as session:
        make_body(session)
        make_body(session)
    with count_queries(database) as three:
        administrator.get("/support-bodies/")
    assert len(three) == len(one)
