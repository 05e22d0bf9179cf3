"""The manager's own profile: the hub and the steps."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from sme_match.capabilities.models import Capability
from sme_match.companies.completeness import ProfileStep
from sme_match.companies.enums import Visibility
from sme_match.companies.models import Company
from sme_match.core.actor import Role
from sme_match.db.session import Database
from tests.client import Client
from tests.conftest import NOW
from tests.factories import make_body, make_capability, make_company, make_contact, make_user
from tests.queries import count_queries

HUB = "/companies/mine"
VISIBILITIES = ("profile_visibility", "contact_visibility")


@pytest.fixture
def company_id(database: Database, client: Client) -> int:
    with database.unit_of_work() as session:
        body = make_body(session, phone="019-111-2222")
        company = make_company(
            session, body, name="株式会社みやぎ精密", prefecture_code="04", municipality_code="04215",
            confirmed_at=NOW - timedelta(days=100), phone="022-000-0000",
        )  # fmt: skip
        make_contact(session, company)
        manager = make_user(session, body, Role.SME, company_id=company.id)
    client.sign_in(manager.id)
    return company.id


def add_row(database: Database, company_id: int, **values: Any) -> Capability:
    with database.unit_of_work() as session:
        return make_capability(session, session.get_one(Company, company_id), **values)


def company(database: Database) -> Company:
    with database.reading() as session:
        return session.scalars(select(Company)).one()


def rows(database: Database) -> list[Capability]:
    with database.reading() as session:
        return list(session.scalars(select(Capability).order_by(Capability.id)))


def test_the_hub_asks_once_three_months_have_passed(
    client: Client, database: Database, company_id: int
) -> None:
    page = client.get(HUB).text
    assert "前回の確認から3か月たちました" in page
    assert "情報の充実度 15%" in page
    assert "あと「得意な加工」を入れると35%になり" in page
    assert "019-111-2222" in page
    answer = client.post(f"/companies/{company_id}/confirm?next={HUB}")
    assert answer.location == HUB
    assert company(database).confirmed_at == NOW
    assert "変わりはありませんか" not in client.get(HUB).text


@pytest.mark.parametrize("step", list(ProfileStep))
def test_every_step_opens_with_and_without_capabilities(
    client: Client, database: Database, company_id: int, step: ProfileStep
) -> None:
    assert client.get(f"{HUB}/{step}").status_code == 200
    add_row(database, company_id)
    add_row(database, company_id, process_code="turning")
    assert "7つのうち" in client.get(f"{HUB}/{step}").text


def test_the_hub_asks_the_database_as_often_for_three_rows_as_for_one(
    client: Client, database: Database, company_id: int
) -> None:
    counts = []
    for number in (1, 2):
        for _ in range(number):
            add_row(database, company_id)
        client.get(HUB)
        with count_queries(database) as queries:
            client.get(HUB)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_first_process_is_added_and_leads_to_the_next_step(
    client: Client, database: Database, company_id: int
) -> None:
    data = {"process_code": "milling", "description": "薄物", "in_house": "yes", "go": "next"}
    answer = client.post(f"{HUB}/process", data)
    assert answer.location == f"{HUB}/materials"
    assert [(row.process_code, row.description) for row in rows(database)] == [("milling", "薄物")]


def test_later_with_nothing_typed_goes_back_and_with_something_keeps_it(
    client: Client, database: Database, company_id: int
) -> None:
    empty = {"process_code": "", "description": "", "in_house": "yes", "go": "later"}
    assert client.post(f"{HUB}/process", empty).location == HUB
    assert rows(database) == []
    half = empty | {"description": "まだ途中"}
    answer = client.post(f"{HUB}/process", half)
    assert answer.status_code == 422
    assert "まだ保存していません" in answer.text
    assert "まだ途中" in answer.text
    assert client.post(f"{HUB}/process", half | {"process_code": "milling"}).location == HUB
    assert [row.description for row in rows(database)] == ["まだ途中"]


def test_materials_are_ticked_or_written_for_the_chosen_row_and_nothing_else_changes(
    client: Client, database: Database, company_id: int
) -> None:
    first = add_row(database, company_id, materials=[], lot_min=3)
    second = add_row(database, company_id, process_code="turning", materials=["SUS304"])
    data = {
        "families": ["stainless", "aluminium"],
        "others": "ｓｕｓ３１６Ｌ",
        "version": "1",
        "go": "next",
    }
    answer = client.post(f"{HUB}/materials?row={second.id}", data)
    assert answer.location == f"{HUB}/machines?row={second.id}"
    assert [row.materials for row in rows(database)] == [[], ["stainless", "aluminium", "SUS316L"]]
    assert (first.lot_min, rows(database)[0].version) == (3, 1)


def test_going_on_without_a_material_is_refused_but_later_is_not(
    client: Client, database: Database, company_id: int
) -> None:
    add_row(database, company_id, materials=[])
    answer = client.post(f"{HUB}/materials", {"version": "1", "go": "next"})
    assert answer.status_code == 422
    assert "材料を1つ以上選ぶか、下の欄に書いてください。" in answer.text
    assert client.post(f"{HUB}/materials", {"version": "1", "go": "later"}).location == HUB


def test_lots_are_checked_and_the_input_is_kept(
    client: Client, database: Database, company_id: int
) -> None:
    add_row(database, company_id)
    data = {
        "lot_min": "100",
        "lot_max": "10",
        "lead_time_days": "１４日",
        "version": "1",
        "go": "later",
    }
    answer = client.post(f"{HUB}/lots", data)
    assert answer.status_code == 422
    assert "最大ロットは、最小ロットと同じか" in answer.text
    assert 'value="１４日"' in answer.text
    assert client.post(f"{HUB}/lots", data | {"lot_max": "500"}).location == HUB
    assert (rows(database)[0].lot_max, rows(database)[0].lead_time_days) == (500, 14)


def test_the_company_step_keeps_what_it_does_not_ask_for(
    client: Client, database: Database, company_id: int
) -> None:
    with database.unit_of_work() as session:
        session.get_one(Company, company_id).pr_text = "消えない紹介"
    data = {
        "name": "株式会社みやぎ精密", "name_kana": "ミヤギセイミツ", "prefecture_code": "04",
        "municipality": "仙台市", "employees": "２０名", "version": "2", "go": "next",
    }  # fmt: skip
    assert client.post(f"{HUB}/company", data).location == f"{HUB}/process"
    found = company(database)
    assert (found.municipality_code, found.employees, found.pr_text) == ("04100", 20, "消えない紹介")


def test_the_last_step_chooses_who_sees_what(
    client: Client, database: Database, company_id: int
) -> None:
    data = {
        "pr_text": "1個から", "profile_visibility": "public", "contact_visibility": "partners",
        "version": "1", "go": "next",
    }  # fmt: skip
    assert client.post(f"{HUB}/presentation", data).location == HUB
    found = company(database)
    assert (found.pr_text, found.profile_visibility, found.contact_visibility) == (
        "1個から",
        Visibility.PUBLIC,
        Visibility.PARTNERS,
    )


@pytest.mark.parametrize(
    ("step", "data"),
    [
        ("machines", {"machines": "私の旋盤"}),
        ("company", {"name": "私の社名", "name_kana": "ワ", "prefecture_code": "04"}),
        ("presentation", {"pr_text": "私の紹介"} | dict.fromkeys(VISIBILITIES, "public")),
    ],
)
def test_a_stale_step_shows_both_versions_and_saves_nothing(
    client: Client, database: Database, company_id: int, step: str, data: dict[str, str]
) -> None:
    add_row(database, company_id, machines=[{"type": "別の旋盤"}])
    with database.unit_of_work() as session:
        session.get_one(Company, company_id).pr_text = "別の紹介"
    answer = client.post(f"{HUB}/{step}", data | {"version": "9", "go": "next"})
    assert answer.status_code == 409
    assert "ほかの人が先に更新しました" in answer.text
    assert "私の" in answer.text
    assert company(database).pr_text == "別の紹介"
    assert rows(database)[0].machines == [{"type": "別の旋盤"}]


def test_rows_of_others_and_odd_rows_are_not_found(
    client: Client, database: Database, company_id: int
) -> None:
    with database.unit_of_work() as session:
        foreign = make_capability(session, make_company(session, make_body(session)))
    add_row(database, company_id)
    for row in (foreign.id, "x", "-1"):
        assert client.get(f"{HUB}/machines?row={row}").status_code == 404
        assert client.post(f"{HUB}/machines?row={row}", {"machines": "旋盤"}).status_code == 404
    assert client.get(f"{HUB}/unknown").status_code == 404


def test_staff_have_no_profile_of_their_own(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        user = make_user(session, make_body(session))
    client.sign_in(user.id)
    assert client.get(HUB).status_code == 403
