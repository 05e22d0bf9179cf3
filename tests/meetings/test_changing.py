"""What the coordinator does with a meeting that stands, and what both sides learn of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.accounts.models import SignedLink
from sme_match.audit.models import AuditEntry
from sme_match.core.actor import Role
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError, StaleVersionError
from sme_match.meetings.enums import AbsentSide, MeetingChannel, MeetingState, RoomKind
from sme_match.meetings.errors import PastMeetingError
from sme_match.meetings.models import Meeting
from sme_match.meetings.services.changing import (
    DayRecord,
    cancel_meeting,
    change_place,
    move_meeting,
    record_day,
)
from sme_match.meetings.services.opening import PlaceDraft, offer_again
from sme_match.meetings.services.reminding import remind
from sme_match.meetings.slots import cells_of
from tests.conftest import NOW
from tests.factories import make_actor
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
    request,
)

S = MeetingState


def move(session: Session, scene: Scene, meeting: Meeting, to: datetime, **values: Any) -> Meeting:
    given: dict[str, Any] = {"minutes": 30, "version": meeting.version, "now": NOW} | values
    return move_meeting(session, scene.actor, meeting.id, starts_at=to, site=SITE, **given)


def record(session: Session, scene: Scene, meeting: Meeting, day: DayRecord, now: datetime) -> Meeting:
    return record_day(session, scene.actor, meeting.id, day, version=meeting.version, now=now)


def test_moving_replaces_the_cells_and_updates_the_same_entry(session: Session) -> None:
    scene = make_scene(session)
    meeting = confirm(session, scene, at(7, 10))
    move(session, scene, meeting, at(7, 10, 15), minutes=45)
    held = cells_of(at(7, 10, 15), at(7, 11))
    assert cells(session) == {
        (company.id, cell, meeting.id) for company in (scene.company, scene.buyer) for cell in held
    }
    sent = mails(session)
    assert [mail.to_address for mail in sent] == [scene.person.email, scene.purchaser.email]
    method, event = entry_of(sent[0].calendar)
    assert (method, event["uid"], event["sequence"]) == ("REQUEST", meeting.calendar_uid, 1)
    assert event["dtstart"].dt == at(7, 10, 15)
    assert "変更前：2026年11月27日（金）10:00–10:30" in sent[0].text


def test_a_move_onto_another_meeting_is_refused_and_changes_nothing(session: Session) -> None:
    scene = make_scene(session)
    meeting = confirm(session, scene, at(7, 10))
    other = make_scene(session, body=scene.body, company=scene.company)
    confirm(session, other, at(8, 14))
    before = cells(session)
    with pytest.raises(InvalidError) as refusal:
        move(session, scene, meeting, at(8, 14, 15))
    assert refusal.value.field == "day"
    assert (meeting.starts_at, cells(session)) == (at(7, 10), before)


@pytest.mark.parametrize(
    ("to", "values"),
    [(at(-1, 10), {}), (at(7, 10), {}), (at(8, 10, 7), {}), (at(8, 10), {"minutes": 90})],
)
def test_a_move_needs_another_time_that_can_be(
    session: Session, to: datetime, values: dict[str, Any]
) -> None:
    scene = make_scene(session)
    meeting = confirm(session, scene, at(7, 10))
    with pytest.raises(InvalidError):
        move(session, scene, meeting, to, **values)


def test_a_request_is_not_moved(session: Session) -> None:
    scene = make_scene(session)
    with pytest.raises(ConflictError):
        move(session, scene, request(session, scene), at(9, 10))


def test_two_coordinators_do_not_overwrite_each_other(session: Session) -> None:
    scene = make_scene(session)
    meeting = confirm(session, scene, at(7, 10))
    seen = meeting.version
    move(session, scene, meeting, at(8, 10))
    with pytest.raises(StaleVersionError):
        move(session, scene, meeting, at(9, 10), version=seen)
    assert meeting.starts_at == at(8, 10)


def test_a_lead_arranges_nothing(session: Session) -> None:
    scene = make_scene(session)
    meeting = confirm(session, scene, at(7, 10))
    lead = make_actor(session, scene.body, Role.LEAD)
    with pytest.raises(NotAllowedError):
        cancel_meeting(session, lead, meeting.id, reason="x", version=meeting.version, now=NOW)


def test_another_channel_keeps_time_and_entry(session: Session) -> None:
    scene = make_scene(session)
    meeting = confirm(session, scene, at(7, 10))
    place = PlaceDraft(channel=MeetingChannel.PHONE, venue="発注側から 019-000-0001 へ")
    change_place(session, scene.actor, meeting.id, place, version=meeting.version, now=NOW, site=SITE)
    assert (meeting.room_url, meeting.room_kind, meeting.starts_at) == ("", None, at(7, 10))
    method, event = entry_of(mails(session)[0].calendar)
    assert (method, event["sequence"], event["location"]) == ("REQUEST", 1, place.venue)
    back = PlaceDraft(channel=MeetingChannel.WEB)
    change_place(session, scene.actor, meeting.id, back, version=meeting.version, now=NOW, site=SITE)
    assert meeting.room_kind is RoomKind.GENERATED
    assert meeting.room_url.startswith("https://meet.example.jp/")


def test_a_pasted_link_goes_to_both_sides(session: Session) -> None:
    scene = make_scene(session)
    meeting = confirm(session, scene, at(7, 10))
    link = "https://teams.microsoft.com/l/meetup-join/abc"
    place = PlaceDraft(channel=MeetingChannel.WEB, room_url=link)
    change_place(session, scene.actor, meeting.id, place, version=meeting.version, now=NOW, site=SITE)
    assert [link in mail.text for mail in mails(session)] == [True, True]


def test_cancelling_frees_the_time_and_takes_the_entry_out(session: Session) -> None:
    scene = make_scene(session)
    meeting = confirm(session, scene, at(7, 10))
    remind(session, meeting.id, now=at(4, 9), site=SITE)
    cancel_meeting(
        session,
        scene.actor,
        meeting.id,
        reason="発注がなくなった",
        version=meeting.version,
        now=at(4, 10),
    )
    assert (meeting.state, cells(session)) == (S.CANCELLED, set())
    sent = mails(session)
    assert [mail.calendar_method for mail in sent] == ["CANCEL", "CANCEL"]
    method, event = entry_of(sent[0].calendar)
    assert (method, event["uid"], event["sequence"]) == ("CANCEL", meeting.calendar_uid, 1)
    assert "発注がなくなった" in sent[0].text


def test_cancelling_a_request_closes_its_links(session: Session) -> None:
    scene = make_scene(session)
    meeting = request(session, scene)
    cancel_meeting(session, scene.actor, meeting.id, reason="見送り", version=meeting.version, now=NOW)
    revoked = session.scalars(select(SignedLink.revoked_at)).all()
    assert revoked == [NOW, NOW]
    assert [mail.calendar for mail in mails(session)] == [None, None]


def test_cancelling_needs_a_reason_and_happens_once(session: Session) -> None:
    scene = make_scene(session)
    meeting = confirm(session, scene, at(7, 10))
    with pytest.raises(InvalidError):
        cancel_meeting(session, scene.actor, meeting.id, reason="", version=meeting.version, now=NOW)
    cancel_meeting(session, scene.actor, meeting.id, reason="a", version=meeting.version, now=NOW)
    with pytest.raises(ConflictError):
        cancel_meeting(session, scene.actor, meeting.id, reason="b", version=meeting.version, now=NOW)


@pytest.mark.parametrize(
    "day",
    [
        DayRecord(result=S.HELD),
        DayRecord(result=S.ABSENT, absent_side=AbsentSide.BUYER, absence_told=True),
        DayRecord(result=S.BROKEN_OFF, reason="通信が切れた"),
        DayRecord(result=S.CARRIED_OVER, reason="時間が足りない"),
    ],
)
def test_the_day_is_recorded_once_it_has_begun(session: Session, day: DayRecord) -> None:
    scene = make_scene(session)
    meeting = confirm(session, scene, at(7, 10))
    record(session, scene, meeting, day, at(7, 10))
    assert (meeting.state, meeting.absent_side, meeting.reason) == (
        day.result,
        day.absent_side,
        day.reason,
    )
    assert cells(session) == set()
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert entry.action == f"meeting.{day.result}"


def test_before_it_begins_a_meeting_can_only_be_carried_over(session: Session) -> None:
    scene = make_scene(session)
    meeting = confirm(session, scene, at(7, 10))
    with pytest.raises(ConflictError):
        record(session, scene, meeting, DayRecord(result=S.HELD), at(7, 10) - timedelta(seconds=1))
    put_off = DayRecord(result=S.CARRIED_OVER, reason="台風")
    record(session, scene, meeting, put_off, at(7, 9))
    assert [mail.calendar_method for mail in mails(session)] == ["CANCEL", "CANCEL"]


@pytest.mark.parametrize(
    ("day", "field"),
    [
        (DayRecord(result=S.ABSENT), "absent_side"),
        (DayRecord(result=S.BROKEN_OFF), "reason"),
        (DayRecord(result=S.CARRIED_OVER), "reason"),
        (DayRecord(result=S.CANCELLED), "result"),
    ],
)
def test_what_happened_must_be_said(session: Session, day: DayRecord, field: str) -> None:
    scene = make_scene(session)
    meeting = confirm(session, scene, at(7, 10))
    with pytest.raises(InvalidError) as refusal:
        record(session, scene, meeting, day, at(7, 11))
    assert refusal.value.field == field


def test_a_wrong_record_is_put_right(session: Session) -> None:
    scene = make_scene(session)
    meeting = confirm(session, scene, at(7, 10))
    record(session, scene, meeting, DayRecord(result=S.ABSENT, absent_side=AbsentSide.SME), at(7, 11))
    record(session, scene, meeting, DayRecord(result=S.HELD), at(7, 12))
    assert (meeting.state, meeting.absent_side, meeting.absence_told) == (S.HELD, None, None)


def test_an_unchanged_place_is_refused_and_nobody_is_told(session: Session) -> None:
    scene = make_scene(session)
    meeting = confirm(session, scene, at(7, 10))
    told, room = len(mails(session)), meeting.room_url
    same = PlaceDraft(channel=MeetingChannel.WEB)
    with pytest.raises(InvalidError):
        change_place(
            session, scene.actor, meeting.id, same, version=meeting.version, now=NOW, site=SITE
        )
    assert (len(mails(session)), meeting.room_url) == (told, room)


def test_a_meeting_whose_time_is_past_is_neither_moved_nor_called_off(session: Session) -> None:
    scene = make_scene(session)
    meeting = confirm(session, scene, at(7, 10))
    phone = PlaceDraft(channel=MeetingChannel.PHONE)
    version, over = meeting.version, at(7, 10, 30)
    acts: tuple[Callable[[], Meeting], ...] = (
        lambda: move(session, scene, meeting, at(9, 10), now=over),
        lambda: change_place(
            session, scene.actor, meeting.id, phone, version=version, now=over, site=SITE
        ),
        lambda: cancel_meeting(
            session, scene.actor, meeting.id, reason="誤り", version=version, now=over
        ),
        lambda: offer_again(
            session, scene.actor, meeting.id, plan(at(9, 10)), version=version, now=over, site=SITE
        ),
    )
    for act in acts:
        with pytest.raises(PastMeetingError, match="実施・欠席などを記録する"):
            act()
    record(session, scene, meeting, DayRecord(result=S.CARRIED_OVER, reason="台風"), over)
    offer_again(
        session, scene.actor, meeting.id, plan(at(12, 10)), version=meeting.version, now=NOW, site=SITE
    )
    assert meeting.state is S.ASKED
