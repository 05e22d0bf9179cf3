"""What the two sides of a confirmed meeting prepare with, and what they must never see."""

from datetime import timedelta
from decimal import Decimal

import pytest

from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.links import create_link
from sme_match.companies.enums import Visibility
from sme_match.companies.models import Company
from sme_match.core.actor import SYSTEM, Role
from sme_match.db.session import Database
from sme_match.matching.models import Proposal
from sme_match.meetings.enums import MeetingState, Party
from sme_match.meetings.models import Meeting
from sme_match.meetings.queries import get_meeting
from sme_match.meetings.services.opening import create_reply_link
from tests.client import Client
from tests.conftest import NOW, Clock
from tests.factories import make_body, make_company, make_share, make_user
from tests.meetings.scenes import Scene, at, confirm, make_scene, reply, request

SECRETS = (
    "97点", "内輪の所見", "見送りの事情", "合言葉の抜粋", "ひみつの言葉", "わかっている条件", "順位",
)  # fmt: skip
EXPLANATION: dict[str, object] = {
    "parts": {"text": 60, "conditions": 27, "freshness": 10},
    "terms": [{"query": "ひみつの言葉", "document": "ひみつの言葉", "points": 60}],
    "conditions": [
        {"kind": "tolerance_mm", "level": "must", "verdict": "pass", "required": 0.01,
         "offered": 0.005, "points": 27},
        {"kind": "lead_time_days", "level": "wish", "verdict": "unknown", "required": 14,
         "offered": None, "points": 0},
    ],
    "excerpt": {"text": "合言葉の抜粋", "marks": []},
}  # fmt: skip


def dress(proposal: Proposal) -> None:
    proposal.explanation = EXPLANATION
    proposal.score = Decimal(97)
    proposal.note, proposal.sheet_note = "見送りの事情", "内輪の所見"


@pytest.fixture
def scene(database: Database) -> Scene:
    with database.unit_of_work() as session:
        scene = make_scene(session, buyer_anonymous=True)
        dress(scene.proposal)
    return scene


@pytest.fixture
def meeting(database: Database, scene: Scene) -> Meeting:
    with database.unit_of_work() as session:
        return confirm(session, scene, at(7, 10))


def link_of(database: Database, scene: Scene, meeting: Meeting, company: Company) -> str:
    with database.unit_of_work() as session:
        token = create_link(
            session, purpose=LinkPurpose.MEETING_REPLY, subject_id=meeting.id, company_id=company.id,
            body_id=scene.body.id, holder_name="担当", expires_at=NOW + timedelta(days=20), now=NOW,
        )  # fmt: skip
    return f"/reply/{token}"


def test_both_sides_see_conditions_and_questions_but_no_score_word_or_note(
    client: Client, database: Database, scene: Scene, meeting: Meeting
) -> None:
    addresses = (
        f"/meetings/{meeting.id}/preparation",
        link_of(database, scene, meeting, scene.company) + "/preparation",
        link_of(database, scene, meeting, scene.buyer) + "/preparation",
    )
    client.sign_in(scene.manager.id)
    for address in addresses:
        page = client.get(address)
        assert page.status_code == 200
        for text in ("±0.01mm以内", "±0.005mm", "満たす", "納期は14日以内にできますか。"):
            assert text in page.text
        assert [secret for secret in SECRETS if secret in page.text] == []
        assert ">27<" not in page.text
    english = client.get(addresses[0] + "?lang=en").text
    assert "Can you keep a lead time of 14 days or less?" in english


def test_the_pages_of_the_meeting_lead_there(
    client: Client, database: Database, scene: Scene, meeting: Meeting
) -> None:
    address = f"/meetings/{meeting.id}/preparation"
    assert f'href="{address}"' in client.sign_in(scene.manager.id).get(f"/meetings/{meeting.id}").text
    answer = link_of(database, scene, meeting, scene.buyer)
    assert f'href="{answer}/preparation"' in client.get(answer).text
    staff = client.sign_in(scene.coordinator.id).get(f"/meetings/{meeting.id}").text
    assert f'href="/proposals/{scene.proposal.id}/sheet"' in staff
    assert address not in staff


