"""What waits for whom: literal counts on a small day, and lists that hold exactly what is counted."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from sme_match.accounts.models import User
from sme_match.companies.models import Company
from sme_match.core.actor import Actor, Role
from sme_match.db.session import Database
from sme_match.home.enums import Waiting
from sme_match.home.policy import TO_DO
from sme_match.home.queries.lines import list_waiting
from sme_match.home.queries.waiting import count_waiting
from sme_match.matching.enums import ProposalState
from sme_match.meetings.enums import MeetingState, Party, ReplyKind
from sme_match.meetings.models import Meeting, MeetingReply
from sme_match.needs.enums import NeedState
from sme_match.notifications.models import OutboxMail
from sme_match.outcomes.enums import FollowUpState, Reporter
from sme_match.outcomes.models import FollowUp, OutcomeReport
from sme_match.support_bodies.models import SupportBody
from tests.conftest import NOW
from tests.factories import make_body, make_buyer, make_company, make_need, make_user
from tests.queries import count_queries
from tests.statistics.scenes import make_meeting, make_outcome, make_proposal

W = Waiting
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Day:
    """One of everything that waits in a body, beside things that do not."""

    coordinator: User
    lead: User
    manager: User
    sme: Company
    asked: Meeting
    held: Meeting


def make_day(session: Session) -> Day:
    body = make_body(session)
    sme = make_company(session, body, confirmed_at=NOW - 100 * DAY)
    make_company(session, body, confirmed_at=NOW - 366 * DAY)
    make_company(session, body, confirmed_at=NOW - 366 * DAY, archived_at=NOW)
    buyer = make_buyer(session, body)
    need = make_need(session, buyer, created_at=NOW - 20 * DAY)
    make_proposal(session, need, sme, state=ProposalState.NEW)
    closed = make_need(session, buyer, state=NeedState.CLOSED, created_at=NOW - 20 * DAY)
    make_proposal(session, closed, sme, state=ProposalState.NEW)
    make_need(session, buyer, created_at=NOW - 11 * DAY)
    make_need(session, buyer, created_at=NOW - 9 * DAY)
    other = make_need(session, buyer, created_at=NOW - 20 * DAY)
    make_proposal(session, other, sme, state=ProposalState.ACCEPTED, decided_at=NOW - 2 * DAY)
    state = MeetingState.ASKED
    asked = make_meeting(session, other, sme, None, state, answer_by=NOW + DAY)
    reply(session, asked, Party.BUYER)
    expired = make_meeting(session, other, sme, None, state, answer_by=NOW - DAY)
    reply(session, expired, Party.SME)
    apart = make_meeting(session, other, sme, None, state, answer_by=NOW + DAY)
    reply(session, apart, Party.SME)
    reply(session, apart, Party.BUYER)
    make_meeting(session, other, sme, None, MeetingState.CARRIED_OVER, contact_on=NOW.date())
    make_meeting(session, other, sme, None, MeetingState.CARRIED_OVER, contact_on=NOW.date() + DAY)
    make_meeting(session, other, sme, NOW - DAY, MeetingState.CONFIRMED)
    make_meeting(session, other, sme, NOW + DAY, MeetingState.CONFIRMED)
    held = make_meeting(session, other, sme, NOW - 8 * DAY)
    make_meeting(session, other, sme, NOW - 6 * DAY)
    told = make_meeting(session, other, sme, NOW - 40 * DAY)
    for reporter in (Reporter.SME, Reporter.BUYER):
        report(session, told, reporter)
    make_outcome(session, told, 3, disagreement=True)
    follow(session, told, 1, NOW.date() - DAY)
    follow(session, told, 3, NOW.date() + DAY)
    return Day(
        coordinator=make_user(session, body, last_sign_in_at=NOW),
        lead=make_user(session, body, Role.LEAD),
        manager=make_user(session, body, Role.SME, company_id=sme.id, last_sign_in_at=NOW),
        sme=sme,
        asked=asked,
        held=held,
    )


def reply(session: Session, meeting: Meeting, party: Party) -> None:
    session.add(
        MeetingReply(
            meeting_id=meeting.id, party=party, kind=ReplyKind(next(iter(ReplyKind))), said_by="担当",
            replied_at=NOW,
        )
    )  # fmt: skip
    session.flush()


def report(session: Session, meeting: Meeting, reporter: Reporter) -> None:
    session.add(
        OutcomeReport(
            meeting_id=meeting.id,
            reporter=reporter,
            reported_at=NOW,
            months_after=0,
            stage=3,
            reasons=[],
        )
    )
    session.flush()


def follow(session: Session, meeting: Meeting, months: int, due_on: date) -> None:
    session.add(
        FollowUp(
            body_id=meeting.body_id, meeting_id=meeting.id, months_after=months, due_on=due_on,
            state=FollowUpState.DUE,
        )
    )  # fmt: skip
    session.flush()


def counts(
    session: Session, actor: Actor, kinds: tuple[Waiting, ...], *, now: datetime = NOW
) -> dict[Waiting, int]:
    return {each.waiting: each.count for each in count_waiting(session, actor, kinds, now=now)}


def test_the_counts_of_a_coordinators_day(session: Session) -> None:
    actor = make_day(session).coordinator.as_actor()
    events = dict.fromkeys(
        (
            W.EVENTS_TODAY,
            W.EVENT_OBJECTIONS,
            W.EVENT_APPLICATIONS,
            W.EVENT_BUYERS_UNANSWERED,
            W.EVENTS_TO_PUBLISH,
        ),
        0,
    )
    assert counts(session, actor, TO_DO[Role.COORDINATOR]) == events | {
        W.NEEDS_TO_REVIEW: 1,
        W.NEEDS_WITHOUT_PROPOSAL: 1,
        W.PROPOSALS_TO_ARRANGE: 1,
        W.MEETINGS_UNANSWERED: 1,
        W.MEETINGS_EXPIRED: 1,
        W.MEETINGS_WITHOUT_TIME: 2,
        W.MEETINGS_AWAITING_RESULT: 1,
        W.REPORTS_OVERDUE: 1,
        W.DISAGREEMENTS: 1,
        W.FOLLOW_UPS_DUE: 1,
        W.STALE_COMPANIES: 1,
        W.WORDS_TO_REVIEW: 0,
    }


def test_a_manager_is_asked_for_own_answers_and_reports(session: Session) -> None:
    day = make_day(session)
    actor = day.manager.as_actor()
    assert counts(session, actor, TO_DO[Role.SME]) == {
        W.ANSWERS_DUE: 1,
        W.EVENTS_TO_CONFIRM: 0,
        W.REPORTS_DUE: 3,
        W.EVENTS_TO_APPLY: 0,
    }
    listed = list_waiting(session, actor, W.ANSWERS_DUE, now=NOW)
    assert [line.target_id for line in listed.items] == [day.asked.id]


def test_the_oldest_is_named(session: Session) -> None:
    day = make_day(session)
    (found,) = count_waiting(session, day.lead.as_actor(), (W.REPORTS_OVERDUE,), now=NOW)
    assert found.oldest == day.held.ends_at


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.LEAD, Role.SME, Role.ADMINISTRATOR])
def test_each_list_holds_exactly_what_is_counted(session: Session, role: Role) -> None:
    day = make_day(session)
    make_day(session)
    users = {Role.COORDINATOR: day.coordinator, Role.LEAD: day.lead, Role.SME: day.manager}
    user = users.get(role) or make_user(session, None, Role.ADMINISTRATOR)
    actor = user.as_actor()
    for waiting, count in counts(session, actor, TO_DO[role]).items():
        page = list_waiting(session, actor, waiting, now=NOW)
        assert (waiting, page.total, len(page.items)) == (waiting, count, count)


def test_nothing_of_another_body_is_counted(session: Session) -> None:
    day = make_day(session)
    actors = [day.coordinator.as_actor(), day.lead.as_actor(), day.manager.as_actor()]
    before = [counts(session, actor, TO_DO[actor.role]) for actor in actors]
    make_day(session)
    # Later than any figure is kept without looking.
    later = NOW + timedelta(minutes=2)
    assert [counts(session, actor, TO_DO[actor.role], now=later) for actor in actors] == before


def test_counting_is_one_query_however_many_kinds(session: Session, database: Database) -> None:
    actor = make_day(session).coordinator.as_actor()
    with count_queries(database) as queries:
        count_waiting(session, actor, TO_DO[Role.COORDINATOR], now=NOW)
    assert len([query for query in queries if "audit_entry" not in query]) == 1
    assert count_waiting(session, actor, (), now=NOW) == []


def test_an_administrator_sees_who_never_signed_in_and_what_was_not_sent(session: Session) -> None:
    day = make_day(session)
    session.add(
        OutboxMail(
            key="k", body_id=day.sme.body_id, to_address="a@example.jp", subject="件名", text="本文",
            message_id="m", created_at=NOW, next_attempt_at=NOW, dead_at=NOW,
            last_error="550 no such user",
        )
    )  # fmt: skip
    session.flush()
    actor = make_user(session, None, Role.ADMINISTRATOR, last_sign_in_at=NOW).as_actor()
    found = counts(session, actor, TO_DO[Role.ADMINISTRATOR])
    assert found == {W.USERS_NEVER_SIGNED_IN: 1, W.FAILED_MAILS: 1, W.WORDS_TO_REVIEW: 0}
    (line,) = list_waiting(session, actor, W.FAILED_MAILS, now=NOW).items
    assert (line.title, line.note) == ("a@example.jp", "550 no such user")


def test_an_anonymous_buyer_is_not_named_to_the_manager(session: Session) -> None:
    day = make_day(session)
    buyer = make_buyer(session, session.get_one(SupportBody, day.sme.body_id), name="秘密発注")
    need = make_need(session, buyer, buyer_anonymous=True)
    meeting = make_meeting(session, need, day.sme, None, MeetingState.ASKED, answer_by=NOW + 2 * DAY)
    lines = list_waiting(session, day.manager.as_actor(), W.ANSWERS_DUE, now=NOW).items
    assert {line.target_id: line.buyer for line in lines}[meeting.id] == ""
