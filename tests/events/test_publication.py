"""Publishing: what stops it, whom it tells, and that it is all or nothing."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sme_match.core.errors import ConflictError, InvalidError
from sme_match.db.session import Database
from sme_match.events.enums import BuyerAnswer, EventState
from sme_match.events.models import Event, Placement, UnavailableSlot
from sme_match.events.queries import get_event
from sme_match.events.queries.timetable import load_timetable
from sme_match.events.services.cancelling import cancel_event
from sme_match.events.services.publication import check_publication, preview_mails, publish
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import BookingCell, Meeting
from sme_match.meetings.services.changing import cancel_meeting
from sme_match.meetings.services.opening import offer_again
from sme_match.notifications.models import OutboxMail
from tests.client import Client
from tests.conftest import NOW
from tests.events.scenes import EventScene, make_event, make_placement
from tests.meetings.scenes import SITE, at, mails, plan


def ready(session: Session) -> EventScene:
    scene = make_event(session)
    for sme in range(2):
        make_placement(session, scene.pair(0, sme), scene.slots[sme])
    return scene


def go_public(session: Session, scene: EventScene, revision: int = 0) -> int:
    return publish(session, scene.actor, scene.event.id, revision=revision, now=NOW, site=SITE)


def test_each_participant_gets_one_mail_with_all_its_meetings(session: Session) -> None:
    scene = ready(session)
    event = get_event(session, scene.actor, scene.event.id, now=NOW)
    session.refresh(event, ["body"])
    expected = preview_mails(session, scene.actor, event, site=SITE)
    assert go_public(session, scene) == 2
    sent = mails(session)
    assert [mail.to_address for mail in sent] == [letter.to_address for letter in expected]
    to_buyer = sent[0]
    assert to_buyer.calendar_method == "PUBLISH"
    calendar = to_buyer.calendar or ""
    assert calendar.count("BEGIN:VEVENT") == 2
    for meeting in session.scalars(select(Meeting)):
        assert meeting.calendar_uid in calendar
        assert meeting.room_url in to_buyer.text
    assert all((mail.calendar or "").count("BEGIN:VEVENT") == 1 for mail in sent[1:])


def test_a_participant_without_a_chosen_person_is_written_to_at_its_main_contact(
    session: Session,
) -> None:
    scene = ready(session)
    for participant in (*scene.buyers, *scene.smes):
        participant.contact_id = None
    session.flush()
    go_public(session, scene)
    assert len(mails(session)) == 3
    assert all(mail.to_address for mail in mails(session))


def test_publishing_holds_the_time_and_ties_each_placement_to_its_meeting(session: Session) -> None:
    scene = ready(session)
    go_public(session, scene)
    tied = session.scalars(select(Placement.meeting_id)).all()
    assert set(tied) == set(session.scalars(select(Meeting.id)))
    assert session.scalar(select(func.count()).select_from(BookingCell)) == 2 * 2 * 4
    assert session.get_one(Event, scene.event.id).state is EventState.PUBLISHED
    with pytest.raises(ConflictError, match="もう公開"):
        go_public(session, scene, 1)


def test_a_conflict_an_empty_timetable_or_an_unseen_change_stops_it(session: Session) -> None:
    scene = make_event(session)
    with pytest.raises(InvalidError, match="割り当てた商談がありません"):
        go_public(session, scene)
    make_placement(session, scene.pair(0, 0), scene.slots[0])
    with pytest.raises(ConflictError, match="ほかの人"):
        go_public(session, scene, 7)
    session.add(UnavailableSlot(participant_id=scene.smes[0].id, slot_id=scene.slots[0].id))
    session.flush()
    with pytest.raises(InvalidError, match="重なりが1件"):
        go_public(session, scene)
    assert session.scalars(select(Meeting)).all() == []


def test_the_checks_name_what_needs_a_decision(session: Session) -> None:
    scene = ready(session)
    scene.pair(0, 0).answer = None
    scene.pair(1, 0).answer = BuyerAnswer.MUST
    session.flush()
    checks = check_publication(load_timetable(session, scene.event))
    assert checks.faults == []
    assert (len(checks.unanswered), len(checks.without), len(checks.musts)) == (1, 1, 1)


def test_the_page_shows_every_mail_before_the_button(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        scene = ready(session)
    client.sign_in(scene.coordinator.id)
    address = f"/events/{scene.event.id}/publish"
    page = client.get(address).text
    assert page.count('class="mail"') == 3
    assert "公開して3社にメールを送る" in page
    assert client.post(address, {"revision": "5"}).status_code == 409
    assert client.post(address, {"revision": "0"}).status_code == 302
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(OutboxMail)) == 3
    assert "もう公開されています" in client.get(address).text


def test_the_mail_brings_each_participant_to_its_own_page(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        go_public(session, ready(session))
    with database.unit_of_work() as session:
        links = [mail.text.partition("/attend/")[2].split()[0] for mail in mails(session)]
    assert len(set(links)) == 3
    for link in links:
        page = client.get(f"/attend/{link}")
        assert page.status_code == 200
        assert "この時間割で参加する" in page.text


def test_a_published_event_that_is_called_off_gives_all_times_back(session: Session) -> None:
    scene = ready(session)
    go_public(session, scene)
    version = session.get_one(Event, scene.event.id).version
    cancel_event(session, scene.actor, scene.event.id, reason="大雪のため", version=version, now=NOW)
    states = session.scalars(select(Meeting.state)).all()
    assert set(states) == {MeetingState.CANCELLED}
    assert session.scalars(select(BookingCell)).all() == []
    assert any(mail.calendar_method == "CANCEL" for mail in mails(session))


def test_no_other_times_are_offered_for_a_meeting_of_an_event(session: Session) -> None:
    scene = ready(session)
    go_public(session, scene)
    meeting = session.scalars(select(Meeting).order_by(Meeting.id)).first()
    assert meeting is not None
    with pytest.raises(ConflictError, match="時間割"):
        offer_again(
            session,
            scene.actor,
            meeting.id,
            plan(at(7, 15)),
            version=meeting.version,
            now=NOW,
            site=SITE,
        )


def test_a_meeting_that_was_put_off_is_arranged_by_itself_from_then_on(session: Session) -> None:
    scene = ready(session)
    go_public(session, scene)
    meeting = session.scalars(select(Meeting).order_by(Meeting.id)).first()
    assert meeting is not None
    meeting.state = MeetingState.CARRIED_OVER
    session.flush()
    for hour in (15, 16):
        offer_again(
            session, scene.actor, meeting.id, plan(at(7, hour)),
            version=meeting.version, now=NOW, site=SITE,
        )  # fmt: skip
        assert meeting.state is MeetingState.ASKED
    cancel_meeting(
        session, scene.actor, meeting.id, reason="都合が合わない", version=meeting.version, now=NOW
    )
    assert meeting.state is MeetingState.CANCELLED
