"""Planning an event: what is refused in words, what changing the days keeps, calling it off."""

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.core.actor import Role
from sme_match.core.clock import jst_date
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError, StaleVersionError
from sme_match.db.session import Database
from sme_match.events.enums import EventMode, EventState, ParticipantState
from sme_match.events.models import Event, UnavailableSlot
from sme_match.events.queries import get_event
from sme_match.events.services.cancelling import cancel_event
from sme_match.events.services.planning import EventDraft, create_event, edit_event, rules_of
from sme_match.events.slots import Break, DayRule
from sme_match.notifications.models import OutboxMail
from tests.client import Client
from tests.conftest import NOW
from tests.events.scenes import make_event, make_participant, make_placement
from tests.factories import make_actor, make_body, make_user
from tests.meetings.scenes import SITE

TODAY = jst_date(NOW)
DAY = DayRule(
    date=TODAY + timedelta(days=40),
    opens_at=time(10),
    closes_at=time(16),
    slot_minutes=20,
    change_over_minutes=5,
    breaks=(Break(time(12), time(13)),),
)
FORM: dict[str, Any] = {
    "name": "ものづくり商談会",
    "mode": "web",
    "call_from": ["2026", "11", "20"],
    "call_until": ["2026", "12", "4"],
    "answer_until": ["2026", "12", "10"],
    "slot_minutes": "20分",
    "change_over_minutes": "５",
    "date_2": ["2026", "12", "24"],
    "opens_2": "10時",
    "closes_2": "16:00",
    "breaks_2": "12:00〜13:00、15:00-15:15",
    "sme_limit": "4",
    "floor": "1",
    "candidates_per_need": "10",
}


def draft(**values: Any) -> EventDraft:
    defaults: dict[str, Any] = {
        "name": "ものづくり商談会",
        "call_from": TODAY,
        "call_until": TODAY + timedelta(days=10),
        "answer_until": TODAY + timedelta(days=20),
        "days": (DAY,),
    }
    return EventDraft(**(defaults | values))


def as_draft(event: Event, **values: Any) -> EventDraft:
    """The draft that an open form of the event holds."""
    return draft(
        call_from=jst_date(event.sme_call_from),
        call_until=jst_date(event.sme_call_until),
        answer_until=jst_date(event.buyer_answer_until),
        days=tuple(rules_of(event)),
        **values,
    )


