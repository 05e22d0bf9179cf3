"""Reports, the outcome derived from them, follow-ups, and who may do what."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.accounts.models import SignedLink
from sme_match.core.actor import Actor, Role
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from sme_match.db.session import Database
from sme_match.meetings.enums import AbsentSide, MeetingState, Party
from sme_match.meetings.services.changing import DayRecord
from sme_match.outcomes.enums import (
    AmountSource,
    End,
    FollowUpState,
    NoDealReason,
    OutcomeTab,
    Reporter,
)
from sme_match.outcomes.models import FollowUp, OutcomeReport
from sme_match.outcomes.queries import (
    count_by_tab,
    list_due_follow_ups,
    list_follow_ups,
    list_reports,
)
from sme_match.outcomes.services.documents import SeenDocument
from sme_match.outcomes.services.following import close_follow_up
from sme_match.outcomes.services.reporting import report_outcome
from sme_match.outcomes.tasks import ask_due_follow_ups
from tests.factories import make_actor, make_body
from tests.meetings.scenes import at, confirm, mails, make_scene, request
from tests.outcomes.scenes import AFTER, hold, record, said

BASE = "https://match.example.jp"


NOTE = SeenDocument(note="訪問して、佐藤が注文書の写しを見た")


def states(session: Session, meeting_id: int) -> list[tuple[int, FollowUpState]]:
    session.expire_all()
    return [(row.months_after, row.state) for row in list_follow_ups(session, meeting_id)]


def test_a_held_meeting_is_followed_up_and_both_sides_are_asked(session: Session) -> None:
    scene = make_scene(session)
    meeting = hold(session, scene)
    rows = list_follow_ups(session, meeting.id)
    assert [(row.months_after, row.due_on) for row in rows] == [
        (1, date(2026, 12, 27)),
        (3, date(2027, 2, 27)),
        (6, date(2027, 5, 27)),
        (12, date(2027, 11, 27)),
    ]
    sent = [mail for mail in mails(session) if mail.key.startswith("outcome:")]
    assert [mail.to_address for mail in sent] == [scene.person.email, scene.purchaser.email]
    assert all(f"{BASE}/report/" in mail.text for mail in sent)


def test_a_record_that_is_put_right_stops_the_follow_ups(session: Session) -> None:
    scene = make_scene(session)
    meeting = hold(session, scene)
    absent = DayRecord(result=MeetingState.ABSENT, absent_side=AbsentSide.BUYER)
    record(session, scene, meeting, absent, now=AFTER)
    assert {state for _, state in states(session, meeting.id)} == {FollowUpState.CLOSED}
    assert [mail for mail in mails(session) if mail.key.startswith("outcome:")] == []
    record(session, scene, meeting, DayRecord(result=MeetingState.HELD), now=AFTER)
    assert {state for _, state in states(session, meeting.id)} == {FollowUpState.DUE}
    assert len([mail for mail in mails(session) if mail.key.startswith("outcome:")]) == 2


def test_reports_are_added_and_never_changed(session: Session) -> None:
    scene = make_scene(session)
    meeting = hold(session, scene)
    for minutes, stage in ((0, 2), (1, 4)):
        report_outcome(
            session, scene.side(Party.SME), meeting.id, said(Reporter.SME, stage),
            now=AFTER + timedelta(minutes=minutes),
        )  # fmt: skip
    assert [row.stage for row in list_reports(session, meeting.id)] == [4, 2]


def test_two_sides_that_disagree_make_a_task(session: Session) -> None:
    scene = make_scene(session)
    meeting = hold(session, scene)
    report_outcome(session, scene.side(Party.SME), meeting.id, said(Reporter.SME, 6), now=AFTER)
    outcome = report_outcome(
        session, scene.side(Party.BUYER), meeting.id, said(Reporter.BUYER, 3), now=AFTER
    )
    assert (outcome.stage, outcome.disagreement) == (3, True)
    assert count_by_tab(session, scene.actor, now=AFTER)[OutcomeTab.DISAGREEMENT] == 1
    seen = said(
        Reporter.COORDINATOR, 6, first_order_yen=250_000, amount_source=AmountSource.DOCUMENT_SEEN
    )
    later = AFTER + timedelta(hours=1)
    outcome = report_outcome(session, scene.actor, meeting.id, seen, now=later, seen=NOTE)
    assert (outcome.stage, outcome.disagreement, outcome.first_order_yen) == (6, False, 250_000)
    assert count_by_tab(session, scene.actor, now=AFTER)[OutcomeTab.DISAGREEMENT] == 0


def test_a_sides_amounts_are_its_own_words(session: Session) -> None:
    scene = make_scene(session)
    meeting = hold(session, scene)
    report_outcome(
        session, scene.actor, meeting.id, said(Reporter.BUYER, 6, first_order_yen=1), now=AFTER
    )
    stored = session.scalars(select(OutcomeReport)).one()
    assert (stored.amount_source, stored.said_by, stored.reported_by) == (
        AmountSource.BUYER_SAID,
        "山田",
        scene.coordinator.id,
    )


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"stage": 5, "first_order_yen": 1}, "first_order_yen"),
        ({"stage": 5, "total_yen": 1}, "total_yen"),
        ({"stage": 5, "deal_on": date(2026, 11, 27)}, "deal_on"),
        ({"stage": 6, "deal_on": date(2026, 11, 26)}, "deal_on"),
        ({"stage": 6, "deal_on": date(2026, 11, 28)}, "deal_on"),
        ({"stage": 6, "first_order_yen": 2, "total_yen": 1}, "total_yen"),
        ({"stage": 6, "end": End.NO_DEAL, "reasons": [NoDealReason.PRICE]}, "end"),
        ({"stage": 3, "end": End.NO_DEAL}, "reasons"),
        ({"stage": 3, "amount_source": AmountSource.DOCUMENT_SEEN}, "amount_source"),
    ],
)
def test_a_report_must_not_contradict_itself(
    session: Session, values: dict[str, Any], field: str
) -> None:
    scene = make_scene(session)
    meeting = hold(session, scene)
    with pytest.raises(InvalidError) as refusal:
        report_outcome(
            session, scene.side(Party.SME), meeting.id, said(Reporter.SME, **values), now=AFTER
        )
    assert refusal.value.field == field


def test_a_coordinators_amount_names_its_source(session: Session) -> None:
    scene = make_scene(session)
    meeting = hold(session, scene)
    with pytest.raises(InvalidError) as refusal:
        report_outcome(
            session, scene.actor, meeting.id, said(Reporter.COORDINATOR, 6, total_yen=1), now=AFTER
        )
    assert refusal.value.field == "amount_source"


def test_only_a_held_meeting_has_an_outcome(session: Session) -> None:
    scene = make_scene(session)
    with pytest.raises(ConflictError):
        report_outcome(
            session, scene.side(Party.SME), request(session, scene).id, said(Reporter.SME), now=AFTER
        )


def test_each_side_reports_for_itself(session: Session) -> None:
    scene = make_scene(session)
    meeting = hold(session, scene)
    with pytest.raises(NotAllowedError):
        report_outcome(session, scene.side(Party.SME), meeting.id, said(Reporter.BUYER), now=AFTER)
    lead = make_actor(session, scene.body, Role.LEAD)
    stranger = make_actor(session, make_body(session))
    with pytest.raises(NotAllowedError):
        report_outcome(session, lead, meeting.id, said(Reporter.COORDINATOR), now=AFTER)
    with pytest.raises(NotFoundError):
        report_outcome(session, stranger, meeting.id, said(Reporter.COORDINATOR), now=AFTER)


def test_a_round_is_settled_when_both_sides_have_answered_it(session: Session) -> None:
    scene = make_scene(session)
    meeting = hold(session, scene)
    month_three = at(7 + 95, 10)
    report_outcome(session, scene.side(Party.SME), meeting.id, said(Reporter.SME), now=month_three)
    assert states(session, meeting.id)[:2] == [(1, FollowUpState.CLOSED), (3, FollowUpState.DUE)]
    report_outcome(session, scene.side(Party.BUYER), meeting.id, said(Reporter.BUYER), now=month_three)
    assert states(session, meeting.id) == [
        (1, FollowUpState.CLOSED),
        (3, FollowUpState.DONE),
        (6, FollowUpState.DUE),
        (12, FollowUpState.DUE),
    ]


def test_what_waits_is_counted_for_each_reader(session: Session) -> None:
    scene = make_scene(session)
    meeting = hold(session, scene)
    confirm(session, make_scene(session, body=scene.body), at(9, 9))
    manager, buyer = scene.manager.as_actor(), scene.side(Party.BUYER)
    stranger = make_actor(session, make_body(session))

    def due() -> list[int]:
        return [
            count_by_tab(session, actor, now=AFTER)[OutcomeTab.DUE]
            for actor in (scene.actor, manager, buyer, stranger)
        ]

    assert due() == [1, 1, 1, 0]
    report_outcome(session, manager, meeting.id, said(Reporter.SME), now=AFTER)
    assert due() == [1, 0, 1, 0]
    report_outcome(session, buyer, meeting.id, said(Reporter.BUYER), now=AFTER)
    assert due() == [0, 0, 0, 0]
    month_one = at(7 + 31, 10)
    assert count_by_tab(session, manager, now=month_one)[OutcomeTab.DUE] == 1
    report_outcome(session, manager, meeting.id, said(Reporter.SME), now=month_one)
    assert count_by_tab(session, manager, now=month_one)[OutcomeTab.DUE] == 0


def test_due_follow_ups_are_listed_and_closed_with_a_reason(session: Session) -> None:
    scene = make_scene(session)
    meeting = hold(session, scene)
    month_one = at(7 + 31, 10)
    assert count_by_tab(session, scene.actor, now=AFTER)[OutcomeTab.FOLLOW_UP] == 0
    (row,) = list_due_follow_ups(session, scene.actor, now=month_one).items
    assert (row.meeting_id, row.months_after) == (meeting.id, 1)
    with pytest.raises(InvalidError):
        close_follow_up(session, scene.actor, row.follow_up_id or 0, reason="", now=month_one)
    with pytest.raises(NotAllowedError):
        close_follow_up(
            session, scene.manager.as_actor(), row.follow_up_id or 0, reason="x", now=month_one
        )
    close_follow_up(session, scene.actor, row.follow_up_id or 0, reason="退職", now=month_one)
    with pytest.raises(ConflictError):
        close_follow_up(session, scene.actor, row.follow_up_id or 0, reason="退職", now=month_one)
    assert count_by_tab(session, scene.actor, now=month_one)[OutcomeTab.FOLLOW_UP] == 0


def test_follow_ups_that_fall_due_are_asked_about_once(database: Database) -> None:
    with database.unit_of_work() as session:
        scene = make_scene(session)
        meeting = hold(session, scene)
    assert ask_due_follow_ups(database, now=at(7 + 29, 10), base_url=BASE) == 0
    month_one = at(7 + 30, 10)
    with database.unit_of_work() as session:
        report_outcome(session, scene.side(Party.SME), meeting.id, said(Reporter.SME), now=month_one)
    # The SME has just answered this round: only the buyer is asked.
    assert ask_due_follow_ups(database, now=month_one, base_url=BASE) == 1
    assert ask_due_follow_ups(database, now=month_one, base_url=BASE) == 0
    with database.reading() as session:
        mail = [m for m in mails(session) if m.key.startswith(f"outcome:{meeting.id}:1:")]
        assert [m.to_address for m in mail] == [scene.purchaser.email]
        assert "1か月前" in mail[0].text
        assert (
            len(session.scalars(select(SignedLink).where(SignedLink.created_at == month_one)).all())
            == 1
        )


def test_after_a_long_pause_only_the_latest_round_is_asked_about(database: Database) -> None:
    with database.unit_of_work() as session:
        hold(session, make_scene(session))
    assert ask_due_follow_ups(database, now=at(7 + 200, 10), base_url=BASE) == 2
    with database.reading() as session:
        asked = session.scalars(select(FollowUp).where(FollowUp.asked_at.is_not(None))).all()
        assert [row.months_after for row in asked] == [1, 3, 6]


def test_who_does_not_answer_is_asked_once_more_and_then_phoned(database: Database) -> None:
    with database.unit_of_work() as session:
        meeting = hold(session, make_scene(session))
    month_one = at(7 + 30, 10)
    assert ask_due_follow_ups(database, now=month_one, base_url=BASE) == 2
    assert (
        ask_due_follow_ups(database, now=month_one + timedelta(days=13), base_url=BASE, again=True) == 0
    )
    with database.unit_of_work() as session:
        manager = Actor(
            role=Role.SME, name="社長", body_id=meeting.body_id, company_id=meeting.company_id
        )
        report_outcome(session, manager, meeting.id, said(Reporter.SME), now=month_one)
    two_weeks = month_one + timedelta(days=14)
    assert ask_due_follow_ups(database, now=two_weeks, base_url=BASE, again=True) == 1
    assert ask_due_follow_ups(database, now=two_weeks, base_url=BASE, again=True) == 0
    with database.reading() as session:
        chasing = [mail for mail in mails(session) if "再度のお願い" in mail.subject]
        assert len(chasing) == 1
        (row,) = [row for row in list_follow_ups(session, meeting.id) if row.chased_at]
        assert (row.months_after, row.state) == (1, FollowUpState.DUE)


def test_an_order_both_sides_name_alike_has_their_agreement_as_its_source(session: Session) -> None:
    scene = make_scene(session)
    meeting = hold(session, scene)
    own, other = (
        said(Reporter.SME, 6, first_order_yen=300_000),
        said(Reporter.BUYER, 6, first_order_yen=310_000),
    )
    report_outcome(session, scene.side(Party.SME), meeting.id, own, now=AFTER)
    outcome = report_outcome(session, scene.side(Party.BUYER), meeting.id, other, now=AFTER)
    assert outcome.amount_source is AmountSource.BOTH_AGREE


def test_an_amount_of_hundreds_of_millions_is_asked_back(session: Session) -> None:
    scene = make_scene(session)
    meeting = hold(session, scene)
    draft = said(Reporter.SME, 6, first_order_yen=300_000_000)
    with pytest.raises(InvalidError) as refusal:
        report_outcome(session, scene.side(Party.SME), meeting.id, draft, now=AFTER)
    assert refusal.value.field == "first_order_yen"
    sure = replace(draft, amounts_sure=True)
    outcome = report_outcome(session, scene.side(Party.SME), meeting.id, sure, now=AFTER)
    assert outcome.first_order_yen == 300_000_000


def test_a_record_put_right_lets_the_follow_ups_count_anew(database: Database) -> None:
    with database.unit_of_work() as session:
        scene = make_scene(session)
        meeting = hold(session, scene)
    month_one = at(7 + 30, 10)
    assert ask_due_follow_ups(database, now=month_one, base_url=BASE) == 2
    with database.unit_of_work() as session:
        absent = DayRecord(result=MeetingState.ABSENT, absent_side=AbsentSide.BUYER)
        again = record(
            session, scene, session.get_one(type(meeting), meeting.id), absent, now=month_one
        )
        record(session, scene, again, DayRecord(result=MeetingState.HELD), now=month_one)
    assert ask_due_follow_ups(database, now=month_one, base_url=BASE) == 2


def test_a_round_that_is_over_is_not_said_to_be_chased(database: Database) -> None:
    with database.unit_of_work() as session:
        hold(session, make_scene(session))
    assert ask_due_follow_ups(database, now=at(7 + 30, 10), base_url=BASE) == 2
    late = at(7 + 130, 10)
    assert ask_due_follow_ups(database, now=late, base_url=BASE, again=True) == 0
    with database.reading() as session:
        assert session.scalars(select(FollowUp.chased_at)).all() == [None] * 4
