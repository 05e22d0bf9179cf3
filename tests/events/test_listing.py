"""The lists of events: who sees which, and in which list."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from sme_match.core.actor import Actor, Role
from sme_match.core.clock import jst_date
from sme_match.db.session import Database
from sme_match.events.enums import EventMode, EventState, EventTab
from sme_match.events.models import Event, EventDay, EventHost
from sme_match.events.queries.listing import EventFilter, count_by_tab, list_events
from sme_match.support_bodies.models import SupportBody
from tests.client import Client
from tests.conftest import NOW
from tests.factories import make_actor, make_body, make_company, make_user

TODAY = jst_date(NOW)


def make_event(session: Session, body: SupportBody, *, on: date, **values: Any) -> Event:
    """An event of one day, without anybody taking part."""
    event = Event(
        **{
            "body_id": body.id,
            "name": "ものづくり商談会",
            "sme_call_from": NOW - timedelta(days=2),
            "sme_call_until": NOW + timedelta(days=2),
            "buyer_answer_until": NOW + timedelta(days=5),
            "created_at": NOW,
            "updated_at": NOW,
        }
        | values
    )
    event.hosts = [EventHost(body_id=body.id, added_at=NOW)]
    event.days = [
        EventDay(date=on, opens_at=time(10), closes_at=time(16), slot_minutes=20, change_over_minutes=5)
    ]
    session.add(event)
    session.flush()
    return event


def names(session: Session, actor: Actor, **filters: Any) -> list[str]:
    page = list_events(session, actor, EventFilter(**filters), page=1, now=NOW)
    return [event.name for event in page.items]


def test_each_event_stands_in_one_list_and_the_next_comes_first(session: Session) -> None:
    body = make_body(session)
    actor = make_actor(session, body)
    later, sooner = TODAY + timedelta(days=60), TODAY + timedelta(days=30)
    gone = TODAY - timedelta(days=1)
    make_event(session, body, on=later, name="後")
    make_event(session, body, on=sooner, name="先")
    make_event(session, body, on=TODAY, name="今日", state=EventState.PUBLISHED)
    make_event(session, body, on=gone, name="昨日", state=EventState.PUBLISHED)
    make_event(session, body, on=gone - timedelta(days=9), name="終了", state=EventState.ENDED)
    make_event(session, body, on=later, name="中止", state=EventState.CANCELLED)
    assert names(session, actor) == ["先", "後"]
    assert names(session, actor, tab=EventTab.PUBLISHED) == ["今日"]
    assert names(session, actor, tab=EventTab.PAST) == ["中止", "昨日", "終了"]
    assert count_by_tab(session, actor, EventFilter(), now=NOW) == {
        EventTab.PREPARING: 2,
        EventTab.PUBLISHED: 1,
        EventTab.PAST: 3,
    }


def test_the_filter_looks_for_words_of_the_name_and_the_mode(session: Session) -> None:
    body = make_body(session)
    actor = make_actor(session, body)
    make_event(session, body, on=TODAY, name="切削 商談会", name_en="Cutting Day", mode=EventMode.WEB)
    make_event(session, body, on=TODAY, name="めっき商談会", mode=EventMode.BOTH)
    assert names(session, actor, text="商談会 切削") == ["切削 商談会"]
    assert names(session, actor, text="cutting") == ["切削 商談会"]
    assert names(session, actor, mode=EventMode.BOTH) == ["めっき商談会"]
    assert names(session, actor, text="%") == []


def test_companies_of_the_hosts_see_it_from_the_day_the_call_opens(session: Session) -> None:
    host, other = make_body(session), make_body(session)
    managers = [
        make_actor(session, body, Role.SME, company_id=make_company(session, body).id)
        for body in (host, other)
    ]
    make_event(session, host, on=TODAY + timedelta(days=30), name="開")
    make_event(
        session, host, on=TODAY + timedelta(days=40), name="まだ", sme_call_from=NOW + timedelta(days=1)
    )
    assert [names(session, manager) for manager in managers] == [["開"], []]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_list_leads_to_the_event(client: Client, database: Database, language: str) -> None:
    with database.unit_of_work() as session:
        body = make_body(session)
        user = make_user(session, body, language=language)
        event = make_event(session, body, on=date(2026, 12, 10), name_en="Monozukuri Day")
    client.sign_in(user.id)
    page = client.get("/events/").text
    assert f'href="/events/{event.id}"' in page
    shown = client.get(f"/events/{event.id}").text
    words = (
        ("2026年12月10日（木）（令和8年）", "準備中")
        if language == "ja"
        else ("Reiwa 8", "Monozukuri Day")
    )
    assert all(word in shown for word in words)


def test_an_empty_list_says_why(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        user = make_user(session, make_body(session))
    client.sign_in(user.id)
    assert "準備中の商談会はありません。" in client.get("/events/").text
    assert "条件を減らすか" in client.get("/events/?q=ない&tab=past").text
