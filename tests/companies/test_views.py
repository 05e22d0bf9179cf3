"""The register of companies as staff and managers see it."""

from sqlalchemy import select

from sme_match.companies.models import Company
from sme_match.db.session import Database
from tests.client import Client
from tests.factories import make_body, make_company, make_user

FORM = {
    "name": "株式会社みやぎ精密",
    "name_kana": "ミヤギセイミツ",
    "prefecture_code": "04",
    "municipality": "大崎市",
    "is_sme": "y",
    "employees": "１８名",
    "corporate_number": "",
}


def test_a_coordinator_registers_a_company(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        user = make_user(session, make_body(session))
    client.sign_in(user.id)
    answer = client.post("/companies/new", FORM)
    assert answer.status_code == 302
    with database.reading() as session:
        company = session.scalars(select(Company)).one()
    assert (company.name, company.employees, company.municipality_code) == (
        "株式会社みやぎ精密",
        18,
        "04215",
    )
    page = client.get(answer.location)
    assert "株式会社みやぎ精密" in page.text


def test_a_wrong_number_is_explained_and_the_input_is_kept(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        user = make_user(session, make_body(session))
    client.sign_in(user.id)
    answer = client.post("/companies/new", FORM | {"corporate_number": "1234567890"})
    assert answer.status_code == 422
    assert "法人番号は13桁の数字です。いまは10桁です。" in answer.text
    assert 'value="株式会社みやぎ精密"' in answer.text


def test_the_second_of_two_editors_sees_both_versions(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        body = make_body(session)
        user = make_user(session, body)
        company = make_company(session, body, name="旧社名", prefecture_code="04")
    client.sign_in(user.id)
    first = client.post(f"/companies/{company.id}/edit", FORM | {"version": "1"})
    assert first.status_code == 302
    second = client.post(f"/companies/{company.id}/edit", FORM | {"version": "1", "name": "別の社名"})
    assert second.status_code == 409
    assert "ほかの人が先に更新しました" in second.text
    assert "別の社名" in second.text
    assert "株式会社みやぎ精密" in second.text
    with database.reading() as session:
        assert session.scalars(select(Company.name)).one() == "株式会社みやぎ精密"
