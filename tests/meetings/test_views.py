"""The pages of meetings as coordinators, leads, managers and holders of links see them."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.links import create_link
from sme_match.companies.enums import Visibility
from sme_match.core.actor import SYSTEM, Role
from sme_match.db.session import Database
from sme_match.meetings.enums import MeetingState, Party
from sme_match.meetings.models import Meeting, MeetingReply
from sme_match.meetings.queries import get_meeting
from sme_match.meetings.services.opening import create_reply_link
from sme_match.meetings.services.replying import open_offers
from sme_match.needs.models import Need
from sme_match.needs.services import searchable
from tests.client import Client
from tests.conftest import NOW, Clock
from tests.factories import make_body, make_user
from tests.meetings.scenes import Scene, at, confirm, entry_of, mails, make_scene, reply, request
from tests.queries import count_queries

DAY: dict[str, object] = {"day_1": ["2026", "11", "27"], "time_1": "10:00"}
FORM: dict[str, object] = DAY | {
    "minutes": "30",
    "answer_on": ["2026", "11", "25"],
    "channel": "web",
    "origin": "system",
}


@pytest.fixture
def scene(database: Database) -> Scene:
    with database.unit_of_work() as session:
        return make_scene(session, buyer_anonymous=True)


def new_form(scene: Scene) -> dict[str, object]:
    return FORM | {
        "company_contact_id": str(scene.person.id),
        "buyer_contact_id": str(scene.purchaser.id),
    }


def stored(database: Database) -> Meeting:
    with database.reading() as session:
        return session.scalars(select(Meeting)).one()


def asked(database: Database, scene: Scene) -> Meeting:
    with database.unit_of_work() as session:
        return request(session, scene)


def link_for(database: Database, meeting: Meeting, party: Party) -> str:
    with database.unit_of_work() as session:
        whole = get_meeting(session, SYSTEM, meeting.id)
        return "/reply/" + create_reply_link(session, whole, party, now=NOW)


def test_a_coordinator_sees_both_mails_before_sending(
    client: Client, database: Database, scene: Scene
) -> None:
    client.sign_in(scene.coordinator.id)
    path = f"/meetings/new/{scene.proposal.id}"
    assert scene.company.name in client.get("/meetings/new").text
    assert f'value="{scene.person.id}" selected' in client.get(path).text
    preview = client.post(path, new_form(scene) | {"step": "preview"})
    assert preview.status_code == 200
    assert "2社に送る" in preview.text
    assert scene.person.email in preview.text
    assert scene.purchaser.email in preview.text
    back = client.post(path, new_form(scene) | {"step": "edit"})
    assert 'value="27"' in back.text
    with database.reading() as session:
        assert session.scalars(select(Meeting)).all() == []
    sent = client.post(path, new_form(scene) | {"step": "send"})
    assert sent.status_code == 302
    meeting = stored(database)
    assert (meeting.state, sent.location) == (MeetingState.ASKED, f"/meetings/{meeting.id}")
    with database.reading() as session:
        assert len(mails(session, about="0:request")) == 2
    assert client.get(path).location == f"/meetings/{meeting.id}"
    assert client.post(path, new_form(scene) | {"step": "send"}).status_code == 409


def test_wrong_times_are_explained_beside_their_row_and_the_input_is_kept(
    client: Client, scene: Scene
) -> None:
    client.sign_in(scene.coordinator.id)
    path = f"/meetings/new/{scene.proposal.id}"
    typed = new_form(scene) | {
        "step": "preview",
        "day_2": ["2026", "11", "1"],
        "time_2": "09:00",
        "day_3": ["2026", "11", "27"],
        "time_3": "10:00",
    }
    answer = client.post(path, typed)
    assert answer.status_code == 422
    assert "候補2：この日時は過ぎています" in answer.text
    assert "候補3：同じ日時がもう一つあります" in answer.text
    assert 'name="day_2" value="11"' in answer.text
    half = client.post(path, new_form(scene) | {"step": "preview", "time_1": ""})
    assert (half.status_code, "時刻を選んでください。" in half.text) == (422, True)
    nonsense = client.post(path, {"step": "preview", "minutes": "x", "channel": "fax"})
    assert (nonsense.status_code, "方法を選んでください。" in nonsense.text) == (422, True)


def test_a_manager_answers_without_learning_who_the_buyer_is(
    client: Client, database: Database, scene: Scene
) -> None:
    meeting = asked(database, scene)
    client.sign_in(scene.manager.id)
    for path in ("/meetings/?tab=waiting", f"/meetings/{meeting.id}", f"/meetings/{meeting.id}/reply"):
        page = client.get(path)
        assert page.status_code == 200
        assert scene.buyer.name not in page.text
        assert scene.purchaser.name not in page.text
    with database.reading() as session:
        found = session.get_one(Meeting, meeting.id)
        session.refresh(found, ["offers"])
        first, second = open_offers(found)
    missing = client.post(
        f"/meetings/{meeting.id}/reply", {"kind": "times", f"offer_{first.id}": "yes"}
    )
    assert missing.status_code == 422
    assert "すべての日時に" in missing.text
    done = client.post(
        f"/meetings/{meeting.id}/reply",
        {"kind": "times", f"offer_{first.id}": "yes", f"offer_{second.id}": "no"},
    )
    assert done.status_code == 302
    again = client.get(done.location)
    assert "お返事を受け付けました" in again.text
    with database.reading() as session:
        given = session.scalars(select(MeetingReply)).one()
    assert (given.party, given.said_by) == (Party.SME, scene.manager.name)


def test_a_link_shows_on_get_and_answers_on_post(
    client: Client, database: Database, scene: Scene
) -> None:
    meeting = asked(database, scene)
    with database.unit_of_work() as session:
        reply(session, scene, meeting, Party.SME, at(7, 10))
    path = link_for(database, meeting, Party.BUYER)
    assert client.get(path).status_code == 200
    assert client.get(path).status_code == 200
    with database.reading() as session:
        assert len(session.scalars(select(MeetingReply)).all()) == 1
        found = session.get_one(Meeting, meeting.id)
        session.refresh(found, ["offers"])
        answers = {f"offer_{offer.id}": "yes" for offer in open_offers(found)}
    done = client.post(path, {"kind": "times"} | answers)
    assert done.status_code == 302
    assert stored(database).state is MeetingState.CONFIRMED
    assert "日時が決まりました" in client.get(path).text
    late = client.post(path, {"kind": "times"} | answers)
    assert late.status_code == 409
    assert "もうお返事を受け付けていません" in late.text


def test_declining_by_link_says_nothing_about_the_reason_to_the_other_side(
    client: Client, database: Database, scene: Scene
) -> None:
    meeting = asked(database, scene)
    mine, theirs = (link_for(database, meeting, party) for party in (Party.SME, Party.BUYER))
    assert client.post(mine, {"kind": "declined", "note": "忙しい"}).status_code == 302
    page = client.get(theirs)
    assert "この商談は行いません。" in page.text
    assert "忙しい" not in page.text


def test_a_link_serves_its_purpose_until_it_is_revoked_or_expires(
    client: Client, clock: Clock, database: Database, scene: Scene
) -> None:
    meeting = asked(database, scene)
    path = link_for(database, meeting, Party.BUYER)
    with database.unit_of_work() as session:
        wrong = create_link(
            session, purpose=LinkPurpose.OUTCOME_REPORT, subject_id=meeting.id,
            company_id=scene.buyer.id, body_id=scene.body.id, holder_name="誰か",
            expires_at=NOW + timedelta(days=9), now=NOW,
        )  # fmt: skip
        foreign = create_link(
            session, purpose=LinkPurpose.MEETING_REPLY, subject_id=meeting.id,
            company_id=make_scene(session).buyer.id, body_id=scene.body.id, holder_name="誰か",
            expires_at=NOW + timedelta(days=9), now=NOW,
        )  # fmt: skip
    for dead in (f"/reply/{wrong}", f"/reply/{foreign}", "/reply/unknown"):
        assert client.get(dead).status_code == 404
        assert client.post(dead, {"kind": "declined"}).status_code == 404
    clock.now = meeting.answer_by or NOW
    expired = client.get(path)
    assert (expired.status_code, "期限が切れています" in expired.text) == (404, True)
    clock.now = NOW
    client.sign_in(scene.coordinator.id)
    version = str(stored(database).version)
    form = {"reason": "中止", "version": version}
    assert client.post(f"/meetings/{meeting.id}/cancel", form).status_code == 302
    revoked = client.get(path)
    assert (revoked.status_code, "取り消されました" in revoked.text) == (404, True)


def test_a_coordinator_answers_for_a_side(client: Client, database: Database, scene: Scene) -> None:
    meeting = asked(database, scene)
    client.sign_in(scene.coordinator.id)
    path = f"/meetings/{meeting.id}/reply/buyer"
    assert "代わりに入力しています" in client.get(path).text
    done = client.post(path, {"kind": "other_times", "note": "12月の午後", "said_by": "佐藤"})
    assert done.location == f"/meetings/{meeting.id}"
    page = client.get(done.location)
    assert "12月の午後" in page.text
    assert "佐藤" in page.text


def test_the_day_of_answer_is_shown_as_it_was_typed(
    client: Client, database: Database, scene: Scene
) -> None:
    meeting = asked(database, scene)
    client.sign_in(scene.coordinator.id)
    for path in ("/meetings/", f"/meetings/{meeting.id}", f"/meetings/{meeting.id}/reply/sme"):
        page = client.get(path)
        assert "2026年11月25日（水）" in page.text
        assert "2026年11月26日" not in page.text


def test_illegal_steps_are_refused_in_words(client: Client, database: Database, scene: Scene) -> None:
    meeting = asked(database, scene)
    client.sign_in(scene.coordinator.id)
    version = {"version": str(stored(database).version)}
    move = version | {"day": ["2026", "11", "30"], "time": "10:00", "minutes": "30"}
    refused = client.post(f"/meetings/{meeting.id}/move", move)
    assert (refused.status_code, "日時が決まっている商談ではない" in refused.text) == (409, True)
    # A form that cannot be used now leads back to the meeting.
    assert client.get(f"/meetings/{meeting.id}/move").location == f"/meetings/{meeting.id}"


@pytest.mark.parametrize(
    ("step", "data"),
    [
        ("move", {"day": ["2026", "12", "10"], "time": "10:00", "minutes": "30"}),
        ("place", {"channel": "phone"}),
        ("cancel", {"reason": "誤り"}),
        ("offer", FORM | {"step": "send"}),
    ],
)
def test_what_is_past_is_recorded_instead_of_changed(
    app: Flask, client: Client, scene: Scene, step: str, data: dict[str, object]
) -> None:
    with app.extensions["sme_match"].database.unit_of_work() as session:
        meeting = confirm(session, scene, at(7, 10))
    client.sign_in(scene.coordinator.id)
    page, form = f"/meetings/{meeting.id}", f"/meetings/{meeting.id}/{step}"
    assert f'href="{form}"' in client.get(page).text
    app.extensions["clock"].now = at(7, 10, 30)
    client.sign_in(scene.coordinator.id)
    assert f'href="{form}"' not in client.get(page).text
    assert client.get(form).location == page
    assert "「実施・欠席などを記録する」" in client.get(page).text
    refused = client.post(form, data | {"version": str(meeting.version)})
    assert refused.status_code == 409
    assert "「実施・欠席などを記録する」" in refused.text


def test_the_second_of_two_coordinators_is_told(
    client: Client, database: Database, scene: Scene
) -> None:
    with database.unit_of_work() as session:
        meeting = confirm(session, scene, at(7, 10))
    client.sign_in(scene.coordinator.id)
    form = {
        "version": str(meeting.version),
        "day": ["2026", "11", "30"],
        "time": "10:00",
        "minutes": "30",
    }
    assert client.post(f"/meetings/{meeting.id}/move", form).status_code == 302
    second = client.post(f"/meetings/{meeting.id}/move", form | {"time": "11:00"})
    assert second.status_code == 409
    assert "ほかの人が先にこの商談を更新しました" in second.text
    assert '<option value="11:00" selected>' in second.text
    assert stored(database).starts_at == at(10, 10)


def test_the_room_opens_for_companies_a_quarter_of_an_hour_before(
    client: Client, clock: Clock, database: Database, scene: Scene
) -> None:
    with database.unit_of_work() as session:
        meeting = confirm(session, scene, at(7, 10))
    clock.now = at(7, 9, 44)
    client.sign_in(scene.manager.id)
    for path in (f"/meetings/{meeting.id}", "/meetings/"):
        page = client.get(path)
        assert meeting.room_url not in page.text
        assert "当日の09:45（日本時間）から入れます" in page.text
    clock.now = at(7, 9, 45)
    for path in (f"/meetings/{meeting.id}", "/meetings/"):
        assert f'href="{meeting.room_url}"' in client.get(path).text


def test_the_other_sides_contact_is_shown_as_the_company_chose(
    client: Client, database: Database, scene: Scene
) -> None:
    with database.unit_of_work() as session:
        meeting = confirm(session, scene, at(7, 10))
    client.sign_in(scene.manager.id)
    page = client.get(f"/meetings/{meeting.id}")
    assert scene.buyer.name in page.text
    assert scene.purchaser.email not in page.text
    with database.unit_of_work() as session:
        session.merge(scene.buyer).contact_visibility = Visibility.PARTNERS
    assert scene.purchaser.email in client.get(f"/meetings/{meeting.id}").text


def test_the_calendar_file_invites_nobody(client: Client, database: Database, scene: Scene) -> None:
    with database.unit_of_work() as session:
        meeting = confirm(session, scene, at(7, 10))
    client.sign_in(scene.manager.id)
    answer = client.get(f"/meetings/{meeting.id}/calendar.ics")
    method, event = entry_of(answer.text)
    assert (answer.mimetype, method) == ("text/calendar", "PUBLISH")
    assert (event["uid"], event["dtstart"].dt, event.get("attendee")) == (
        meeting.calendar_uid,
        at(7, 10),
        None,
    )


def test_the_history_is_for_staff(client: Client, database: Database, scene: Scene) -> None:
    with database.unit_of_work() as session:
        meeting = confirm(session, scene, at(7, 10))
        lead = make_user(session, scene.body, Role.LEAD)
    client.sign_in(lead.id)
    page = client.get(f"/meetings/{meeting.id}/history")
    assert [word in page.text for word in ("日時の候補を送りました", "日時が決まりました")] == [
        True,
        True,
    ]
    client.sign_in(scene.manager.id)
    assert client.get(f"/meetings/{meeting.id}/history").status_code == 403


def test_another_body_finds_nothing(client: Client, database: Database, scene: Scene) -> None:
    with database.unit_of_work() as session:
        meeting = confirm(session, scene, at(7, 10))
        stranger = make_user(session, make_body(session))
    pages = [
        f"/meetings/{meeting.id}{rest}"
        for rest in ("", "/history", "/calendar.ics", "/move", "/cancel")
    ]
    client.sign_in(scene.coordinator.id)
    assert [client.get(path).status_code for path in pages] == [200] * len(pages)
    assert scene.company.name in client.get("/meetings/?tab=coming").text
    client.sign_in(stranger.id)
    assert [client.get(path).status_code for path in pages] == [404] * len(pages)
    assert client.get(f"/meetings/new/{scene.proposal.id}").status_code == 404
    assert scene.company.name not in client.get("/meetings/?tab=coming").text


def test_the_list_is_filtered_by_the_url(client: Client, database: Database, scene: Scene) -> None:
    with database.unit_of_work() as session:
        confirm(session, scene, at(7, 10))
        other = make_scene(session, body=scene.body, title="歯車の熱処理")
        confirm(session, other, at(20, 10))
    client.sign_in(scene.coordinator.id)

    def shown(query: str) -> list[bool]:
        page = client.get(f"/meetings/?tab=coming&{query}")
        assert page.status_code == 200
        return [made.company.name in page.text for made in (scene, other)]

    assert shown("") == [True, True]
    assert shown("need=歯車") == [False, True]
    assert shown(f"q={scene.buyer.name}") == [True, False]
    assert shown("from=2026/12/1") == [False, True]
    assert shown("to=2026-11-27") == [True, False]
    assert shown("from=きのう") == [True, True]
    assert "日付は「2026/12/10」のように" in client.get("/meetings/?tab=coming&from=きのう").text


def test_a_manager_cannot_find_out_an_anonymous_buyer_by_searching(
    client: Client, database: Database, scene: Scene
) -> None:
    asked(database, scene)
    client.sign_in(scene.manager.id)
    assert scene.need.title in client.get("/meetings/?tab=waiting").text
    with database.unit_of_work() as session:
        need = session.get_one(Need, scene.need.id)
        need.search_text = searchable(need, scene.buyer, need.number)
    for field in ("q", "need"):
        found = client.get(f"/meetings/?tab=waiting&{field}={scene.buyer.name}").text
        assert scene.need.title not in found
    assert scene.need.title in client.get(f"/meetings/?tab=waiting&need={scene.need.title}").text


@pytest.mark.parametrize("tab", ["waiting", "coming", "result", "ended"])
def test_lists_ask_the_database_the_same_number_of_times(
    client: Client, database: Database, scene: Scene, tab: str
) -> None:
    states = {
        "waiting": (MeetingState.ASKED, NOW),
        "coming": (MeetingState.CONFIRMED, at(9, 9)),
        "result": (MeetingState.CONFIRMED, at(-1, 9)),
        "ended": (MeetingState.HELD, at(-1, 9)),
    }

    def add() -> None:
        with database.unit_of_work() as session:
            meeting = request(session, make_scene(session, body=scene.body))
            state, starts_at = states[tab]
            meeting.state = state
            meeting.starts_at, meeting.ends_at = starts_at, starts_at + timedelta(minutes=30)

    client.sign_in(scene.coordinator.id)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            add()
        with count_queries(database) as queries:
            assert client.get(f"/meetings/?tab={tab}").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_everybody_can_try_out_the_connection(client: Client) -> None:
    first, second = (client.get("/meetings/connection-test").text for _ in range(2))
    room = 'href="https://meet.jit.si/'
    assert room in first
    assert first.split(room)[1][:24] != second.split(room)[1][:24]
