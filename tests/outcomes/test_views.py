"""The pages of outcomes as coordinators, managers and holders of links see them."""

import threading

import pytest
from sqlalchemy import func, select

from sme_match.core.actor import Role
from sme_match.core.errors import NotFoundError
from sme_match.db.session import Database
from sme_match.meetings.enums import MeetingState, Party
from sme_match.meetings.models import Meeting
from sme_match.outcomes.enums import Reporter
from sme_match.outcomes.models import FollowUp, Outcome, OutcomeReport
from sme_match.outcomes.services.reporting import report_by_link, report_outcome
from tests.client import Client
from tests.conftest import Clock
from tests.factories import make_body, make_user
from tests.meetings.scenes import Scene, at, confirm, mails, make_scene
from tests.outcomes.scenes import AFTER, hold, said
from tests.queries import count_queries

REPORT = {"stage": "3", "end": "", "satisfaction": "4", "comment": "話が早い"}


@pytest.fixture
def scene(database: Database) -> Scene:
    with database.unit_of_work() as session:
        return make_scene(session)


@pytest.fixture
def meeting(database: Database, scene: Scene, clock: Clock) -> Meeting:
    clock.now = AFTER
    with database.unit_of_work() as session:
        return hold(session, scene)


def link_of(database: Database, address: str) -> str:
    with database.reading() as session:
        mail = next(
            m for m in mails(session) if m.key.startswith("outcome:") and m.to_address == address
        )
    return "/report/" + mail.text.split("/report/")[1].split()[0]


def test_a_coordinator_records_the_day_and_the_asking_begins(
    client: Client, clock: Clock, database: Database, scene: Scene
) -> None:
    with database.unit_of_work() as session:
        meeting = confirm(session, scene, at(7, 10))
    client.sign_in(scene.coordinator.id)
    path = f"/outcomes/{meeting.id}/attendance"
    assert 'value="held"' not in client.get(path).text
    clock.now = AFTER
    client.sign_in(scene.coordinator.id)
    assert 'value="held"' in client.get(path).text
    version = {"version": str(meeting.version)}
    nothing = client.post(path, version)
    assert (nothing.status_code, "商談がどうなったかを選んでください。" in nothing.text) == (422, True)
    assert client.post(path, version | {"result": "absent"}).status_code == 422
    done = client.post(path, version | {"result": "held"})
    assert done.location == f"/outcomes/{meeting.id}"
    with database.reading() as session:
        assert session.scalar(select(func.count(FollowUp.id))) == 4
    again = client.post(path, version | {"result": "broken_off", "reason": "通信"})
    assert (again.status_code, "ほかの人が先に" in again.text) == (409, True)


def test_a_manager_reports_and_sees_only_the_own_words(
    client: Client, database: Database, scene: Scene, meeting: Meeting
) -> None:
    with database.unit_of_work() as session:
        secret = said(Reporter.BUYER, 1, comment="高すぎる")
        report_outcome(session, scene.side(Party.BUYER), meeting.id, secret, now=AFTER)
    client.sign_in(scene.manager.id)
    assert scene.need.title in client.get("/outcomes/").text
    done = client.post(f"/outcomes/{meeting.id}/report", REPORT | {"reporter": "buyer"})
    assert done.location == f"/outcomes/{meeting.id}"
    page = client.get(done.location)
    assert "話が早い" in page.text
    assert "高すぎる" not in page.text
    assert "食い違" not in page.text
    with database.reading() as session:
        latest = session.scalars(select(OutcomeReport).order_by(OutcomeReport.id.desc())).first()
        assert latest is not None
        assert (latest.reporter, latest.stage, latest.satisfaction) == (Reporter.SME, 3, 4)
    assert scene.need.title not in client.get("/outcomes/").text


def test_staff_see_both_words_beside_each_other(
    client: Client, database: Database, scene: Scene, meeting: Meeting
) -> None:
    with database.unit_of_work() as session:
        for party, reporter, stage in ((Party.SME, Reporter.SME, 6), (Party.BUYER, Reporter.BUYER, 2)):
            words = said(reporter, stage, comment=f"{party}の話")
            report_outcome(session, scene.side(party), meeting.id, words, now=AFTER)
        lead = make_user(session, scene.body, Role.LEAD)
    client.sign_in(lead.id)
    page = client.get(f"/outcomes/{meeting.id}")
    for text in ("smeの話", "buyerの話", "双方の報告が食い違っています"):
        assert text in page.text
    assert scene.company.name in client.get("/outcomes/?tab=disagreement").text
    assert client.get(f"/outcomes/{meeting.id}/report").status_code == 403


def test_a_wrong_report_is_explained_and_kept(client: Client, scene: Scene, meeting: Meeting) -> None:
    client.sign_in(scene.manager.id)
    path = f"/outcomes/{meeting.id}/report"
    answer = client.post(path, REPORT | {"first_order_yen": "３０万円", "comment": "下書き"})
    assert answer.status_code == 422
    assert "段階を「成約（初回の受注）」以上にしてください" in answer.text
    assert 'value="３０万円"' in answer.text
    assert "下書き" in answer.text
    assert client.post(path, {}).status_code == 422
    odd = REPORT | {"stage": "9", "end": "never", "reasons": "x", "total_yen": "多め"}
    assert client.post(path, odd).status_code == 422


