"""Home pages of the roles, search, and the pages about the service."""

import re
from datetime import timedelta

import pytest

from sme_match.companies.models import Company
from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.home.enums import Waiting
from sme_match.home.policy import TO_DO
from sme_match.meetings.enums import MeetingState
from tests.client import Client
from tests.conftest import NOW, Clock
from tests.factories import make_body, make_buyer, make_company, make_need, make_user
from tests.home.test_waiting import Day, make_day
from tests.queries import count_queries
from tests.statistics.scenes import make_meeting

LATER = timedelta(minutes=2)
"""Longer than any figure is kept without looking."""
ROLES = [Role.COORDINATOR, Role.LEAD, Role.SME, Role.ADMINISTRATOR]


@pytest.fixture
def day(database: Database) -> Day:
    with database.unit_of_work() as session:
        return make_day(session)


def sign_in(client: Client, database: Database, day: Day, role: Role) -> Client:
    users = {Role.COORDINATOR: day.coordinator, Role.LEAD: day.lead, Role.SME: day.manager}
    with database.unit_of_work() as session:
        user = users.get(role) or make_user(session, None, Role.ADMINISTRATOR)
    return client.sign_in(user.id)


def badges(page: str) -> dict[str, int]:
    navigation = page.split('<nav class="nav"')[1].split("</nav>", maxsplit=1)[0]
    return {
        title: int(count)
        for title, count in re.findall(r">([^<]+)<span class=\"cnt\">(\d+)<", navigation)
    }


def test_a_coordinator_sees_counts_at_the_navigation(client: Client, day: Day) -> None:
    page = client.sign_in(day.coordinator.id).get("/")
    assert badges(page.text) == {"マッチング": 1, "商談": 5, "商談結果": 3}


def test_a_manager_sees_own_counts_at_the_navigation(client: Client, day: Day) -> None:
    page = client.sign_in(day.manager.id).get("/")
    assert badges(page.text) == {"商談の予定": 1, "結果の報告": 3}


def test_the_navigation_leads_to_pages_that_exist(client: Client, database: Database, day: Day) -> None:
    for role in ROLES:
        page = sign_in(client, database, day, role).get("/")
        navigation = page.text.split('<nav class="nav"')[1].split("</nav>")[0]
        for address in re.findall(r'href="([^"]+)"', navigation):
            assert (role, address, client.get(address).status_code < 400) == (role, address, True)


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("/companies/", "登録企業"),
        ("/registers/companies/import", "登録企業"),
        ("/registers/capabilities/import", "登録企業"),
        ("/registers/needs/import", "発注案件"),
        ("/words/", "マッチング"),
    ],
)
def test_the_navigation_marks_where_the_open_page_belongs(
    client: Client, day: Day, address: str, title: str
) -> None:
    page = client.sign_in(day.coordinator.id).get(address).text
    navigation = page.split('<nav class="nav"')[1].split("</nav>")[0]
    assert re.findall(r'aria-current="page">([^<]+)', navigation) == [title]


@pytest.mark.parametrize("role", ROLES)
def test_every_waiting_list_of_a_role_opens_and_its_links_lead_somewhere(
    client: Client, database: Database, day: Day, role: Role
) -> None:
    sign_in(client, database, day, role)
    for waiting in TO_DO[role]:
        page = client.get(f"/waiting/{waiting.value}")
        assert page.status_code == 200
        table = page.text.split("<tbody>")[1] if "<tbody>" in page.text else ""
        for address in re.findall(r'href="(/[^"?]+)"', table.split("</tbody>")[0]):
            assert (address, client.get(address).status_code < 400) == (address, True)


def test_lists_of_other_roles_do_not_exist(client: Client, day: Day) -> None:
    client.sign_in(day.manager.id)
    foreign = [waiting for waiting in Waiting if waiting not in TO_DO[Role.SME]]
    assert {client.get(f"/waiting/{waiting.value}").status_code for waiting in foreign} == {404}
    assert client.get("/waiting/nonsense").status_code == 404