@pytest.mark.parametrize(
    "state", sorted(set(MeetingState) - {MeetingState.CONFIRMED, MeetingState.HELD})
)
def test_there_is_nothing_to_prepare_before_both_agreed_nor_when_it_fell_through(
    client: Client, database: Database, scene: Scene, meeting: Meeting, state: MeetingState
) -> None:
    with database.unit_of_work() as session:
        session.get_one(Meeting, meeting.id).state = state
    client.sign_in(scene.manager.id)
    assert client.get(f"/meetings/{meeting.id}/preparation").status_code == 404
    answer = link_of(database, scene, meeting, scene.buyer)
    assert client.get(f"{answer}/preparation").status_code == 404
    for page in (f"/meetings/{meeting.id}", answer):
        assert "/preparation" not in client.get(page).text


def test_an_anonymous_buyer_stays_hidden_while_the_meeting_is_only_asked_for(
    client: Client, database: Database, scene: Scene
) -> None:
    with database.unit_of_work() as session:
        asked = request(session, scene)
    client.sign_in(scene.manager.id)
    page = client.get(f"/meetings/{asked.id}/preparation")
    assert page.status_code == 404
    assert scene.buyer.name not in page.text


def test_a_company_that_shows_its_profile_to_the_bodies_alone_is_asked_in_person(
    client: Client, database: Database, scene: Scene, meeting: Meeting
) -> None:
    with database.unit_of_work() as session:
        session.get_one(Company, scene.company.id).profile_visibility = Visibility.BODIES
    buyer = client.get(link_of(database, scene, meeting, scene.buyer) + "/preparation").text
    assert "±0.01mm以内" in buyer
    for text in ("±0.005mm", "満たす", "未登録", "納期は14日以内にできますか。"):
        assert text not in buyer
    own = client.get(link_of(database, scene, meeting, scene.company) + "/preparation").text
    assert "±0.005mm" in own


def test_strangers_and_staff_find_no_preparation_and_sides_find_no_sheet(
    client: Client, database: Database, scene: Scene, meeting: Meeting
) -> None:
    with database.unit_of_work() as session:
        other = make_company(session, scene.body)
        stranger = make_user(session, scene.body, Role.SME, company_id=other.id)
    address = f"/meetings/{meeting.id}/preparation"
    assert client.sign_in(stranger.id).get(address).status_code == 404
    assert client.sign_in(scene.coordinator.id).get(address).status_code == 403
    client.sign_in(scene.manager.id)
    assert client.get(f"/proposals/{scene.proposal.id}/sheet").status_code == 403
    assert client.get("/reply/unknown/preparation").status_code == 404


def test_a_reply_link_lives_on_until_the_settled_meeting_is_over(
    client: Client, database: Database, clock: Clock, scene: Scene
) -> None:
    with database.unit_of_work() as session:
        asked = request(session, scene, at(7, 10))
        whole = get_meeting(session, SYSTEM, asked.id)
        token = create_reply_link(session, whole, Party.BUYER, now=NOW)
        reply(session, scene, asked, Party.SME, at(7, 10))
        reply(session, scene, asked, Party.BUYER, at(7, 10))
    assert asked.answer_by is not None
    clock.now = asked.answer_by + timedelta(days=1)
    assert client.get(f"/reply/{token}/preparation").status_code == 200
    clock.now = at(7, 11)
    assert client.get(f"/reply/{token}").status_code == 404


def test_a_withdrawn_share_takes_the_link_to_the_sheet_along(
    client: Client, database: Database
) -> None:
    with database.unit_of_work() as session:
        guest = make_body(session)
        company = make_company(session, make_body(session))
        share = make_share(session, company, guest)
        scene = make_scene(session, body=guest, company=company)
        dress(scene.proposal)
        meeting = confirm(session, scene, at(7, 10))
    client.sign_in(scene.coordinator.id)
    link = f'href="/proposals/{scene.proposal.id}/sheet"'
    assert link in client.get(f"/meetings/{meeting.id}").text
    with database.unit_of_work() as session:
        session.merge(share).withdrawn_at = NOW
    assert link not in client.get(f"/meetings/{meeting.id}").text
