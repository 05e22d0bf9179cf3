"""What happens by itself: reminders to both sides, and requests that run out of time."""

from datetime import timedelta

from sqlalchemy import select

from sme_match.accounts.models import SignedLink
from sme_match.audit.models import AuditEntry
from sme_match.db.session import Database
from sme_match.meetings.enums import MeetingState, Party
from sme_match.meetings.models import Meeting
from sme_match.meetings.services.changing import cancel_meeting, move_meeting
from sme_match.meetings.tasks import expire_requests, send_reminders
from sme_match.notifications.models import OutboxMail
from tests.conftest import NOW
from tests.meetings.scenes import SITE, at, confirm, mails, make_scene, reply, request

BASE = "https://match.example.jp"


def reminders(database: Database) -> list[str]:
    with database.reading() as session:
        found = session.scalars(select(OutboxMail).order_by(OutboxMail.id)).all()
    return [mail.key.split(":", 2)[2] for mail in found if "reminder" in mail.key and not mail.void_at]


def test_both_sides_are_reminded_three_times(database: Database) -> None:
    with database.unit_of_work() as session:
        confirm(session, make_scene(session), at(7, 10))
    counts = [
        send_reminders(database, now=now, base_url=BASE)
        for now in (at(4, 8, 59), at(4, 9), at(5, 9), at(6, 9), at(7, 9, 44), at(7, 9, 45), at(7, 10))
    ]
    assert counts == [0, 2, 0, 2, 0, 2, 0]
    assert reminders(database) == [
        f"0:reminder-{kind}:{party}" for kind in ("3d", "1d", "15m") for party in ("sme", "buyer")
    ]


def test_a_reminder_names_time_room_and_the_desk(database: Database) -> None:
    with database.unit_of_work() as session:
        scene = make_scene(session)
        meeting = confirm(session, scene, at(7, 10))
    send_reminders(database, now=at(6, 9), base_url=BASE)
    with database.reading() as session:
        mail = mails(session, about="0:reminder-1d")[0]
    assert "2026年11月27日（金）10:00–10:30 日本時間（JST, UTC+9）" in mail.text
    assert meeting.room_url in mail.text
    assert scene.body.phone in mail.text
    assert f"{BASE}/meetings/connection-test" in mail.text
    assert (mail.useful_until, mail.to_address) == (at(7, 10), scene.person.email)


def test_a_cancelled_meeting_is_not_reminded_of(database: Database) -> None:
    with database.unit_of_work() as session:
        scene = make_scene(session)
        meeting = confirm(session, scene, at(7, 10))
    send_reminders(database, now=at(4, 9), base_url=BASE)
    with database.unit_of_work() as session:
        cancel_meeting(
            session, scene.actor, meeting.id, reason="中止", version=meeting.version, now=at(4, 10)
        )
    assert send_reminders(database, now=at(6, 9), base_url=BASE) == 0
    assert reminders(database) == []


def test_a_moved_meeting_is_reminded_of_at_its_new_time_only(database: Database) -> None:
    with database.unit_of_work() as session:
        scene = make_scene(session)
        meeting = confirm(session, scene, at(7, 10))
        move_meeting(
            session, scene.actor, meeting.id, starts_at=at(9, 14), minutes=30,
            version=meeting.version, now=NOW, site=SITE,
        )  # fmt: skip
    assert send_reminders(database, now=at(4, 9), base_url=BASE) == 0
    assert send_reminders(database, now=at(6, 9), base_url=BASE) == 2
    assert reminders(database) == ["1:reminder-3d:sme", "1:reminder-3d:buyer"]


def test_a_request_expires_on_its_day_and_both_sides_are_told(database: Database) -> None:
    with database.unit_of_work() as session:
        scene = make_scene(session)
        meeting = request(session, scene)
        reply(session, scene, meeting, Party.SME, at(7, 10))
    assert meeting.answer_by is not None
    assert expire_requests(database, now=meeting.answer_by - timedelta(seconds=1)) == 0
    assert expire_requests(database, now=meeting.answer_by) == 1
    assert expire_requests(database, now=meeting.answer_by) == 0
    with database.reading() as session:
        stored = session.scalars(select(Meeting)).one()
        assert (stored.state, stored.expired_at) == (MeetingState.ASKED, meeting.answer_by)
        sent = mails(session, about="0:expiry")
        assert [mail.to_address for mail in sent] == [scene.person.email, scene.purchaser.email]
        assert "期限までにお返事がそろわなかったため" in sent[0].text
        assert None not in session.scalars(select(SignedLink.revoked_at)).all()
        assert "meeting.expire" in session.scalars(select(AuditEntry.action)).all()


def test_a_request_that_both_answered_expires_without_a_mail(database: Database) -> None:
    with database.unit_of_work() as session:
        scene = make_scene(session)
        meeting = request(session, scene)
        reply(session, scene, meeting, Party.SME, at(7, 10))
        reply(session, scene, meeting, Party.BUYER, at(8, 14))
    assert meeting.answer_by is not None
    assert expire_requests(database, now=meeting.answer_by) == 1
    with database.reading() as session:
        assert mails(session, about="0:expiry") == []