@pytest.mark.parametrize("role", ROLES)
def test_a_home_page_asks_few_questions_however_much_waits(
    client: Client, database: Database, clock: Clock, day: Day, role: Role
) -> None:
    sign_in(client, database, day, role)
    client.get("/")
    clock.now += LATER
    with count_queries(database) as few:
        client.get("/")
    with database.unit_of_work() as session:
        company = session.get_one(Company, day.sme.id)
        buyer = session.get_one(Company, day.asked.buyer_id)
        for number in range(3):
            need = make_need(session, buyer, created_at=NOW - timedelta(days=30))
            starts_at = NOW + timedelta(hours=number + 1)
            make_meeting(session, need, company, starts_at, MeetingState.CONFIRMED)
            make_meeting(session, need, company, NOW - timedelta(days=9 + number))
    clock.now += LATER
    with count_queries(database) as many:
        client.get("/")
    assert len(few) == len(many) <= 15


def test_nothing_to_do_is_said_honestly(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        body = make_body(session)
        company = make_company(session, body, confirmed_at=NOW)
        people = [
            make_user(session, body),
            make_user(session, body, Role.LEAD),
            make_user(session, body, Role.SME, company_id=company.id),
        ]
    texts = [client.sign_in(user.id).get("/").text for user in people]
    assert ["いま対応が必要なものはありません。" in text for text in texts] == [True, True, False]
    assert "今日と明日に確定した商談はありません。" in texts[0]
    assert "いまお願いすることはありません。" in texts[2]
    assert "決まっている商談はありません。" in texts[2]


def test_a_coordinator_sees_todays_and_tomorrows_meetings(
    client: Client, database: Database, day: Day
) -> None:
    page = client.sign_in(day.coordinator.id).get("/").text
    assert "2026年11月21日（土）" in page.split("今日と明日の商談")[1]


def test_a_manager_sees_the_next_meeting_and_whom_to_call(client: Client, day: Day) -> None:
    page = client.sign_in(day.manager.id).get("/").text
    assert "2026年11月21日（土） 10:00–10:30 日本時間" in page
    assert 'href="tel:019-000-0000"' in page
    assert "登録内容に変わりはありませんか" in page


@pytest.mark.parametrize(
    "text", ["岩手カナリア精工", "カナリアセイコウ", "N-2026-7777", "ｶﾅﾘｱ", "チタン部品 カナリア"]
)
def test_search_finds_by_name_reading_number_and_title(
    client: Client, database: Database, text: str
) -> None:
    with database.unit_of_work() as session:
        body = make_body(session)
        sme = make_company(
            session, body, name="株式会社岩手カナリア精工", name_kana="イワテカナリアセイコウ"
        )
        need = make_need(session, make_buyer(session, body), number="N-2026-7777", title="チタン部品")
        meeting = make_meeting(session, need, sme, NOW)
        user = make_user(session, body)
        stranger = make_user(session, make_body(session))
    found = client.sign_in(user.id).get("/search", query_string={"q": text}).text
    assert f'href="/meetings/{meeting.id}"' in found
    hidden = client.sign_in(stranger.id).get("/search", query_string={"q": text}).text
    assert f'href="/meetings/{meeting.id}"' not in hidden
    assert "は見つかりませんでした" in hidden


@pytest.mark.parametrize("text", ["", "　", "%", "_", "'; DROP TABLE company; --", "長" * 5000])
def test_search_takes_any_input(client: Client, day: Day, text: str) -> None:
    client.sign_in(day.coordinator.id)
    assert client.get("/search", query_string={"q": text}).status_code == 200


def test_search_is_for_staff(client: Client, day: Day) -> None:
    assert client.sign_in(day.manager.id).get("/search?q=a").status_code == 403


@pytest.mark.parametrize("path", ["/accessibility", "/privacy", "/contact"])
def test_pages_about_the_service_are_open_and_name_no_desk_to_strangers(
    client: Client, day: Day, path: str
) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert "019-000-0000" not in page.text


def test_the_own_desk_is_shown_to_people_who_signed_in(client: Client, day: Day) -> None:
    page = client.sign_in(day.manager.id).get("/contact").text
    assert re.findall(r'href="tel:([^"]+)"', page) == ["019-000-0000"]
