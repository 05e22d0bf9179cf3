"""Answers of both sides, and the first time that suits both becoming the meeting."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.audit.models import AuditEntry
from sme_match.core.actor import Role
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from sme_match.meetings.enums import Answer, MeetingState, Party, ReplyKind
from sme_match.meetings.models import Meeting
from sme_match.meetings.queries import get_meeting
from sme_match.meetings.services.opening import offer_again
from sme_match.meetings.services.replying import ReplyDraft, ReplyResult, open_offers, reply_to_request
from sme_match.meetings.slots import cells_of
from tests.conftest import NOW
from tests.factories import make_actor, make_body
from tests.meetings.scenes import (
    SITE,
    Scene,
    at,
    cells,
    confirm,
    entry_of,
    mails,
    make_scene,
    plan,
    reply,
    request,
)


def say(session: Session, scene: Scene, meeting: Meeting, party: Party, kind: ReplyKind) -> ReplyResult:
    said = ReplyDraft(kind=kind, note="都合が合いません", said_by="山田")
    return reply_to_request(
        session, scene.side(party), meeting.id, said, party=party, now=NOW, site=SITE
    )


def test_one_yes_waits_for_the_other_side(session: Session) -> None:
    scene = make_scene(session)
    meeting = request(session, scene)
    assert reply(session, scene, meeting, Party.SME, at(7, 10)) is ReplyResult.WAITING
    assert (meeting.state, cells(session)) == (MeetingState.ASKED, set())


def test_the_earliest_time_that_suits_both_is_confirmed(session: Session) -> None:
    scene = make_scene(session)
    meeting = request(session, scene, at(9, 9), at(7, 10), at(8, 14))
    reply(session, scene, meeting, Party.BUYER, at(9, 9), at(8, 14))
    assert reply(session, scene, meeting, Party.SME, at(8, 14), at(9, 9)) is ReplyResult.CONFIRMED
    assert (meeting.state, meeting.starts_at) == (MeetingState.CONFIRMED, at(8, 14))
    held = cells_of(at(8, 14), at(8, 14, 30))
    assert cells(session) == {
        (company.id, cell, meeting.id) for company in (scene.company, scene.buyer) for cell in held
    }


def test_both_sides_get_an_invitation_to_one_entry_with_the_room(session: Session) -> None:
    scene = make_scene(session)
    meeting = confirm(session, scene, at(7, 10))
    first, second = mails(session)
    assert meeting.room_url.startswith("https://meet.example.jp/")
    for mail, person in ((first, scene.person), (second, scene.purchaser)):
        assert (mail.to_address, mail.reply_to) == (person.email, scene.body.email)
        assert meeting.room_url in mail.text
        assert "2026年11月27日（金）10:00–10:30 日本時間（JST, UTC+9）" in mail.text
        method, event = entry_of(mail.calendar)
        assert (method, mail.calendar_method) == ("REQUEST", "REQUEST")
        assert (event["uid"], event["sequence"]) == (meeting.calendar_uid, 0)
        assert event["dtstart"].dt == at(7, 10)
        assert event["attendee"] == f"mailto:{person.email}"
        assert scene.company.name in event["summary"]
        assert scene.buyer.name in event["summary"]


def test_the_name_of_an_anonymous_buyer_comes_with_the_confirmation(session: Session) -> None:
    scene = make_scene(session, buyer_anonymous=True)
    confirm(session, scene, at(7, 10))
    to_sme, _ = mails(session)
    assert scene.buyer.name in to_sme.text


def test_a_reply_can_be_changed_until_the_time_is_fixed(session: Session) -> None:
    scene = make_scene(session)
    meeting = request(session, scene)
    reply(session, scene, meeting, Party.SME, at(7, 10))
    reply(session, scene, meeting, Party.SME, at(8, 14))
    assert reply(session, scene, meeting, Party.BUYER, at(7, 10)) is ReplyResult.NO_COMMON_TIME
    assert reply(session, scene, meeting, Party.BUYER, at(8, 14)) is ReplyResult.CONFIRMED
    with pytest.raises(ConflictError):
        reply(session, scene, meeting, Party.BUYER, at(7, 10))


def test_without_a_common_time_the_request_stays_open(session: Session) -> None:
    scene = make_scene(session)
    meeting = request(session, scene)
    reply(session, scene, meeting, Party.SME, at(7, 10))
    assert reply(session, scene, meeting, Party.BUYER) is ReplyResult.NO_COMMON_TIME
    assert [row.kind for row in meeting.replies] == [ReplyKind.TIMES, ReplyKind.OTHER_TIMES]
    assert (meeting.state, cells(session)) == (MeetingState.ASKED, set())


def test_other_times_are_wished_for_with_a_note(session: Session) -> None:
    scene = make_scene(session)
    meeting = request(session, scene)
    assert say(session, scene, meeting, Party.SME, ReplyKind.OTHER_TIMES) is ReplyResult.WAITING
    (given,) = meeting.replies
    assert (given.kind, given.note, given.by_proxy) == (
        ReplyKind.OTHER_TIMES,
        "都合が合いません",
        False,
    )


@pytest.mark.parametrize("party", list(Party))
def test_a_side_declines_and_the_other_learns_neither_who_nor_why(
    session: Session, party: Party
) -> None:
    scene = make_scene(session)
    meeting = request(session, scene)
    assert say(session, scene, meeting, party, ReplyKind.DECLINED) is ReplyResult.DECLINED
    (mail,) = mails(session)
    other = scene.purchaser if party is Party.SME else scene.person
    assert (meeting.state, mail.to_address) == (MeetingState.DECLINED, other.email)
    assert "今回は見送りとなりました" in mail.text
    assert not {"都合が合いません", "辞退", "山田"} & set(mail.text.split())
    assert "都合が合いません" not in mail.text


def test_a_time_taken_by_another_meeting_is_passed_over(session: Session) -> None:
    scene = make_scene(session)
    meeting = request(session, scene, at(7, 10), at(8, 14))
    other = make_scene(session, body=scene.body, company=scene.company)
    confirm(session, other, at(7, 10))
    reply(session, scene, meeting, Party.BUYER, at(7, 10), at(8, 14))
    assert reply(session, scene, meeting, Party.SME, at(7, 10), at(8, 14)) is ReplyResult.CONFIRMED
    assert meeting.starts_at == at(8, 14)


def test_when_every_common_time_is_taken_nothing_is_confirmed(session: Session) -> None:
    scene = make_scene(session)
    meeting = request(session, scene, at(7, 10))
    other = make_scene(session, body=scene.body, buyer=scene.buyer)
    confirm(session, other, at(7, 10, 15))
    before = cells(session)
    reply(session, scene, meeting, Party.SME, at(7, 10))
    assert reply(session, scene, meeting, Party.BUYER, at(7, 10)) is ReplyResult.TIMES_TAKEN
    assert (meeting.state, cells(session)) == (MeetingState.ASKED, before)
    assert open_offers(meeting) == []


def test_a_time_that_has_passed_is_not_confirmed(session: Session) -> None:
    scene = make_scene(session)
    meeting = request(session, scene, at(1, 10), at(5, 10))
    later = at(2, 9)
    reply(session, scene, meeting, Party.SME, at(1, 10), at(5, 10))
    assert (
        reply(session, scene, meeting, Party.BUYER, at(1, 10), now=later) is ReplyResult.NO_COMMON_TIME
    )


def test_after_the_day_of_answer_no_reply_is_taken(session: Session) -> None:
    scene = make_scene(session)
    meeting = request(session, scene)
    assert meeting.answer_by is not None
    with pytest.raises(ConflictError, match="回答期限が過ぎました"):
        reply(session, scene, meeting, Party.SME, at(7, 10), now=meeting.answer_by)
    just_in_time = meeting.answer_by - timedelta(seconds=1)
    assert reply(session, scene, meeting, Party.SME, at(7, 10), now=just_in_time) is ReplyResult.WAITING


def test_every_time_needs_an_answer_and_no_other(session: Session) -> None:
    scene = make_scene(session)
    meeting = request(session, scene)
    first, _ = open_offers(meeting)

    def answer(answers: dict[int, Answer]) -> None:
        said = ReplyDraft(kind=ReplyKind.TIMES, answers=answers, said_by="山田")
        reply_to_request(
            session, scene.side(Party.SME), meeting.id, said, party=Party.SME, now=NOW, site=SITE
        )

    with pytest.raises(InvalidError, match="すべての日時"):
        answer({first.id: Answer.YES})
    with pytest.raises(ConflictError, match="候補の日時が変わりました"):
        answer({first.id: Answer.YES, 999: Answer.YES})


def test_a_page_opened_before_new_times_were_offered_does_not_count(session: Session) -> None:
    scene = make_scene(session)
    meeting = request(session, scene)
    stale = {offer.id: Answer.YES for offer in open_offers(meeting)}
    offer_again(
        session, scene.actor, meeting.id, plan(at(9, 9)), version=meeting.version, now=NOW, site=SITE
    )
    said = ReplyDraft(kind=ReplyKind.TIMES, answers=stale, said_by="山田")
    with pytest.raises(ConflictError):
        reply_to_request(
            session, scene.side(Party.SME), meeting.id, said, party=Party.SME, now=NOW, site=SITE
        )


def test_a_coordinator_answers_for_a_side_and_who_said_it_is_kept(session: Session) -> None:
    scene = make_scene(session)
    meeting = request(session, scene)
    said = ReplyDraft(
        kind=ReplyKind.TIMES,
        answers={offer.id: Answer.YES for offer in open_offers(meeting)},
        said_by="佐藤 購買課長",
    )
    reply_to_request(session, scene.actor, meeting.id, said, party=Party.BUYER, now=NOW, site=SITE)
    (given,) = meeting.replies
    assert (given.party, given.said_by, given.by_proxy) == (Party.BUYER, "佐藤 購買課長", True)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "meeting.reply_times")).one()
    assert (entry.actor_name, entry.changes) == (
        scene.coordinator.name,
        {"said_by": ["buyer", "佐藤 購買課長"]},
    )


def test_nobody_answers_for_somebody_else(session: Session) -> None:
    scene = make_scene(session)
    meeting = request(session, scene)
    with pytest.raises(NotAllowedError):
        reply(session, scene, meeting, Party.SME, at(7, 10), actor=scene.side(Party.BUYER))
    lead = make_actor(session, scene.body, Role.LEAD)
    with pytest.raises(NotAllowedError):
        reply(session, scene, meeting, Party.SME, at(7, 10), actor=lead)
    stranger = make_actor(session, make_body(session))
    with pytest.raises(NotFoundError):
        get_meeting(session, stranger, meeting.id)
