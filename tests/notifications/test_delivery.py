"""The outbox is delivered through a real SMTP conversation: once, patiently, and never lost."""

import smtplib
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_match.core.settings import SMTPSettings
from sme_match.db.session import Database
from sme_match.notifications import delivery
from sme_match.notifications.delivery import DeliveryReport, deliver_due, retry_delay
from sme_match.notifications.models import OutboxMail
from sme_match.notifications.services import void_mails
from sme_match.notifications.smtp import Trouble, describe, trouble_of
from tests.conftest import NOW
from tests.notifications.conftest import Clock, Postbox, put, stored

SENDER = "中小企業マッチング <no-reply@sme-match.example.jp>"


def run(
    database: Database, smtp: SMTPSettings, clock: Clock, *, owner: str = "one", limit: int = 50
) -> DeliveryReport:
    return deliver_due(database, smtp, SENDER, owner=owner, now_of=clock, limit=limit)


@pytest.fixture
def dead_server() -> Iterator[SMTPSettings]:
    # Bound but not listening: the port stays ours and refuses every connection.
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        yield SMTPSettings(host="127.0.0.1", port=port, starttls=False, timeout_seconds=2)


def test_an_empty_outbox_opens_no_connection(
    database: Database, dead_server: SMTPSettings, clock: Clock
) -> None:
    assert run(database, dead_server, clock) == DeliveryReport()


def test_due_mails_go_out_once_and_in_order(
    database: Database, smtp: SMTPSettings, postbox: Postbox, clock: Clock
) -> None:
    put(database, "second", subject="二", send_at=NOW - timedelta(minutes=1))
    put(database, "first", subject="一", send_at=NOW - timedelta(minutes=2))
    put(database, "tomorrow", subject="明日", send_at=NOW + timedelta(days=1))

    assert run(database, smtp, clock) == DeliveryReport(sent=2)
    assert run(database, smtp, clock) == DeliveryReport()

    assert [message["Subject"] for message in postbox.messages] == ["一", "二"]
    mail = stored(database, "first")
    assert (mail.sent_at, mail.attempts, mail.lease_owner, mail.last_error) == (NOW, 1, None, "")


def test_what_arrives_is_what_was_queued(
    database: Database, smtp: SMTPSettings, postbox: Postbox, clock: Clock
) -> None:
    text = "株式会社みやぎ精密\n山田様\n\n商談の日時が決まりました。①②③ ～ ㈱ 髙\n"
    put(database, "k", to_name='山田, "花子"', text=text, reply_to="desk@example.jp")

    run(database, smtp, clock)

    (message,) = postbox.messages
    (envelope,) = postbox.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == (
        "no-reply@sme-match.example.jp",
        ["hanako@example.jp"],
    )
    (to,) = message["To"].addresses
    assert (to.display_name, to.addr_spec) == ('山田, "花子"', "hanako@example.jp")
    assert message["From"].addresses[0].display_name == "中小企業マッチング"
    assert message["Reply-To"] == "desk@example.jp"
    assert message["Subject"] == "商談のご案内"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime.isoformat() == "2026-11-20T10:00:00+09:00"
    expected_id = f"<{stored(database, 'k').message_id}@sme-match.example.jp>"
    assert message["Message-ID"] == expected_id
    assert message.get_content_type() == "text/plain"
    assert message.get_content() == text.replace("\n", "\r\n")
    assert postbox.contents()[0].isascii()


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_an_invitation_is_an_alternative_and_a_file(
    database: Database, smtp: SMTPSettings, postbox: Postbox, clock: Clock, method: str
) -> None:
    calendar = "BEGIN:VCALENDAR\r\nSUMMARY:商談\r\nEND:VCALENDAR\r\n"
    put(database, "k", calendar=calendar, calendar_method=method)

    run(database, smtp, clock)

    (message,) = postbox.messages
    shapes = [part.get_content_type() for part in message.walk()]
    assert shapes == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/calendar",
        "application/ics",
    ]
    invitation, attachment = list(message.walk())[3:]
    assert invitation["Content-Type"].params == {"charset": "utf-8", "method": method}
    assert invitation.get_content() == calendar
    assert (attachment.get_filename(), attachment.get_content()) == (
        "invite.ics",
        calendar.encode(),
    )


def test_a_voided_mail_is_not_sent(
    database: Database, smtp: SMTPSettings, postbox: Postbox, clock: Clock
) -> None:
    put(database, "meeting:1:reminder")
    with database.unit_of_work() as session:
        void_mails(session, key_prefix="meeting:1:", now=NOW)

    assert run(database, smtp, clock) == DeliveryReport()
    assert postbox.messages == []


def test_a_mail_that_came_too_late_is_voided(
    database: Database, smtp: SMTPSettings, postbox: Postbox, clock: Clock
) -> None:
    put(database, "late", useful_until=NOW)
    put(database, "just in time", useful_until=NOW + timedelta(seconds=1))

    assert run(database, smtp, clock) == DeliveryReport(sent=1)

    assert stored(database, "late").void_at == NOW
    assert stored(database, "just in time").sent_at == NOW


