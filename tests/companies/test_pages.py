"""Pages around a company: list, candidates, contacts, certificates, sharing, history."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from sme_match.companies.enums import Visibility
from sme_match.companies.models import Certificate, Company, CompanyShare, Contact
from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.support_bodies.models import SupportBody
from tests.client import Client
from tests.conftest import NOW
from tests.factories import (
    make_body,
    make_capability,
    make_company,
    make_contact,
    make_share,
    make_user,
)
from tests.queries import count_queries

FORM = {
    "name": "㈱みやぎ精密",
    "name_kana": "ミヤギセイミツ",
    "prefecture_code": "04",
    "is_sme": "y",
}
PERSON = {"kind": "main", "name": "宮城 健一", "email": "k@example.jp"}


@pytest.fixture
def body(database: Database, client: Client) -> SupportBody:
    with database.unit_of_work() as session:
        body = make_body(session)
        user = make_user(session, body, name="高橋")
    client.sign_in(user.id)
    return body


@pytest.fixture
def company(database: Database, body: SupportBody) -> Company:
    with database.unit_of_work() as session:
        return make_company(session, body, name="株式会社みやぎ精密", prefecture_code="04")


def count(database: Database, model: type[Any]) -> int:
    with database.reading() as session:
        return len(session.scalars(select(model)).all())


def test_the_list_asks_the_database_as_often_for_three_companies_as_for_one(
    client: Client, database: Database, company: Company, body: SupportBody
) -> None:
    counts = []
    for extra in (0, 2):
        with database.unit_of_work() as session:
            for _ in range(extra):
                make_capability(session, make_company(session, body))
        client.get("/companies/")
        with count_queries(database) as queries:
            client.get("/companies/?process=milling" if extra else "/companies/")
            client.get("/companies/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_one_company_is_shown_with_as_many_queries_for_three_rows_as_for_one(
    client: Client, database: Database, company: Company
) -> None:
    counts = []
    for number in (1, 2):
        with database.unit_of_work() as session:
            for _ in range(number):
                make_capability(session, company)
                make_contact(session, company)
                make_share(session, company, make_body(session))
        client.get(f"/companies/{company.id}")
        with count_queries(database) as queries:
            client.get(f"/companies/{company.id}")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_stale_companies_are_marked_and_can_be_listed_alone(
    client: Client, database: Database, company: Company, body: SupportBody
) -> None:
    with database.unit_of_work() as session:
        make_company(session, body, name="古い会社", confirmed_at=NOW - timedelta(days=400))
    page = client.get("/companies/?stale=1").text
    assert "古い会社" in page
    assert "12か月以上前" in page
    assert company.name not in page


@pytest.mark.parametrize(
    "query",
    [
        "page=999",
        "page=x",
        "sort=-",
        "side=x&prefecture=99&process=x",
        "q=%00%EF%BC%85",
        "jsic='",
        "prefecture=%00&process=%00",
    ],
)
def test_odd_filters_give_a_page(client: Client, company: Company, query: str) -> None:
    assert client.get(f"/companies/?{query}").status_code == 200


def test_a_company_that_looks_known_is_registered_only_after_a_look(
    client: Client, database: Database, company: Company
) -> None:
    answer = client.post("/companies/new", FORM | {"pr_text": "消えない紹介"})
    assert answer.status_code == 422
    assert "同じ会社かもしれない登録があります" in answer.text
    assert f'href="/companies/{company.id}"' in answer.text
    assert "消えない紹介" in answer.text
    assert count(database, Company) == 1
    assert client.post("/companies/new", FORM | {"confirmed": "y"}).status_code == 302
    assert count(database, Company) == 2


def test_a_place_of_another_prefecture_is_explained(client: Client, body: SupportBody) -> None:
    answer = client.post("/companies/new", FORM | {"municipality": "盛岡市"})
    assert answer.status_code == 422
    assert "「盛岡市」という市区町村が見つかりません。" in answer.text


def test_the_list_of_municipalities_follows_the_prefecture(client: Client, body: SupportBody) -> None:
    names = client.get("/companies/municipalities?prefecture=04").json
    assert names is not None
    assert ("仙台市" in names, "盛岡市" in names) == (True, False)
    assert client.get("/companies/municipalities?prefecture=99").json == []


def test_an_archived_company_leaves_the_list_and_the_button_brings_it_back(
    client: Client, company: Company
) -> None:
    page = client.get(client.post(f"/companies/{company.id}/archive").location).text
    assert f'action="/companies/{company.id}/restore"' in page
    assert "この企業は登録から外されています" in page
    assert company.name not in client.get("/companies/").text
    assert company.name in client.get("/companies/?archived=1").text
    client.post(f"/companies/{company.id}/restore")
    assert company.name in client.get("/companies/").text


def test_a_contact_is_added_edited_by_two_and_removed(
    client: Client, database: Database, company: Company
) -> None:
    assert client.post(f"/companies/{company.id}/contacts/new", PERSON).status_code == 302
    with database.reading() as session:
        contact = session.scalars(select(Contact)).one()
    address = f"/companies/contacts/{contact.id}"
    assert (
        client.post(f"{address}/edit", PERSON | {"version": "1", "position": "社長"}).status_code == 302
    )
    late = client.post(f"{address}/edit", PERSON | {"version": "1", "position": "会長", "kind": "day"})
    assert late.status_code == 409
    assert ("社長" in late.text, "会長" in late.text, "当日の連絡先" in late.text) == (True, True, True)
    assert client.post(f"{address}/remove", {"version": "1"}).status_code == 409
    assert client.post(f"{address}/remove", {"version": "2"}).status_code == 302
    assert count(database, Contact) == 0


def test_a_contact_without_an_address_is_asked_for_one(
    client: Client, database: Database, company: Company
) -> None:
    answer = client.post(f"/companies/{company.id}/contacts/new", {"kind": "main", "name": "宮城"})
    assert answer.status_code == 422
    assert "メールアドレスか電話番号の、少なくとも一方を入力してください。" in answer.text
    assert 'value="宮城"' in answer.text
    assert count(database, Contact) == 0


def test_certificates_are_recognised_or_kept_as_written_and_their_end_is_marked(
    client: Client, database: Database, company: Company
) -> None:
    address = f"/companies/{company.id}/certificates/new"
    for standard, day in (
        ("ｉｓｏ９００１：２０１５", ["2026", "12", "1"]),
        ("ISO 13485", ["2026", "11", "19"]),
        ("○○県ものづくり大賞", ["", "", ""]),
    ):
        assert client.post(address, {"standard": standard, "expires_on": day}).status_code == 302
    with database.reading() as session:
        stored = session.scalars(select(Certificate.standard).order_by(Certificate.id)).all()
    assert stored == ["iso_9001", "iso_13485", "○○県ものづくり大賞"]
    page = client.get(f"/companies/{company.id}").text
    for text in ("まもなく期限 2026年12月1日", "期限切れ 2026年11月19日", "期限の記載なし"):
        assert text in page
    wrong = client.post(address, {"standard": "ISO 9001", "expires_on": ["2026", "13", "1"]})
    assert wrong.status_code == 422
    assert 'value="13"' in wrong.text


def test_sharing_shows_the_company_without_contacts_and_ends_at_the_next_request(
    client: Client, database: Database, company: Company
) -> None:
    with database.unit_of_work() as session:
        make_contact(session, company, name="内緒 太郎")
        receiver = make_body(session, name="やまがた機構")
        reader = make_user(session, receiver)
        owner = session.scalars(select(SupportBody).where(SupportBody.id == company.body_id)).one()
        keeper = make_user(session, owner)
    grant = {"body_id": str(receiver.id), "consented_on": ["2026", "11", "19"], "note": "訪問時に"}
    address = f"/companies/{company.id}/shares"
    client.sign_in(keeper.id)
    early = client.post(address, grant | {"consented_on": ["2026", "11", "21"]})
    assert (early.status_code, "訪問時に" in early.text) == (422, True)
    assert client.post(address, grant).status_code == 302
    assert client.post(address, grant).status_code == 422

    client.sign_in(reader.id)
    page = client.get(f"/companies/{company.id}").text
    assert company.name in page
    assert "内緒 太郎" not in page
    assert "連絡先は公開されていません。" in page
    assert client.get(f"/companies/{company.id}/history").status_code == 403
    assert client.get(f"/companies/{company.id}/edit").status_code == 403
    with database.unit_of_work() as session:
        session.get_one(Company, company.id).contact_visibility = Visibility.PUBLIC
        share = session.scalars(select(CompanyShare)).one()
    assert "内緒 太郎" in client.get(f"/companies/{company.id}").text

    assert client.post(f"/companies/shares/{share.id}/withdraw").status_code == 404
    client.sign_in(keeper.id)
    assert client.post(f"/companies/shares/{share.id}/withdraw").status_code == 302
    past = client.get(address).text
    assert ("やまがた機構" in past, "訪問時に" in past, "終了" in past) == (True, True, True)
    client.sign_in(reader.id)
    assert client.get(f"/companies/{company.id}").status_code == 404


def test_the_history_tells_in_words_what_happened_around_the_company(
    client: Client, database: Database, company: Company
) -> None:
    client.post(
        f"/companies/{company.id}/edit",
        FORM
        | {"name": company.name, "prefecture_code": "06", "municipality": "米沢市", "version": "1"},
    )
    client.post(f"/companies/{company.id}/contacts/new", PERSON)
    client.post(f"/companies/{company.id}/certificates/new", {"standard": "ISO9001"})
    client.post(f"/companies/{company.id}/confirm")
    page = client.get(f"/companies/{company.id}/history").text
    for text in (
        "企業の内容を直しました",
        "<del>宮城県</del> → <ins>山形県</ins>",
        "<ins>米沢市</ins>",
        "担当者を加えました",
        "<ins>主な担当者</ins>",
        "認証を加えました",
        "ISO 9001（品質）",
        "内容に変わりがないことを確認しました",
        "高橋",
    ):
        assert text in page
    assert "company." not in page


def test_a_manager_sees_and_edits_the_own_company_without_the_staff_buttons(
    client: Client, database: Database, company: Company
) -> None:
    with database.unit_of_work() as session:
        body = session.get_one(SupportBody, company.body_id)
        manager = make_user(session, body, Role.SME, company_id=company.id)
        other = make_company(session, body, name="秘密の他社")
    client.sign_in(manager.id)
    page = client.get(f"/companies/{company.id}").text
    assert ("内容を直す" in page, "登録から外す" in page, "共有を設定する" in page) == (
        True,
        False,
        False,
    )
    answer = client.get(f"/companies/{other.id}")
    assert (answer.status_code, "秘密の他社" in answer.text) == (404, False)
    assert client.get("/companies/").status_code == 403
    assert client.post(f"/companies/{company.id}/archive").status_code == 403
