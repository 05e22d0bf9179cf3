"""The register of needs as staff see it."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from sme_match.companies.models import Company
from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.needs.enums import ConditionKind, ConditionLevel, NeedState
from sme_match.needs.models import Need
from sme_match.needs.services import as_drafts
from tests.client import Client
from tests.factories import make_body, make_buyer, make_company, make_condition, make_need, make_user
from tests.queries import count_queries

FORM = {
    "title": "ブラケットの切削",
    "description": "ＳＵＳ３０４の小物。",
    "materials": "ＳＵＳ３０４、アルミ",
    "process_code": "milling",
    "lot_quantity": "５０個",
    "sme_wanted": "3",
    "meeting_mode": "web",
    "must_tolerance_mm": "±0.05",
    "wish_tolerance_mm": "0.02",
    "must_certificate": "ISO9001",
    "due_on": ["2026", "12", "25"],
}


@pytest.fixture
def buyer_id(client: Client, database: Database) -> int:
    """A coordinator is signed in; the id of a buyer of the body."""
    with database.unit_of_work() as session:
        body = make_body(session)
        user = make_user(session, body)
        buyer = make_buyer(session, body, name="東北産業機械株式会社", name_kana="トウホクサンギョウ")
    client.sign_in(user.id)
    return buyer.id


def only_need(database: Database) -> Need:
    with database.reading() as session:
        return session.scalars(select(Need).options(selectinload(Need.conditions))).one()


def test_a_coordinator_registers_a_need_with_must_and_wish(
    client: Client, database: Database, buyer_id: int
) -> None:
    answer = client.post("/needs/new", FORM | {"buyer_id": buyer_id, "publish": "1"})
    assert answer.status_code == 302
    need = only_need(database)
    assert (need.state, need.materials, need.lot_quantity) == (
        NeedState.OPEN,
        ["SUS304", "aluminium"],
        50,
    )
    conditions = {(c.level, c.kind, str(c.number or c.text)) for c in as_drafts(need.conditions)}
    assert conditions == {
        (ConditionLevel.MUST, ConditionKind.TOLERANCE_MM, "0.05"),
        (ConditionLevel.WISH, ConditionKind.TOLERANCE_MM, "0.02"),
        (ConditionLevel.MUST, ConditionKind.CERTIFICATE, "iso_9001"),
    }
    page = client.get(answer.location).text
    assert "公差 ±0.05mm" in page
    assert "公差 ±0.02mm" in page


def test_searching_the_buyer_keeps_what_was_typed_and_saves_nothing(
    client: Client, database: Database, buyer_id: int
) -> None:
    answer = client.post("/needs/new", FORM | {"buyer_text": "ﾄｳﾎｸ", "find": "1"})
    assert answer.status_code == 200
    assert f'value="{buyer_id}" checked' in answer.text
    assert 'value="ブラケットの切削"' in answer.text
    with database.reading() as session:
        assert session.scalars(select(Need)).all() == []


def test_without_a_buyer_the_form_comes_back_with_everything_typed(
    client: Client, buyer_id: int
) -> None:
    answer = client.post("/needs/new", FORM)
    assert answer.status_code == 422
    assert "発注企業を選んでください。" in answer.text
    assert 'value="±0.05"' in answer.text


def test_every_wrong_condition_is_named_at_once(client: Client, buyer_id: int) -> None:
    wrong = {"must_lot": "少し", "wish_prefecture": "どこか", "payment_days": "90"}
    answer = client.post("/needs/new", FORM | wrong | {"buyer_id": buyer_id})
    assert answer.status_code == 422
    assert "ロット（必須）：数字で入力してください。例：0.01" in answer.text
    assert "「どこか」という都道府県はありません。例：岩手県" in answer.text


def test_the_buyer_of_another_body_cannot_be_slipped_in(
    client: Client, database: Database, buyer_id: int
) -> None:
    with database.unit_of_work() as session:
        foreign = make_buyer(session, make_body(session), name="ほかの機関の発注企業")
    answer = client.post("/needs/new", FORM | {"buyer_id": foreign.id})
    assert answer.status_code == 422
    assert "ほかの機関の発注企業" not in answer.text


def test_a_copy_brings_the_facts_but_neither_number_nor_past_days(
    client: Client, database: Database, buyer_id: int
) -> None:
    client.post("/needs/new", FORM | {"buyer_id": buyer_id, "due_on": ["2026", "11", "21"]})
    need = only_need(database)
    client.app.extensions["clock"].now = need.created_at.replace(month=12)
    client.sign_in(need.owner_id or 0)
    page = client.get(f"/needs/new?copy={need.id}").text
    assert f'value="{buyer_id}" checked' in page
    assert 'value="0.05"' in page
    assert 'value="2026"' not in page
    answer = client.post("/needs/new", FORM | {"buyer_id": buyer_id})
    assert answer.status_code == 302


def test_the_second_of_two_editors_sees_both_versions(
    client: Client, database: Database, buyer_id: int
) -> None:
    client.post("/needs/new", FORM | {"buyer_id": buyer_id})
    need = only_need(database)
    form = FORM | {"buyer_id": buyer_id, "version": "1"}
    address = f"/needs/{need.id}/edit"
    assert client.post(address, form | {"must_tolerance_mm": "0.03"}).status_code == 302
    history = client.get(f"/needs/{need.id}/history").text
    assert "<del>認証: ISO 9001（品質）、公差: 0.05</del>" in history
    second = client.post(address, form | {"must_tolerance_mm": "0.01"})
    assert second.status_code == 409
    assert "ほかの人が先に更新しました" in second.text
    assert '<td data-l="あなたの入力">0.01</td>' in second.text
    assert '<td data-l="いま登録されている内容">0.03</td>' in second.text


def test_closing_can_be_undone_from_the_message(
    client: Client, database: Database, buyer_id: int
) -> None:
    client.post("/needs/new", FORM | {"buyer_id": buyer_id, "publish": "1"})
    need = only_need(database)
    client.post(f"/needs/{need.id}/close")
    page = client.get(f"/needs/{need.id}").text
    assert f'action="/needs/{need.id}/reopen"' in page
    client.post(f"/needs/{need.id}/reopen")
    assert only_need(database).state is NeedState.OPEN
    assert client.post(f"/needs/{need.id}/publish").status_code == 409
    history = client.get(f"/needs/{need.id}/history").text
    assert "募集を再開しました" in history
    assert "<dd><del>締め切り</del> → <ins>募集中</ins></dd>" in history


def test_sharing_and_taking_it_back(client: Client, database: Database, buyer_id: int) -> None:
    with database.unit_of_work() as session:
        receiver = make_body(session, name="となりの機構")
        reader = make_user(session, receiver, Role.LEAD)
    client.post("/needs/new", FORM | {"buyer_id": buyer_id})
    need = only_need(database)
    assert client.post(f"/needs/{need.id}/shares", {"body_id": "0"}).status_code == 422
    assert client.post(f"/needs/{need.id}/shares", {"body_id": receiver.id}).status_code == 302
    assert "となりの機構" in client.get(f"/needs/{need.id}").text
    other = Client(client.app).sign_in(reader.id)
    assert "東北産業機械株式会社" in other.get(f"/needs/{need.id}").text
    assert "ブラケットの切削" in other.get("/needs/").text
    client.post(f"/needs/{need.id}/shares/{receiver.id}/withdraw")
    assert other.get(f"/needs/{need.id}").status_code == 404


def test_managers_of_companies_have_no_list_of_needs(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        body = make_body(session)
        manager = make_user(session, body, Role.SME, company_id=make_company(session, body).id)
    client.sign_in(manager.id)
    assert client.get("/needs/").status_code == 403


def test_odd_filters_are_left_out(client: Client, buyer_id: int) -> None:
    query = "q=%25&state=x&process=x&buyer=9999999999&owner=abc&due=x&sort=x&page=99"
    answer = client.get(f"/needs/?{query}")
    assert answer.status_code == 200
    assert "条件に合う案件がありません" in answer.text


def test_the_list_asks_the_same_number_of_questions_for_one_and_three_needs(
    client: Client, database: Database, buyer_id: int
) -> None:
    counts = []
    for more in (1, 2):
        with database.unit_of_work() as session:
            own = session.get_one(Company, buyer_id)
            for _ in range(more):
                need = make_need(session, own)
                make_condition(session, need, ConditionKind.LOT, level=ConditionLevel.MUST, number=50)
        client.get("/needs/")
        with count_queries(database) as queries:
            client.get("/needs/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_contradictions_are_saved_and_said(client: Client, database: Database, buyer_id: int) -> None:
    data = FORM | {
        "buyer_id": str(buyer_id),
        "must_prefecture": "岩手県、宮城県",
        "must_tolerance_mm": "0.02",
        "wish_tolerance_mm": "0.05",
    }
    saved = client.post("/needs/new", data)
    assert saved.status_code == 302
    page = client.get(saved.location).text
    assert "条件に食い違いがあります" in page
    assert "必須の「都道府県 岩手県」と「都道府県 宮城県」は両立しません。" in page
    assert "希望の「公差 ±0.05mm以内」は" in page
    need_id = saved.location.rsplit("/", 1)[-1]
    assert client.post(f"/needs/{need_id}/matches/run").status_code == 302
    review = client.get(f"/needs/{need_id}/matches")
    assert review.status_code == 200
    assert "条件に食い違いがあります" in review.text
