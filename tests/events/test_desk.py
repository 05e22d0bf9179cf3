"""The desk's board: who is missing and whom to call, what stale screens may not do."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.events.models import TimetableChange
from sme_match.meetings.enums import AbsentSide, MeetingChannel, MeetingState
from sme_match.meetings.models import Meeting
from sme_match.notifications.models import OutboxMail
from tests.client import Client
from tests.conftest import Clock
from tests.events.published import Day
from tests.events.scenes import bring, slot_start
from tests.factories import make_body, make_user

MINUTE = timedelta(minutes=1)
PHONE = "090-0000-0000"


@pytest.fixture
def day(database: Database, client: Client, clock: Clock) -> Day:
    """A published event with its coordinator at the desk, in the first minute of the first slot."""
    day = Day(database)
    clock.now = slot_start(0)
    client.sign_in(day.scene.coordinator.id)
    return day


def seat(day: Day, meeting_id: int, side: str) -> str:
    return f"{day.board}/meetings/{meeting_id}/{side}"


def state_of(part: str) -> str:
    """The mark by which an open board asks whether it is behind."""
    found = re.search(r'data-state="(\w+)"', part)
    assert found
    return found[1]


def test_the_board_shows_the_slot_that_is_on_and_others_on_request(
    client: Client, day: Day, clock: Clock
) -> None:
    first, second = (day.name(sme) for sme in day.scene.smes[:2])
    clock.now = slot_start(0) - 60 * MINUTE
    page = client.get(day.board).text
    assert f'id="m{day.first}"' in page
    assert "次のコマ" in page
    clock.now = slot_start(1)
    page = client.get(day.board).text
    assert f'id="m{day.second}"' in page
    assert "いまのコマ" in page
    other = client.get(f"{day.board}?slot={day.scene.slots[0].id}").text
    assert f'id="m{day.first}"' in other
    assert first in other
    assert second in other


def test_whoever_has_not_come_after_three_minutes_is_named_with_the_number(
    client: Client, day: Day, clock: Clock
) -> None:
    clock.now = slot_start(0) + 3 * MINUTE - timedelta(seconds=1)
    assert "来ていません" not in client.get(day.board).text
    clock.now += timedelta(seconds=1)
    page = client.get(day.board).text
    assert page.count("来ていません") == 2
    assert f'class="dcall" href="tel:{PHONE}"' in page
    client.post(seat(day, day.first, "buyer"), {"here": "1", "seen": "0"})
    assert client.get(day.board).text.count("来ていません") == 1
    assert day.part(day.scene.buyers[0]).checked_in_at == clock.now


def test_a_screen_that_is_behind_changes_nothing(client: Client, day: Day) -> None:
    there = seat(day, day.first, "sme")
    assert client.post(there, {"here": "1", "seen": "0"}).status_code == 302
    refused = client.post(there, {"here": "1", "seen": "0"})
    assert refused.status_code == 409
    assert "ほかの人が先に記録しました" in refused.text
    assert client.post(there, {"here": "0", "seen": "1"}).status_code == 302
    assert day.placement(day.first).sme_here_at is None
    sme = f"{day.board}/participants/{day.scene.smes[1].id}"
    assert client.post(sme, {"here": "1", "seen": "0"}).status_code == 302
    assert client.post(sme, {"here": "1", "seen": "0"}).status_code == 409
    assert client.post(sme, {"here": "0", "seen": "1"}).status_code == 302
    assert day.part(day.scene.smes[1]).checked_in_at is None


def test_an_open_board_is_told_only_of_what_changed(client: Client, day: Day, clock: Clock) -> None:
    part = f"{day.board}?part=1"
    first = client.flask.get(part)
    state = state_of(first.text)
    assert client.flask.get(f"{part}&state={state}").status_code == 204
    client.post(seat(day, day.first, "sme"), {"here": "1", "seen": "0"})
    changed = client.flask.get(f"{part}&state={state}")
    assert changed.status_code == 200
    assert "来ています" in changed.text
    state = state_of(changed.text)
    clock.now += 3 * MINUTE
    assert "来ていません" in client.flask.get(f"{part}&state={state}").text


def test_after_five_minutes_the_board_names_who_could_fill_in(
    client: Client, day: Day, clock: Clock
) -> None:
    free = day.scene.smes[2]
    client.post(seat(day, day.first, "buyer"), {"here": "1", "seen": "0"})
    client.post(f"{day.board}/participants/{free.id}", {"here": "1", "seen": "0"})
    clock.now = slot_start(0) + 5 * MINUTE - timedelta(seconds=1)
    assert "いま空いていて" not in client.get(day.board).text
    clock.now += timedelta(seconds=1)
    page = client.get(day.board).text
    named = page.partition("いま空いていて")[2].partition("</ul>")[0]
    assert day.name(free) in named
    assert day.name(day.scene.smes[1]) not in named


def test_who_fills_in_takes_the_place_of_the_absent_one_whose_record_stays(
    client: Client, day: Day, clock: Clock, database: Database
) -> None:
    free = day.scene.smes[2]
    client.post(seat(day, day.first, "buyer"), {"here": "1", "seen": "0"})
    client.post(f"{day.board}/participants/{free.id}", {"here": "1", "seen": "0"})
    arrived = day.placement(day.first).buyer_here_at
    clock.now = slot_start(0) + 5 * MINUTE
    address = f"{day.board}/meetings/{day.first}/fill-in"
    form = {"candidate": str(day.scene.pair(0, 2).id), "version": str(day.meeting(day.first).version)}
    refused = client.post(address, form)
    assert refused.status_code == 409
    assert "先に" in refused.text
    client.post(
        f"/outcomes/{day.first}/attendance",
        {"result": "absent", "absent_side": "sme", "version": form["version"], "next": day.board},
    )
    assert address in client.get(day.board).text
    assert client.post(address, form).status_code == 409, "the screen is behind"
    form["version"] = str(day.meeting(day.first).version)
    other = form | {"candidate": str(day.scene.pair(1, 2).id)}
    assert client.post(address, other).status_code == 409
    clock.now -= timedelta(seconds=1)
    early = client.post(address, form)
    assert early.status_code == 409
    assert "5分後から" in early.text
    clock.now += timedelta(seconds=1)
    assert client.post(address, form).status_code == 302

    assert day.meeting(day.first).state is MeetingState.ABSENT
    with database.reading() as session:
        query = select(Meeting).where(Meeting.company_id == free.company_id)
        new = session.scalars(query).one()
        (change,) = session.scalars(select(TimetableChange))
        places = {step["candidate"]: (step["from"], step["to"]) for step in change.steps}
        freed, taken = places[day.scene.pair(0, 0).id], places[day.scene.pair(0, 2).id]
        assert (freed[1], taken[0]) == (None, None)
        assert freed[0]["slot"] == taken[1]["slot"] == day.scene.slots[0].id
        mails = session.scalars(select(OutboxMail).where(OutboxMail.key.contains("confirmation")))
        assert len(mails.all()) == 2
    assert (new.state, new.starts_at) == (MeetingState.CONFIRMED, slot_start(0))
    assert day.placement(new.id).buyer_here_at == arrived
    page = client.get(day.board).text
    assert f'id="m{new.id}"' in page
    assert f'id="m{day.first}"' in page
    assert client.post(address, form).status_code == 409, "the place is taken by now"


def test_a_meeting_goes_on_by_phone_and_both_sides_are_told(
    client: Client, day: Day, database: Database
) -> None:
    way = f"{day.board}/meetings/{day.first}/way"
    version = day.meeting(day.first).version
    form = {"channel": "phone", "place": "委託側から 019-000-0001 へ", "version": str(version)}
    assert client.post(way, form).status_code == 302
    stored = day.meeting(day.first)
    assert (stored.channel, stored.calendar_sequence) == (MeetingChannel.PHONE, 1)
    with database.reading() as session:
        assert len(session.scalars(select(OutboxMail)).all()) == 2
    assert client.post(way, form).status_code == 409
    wrong = {"channel": "in_person", "place": "", "version": str(stored.version)}
    refused = client.post(way, wrong)
    assert refused.status_code == 422
    assert "場所を入力してください" in refused.text
    assert client.post(way, {"channel": "smoke"}).status_code == 422


def test_what_became_of_a_meeting_is_recorded_from_the_board(client: Client, day: Day) -> None:
    page = client.get(day.board).text
    address = f"/outcomes/{day.first}/attendance"
    assert f'action="{address}"' in page
    version = str(day.meeting(day.first).version)
    done = client.post(
        address,
        {"result": "absent", "absent_side": "sme", "absence_told": "y", "version": version,
         "next": day.board},
    )  # fmt: skip
    assert done.location == day.board
    stored = day.meeting(day.first)
    assert (stored.state, stored.absent_side) == (MeetingState.ABSENT, AbsentSide.SME)
    assert "連絡あり" in client.get(day.board).text
    corrected = client.post(
        address,
        {"result": "held", "version": str(stored.version), "next": f"/outcomes/{day.first}/report"},
    )
    assert corrected.location == f"/outcomes/{day.first}/report"
    assert client.get(corrected.location).status_code == 200


def test_the_desk_notes_a_substitute_and_sends_the_page_again(
    client: Client, day: Day, database: Database
) -> None:
    sme = day.scene.smes[0]
    one = f"{day.board}/participants/{sme.id}"
    client.post(f"{one}/substitute", {"name": "代理 花子"})
    assert day.part(sme).substitute == "代理 花子"
    assert client.post(f"{one}/substitute", {"name": "あ" * 101}).status_code == 422
    client.post(f"{one}/link")
    with database.reading() as session:
        (mail,) = session.scalars(select(OutboxMail))
    link = mail.text.partition("/attend/")[2].split()[0]
    assert Client(client.app).get(f"/attend/{link}").status_code == 200
    assert Client(client.app).get(day.link(sme)).status_code == 404


def test_other_hosts_work_at_the_desk_but_see_only_their_own_numbers(
    client: Client, day: Day, database: Database
) -> None:
    with database.unit_of_work() as session:
        host, stranger = make_body(session), make_body(session)
        bring(session, host, day.scene.smes[2]).day_phone = "080-1111-1111"
        guest = make_user(session, host)
        outside, lead = make_user(session, stranger), make_user(session, host, Role.LEAD)
    page = client.sign_in(guest.id).get(day.board)
    assert "080-1111-1111" in page.text
    assert PHONE not in page.text
    assert client.post(seat(day, day.first, "sme"), {"here": "1", "seen": "0"}).status_code == 302
    assert client.sign_in(outside.id).get(day.board).status_code == 404
    assert client.sign_in(lead.id).get(day.board).status_code == 403


def test_numbers_are_for_the_day_and_for_who_looks_after_the_company(
    client: Client, day: Day, clock: Clock, database: Database
) -> None:
    with database.unit_of_work() as session:
        host = make_body(session)
        bring(session, host, day.scene.smes[2]).day_phone = "080-1111-1111"
    assert "080-1111-1111" in client.get(day.board).text
    clock.now -= timedelta(days=1)
    assert "080-1111-1111" not in client.get(day.board).text


def test_a_meeting_is_carried_over_with_the_day_to_get_in_touch_again(client: Client, day: Day) -> None:
    assert "次に連絡する日" in client.get(day.board).text
    address = f"/outcomes/{day.first}/attendance"
    version = str(day.meeting(day.first).version)
    form = {"result": "carried_over", "reason": "停電", "version": version, "next": day.board}
    past = client.post(address, form | {"contact_on": ["2026", "1", "5"]})
    assert past.status_code == 422
    assert "1年以内" in past.text
    assert 'value="停電"' in past.text
    assert client.post(address, form | {"contact_on": ["2026", "12", "15"]}).location == day.board
    assert day.meeting(day.first).contact_on == date(2026, 12, 15)
    assert "2026年12月15日" in client.get(f"/meetings/{day.first}").text
