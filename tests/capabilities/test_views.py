"""Capability rows as coordinators and managers edit them."""

import pytest
from sqlalchemy import select

from sme_match.capabilities.models import Capability
from sme_match.core.actor import Role
from sme_match.db.session import Database
from tests.client import Client
from tests.factories import make_body, make_capability, make_company, make_share, make_user

FORM = {
    "process_code": "milling",
    "description": "薄物の切削が得意です。",
    "materials": "ＳＵＳ３０４、ステンレス、謎の金属",
    "in_house": "yes",
    "size_max_mm": "１，２００ミリ",
    "tolerance_mm": "±0.005mm",
    "lot_min": "１個",
    "lot_max": "500",
    "drawing_formats": ["pdf", "step"],
    "prototype_to_series": "yes",
    "machines": "5軸マシニング／DMG森精機／DMU50／2台\nNC旋盤",
    "capacity": "free",
    "capacity_until_on": ["2027", "１", "31"],
}


@pytest.fixture
def company_id(database: Database, client: Client) -> int:
    with database.unit_of_work() as session:
        body = make_body(session)
        user = make_user(session, body)
        company = make_company(session, body)
    client.sign_in(user.id)
    return company.id


def stored(database: Database) -> Capability:
    with database.reading() as session:
        return session.scalars(select(Capability)).one()


def test_lenient_input_becomes_plain_facts(client: Client, database: Database, company_id: int) -> None:
    answer = client.post(f"/companies/{company_id}/capabilities/new", FORM)
    assert answer.status_code == 302
    row = stored(database)
    assert row.materials == ["SUS304", "stainless", "謎の金属"]
    assert (str(row.size_max_mm), str(row.tolerance_mm)) == ("1200.000", "0.0050")
    assert (row.lot_min, row.lot_max, row.prototype_to_series) == (1, 500, True)
    assert row.drawing_formats == ["pdf", "step"]
    assert row.machines == [
        {"type": "5軸マシニング", "maker": "DMG森精機", "model": "DMU50", "count": 2},
        {"type": "NC旋盤", "maker": "", "model": "", "count": None},
    ]
    page = client.get(answer.location)
    assert "一覧にない材料は、書かれたとおりに登録しました：謎の金属" in page.text
    assert "5軸マシニング / DMG森精機 / DMU50 / 2台" in page.text


def test_the_form_shows_what_is_stored_and_saving_it_changes_nothing(
    client: Client, database: Database, company_id: int
) -> None:
    client.post(f"/companies/{company_id}/capabilities/new", FORM)
    before = stored(database)
    page = client.get(f"/capabilities/{before.id}/edit")
    assert "SUS304、ステンレス、謎の金属" in page.text
    assert 'value="0.005"' in page.text
    client.post(f"/capabilities/{before.id}/edit", FORM | {"version": "1"})
    assert stored(database).version == 1


def test_a_broken_rule_is_said_at_its_field_and_the_input_is_kept(
    client: Client, database: Database, company_id: int
) -> None:
    wrong = FORM | {"lot_min": "600", "description": "消えない説明"}
    answer = client.post(f"/companies/{company_id}/capabilities/new", wrong)
    assert answer.status_code == 422
    assert 'href="#lot_max"' in answer.text
    assert "最大ロットは、最小ロットと同じか、それより大きくしてください。" in answer.text
    assert "消えない説明" in answer.text
    for field, text in (("lot_min", "たくさん"), ("size_max_mm", "9" * 400), ("it_grade", "1.5")):
        answer = client.post(f"/companies/{company_id}/capabilities/new", FORM | {field: text})
        assert answer.status_code == 422
        assert f'value="{text}"' in answer.text
    with database.reading() as session:
        assert session.scalars(select(Capability)).all() == []


def test_the_second_of_two_editors_sees_both_versions(
    client: Client, database: Database, company_id: int
) -> None:
    client.post(f"/companies/{company_id}/capabilities/new", FORM)
    row = stored(database)
    mine = FORM | {"version": "1", "description": "先の説明"}
    assert client.post(f"/capabilities/{row.id}/edit", mine).status_code == 302
    theirs = FORM | {"version": "1", "description": "後の説明", "process_code": "turning"}
    second = client.post(f"/capabilities/{row.id}/edit", theirs)
    assert second.status_code == 409
    for text in ("ほかの人が先に更新しました", "先の説明", "後の説明", "旋盤加工（旋削）", 'value="2"'):
        assert text in second.text
    assert stored(database).description == "先の説明"


def test_taking_a_row_out_offers_the_way_back(
    client: Client, database: Database, company_id: int
) -> None:
    client.post(f"/companies/{company_id}/capabilities/new", FORM)
    row = stored(database)
    page = client.get(client.post(f"/capabilities/{row.id}/archive").location)
    assert "「フライス加工」を外しました。" in page.text
    assert f'action="/capabilities/{row.id}/restore?next=/companies/{company_id}"' in page.text
    client.post(f"/capabilities/{row.id}/restore")
    assert stored(database).archived_at is None


def test_the_history_speaks_in_words(client: Client, database: Database, company_id: int) -> None:
    client.post(f"/companies/{company_id}/capabilities/new", FORM)
    row = stored(database)
    client.post(f"/capabilities/{row.id}/edit", FORM | {"version": "1", "capacity": "full"})
    for path in (f"/capabilities/{row.id}/history", f"/companies/{company_id}/history"):
        page = client.get(path).text
        assert "加工能力の内容を直しました" in page
        assert "<del>余力あり</del> → <ins>余力なし</ins>" in page
        assert "milling" not in page


def test_rows_of_another_body_are_not_found_and_shared_ones_are_not_changed(
    client: Client, database: Database, company_id: int
) -> None:
    with database.unit_of_work() as session:
        body = make_body(session)
        foreign = make_capability(session, make_company(session, body), description="秘密の技術")
        shared_company = make_company(session, body)
        shared = make_capability(session, shared_company, description="共有の技術")
        other_body = make_body(session)
        receiver = make_user(session, other_body)
        make_share(session, shared_company, other_body)
    for path in ("edit", "history"):
        answer = client.get(f"/capabilities/{foreign.id}/{path}")
        assert (answer.status_code, "秘密の技術" in answer.text) == (404, False)
    for path in ("edit", "archive", "restore"):
        assert client.post(f"/capabilities/{foreign.id}/{path}", FORM).status_code == 404
    client.sign_in(receiver.id)
    assert "共有の技術" in client.get(f"/companies/{shared_company.id}").text
    assert client.get(f"/capabilities/{shared.id}/history").status_code == 403
    assert client.post(f"/capabilities/{shared.id}/edit", FORM).status_code == 403


def test_a_manager_edits_the_own_rows_alone(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        body = make_body(session)
        company = make_company(session, body)
        own, other = (
            make_capability(session, company),
            make_capability(session, make_company(session, body)),
        )
        manager = make_user(session, body, Role.SME, company_id=company.id)
    client.sign_in(manager.id)
    assert client.post(f"/capabilities/{own.id}/edit", FORM | {"version": "1"}).status_code == 302
    assert client.post(f"/capabilities/{other.id}/edit", FORM | {"version": "1"}).status_code == 404
