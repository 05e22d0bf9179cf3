"""Applications of SMEs and the part of buyers: who may say what, when, and what is refused."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.companies.models import Company
from sme_match.core.actor import Actor, Role
from sme_match.core.errors import ConflictError, InvalidError, NotFoundError
from sme_match.db.session import Database
from sme_match.events.enums import CandidateOrigin, ChangeKind, Equipment, ParticipantState, Side
from sme_match.events.models import Candidate, Participant, Placement, TimetableChange
from sme_match.events.queries import get_event
from sme_match.events.queries.participants import list_wishable
from sme_match.events.queries.timetable import load_timetable
from sme_match.events.services.applying import Application, Wish, apply
from sme_match.events.services.deciding import BuyerDraft, accept, invite_buyer, refuse, withdraw
from sme_match.events.tasks import announce_calls
from sme_match.notifications.models import OutboxMail
from tests.client import Client
from tests.conftest import NOW, Clock
from tests.events.scenes import EventScene, make_event, make_participant, make_placement
from tests.factories import make_actor, make_body, make_company, make_contact, make_need, make_user
from tests.meetings.scenes import SITE

OPEN: dict[str, Any] = {
    "sme_call_from": NOW - timedelta(days=1),
    "sme_call_until": NOW + timedelta(days=3),
    "wanted": False,
}


def make_open(session: Session, **values: Any) -> tuple[EventScene, Company, Actor]:
    """An event with an open call, a company outside it, and its manager."""
    scene = make_event(session, **(OPEN | values))
    for buyer in scene.buyers:
        make_need(session, session.get_one(Company, buyer.company_id))
    company = make_company(session, scene.body)
    make_contact(session, company)
    manager = make_actor(session, scene.body, Role.SME, company_id=company.id)
    return scene, company, manager


def said(scene: EventScene, session: Session, *buyers: int, **values: Any) -> Application:
    """What an SME says; the buyers it wishes for by their place in the scene."""
    by_buyer = {each.buyer_id: each.need.id for each in list_wishable(session, scene.event)}
    wishes = tuple(Wish(by_buyer.get(scene.buyers[n].id, 0), f"理由{n}") for n in buyers)
    defaults: dict[str, Any] = {"attendee": "山田 一郎", "day_phone": "090-1111-2222"}
    return Application(**(defaults | {"wishes": wishes} | values))


def wishes_of(session: Session, part: Participant) -> list[tuple[int, int | None, str]]:
    rows = session.scalars(
        select(Candidate).where(Candidate.sme_id == part.id).order_by(Candidate.sme_rank)
    )
    return [(row.buyer_id, row.sme_rank, row.sme_reason) for row in rows]


def test_wishes_become_ranked_candidates_and_change_with_the_application(session: Session) -> None:
    scene, company, manager = make_open(session)
    first, second = (buyer.id for buyer in scene.buyers)
    event_id = scene.event.id
    part = apply(session, manager, event_id, said(scene, session, 1, 0), company_id=company.id, now=NOW)
    assert part.state is ParticipantState.APPLIED
    assert wishes_of(session, part) == [(second, 1, "理由1"), (first, 2, "理由0")]
    apply(session, manager, event_id, said(scene, session, 0), company_id=company.id, now=NOW)
    assert wishes_of(session, part) == [(first, 1, "理由0")]
    assert {row.origin for row in session.scalars(select(Candidate))} == {CandidateOrigin.SME}


def test_wishes_that_cannot_be_are_refused_at_their_row(session: Session) -> None:
    scene, company, manager = make_open(session)
    scene.buyers[1].state = ParticipantState.WITHDRAWN
    session.flush()
    avoided = ((scene.buyers[0].company_id, "競合"),)
    for buyers, values, field in (
        ((0, 1), {}, "wish_2"),
        ((0, 0), {}, "wish_2"),
        ((0,), {"avoids": avoided}, "wish_1"),
    ):
        application = said(scene, session, *buyers, **values)
        with pytest.raises(InvalidError) as refused:
            apply(session, manager, scene.event.id, application, company_id=company.id, now=NOW)
        assert refused.value.field == field


def test_no_refusal_tells_whose_need_an_anonymous_one_is(session: Session) -> None:
    scene, company, manager = make_open(session)
    buyer = session.get_one(Company, scene.buyers[0].company_id)
    hidden = make_need(session, buyer, buyer_anonymous=True)
    open_need = said(scene, session, 1).wishes
    avoided = ((buyer.id, "競合"),)
    wishes = (*open_need, Wish(hidden.id))
    application = said(scene, session, wishes=wishes, avoids=avoided)

    part = apply(session, manager, scene.event.id, application, company_id=company.id, now=NOW)

    assert wishes_of(session, part) == [(scene.buyers[1].id, 1, "理由1")]
    keys = {each.key for each in list_wishable(session, scene.event)}
    assert str(hidden.id) in keys
    assert [wish["need"] for wish in part.wishes] == [open_need[0].need_id, hidden.id]


def test_the_form_shows_every_wish_again_as_it_was_said(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        scene, company, _ = make_open(session)
        user = make_user(session, scene.body, Role.SME, company_id=company.id)
        buyer = session.get_one(Company, scene.buyers[0].company_id)
        hidden = make_need(session, buyer, title="社名を伏せた案件", buyer_anonymous=True)
        named = said(scene, session, 0).wishes[0].need_id
        wanted = {"wish_1": str(named), "wish_2": str(hidden.id), "reason_2": "得意な加工です"}
    address = f"/events/{scene.event.id}/apply"
    form = {
        "attendee": "山田", "day_phone": "090-1111-2222", "mode": "web", "equipment": "own",
        "lanes": "1", "free": [str(slot.id) for slot in scene.slots],
    }  # fmt: skip
    assert client.sign_in(user.id).post(address, form | wanted).status_code == 302
    page = client.get(address).text
    assert f'<option value="{hidden.id}" selected' in page or f'selected value="{hidden.id}"' in page
    assert "得意な加工です" in page


@pytest.mark.parametrize("days", [-2, 4])
def test_managers_apply_only_while_the_call_is_open_but_coordinators_also_later(
    session: Session, days: int
) -> None:
    scene, company, manager = make_open(session)
    when = NOW + timedelta(days=days)
    if days > 0:
        with pytest.raises(ConflictError, match="終わりました"):
            apply(
                session, manager, scene.event.id, said(scene, session), company_id=company.id, now=when
            )
    else:
        with pytest.raises(NotFoundError):
            apply(
                session, manager, scene.event.id, said(scene, session), company_id=company.id, now=when
            )
    part = apply(
        session, scene.actor, scene.event.id, said(scene, session), company_id=company.id, now=when
    )
    assert part.by_proxy


def test_nobody_applies_for_a_company_of_another_body(session: Session) -> None:
    scene, company, manager = make_open(session)
    stranger = make_company(session, make_body(session))
    other = make_actor(session, scene.body, Role.SME, company_id=make_company(session, scene.body).id)
    for actor, about in ((manager, stranger), (scene.actor, stranger), (other, company)):
        with pytest.raises(NotFoundError):
            apply(session, actor, scene.event.id, said(scene, session), company_id=about.id, now=NOW)


def test_no_company_stands_on_both_sides(session: Session) -> None:
    scene, company, _ = make_open(session)
    company.is_buyer = True
    buyer = session.get_one(Company, scene.buyers[0].company_id)
    buyer.is_sme = True
    session.flush()
    with pytest.raises(InvalidError, match="両方の側"):
        apply(session, scene.actor, scene.event.id, said(scene, session), company_id=buyer.id, now=NOW)
    apply(session, scene.actor, scene.event.id, said(scene, session), company_id=company.id, now=NOW)
    with pytest.raises(InvalidError, match="両方の側"):
        invite_buyer(session, scene.actor, scene.event.id, BuyerDraft(), company_id=company.id, now=NOW)


def test_free_time_keeps_at_least_one_slot_and_never_drops_a_placed_one(session: Session) -> None:
    scene, company, manager = make_open(session)
    every = frozenset(slot.id for slot in scene.slots)
    with pytest.raises(InvalidError, match="1つ以上"):
        apply(
            session, manager, scene.event.id, said(scene, session, unavailable=every),
            company_id=company.id, now=NOW,
        )  # fmt: skip
    part = apply(
        session, manager, scene.event.id, said(scene, session, 0), company_id=company.id, now=NOW
    )
    candidate = session.scalars(select(Candidate)).one()
    make_placement(session, candidate, scene.slots[1])
    taken = frozenset({scene.slots[1].id})
    with pytest.raises(InvalidError, match="10:25"):
        apply(
            session, manager, scene.event.id, said(scene, session, 0, unavailable=taken),
            company_id=company.id, now=NOW,
        )  # fmt: skip
    assert part.id == candidate.sme_id


def test_decisions_are_told_and_a_refused_company_cannot_apply_again_by_itself(
    session: Session,
) -> None:
    scene, company, manager = make_open(session)
    part = apply(session, manager, scene.event.id, said(scene, session), company_id=company.id, now=NOW)
    accept(session, scene.actor, part.id, now=NOW)
    assert part.state is ParticipantState.ACCEPTED
    with pytest.raises(InvalidError):
        refuse(session, scene.actor, part.id, reason="", now=NOW, site=SITE)
    refuse(session, scene.actor, part.id, reason="定員のため", now=NOW, site=SITE)
    mails = session.scalars(select(OutboxMail).order_by(OutboxMail.id)).all()
    assert ["お受けしました" in mails[0].subject, "定員のため" in mails[1].text] == [True, True]
    with pytest.raises(ConflictError):
        apply(session, manager, scene.event.id, said(scene, session), company_id=company.id, now=NOW)
    with pytest.raises(ConflictError):
        withdraw(session, manager, part.id, reason="やはり辞退", now=NOW, site=SITE)
    assert (part.state, part.reason) == (ParticipantState.REFUSED, "定員のため")


def test_withdrawing_frees_the_draft_and_the_log_knows(session: Session) -> None:
    scene = make_event(session)
    make_placement(session, scene.pair(0, 0), scene.slots[0])
    make_placement(session, scene.pair(1, 0), scene.slots[1])
    make_placement(session, scene.pair(0, 1), scene.slots[1])
    withdraw(session, scene.actor, scene.smes[0].id, reason="急用", now=NOW, site=SITE)
    left = session.scalars(select(Placement.candidate_id)).all()
    assert left == [scene.pair(0, 1).id]
    change = session.scalars(select(TimetableChange)).one()
    assert (change.kind, len(change.steps)) == (ChangeKind.UNPLACE, 2)


def test_only_the_body_of_a_company_decides_about_it(session: Session) -> None:
    scene = make_event(session)
    guest = make_body(session)
    part = make_participant(session, scene.event, Side.SME, body=guest)
    with pytest.raises(NotFoundError):
        accept(session, scene.actor, part.id, now=NOW)


def test_a_manager_applies_on_the_phone_page(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        scene, company, _ = make_open(session)
        user = make_user(session, scene.body, Role.SME, company_id=company.id)
        wish = list_wishable(session, scene.event)[0].key
        free = [str(slot.id) for slot in scene.slots[:2]]
    client.sign_in(user.id)
    address = f"/events/{scene.event.id}/apply"
    assert client.get(address).status_code == 200
    form = {
        "attendee": "山田", "day_phone": "090", "mode": "web", "equipment": "hosted_room",
        "free": free, "wish_1": wish, "reason_1": "切削が得意",
    }  # fmt: skip
    refused = client.post(address, form | {"attendee": ""})
    assert refused.status_code == 422
    assert "切削が得意" in refused.text
    assert client.post(address, form).status_code == 302
    again = client.get(address).text
    assert "切削が得意" in again
    assert f'<option value="{wish}" selected>' in again
    assert "申込あり" in client.get(f"/events/{scene.event.id}").text


def test_a_coordinator_invites_and_decides_in_the_browser(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        scene = make_event(session)
        buyer = make_company(session, scene.body, is_buyer=True, is_sme=False, name="招待工業")
    client.sign_in(scene.coordinator.id)
    home = f"/events/{scene.event.id}"
    assert "招待工業" in client.get(f"{home}/companies?side=buyer&q=招待").text
    form = {"lanes": "2", "mode": "web", "free": [str(slot.id) for slot in scene.slots]}
    assert client.get(f"{home}/invite/{buyer.id}").status_code == 200
    assert client.post(f"{home}/invite/{buyer.id}", form).status_code == 302
    assert "招待工業" in client.get(f"{home}/participants").text
    part = scene.smes[0].id
    assert client.get(f"/events/participants/{part}").status_code == 200
    for decision in ("refuse", "withdraw", "accept"):
        address = f"/events/participants/{part}/{decision}"
        assert client.get(address).status_code == 200
        assert client.post(address, {"reason": "都合"}).status_code == 302


def test_a_manager_takes_the_application_back_while_the_call_is_open(
    client: Client, database: Database, clock: Clock
) -> None:
    with database.unit_of_work() as session:
        scene, company, manager = make_open(session)
        apply(session, manager, scene.event.id, said(scene, session), company_id=company.id, now=NOW)
        user = make_user(session, scene.body, Role.SME, company_id=company.id)
    address = f"/events/{scene.event.id}/withdraw"
    assert address in client.sign_in(user.id).get(f"/events/{scene.event.id}").text
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "人手が足りない"}).status_code == 302
    with database.reading() as session:
        state = session.scalars(select(Participant.state).where(Participant.company_id == company.id))
        assert state.one() is ParticipantState.WITHDRAWN
    clock.now += timedelta(days=4)
    late = client.sign_in(user.id).post(address, {"reason": "都合が悪い"})
    assert late.status_code == 409
    assert "お電話ください" in late.text


def test_a_buyer_names_whom_it_avoids_and_where_it_sits(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        scene = make_event(session)
        buyer, sme = scene.buyers[0], scene.smes[0]
        slots = [str(slot.id) for slot in scene.slots]
        name = session.get_one(Company, sme.company_id).name
    client.sign_in(scene.coordinator.id)
    address = f"/events/{scene.event.id}/invite/{buyer.company_id}"
    assert name in client.get(address).text
    form = {
        "lanes": "1", "mode": "web", "equipment": "hosted_room", "free": slots,
        "avoid": [str(sme.company_id)], "avoid_reason": "競合",
    }  # fmt: skip
    assert client.post(address, form).status_code == 302
    with database.reading() as session:
        event = get_event(session, scene.actor, scene.event.id, now=NOW)
        timetable = load_timetable(session, event)
        assert timetable.apart == {scene.pair(0, 0).id}
        assert timetable.participants[buyer.id].equipment is Equipment.HOSTED_ROOM


def test_smes_of_the_hosts_are_told_once_that_a_call_has_opened(database: Database) -> None:
    with database.unit_of_work() as session:
        scene, company, _ = make_open(session)
        stranger = make_company(session, make_body(session))
        make_contact(session, stranger)
        applied = make_company(session, scene.body)
        make_contact(session, applied)
        apply(
            session, scene.actor, scene.event.id, said(scene, session), company_id=applied.id, now=NOW
        )
    tell = partial(announce_calls, database, base_url="https://match.example.jp")
    assert tell(now=NOW - timedelta(days=2)) == 0, "the call has not opened"
    assert [tell(now=NOW), tell(now=NOW + timedelta(hours=1))] == [1, 0]
    with database.unit_of_work() as session:
        (mail,) = session.scalars(select(OutboxMail).where(OutboxMail.key.contains(":call:")))
        assert company.name in mail.to_name
        assert f"https://match.example.jp/events/{scene.event.id}" in mail.text
        make_contact(session, make_company(session, scene.body))
    assert tell(now=NOW + timedelta(hours=2)) == 1, "who came later"
    assert tell(now=NOW + timedelta(days=3)) == 0, "the call is closed"
