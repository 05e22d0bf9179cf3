"""Mails are queued once, to one address, and can be taken back until they are sent."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from sme_match.core.errors import InvalidError
from sme_match.db.session import Database
from sme_match.notifications.models import OutboxMail
from sme_match.notifications.services import check_address, queue_mail, void_mails, void_mails_to
from tests.conftest import NOW
from tests.notifications.conftest import put, stored


def _mail(key: str) -> dict[str, Any]:
    return {
        "key": key,
        "to_address": "hanako@example.jp",
        "to_name": "",
        "subject": "s",
        "text": "t",
        "body_id": None,
        "now": NOW,
    }


def _row(key: str) -> OutboxMail:
    given = {name: value for name, value in _mail(key).items() if name != "now"}
    return OutboxMail(**given, message_id="m", created_at=NOW, next_attempt_at=NOW)


def test_a_queued_mail_is_due_at_once_and_keeps_what_it_was_told(database: Database) -> None:
    put(database, "meeting:1:0:invitation:sme", reply_to="desk@example.jp")

    mail = stored(database, "meeting:1:0:invitation:sme")

    assert (mail.to_address, mail.to_name) == ("hanako@example.jp", "山田 花子")
    assert (mail.subject, mail.text, mail.reply_to) == (
        "商談のご案内",
        "本文です。\n",
        "desk@example.jp",
    )
    assert (mail.created_at, mail.next_attempt_at, mail.attempts) == (NOW, NOW, 0)
    assert (mail.sent_at, mail.void_at, mail.dead_at) == (None, None, None)


def test_a_mail_can_wait_for_its_time(database: Database) -> None:
    later = NOW + timedelta(days=3)

    put(database, "k", send_at=later)

    assert stored(database, "k").next_attempt_at == later


def test_the_same_key_gives_back_the_first_mail(database: Database) -> None:
    first = put(database, "k", subject="一通目")

    second = put(database, "k", subject="二通目")

    assert (second.id, second.subject) == (first.id, "一通目")


def test_many_writers_with_one_key_queue_one_mail(database: Database) -> None:
    barrier = threading.Barrier(8)
    ids: list[int] = []

    def write() -> None:
        barrier.wait()
        ids.append(put(database, "k").id)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ids == [stored(database, "k").id] * 8


def test_losing_the_race_keeps_the_rest_of_the_transaction(database: Database) -> None:
    with database.unit_of_work() as session, session.no_autoflush:
        # Not flushed yet: the look-up misses it and the insert meets it, as with another writer.
        session.add(winner := _row("raced"))
        loser = queue_mail(session, **_mail("raced"))
        other = queue_mail(session, **_mail("other"))

    assert loser is winner
    assert stored(database, "other").id == other.id


def test_a_mail_of_an_unknown_body_is_an_error_and_not_a_race(database: Database) -> None:
    with pytest.raises(IntegrityError):
        put(database, "k", body_id=999)


def test_each_mail_has_its_own_message_id(database: Database) -> None:
    ids = {put(database, key).message_id for key in ("a", "b", "c")}

    assert len(ids) == 3
    assert {len(one) for one in ids} == {40}


@pytest.mark.parametrize(
    "address",
    [
        "",
        "花子",
        "hanako",
        "a@ok.jp, b@evil.jp",
        "a@ok.jp,b@evil.jp",
        "a@ok.jp;b@evil.jp",
        "a@ok.jp\r\nBcc: b@evil.jp",
        "a@ok.jp\n",
        "a@ok.jp\u2028Bcc: b@evil.jp",
        "Hanako <a@ok.jp>",
        "a@b@ok.jp",
        "a b@ok.jp",
        "日本@ok.jp",
        "a@[127.0.0.1]",
        "a@localhost",
        "a" * 65 + "@ok.jp",
        "a@" + "b" * 300 + ".jp",
    ],
)
def test_what_is_not_one_address_is_refused(database: Database, address: str) -> None:
    with pytest.raises(InvalidError):
        put(database, "k", to_address=address)
    if address:
        with pytest.raises(InvalidError):
            put(database, "k", reply_to=address)


def test_a_japanese_domain_is_written_as_servers_know_it() -> None:
    assert check_address("Hanako@例え.JP") == "Hanako@xn--r8jz45g.jp"


@pytest.mark.parametrize("break_", ["\r", "\n", "\r\n", "\x00", "\u2028", "\u2029", "\x85"])
@pytest.mark.parametrize("field", ["to_name", "subject"])
def test_line_breaks_in_name_and_subject_are_refused(
    database: Database, field: str, break_: str
) -> None:
    with pytest.raises(InvalidError):
        put(database, "k", **{field: f"商談{break_}Bcc: b@evil.jp"})


def test_a_long_subject_is_shortened_visibly(database: Database) -> None:
    put(database, "k", subject="長" * 400)

    assert stored(database, "k").subject == "長" * 299 + "…"


def test_a_calendar_part_needs_its_method(database: Database) -> None:
    with pytest.raises(ValueError, match="come together"):
        put(database, "k", calendar="BEGIN:VCALENDAR")


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_keys_are_bounded(database: Database, key: str) -> None:
    with pytest.raises(ValueError, match="mail key"):
        put(database, key)


def test_voiding_takes_back_the_mails_about_one_thing_only(database: Database) -> None:
    for key in ("meeting:1:0:a", "meeting:1:1:b", "meeting:12:0:a", "MEETING:1:0:a", "meeting_1:x"):
        put(database, key)
    later = NOW + timedelta(hours=1)

    with database.unit_of_work() as session:
        count = void_mails(session, key_prefix="meeting:1:", now=later)

    assert count == 2
    with database.reading() as session:
        voided = {m.key: m.void_at for m in session.query(OutboxMail) if m.void_at}
    assert voided == {"meeting:1:0:a": later, "meeting:1:1:b": later}


def test_wildcards_in_a_prefix_mean_themselves(database: Database) -> None:
    put(database, "meeting:1:a")

    with database.unit_of_work() as session:
        assert void_mails(session, key_prefix="meeting%", now=NOW) == 0
        assert void_mails(session, key_prefix="meeting_1", now=NOW) == 0


def test_who_is_left_alone_takes_no_mail_from_a_colleague_at_the_same_address(
    database: Database,
) -> None:
    for key, name in (
        ("a", "北上製作所 林"),
        ("b", "北上製作所 林田"),
        ("c", "林"),
        ("d", "北上製作所 小林"),
    ):
        put(database, key, to_name=name, to_address="info@example.jp")
    with database.unit_of_work() as session:
        count = void_mails_to(
            session, to_address="INFO@example.jp", to_name="林", body_id=None, now=NOW
        )
        assert count == 2
    assert [key for key in "abcd" if stored(database, key).void_at] == ["a", "c"]


def test_voiding_leaves_sent_mails_as_they_are(database: Database) -> None:
    put(database, "meeting:1:a")
    with database.unit_of_work() as session:
        session.query(OutboxMail).one().sent_at = NOW

    with database.unit_of_work() as session:
        assert void_mails(session, key_prefix="meeting:1:", now=NOW) == 0

    assert stored(database, "meeting:1:a").void_at is None


def test_an_empty_prefix_is_a_mistake(database: Database) -> None:
    with database.unit_of_work() as session, pytest.raises(ValueError, match="every mail"):
        void_mails(session, key_prefix="", now=NOW)