def test_amounts_may_be_written_in_units_of_ten_thousand(
    client: Client, database: Database, scene: Scene, meeting: Meeting
) -> None:
    client.sign_in(scene.coordinator.id)
    form = REPORT | {
        "reporter": "buyer", "said_by": "佐藤", "stage": "6", "first_order_yen": "30万円",
        "total_yen": "1.2億円", "deal_on": ["2026", "11", "27"],
    }  # fmt: skip
    asked_back = client.post(f"/outcomes/{meeting.id}/report", form)
    assert asked_back.status_code == 422
    assert 'name="amounts_sure"' in asked_back.text
    form |= {"amounts_sure": "y"}
    assert client.post(f"/outcomes/{meeting.id}/report", form).status_code == 302
    with database.reading() as session:
        outcome = session.scalars(select(Outcome)).one()
    assert (outcome.first_order_yen, outcome.total_yen) == (300_000, 120_000_000)


def test_a_link_reports_once(
    client: Client, database: Database, scene: Scene, meeting: Meeting
) -> None:
    path = link_of(database, scene.purchaser.email)
    assert client.get(path).status_code == 200
    refused = client.post(path, {})
    assert refused.status_code == 422
    done = client.post(path, REPORT)
    assert done.location == "/report/thanks"
    assert client.get(done.location).status_code == 200
    for answer in (client.get(path), client.post(path, REPORT)):
        assert (answer.status_code, "もう使われました" in answer.text) == (404, True)
    with database.reading() as session:
        assert session.scalars(select(OutcomeReport.reporter)).all() == [Reporter.BUYER]


def test_a_link_sent_twice_at_once_reports_once(
    database: Database, scene: Scene, meeting: Meeting
) -> None:
    token = link_of(database, scene.purchaser.email).removeprefix("/report/")
    barrier, refused = threading.Barrier(4), list[Exception]()

    def send() -> None:
        barrier.wait()
        try:
            with database.unit_of_work() as session:
                report_by_link(
                    session, scene.side(Party.BUYER), token, meeting.id, said(Reporter.BUYER), now=AFTER
                )
        except NotFoundError as error:
            refused.append(error)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 3
    with database.reading() as session:
        assert session.scalar(select(func.count(OutcomeReport.id))) == 1


def test_a_due_follow_up_is_listed_and_closed(
    client: Client, clock: Clock, database: Database, scene: Scene, meeting: Meeting
) -> None:
    clock.now = at(7 + 31, 10)
    client.sign_in(scene.coordinator.id)
    assert scene.company.name in client.get("/outcomes/?tab=follow_up").text
    with database.reading() as session:
        first = session.scalars(select(FollowUp).order_by(FollowUp.months_after)).first()
        assert first is not None
    path = f"/outcomes/follow-ups/{first.id}/close"
    assert client.get(path).status_code == 200
    assert client.post(path, {"reason": ""}).status_code == 422
    assert client.post(path, {"reason": "退職"}).status_code == 302
    assert scene.company.name not in client.get("/outcomes/?tab=follow_up").text
    assert "退職" in client.get(f"/outcomes/{meeting.id}").text


def test_another_body_finds_nothing(
    client: Client, database: Database, scene: Scene, meeting: Meeting
) -> None:
    with database.unit_of_work() as session:
        stranger = make_user(session, make_body(session))
        follow_up = session.scalars(select(FollowUp.id)).first()
    pages = [
        f"/outcomes/{meeting.id}",
        f"/outcomes/{meeting.id}/report",
        f"/outcomes/{meeting.id}/attendance",
    ]
    pages.append(f"/outcomes/follow-ups/{follow_up}/close")
    client.sign_in(scene.coordinator.id)
    assert [client.get(path).status_code for path in pages] == [200] * 4
    client.sign_in(stranger.id)
    assert [client.get(path).status_code for path in pages] == [404] * 4
    for tab in ("due", "disagreement", "follow_up", "all"):
        assert scene.company.name not in client.get(f"/outcomes/?tab={tab}").text


@pytest.mark.parametrize("tab", ["due", "disagreement", "follow_up", "all"])
def test_lists_ask_the_database_the_same_number_of_times(
    client: Client, clock: Clock, database: Database, scene: Scene, tab: str
) -> None:
    clock.now = at(7 + 31, 10)

    def add() -> None:
        with database.unit_of_work() as session:
            other = make_scene(session, body=scene.body)
            held = hold(session, other)
            report = said(Reporter.SME, 6)
            report_outcome(session, other.side(Party.SME), held.id, report, now=AFTER)
            if tab == "disagreement":
                report = said(Reporter.BUYER, 1)
                report_outcome(session, other.side(Party.BUYER), held.id, report, now=AFTER)

    client.sign_in(scene.coordinator.id)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            add()
        with count_queries(database) as queries:
            page = client.get(f"/outcomes/?tab={tab}")
        assert page.status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_meeting_that_was_not_held_has_no_outcome_page(
    client: Client, database: Database, scene: Scene
) -> None:
    with database.unit_of_work() as session:
        meeting = confirm(session, scene, at(7, 10))
    client.sign_in(scene.coordinator.id)
    for path in (f"/outcomes/{meeting.id}", f"/outcomes/{meeting.id}/report"):
        assert client.get(path).location == f"/meetings/{meeting.id}"
    assert meeting.state is MeetingState.CONFIRMED
