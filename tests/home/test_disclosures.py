"""The record of what was handed to others: made of the grants and meetings themselves."""

from datetime import date, timedelta

from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.needs.models import NeedShare
from tests.client import Client
from tests.conftest import NOW
from tests.factories import make_body, make_buyer, make_company, make_need, make_share, make_user
from tests.statistics.scenes import make_meeting


def test_a_lead_reads_what_was_handed_to_whom_when_and_on_what_basis(
    client: Client, database: Database
) -> None:
    with database.unit_of_work() as session:
        body, other = make_body(session), make_body(session, name="隣県支援センター")
        lead = make_user(session, body, Role.LEAD)
        receiver = make_user(session, other, Role.LEAD)
        company = make_company(session, body, name="北上精機")
        make_share(
            session, company, other, consented_on=date(2026, 9, 30), note="訪問時に書面で",
            withdrawn_at=NOW - timedelta(days=1),
        )  # fmt: skip
        buyer = make_buyer(session, body, name="東京重工")
        need = make_need(session, buyer, title="軸の旋削")
        session.add(NeedShare(need_id=need.id, body_id=other.id, granted_at=NOW))
        make_meeting(session, need, company, NOW, confirmed_at=NOW - timedelta(days=3))
        unanswered = make_company(session, body, name="未回答工業")
        make_meeting(session, need, unanswered, NOW)
    client.sign_in(lead.id)
    page = client.get("/disclosures").text
    for words in (
        "北上精機",
        "隣県支援センター",
        "訪問時に書面で",
        "に取りやめ",
        "軸の旋削",
        "東京重工",
    ):
        assert words in page
    assert "未回答工業" not in page
    found = client.get("/disclosures?q=東京").text
    assert "東京重工" in found
    assert "隣県支援センター" not in found
    assert "あてはまる記録はありません" in client.get("/disclosures?q=どこにもない").text
    client.sign_in(receiver.id)
    assert "北上精機" not in client.get("/disclosures").text


def test_coordinators_and_companies_do_not_open_the_record(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        body = make_body(session)
        company = make_company(session, body)
        people = [make_user(session, body), make_user(session, body, Role.SME, company_id=company.id)]
    for person in people:
        assert client.sign_in(person.id).get("/disclosures").status_code == 403
