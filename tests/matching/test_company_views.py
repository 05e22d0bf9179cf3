"""Pages of matching from a company's side."""

import re

from sqlalchemy import select

from sme_match.accounts.models import User
from sme_match.companies.models import Company
from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.matching.enums import ProposalState
from sme_match.matching.models import Proposal
from sme_match.needs.enums import NeedState
from sme_match.needs.models import Need
from sme_match.support_bodies.models import SupportBody
from tests.client import Client
from tests.factories import (
    make_body,
    make_buyer,
    make_capability,
    make_company,
    make_need,
    make_user,
)


def region(database: Database, role: Role = Role.COORDINATOR) -> tuple[User, Company, Need]:
    with database.unit_of_work() as session:
        body = make_body(session)
        company = make_company(session, body, name="微細切削工業")
        make_capability(session, company, description="SUS316Lの微細切削です。")
        buyer = make_buyer(session, body, name="秘密の発注社")
        need = make_need(session, buyer, title="SUS316Lの微細切削", buyer_anonymous=True)
        at_company = {"company_id": company.id} if role is Role.SME else {}
        user = make_user(session, body, role, **at_company)
    return user, company, need


def test_a_coordinator_sees_why_a_need_suits_accepts_it_and_takes_it_back(
    client: Client, database: Database
) -> None:
    user, company, need = region(database)
    client.sign_in(user.id)
    assert f"/companies/{company.id}/matches" in client.get(f"/companies/{company.id}").text
    page = client.get(f"/companies/{company.id}/matches").text
    assert f"/needs/{need.id}" in page
    assert "<mark>SUS316L</mark>" in page
    assert "企業名は非公開" in page
    answer = client.post(f"/companies/{company.id}/matches/{need.id}/accept")
    assert answer.status_code == 302
    review = client.get(answer.headers["Location"]).text
    assert "商談の日時を打診する" in review
    undo = re.search(r'action="(/decisions/\d+/undo)"', review)
    assert undo is not None
    client.post(undo[1])
    with database.reading() as session:
        assert session.scalars(select(Proposal.state)).all() == [ProposalState.NEW]
    assert "推薦の画面で判断する" in client.get(f"/companies/{company.id}/matches").text


def test_a_second_click_on_accept_is_told_that_the_pair_is_proposed_already(
    client: Client, database: Database
) -> None:
    user, company, need = region(database)
    client.sign_in(user.id)
    client.post(f"/companies/{company.id}/matches/{need.id}/accept")
    again = client.post(f"/companies/{company.id}/matches/{need.id}/accept")
    assert again.status_code == 409
    assert "もう推薦に入っています" in again.text


def test_each_empty_list_says_why(client: Client, database: Database) -> None:
    user, company, need = region(database)
    with database.unit_of_work() as session:
        silent = make_company(session, session.get_one(SupportBody, user.body_id))
    client.sign_in(user.id)
    assert "合う発注案件が見つかりませんでした" in client.get(f"/companies/{silent.id}/matches").text
    assert "対象ではありません" in client.get(f"/companies/{need.buyer_id}/matches").text
    with database.unit_of_work() as session:
        session.get_one(Need, need.id).state = NeedState.CLOSED
    assert "募集中の発注案件がありません" in client.get(f"/companies/{company.id}/matches").text


def test_a_lead_reads_and_a_manager_sees_nothing_of_it(client: Client, database: Database) -> None:
    lead, company, need = region(database, Role.LEAD)
    client.sign_in(lead.id)
    page = client.get(f"/companies/{company.id}/matches").text
    assert need.title in page
    assert "この案件に採用する" not in page
    assert client.post(f"/companies/{company.id}/matches/{need.id}/accept").status_code == 403

    manager, own, _ = region(database, Role.SME)
    client.sign_in(manager.id)
    assert client.get(f"/companies/{own.id}/matches").status_code == 403
    assert "/matches" not in client.get(f"/companies/{own.id}").text


def test_the_page_reads_in_english(client: Client, database: Database) -> None:
    user, company, _ = region(database)
    client.sign_in(user.id)
    page = client.get(f"/companies/{company.id}/matches?lang=en").text
    assert 'lang="en"' in page
    assert "Needs that suit" in page