def test_a_temporary_refusal_is_tried_again_with_the_same_message_id(
    database: Database, smtp: SMTPSettings, postbox: Postbox, clock: Clock
) -> None:
    put(database, "k")
    postbox.data_answers = ["451 4.7.1 Greylisted, 後で"]

    assert run(database, smtp, clock) == DeliveryReport(retried=1)
    mail = stored(database, "k")
    assert mail.last_error.startswith("451 4.7.1 Greylisted")
    assert NOW + timedelta(seconds=48) <= mail.next_attempt_at <= NOW + timedelta(seconds=72)
    assert run(database, smtp, clock) == DeliveryReport()

    clock.advance(timedelta(seconds=72))
    assert run(database, smtp, clock) == DeliveryReport(sent=1)
    mail = stored(database, "k")
    assert (mail.attempts, mail.last_error) == (2, "")
    (message,) = postbox.messages
    assert message["Message-ID"] == f"<{mail.message_id}@sme-match.example.jp>"


def test_a_refused_recipient_does_not_hold_up_the_others(
    database: Database, smtp: SMTPSettings, postbox: Postbox, clock: Clock
) -> None:
    put(database, "gone", send_at=NOW - timedelta(minutes=2))
    put(database, "slow", send_at=NOW - timedelta(minutes=1))
    put(database, "fine", to_address="taro@example.jp")
    postbox.recipient_answers = ["550 5.1.1 No such user", "450 4.2.0 Busy"]

    assert run(database, smtp, clock) == DeliveryReport(sent=1, retried=1, dead=1)

    gone = stored(database, "gone")
    assert (gone.dead_at, gone.sent_at, gone.last_error) == (NOW, None, "550 5.1.1 No such user")
    assert stored(database, "slow").last_error == "450 4.2.0 Busy"
    assert [envelope.rcpt_tos for envelope in postbox.envelopes] == [["taro@example.jp"]]
    clock.advance(timedelta(days=1))
    assert run(database, smtp, clock) == DeliveryReport(sent=1)
    assert stored(database, "gone").attempts == 1


def test_a_message_refused_for_good_is_dead(
    database: Database, smtp: SMTPSettings, postbox: Postbox, clock: Clock
) -> None:
    put(database, "k")
    postbox.data_answers = ["554 5.7.1 Rejected"]

    assert run(database, smtp, clock) == DeliveryReport(dead=1)


def test_a_mail_put_off_too_often_is_given_up(
    database: Database, smtp: SMTPSettings, postbox: Postbox, clock: Clock
) -> None:
    put(database, "k")
    postbox.data_answers = ["451 later"] * delivery.MOST_ATTEMPTS
    reports = []

    for _ in range(delivery.MOST_ATTEMPTS):
        reports.append(run(database, smtp, clock))
        clock.advance(2 * delivery.LONGEST_DELAY)

    assert reports[:-1] == [DeliveryReport(retried=1)] * (delivery.MOST_ATTEMPTS - 1)
    assert reports[-1] == DeliveryReport(dead=1)
    assert run(database, smtp, clock) == DeliveryReport()


def test_a_server_that_is_down_loses_nothing(
    database: Database,
    smtp: SMTPSettings,
    dead_server: SMTPSettings,
    postbox: Postbox,
    clock: Clock,
) -> None:
    keys = ["a", "b", "c"]
    for key in keys:
        put(database, key, subject=key)

    # More runs than a mail has attempts: an outage gives up no mail.
    for _ in range(4 * delivery.MOST_ATTEMPTS):
        assert run(database, dead_server, clock) == DeliveryReport(retried=1)
        clock.advance(delivery.LONGEST_DELAY)

    assert run(database, smtp, clock) == DeliveryReport(sent=3)
    assert sorted(message["Subject"] for message in postbox.messages) == keys


def test_a_server_that_is_down_ends_the_run_after_one_mail(
    database: Database, dead_server: SMTPSettings, clock: Clock
) -> None:
    for key in ("a", "b", "c"):
        put(database, key)

    assert run(database, dead_server, clock) == DeliveryReport(retried=1)

    assert [stored(database, key).attempts for key in ("a", "b", "c")] == [1, 0, 0]
    assert stored(database, "a").last_error.startswith("ConnectionRefusedError")


def test_a_server_without_the_encryption_we_ask_for_gets_no_mail(
    database: Database, smtp: SMTPSettings, postbox: Postbox, clock: Clock
) -> None:
    put(database, "k")
    strict = SMTPSettings(host=smtp.host, port=smtp.port, starttls=True, timeout_seconds=5)

    assert run(database, strict, clock) == DeliveryReport(retried=1)

    assert postbox.envelopes == []
    assert stored(database, "k").dead_at is None