def test_a_new_event_has_the_slots_of_its_days_and_its_body_among_the_hosts(session: Session) -> None:
    body, other = make_body(session), make_body(session)
    actor = make_actor(session, body)
    event = create_event(session, actor, draft(host_ids=(other.id,)), now=NOW)
    session.expire_all()
    found = get_event(session, actor, event.id, now=NOW)
    assert len(found.slots) == 12
    assert {host.body_id for host in found.hosts} == {body.id, other.id}
    assert rules_of(found) == [DAY]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"days": (replace(DAY, date=TODAY - timedelta(days=1)),)}, "date_1"),
        ({"days": ()}, "date_1"),
        ({"call_until": DAY.date}, "call_until"),
        ({"answer_until": DAY.date}, "answer_until"),
        ({"call_from": TODAY + timedelta(days=11)}, "call_until"),
        ({"call_from": TODAY - timedelta(days=400)}, "call_from"),
        ({"days": (replace(DAY, date=date(9999, 12, 31)),)}, "call_from"),
        ({"floor": 5, "sme_limit": 4}, "floor"),
        ({"floor": 13, "sme_limit": 20}, "floor"),
        ({"mode": EventMode.BOTH}, "venue"),
        ({"host_ids": (999_999,)}, "host_ids"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_at_its_field(
    session: Session, values: dict[str, Any], field: str
) -> None:
    actor = make_actor(session, make_body(session))
    with pytest.raises(InvalidError) as refused:
        create_event(session, actor, draft(**values), now=NOW)
    assert refused.value.field == field


def test_only_coordinators_plan_and_only_the_running_body_changes(session: Session) -> None:
    scene = make_event(session)
    lead = make_actor(session, scene.body, Role.LEAD)
    with pytest.raises(NotAllowedError):
        create_event(session, lead, draft(), now=NOW)
    other = make_body(session)
    make_participant(session, scene.event, scene.buyers[0].side, body=other)
    version = scene.event.version
    edit_event(
        session, scene.actor, scene.event.id, as_draft(scene.event, host_ids=(other.id,)),
        version=version, now=NOW, site=SITE,
    )  # fmt: skip
    guest = make_actor(session, other)
    with pytest.raises(NotAllowedError):
        edit_event(
            session, guest, scene.event.id, as_draft(scene.event),
            version=scene.event.version, now=NOW, site=SITE,
        )  # fmt: skip
    with pytest.raises(InvalidError, match="主催から外せません"):
        edit_event(
            session, scene.actor, scene.event.id, as_draft(scene.event),
            version=scene.event.version, now=NOW, site=SITE,
        )  # fmt: skip


def test_slots_that_stay_keep_what_was_said_about_them(session: Session) -> None:
    actor = make_actor(session, make_body(session))
    event = create_event(session, actor, draft(), now=NOW)
    before = {slot.starts_at: slot.id for slot in event.slots}
    shorter = replace(DAY, closes_at=time(15))
    edit_event(
        session, actor, event.id, draft(days=(shorter,)), version=event.version, now=NOW, site=SITE
    )
    after = {slot.starts_at: slot.id for slot in event.slots}
    assert len(after) == 10
    assert after.items() <= before.items()


def test_slots_in_use_are_not_dropped_and_are_named(session: Session) -> None:
    actor = make_actor(session, body := make_body(session))
    event = create_event(session, actor, draft(), now=NOW)
    scene = make_event(session, buyers=1, smes=1, body=body)
    part = make_participant(session, event, scene.smes[0].side)
    session.add(UnavailableSlot(participant_id=part.id, slot_id=event.slots[-1].id))
    session.flush()
    later = replace(DAY, closes_at=time(15))
    with pytest.raises(InvalidError, match="12/30 15:30"):
        edit_event(
            session, actor, event.id, draft(days=(later,)), version=event.version, now=NOW, site=SITE
        )
    make_placement(session, scene.candidates[0], scene.slots[0])
    moved = [replace(rule, opens_at=time(10, 5)) for rule in rules_of(scene.event)]
    with pytest.raises(InvalidError, match="12/10 10:00"):
        edit_event(
            session, actor, scene.event.id, replace(as_draft(scene.event), days=tuple(moved)),
            version=scene.event.version, now=NOW, site=SITE,
        )  # fmt: skip


def test_an_older_form_does_not_overwrite(session: Session) -> None:
    actor = make_actor(session, make_body(session))
    event = create_event(session, actor, draft(), now=NOW)
    opened = event.version
    edit_event(session, actor, event.id, draft(name="改めた名前"), version=opened, now=NOW, site=SITE)
    with pytest.raises(StaleVersionError):
        edit_event(session, actor, event.id, draft(), version=opened, now=NOW, site=SITE)
    assert event.name == "改めた名前"


def test_calling_off_tells_everybody_who_takes_part_and_stands_for_good(session: Session) -> None:
    scene = make_event(session, buyers=1, smes=2)
    scene.smes[1].state = ParticipantState.WITHDRAWN
    session.flush()
    with pytest.raises(InvalidError):
        cancel_event(
            session, scene.actor, scene.event.id, reason="", version=scene.event.version, now=NOW
        )
    cancel_event(
        session, scene.actor, scene.event.id, reason="大雪のため", version=scene.event.version, now=NOW
    )
    assert scene.event.state is EventState.CANCELLED
    mails = session.scalars(select(OutboxMail).order_by(OutboxMail.id)).all()
    assert len(mails) == 2
    assert all("大雪のため" in mail.text and "中止" in mail.subject for mail in mails)
    with pytest.raises(ConflictError):
        edit_event(
            session, scene.actor, scene.event.id, as_draft(scene.event),
            version=scene.event.version, now=NOW, site=SITE,
        )  # fmt: skip


def test_a_coordinator_plans_an_event_in_the_browser(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        user = make_user(session, make_body(session))
    client.sign_in(user.id)
    assert client.get("/events/new").status_code == 200
    made = client.post("/events/new", FORM)
    assert made.status_code == 302
    page = client.get(made.location).text
    assert "12コマ" in page
    assert "2026年12月24日（木）（令和8年）" in page
    edited = client.get(f"{made.location}/edit").text
    assert "12:00-13:00、15:00-15:15" in edited
    assert client.get(f"{made.location}/history").status_code == 200


def test_a_refused_plan_keeps_what_was_typed_and_names_the_row(
    client: Client, database: Database
) -> None:
    with database.unit_of_work() as session:
        user = make_user(session, make_body(session))
    client.sign_in(user.id)
    refused = client.post("/events/new", FORM | {"breaks_2": "12:00-13:00、12:30-14:00"})
    assert refused.status_code == 422
    assert "重なっています" in refused.text
    assert 'href="#breaks_2"' in refused.text
    assert "12:00-13:00、12:30-14:00" in refused.text


def test_two_who_edit_see_both_versions(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        user = make_user(session, make_body(session))
        event = create_event(session, user.as_actor(), draft(), now=NOW)
        version = event.version
    client.sign_in(user.id)
    form = FORM | {"date_2": ["2026", "12", "30"], "version": str(version)}
    assert client.post(f"/events/{event.id}/edit", form | {"name": "一人目"}).status_code == 302
    second = client.post(f"/events/{event.id}/edit", form | {"name": "二人目"})
    assert second.status_code == 409
    assert "一人目" in second.text
    assert "二人目" in second.text
    assert date(2026, 12, 30) == DAY.date
