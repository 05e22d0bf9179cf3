"""The record of what was handed to others: made of the grants and meetings themselves."""

from datetime import date, timedelta

from sme_match.audit.services import record
from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.meetings.enums import MeetingState
from sme_match.needs.models import NeedShare
from sme_match.privacy.queries.disclosures import list_disclosures
from tests.client import Client
from tests.conftest import NOW
from tests.factories import make_body, make_buyer, make_company, make_need, make_share, make_user
from tests.privacy.scenes import make_side
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


def test_names_are_told_with_the_first_letter_except_a_buyer_that_stays_anonymous_until_both_agree(
    client: Client, database: Database
) -> None:
    asked_at, agreed_at = NOW - timedelta(days=9), NOW - timedelta(days=5)
    with database.unit_of_work() as session:
        body = make_body(session)
        lead = make_user(session, body, Role.LEAD)
        company = make_company(session, body, name="遠野精機")
        openly = make_need(session, make_buyer(session, body, name="公開重工"))
        hidden = make_need(session, make_buyer(session, body, name="匿名重工"), buyer_anonymous=True)
        for need in (openly, hidden):
            make_meeting(session, need, company, None, state=MeetingState.ASKED, created_at=asked_at)
        agreed = make_need(session, make_buyer(session, body, name="合意重工"), buyer_anonymous=True)
        meeting = make_meeting(
            session, agreed, company, NOW, created_at=asked_at, confirmed_at=NOW - timedelta(days=1)
        )
        record(
            session, lead.as_actor(), action="meeting.confirm", subject=("meeting", meeting.id),
            body_id=body.id, now=agreed_at,
        )  # fmt: skip
    with database.reading() as session:
        told = {
            (each.subject, each.receiver): (each.at, each.note)
            for each in list_disclosures(session, lead.as_actor(), text="", page=1).items
        }
    assert told == {
        ("遠野精機", "公開重工"): (asked_at, "request"),
        ("公開重工", "遠野精機"): (asked_at, "request"),
        ("遠野精機", "匿名重工"): (asked_at, "request"),
        ("遠野精機", "合意重工"): (asked_at, "request"),
        ("合意重工", "遠野精機"): (agreed_at, "agreement"),
    }
    page = client.sign_in(lead.id).get("/disclosures").text
    assert "支援機関からの商談の依頼" in page
    assert "双方が商談の日時に合意" in page


def test_a_timetable_tells_names_on_the_ground_of_taking_part(database: Database) -> None:
    with database.unit_of_work() as session:
        side = make_side(session, "北上")
        found = list_disclosures(session, side.users[Role.LEAD].as_actor(), text="", page=1).items
        assert {each.note for each in found if each.kind == "meeting"} == {"event"}