def test_a_mail_held_by_another_sender_is_left_alone_until_the_lease_ends(
    database: Database, smtp: SMTPSettings, postbox: Postbox, clock: Clock
) -> None:
    put(database, "k")
    with database.unit_of_work() as session:
        mail = session.query(OutboxMail).one()
        mail.lease_owner, mail.lease_until = "killed", NOW + timedelta(minutes=1)

    assert run(database, smtp, clock) == DeliveryReport()
    clock.advance(timedelta(minutes=1))
    assert run(database, smtp, clock) == DeliveryReport(sent=1)


def test_the_lease_outlasts_a_server_that_uses_every_timeout(
    database: Database, smtp: SMTPSettings, postbox: Postbox, clock: Clock
) -> None:
    put(database, "k")
    leases: list[datetime | None] = []
    postbox.before_answer = lambda: leases.append(stored(database, "k").lease_until)

    run(database, smtp, clock)

    assert leases == [NOW + timedelta(seconds=80)]


def test_a_sender_that_lost_its_lease_marks_nothing(
    database: Database, smtp: SMTPSettings, postbox: Postbox, clock: Clock
) -> None:
    put(database, "k")

    def take_over() -> None:
        with database.unit_of_work() as session:
            mail = session.query(OutboxMail).one()
            mail.lease_owner, mail.lease_until = "two", NOW + timedelta(hours=1)

    postbox.before_answer = take_over

    assert run(database, smtp, clock) == DeliveryReport()
    mail = stored(database, "k")
    assert (mail.lease_owner, mail.sent_at) == ("two", None)


def test_several_senders_share_the_work_and_send_each_mail_once(
    database: Database, smtp: SMTPSettings, postbox: Postbox, clock: Clock
) -> None:
    subjects = [str(number) for number in range(24)]
    for subject in subjects:
        put(database, subject, subject=subject)

    with ThreadPoolExecutor(4) as pool:
        owners = ["one", "two", "three", "four"]
        reports = pool.map(lambda owner: run(database, smtp, clock, owner=owner), owners)

    assert sum(report.sent for report in reports) == 24
    assert sorted(str(message["Subject"]) for message in postbox.messages) == sorted(subjects)


def test_the_limit_bounds_one_run(
    database: Database, smtp: SMTPSettings, postbox: Postbox, clock: Clock
) -> None:
    for number in range(5):
        put(database, str(number))

    reports = [run(database, smtp, clock, limit=2) for _ in range(3)]

    assert [report.sent for report in reports] == [2, 2, 1]
    assert len(postbox.envelopes) == 5


def test_a_mail_that_cannot_be_written_does_not_stop_the_others(
    database: Database, smtp: SMTPSettings, postbox: Postbox, clock: Clock
) -> None:
    put(database, "broken", send_at=NOW - timedelta(minutes=1))
    put(database, "fine")
    with database.unit_of_work() as session:
        session.query(OutboxMail).filter_by(key="broken").one().to_address = "a@b.jp\r\nBcc: c@d.jp"

    assert run(database, smtp, clock) == DeliveryReport(sent=1, dead=1)
    assert stored(database, "broken").dead_at == NOW


def test_a_wrong_sender_address_is_told_before_anything_is_claimed(
    database: Database, smtp: SMTPSettings, clock: Clock
) -> None:
    put(database, "k")

    with pytest.raises(ValueError, match="sender"):
        deliver_due(database, smtp, "", owner="one", now_of=clock)

    assert stored(database, "k").attempts == 0


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_the_delay_grows_up_to_its_bound(attempts: int, fraction: float) -> None:
    longest = timedelta(hours=1)

    delay = retry_delay(attempts, longest=longest, fraction=fraction)

    assert timedelta(seconds=48) <= delay <= longest * 1.2
    assert delay <= retry_delay(attempts + 1, longest=longest, fraction=fraction)


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b.jp": (550, b"no")}), Trouble.PERMANENT),
        (smtplib.SMTPRecipientsRefused({"a@b.jp": (450, b"no")}), Trouble.TEMPORARY),
        (smtplib.SMTPDataError(554, b"no"), Trouble.PERMANENT),
        (smtplib.SMTPDataError(452, b"full"), Trouble.TEMPORARY),
        (smtplib.SMTPSenderRefused(530, b"sign in", "a@b.jp"), Trouble.TEMPORARY),
        (smtplib.SMTPAuthenticationError(535, b"wrong password"), Trouble.SERVER),
        (smtplib.SMTPConnectError(554, b"no service"), Trouble.SERVER),
        (smtplib.SMTPServerDisconnected("gone"), Trouble.SERVER),
        (TimeoutError("slow"), Trouble.SERVER),
    ],
)
def test_only_the_mail_itself_can_be_refused_for_good(error: OSError, trouble: Trouble) -> None:
    assert trouble_of(error) is trouble


def test_answers_of_several_lines_are_told_in_one() -> None:
    assert describe(smtplib.SMTPDataError(554, b"5.7.1 no\r\n \xe6\x97\xa5")) == "554 5.7.1 no 日"
