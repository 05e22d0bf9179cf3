"""Asking both sides: what may be offered, what is sent, and what stays untouched."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sme_match.companies.models import Contact
from sme_match.core.actor import Role
from sme_match.core.errors import (
    ConflictError,
    InvalidError,
    NotAllowedError,
    NotFoundError,
    StaleVersionError,
)
from sme_match.matching.enums import ProposalState
from sme_match.meetings.enums import MeetingChannel, MeetingState, Party, RoomKind
from sme_match.meetings.errors import OffersRefusedError
from sme_match.meetings.models import Meeting
from sme_match.meetings.offers import OfferPlan
from sme_match.meetings.services.changing import DayRecord, record_day
from sme_match.meetings.services.opening import (
    PlaceDraft,
    offer_again,
    open_meeting,
    preview_meeting,
    preview_offer_again,
)
from sme_match.meetings.services.replying import open_offers
from tests.conftest import NOW
from tests.factories import make_actor, make_body
from tests.meetings.scenes import (
    SITE,
    TODAY,
    at,
    cells,
    confirm,
    draft,
    mails,
    make_scene,
    plan,
    reply,
    request,
)


def test_both_sides_are_asked_by_a_mail_with_a_link_of_their_own(session: Session) -> None:
    scene = make_scene(session)
    meeting = request(session, scene, at(8, 14), at(7, 10))
    first, second = mails(session, about="request")
    assert (meeting.state, meeting.starts_at) == (MeetingState.ASKED, None)
    assert [first.to_address, second.to_address] == [scene.person.email, scene.purchaser.email]
    assert first.reply_to == scene.body.email
    assert "1. 2026年11月27日（金）10:00–10:30\n  2. 2026年11月28日（土）14:00–14:30" in first.text
    assert "日本時間 JST, UTC+9" in first.text
    links = [
        text.split("https://match.example.jp/reply/")[1].split()[0]
        for text in (first.text, second.text)
    ]
    assert len(set(links)) == 2
    assert first.calendar is None


def test_a_pending_request_holds_no_calendar(session: Session) -> None:
    request(session, make_scene(session))
    assert cells(session) == set()


def test_an_anonymous_buyer_is_not_named_to_the_sme(session: Session) -> None:
    scene = make_scene(session, buyer_anonymous=True)
    request(session, scene)
    to_sme, to_buyer = mails(session, about="request")
    assert scene.buyer.name not in to_sme.text + to_sme.subject
    assert "社名は、双方で日時が決まったときにお知らせします" in to_sme.text
    assert scene.company.name in to_buyer.text


def test_the_preview_shows_the_same_mails_and_writes_nothing(session: Session) -> None:
    scene = make_scene(session, buyer_anonymous=True)
    letters = preview_meeting(session, scene.actor, scene.proposal.id, draft(), now=NOW, site=SITE)
    assert session.scalar(select(func.count(Meeting.id))) == 0
    assert mails(session) == []
    request(session, scene)
    for letter, mail in zip(letters, mails(session, about="request"), strict=True):
        link = mail.text.split("https://match.example.jp/reply/")[1].split()[0]
        sent = mail.text.replace(
            f"https://match.example.jp/reply/{link}", "（ここに、宛先ごとの返信用リンクが入ります）"
        )
        assert (letter.subject, letter.text, letter.to_address) == (mail.subject, sent, mail.to_address)


def test_a_side_without_mail_is_asked_on_the_phone(session: Session) -> None:
    scene = make_scene(session)
    scene.purchaser.email = "壊れたアドレス"
    letters = preview_meeting(session, scene.actor, scene.proposal.id, draft(), now=NOW, site=SITE)
    assert [letter.to_address for letter in letters] == [scene.person.email, ""]
    request(session, scene)
    assert [mail.to_address for mail in mails(session)] == [scene.person.email]


@pytest.mark.parametrize(
    ("starts", "problem"),
    [
        ([at(-1, 10)], "この日時は過ぎています"),
        ([at(0, 10)], "この日時は過ぎています"),
        ([at(400, 10)], "1年より先の日時です"),
        ([at(7, 10, 3)], "5分単位"),
        ([at(7, 10), at(7, 10)], "同じ日時がもう一つあります"),
    ],
)
def test_a_time_that_cannot_be_offered_is_named(
    session: Session, starts: list[Any], problem: str
) -> None:
    scene = make_scene(session)
    with pytest.raises(OffersRefusedError) as refusal:
        request(session, scene, *starts)
    (found,) = refusal.value.problems
    assert found.index == len(starts) - 1
    assert problem in found.error.message
    assert session.scalar(select(func.count(Meeting.id))) == 0


def test_all_wrong_times_are_named_at_once(session: Session) -> None:
    scene = make_scene(session)
    with pytest.raises(OffersRefusedError) as refusal:
        request(session, scene, at(-1, 10), at(7, 10), at(7, 10))
    assert [problem.index for problem in refusal.value.problems] == [0, 2]


@pytest.mark.parametrize("busy", list(Party))
def test_a_time_that_either_company_has_booked_is_refused(session: Session, busy: Party) -> None:
    other = make_scene(session)
    confirm(session, other, at(7, 10))
    if busy is Party.SME:
        scene = make_scene(session, body=other.body, company=other.company)
    else:
        scene = make_scene(session, body=other.body, buyer=other.buyer)
    with pytest.raises(OffersRefusedError) as refusal:
        request(session, scene, at(7, 9, 45), at(7, 10, 30))
    (problem,) = refusal.value.problems
    word = "受託側" if busy is Party.SME else "委託側"
    assert (problem.index, word in problem.error.message) == (0, True)


@pytest.mark.parametrize(
    ("offers", "field"),
    [
        (OfferPlan(starts=(), minutes=30, answer_on=TODAY), "day_1"),
        (OfferPlan(starts=(at(7, 10),), minutes=25, answer_on=TODAY), "minutes"),
        (OfferPlan(starts=(at(7, 10),), minutes=30, answer_on=TODAY - timedelta(days=1)), "answer_on"),
        (OfferPlan(starts=(at(7, 10),), minutes=30, answer_on=TODAY + timedelta(days=8)), "answer_on"),
        (OfferPlan(starts=[at(7, h) for h in range(8, 15)], minutes=30, answer_on=TODAY), None),
    ],
)
def test_a_request_must_be_complete(session: Session, offers: OfferPlan, field: str | None) -> None:
    scene = make_scene(session)
    with pytest.raises(InvalidError) as refusal:
        open_meeting(session, scene.actor, scene.proposal.id, draft(offers=offers), now=NOW, site=SITE)
    assert refusal.value.field == field


def test_a_proposal_gets_one_open_meeting(session: Session) -> None:
    scene = make_scene(session)
    request(session, scene)
    with pytest.raises(ConflictError):
        request(session, scene)


def test_only_an_accepted_proposal_of_the_own_body_is_opened(session: Session) -> None:
    scene = make_scene(session)
    stranger = make_actor(session, make_body(session))
    with pytest.raises(NotFoundError):
        open_meeting(session, stranger, scene.proposal.id, draft(), now=NOW, site=SITE)
    lead = make_actor(session, scene.body, Role.LEAD)
    with pytest.raises(NotAllowedError):
        open_meeting(session, lead, scene.proposal.id, draft(), now=NOW, site=SITE)
    scene.proposal.state = ProposalState.HELD
    session.flush()
    with pytest.raises(NotFoundError):
        request(session, scene)


def test_a_contact_of_another_company_is_refused(session: Session) -> None:
    scene, other = make_scene(session), make_scene(session)
    with pytest.raises(InvalidError) as refusal:
        open_meeting(
            session,
            scene.actor,
            scene.proposal.id,
            draft(company_contact_id=other.person.id),
            now=NOW,
            site=SITE,
        )
    assert refusal.value.field == "company_contact_id"


@pytest.mark.parametrize(
    ("place", "field"),
    [
        (PlaceDraft(channel=MeetingChannel.IN_PERSON), "venue"),
        (PlaceDraft(channel=MeetingChannel.WEB, room_url="https://evil.example.jp/x"), "room_url"),
    ],
)
def test_a_place_must_be_one(session: Session, place: PlaceDraft, field: str) -> None:
    scene = make_scene(session)
    with pytest.raises(InvalidError) as refusal:
        open_meeting(session, scene.actor, scene.proposal.id, draft(place=place), now=NOW, site=SITE)
    assert refusal.value.field == field


def test_a_pasted_link_is_kept(session: Session) -> None:
    scene = make_scene(session)
    place = PlaceDraft(channel=MeetingChannel.WEB, room_url="https://us02web.zoom.us/j/123?pwd=a")
    meeting = open_meeting(
        session, scene.actor, scene.proposal.id, draft(place=place), now=NOW, site=SITE
    )
    assert (meeting.room_kind, meeting.room_url) == (RoomKind.PASTED, place.room_url)


def test_offering_again_takes_back_answers_links_and_unsent_mails(session: Session) -> None:
    scene = make_scene(session)
    meeting = request(session, scene, at(7, 10), at(8, 14))
    reply(session, scene, meeting, Party.SME, at(7, 10))
    again = offer_again(
        session,
        scene.actor,
        meeting.id,
        plan(at(8, 14), at(9, 9)),
        version=meeting.version,
        now=NOW,
        site=SITE,
    )
    assert [offer.starts_at for offer in open_offers(again)] == [at(8, 14), at(9, 9)]
    assert again.replies == []
    assert all(not offer.answers for offer in open_offers(again))
    assert [mail.to_address for mail in mails(session)] == [scene.person.email, scene.purchaser.email]


def test_offering_again_frees_a_confirmed_time_and_tells_the_calendars(session: Session) -> None:
    scene = make_scene(session)
    meeting = confirm(session, scene, at(7, 10))
    again = offer_again(
        session, scene.actor, meeting.id, plan(at(9, 9)), version=meeting.version, now=NOW, site=SITE
    )
    assert cells(session) == set()
    assert (again.state, again.calendar_sequence) == (MeetingState.ASKED, 1)
    assert [mail.calendar_method for mail in mails(session)] == ["CANCEL", "CANCEL"]


def test_offering_again_needs_the_latest_version_and_an_open_meeting(session: Session) -> None:
    scene = make_scene(session)
    meeting = request(session, scene)
    version = meeting.version
    reply(session, scene, meeting, Party.SME, at(7, 10))
    with pytest.raises(StaleVersionError):
        offer_again(session, scene.actor, meeting.id, plan(), version=version, now=NOW, site=SITE)
    meeting.state = MeetingState.DECLINED
    session.flush()
    with pytest.raises(ConflictError):
        preview_offer_again(session, scene.actor, meeting.id, plan(), now=NOW)


def test_a_carried_over_meeting_is_offered_again_and_keeps_its_entry(session: Session) -> None:
    scene = make_scene(session)
    meeting = confirm(session, scene, at(7, 10))
    uid = meeting.calendar_uid
    day = DayRecord(result=MeetingState.CARRIED_OVER, reason="発注側の都合")
    record_day(session, scene.actor, meeting.id, day, version=meeting.version, now=NOW)
    offer_again(
        session, scene.actor, meeting.id, plan(at(9, 9)), version=meeting.version, now=NOW, site=SITE
    )
    reply(session, scene, meeting, Party.SME, at(9, 9))
    reply(session, scene, meeting, Party.BUYER, at(9, 9))
    assert (meeting.state, meeting.calendar_uid) == (MeetingState.CONFIRMED, uid)
    # Sent first, taken out when it was put off, and sent again.
    assert meeting.calendar_sequence == 2


def test_without_a_choice_the_main_contact_with_a_mail_is_written_to(session: Session) -> None:
    scene = make_scene(session)
    scene.person.email = ""
    session.add(
        Contact(
            company_id=scene.company.id,
            name="次の人",
            email="next@example.jp",
            created_at=NOW,
            updated_at=NOW,
        )
    )
    session.flush()
    session.expire_all()
    request(session, scene)
    assert mails(session)[0].to_address == "next@example.jp"
