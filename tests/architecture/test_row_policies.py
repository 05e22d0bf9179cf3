"""Every table is under policies of PostgreSQL or says why not, and these take nothing from any page."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from config import load_settings
from sme_match.app import create_app
from sme_match.companies.models import CompanyShare
from sme_match.db.session import Database
from sme_match.events.enums import Side as EventSide
from sme_match.events.models import Candidate, EventHost, Participant
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import Meeting
from sme_match.needs.models import NeedShare
from sme_match.row_policies import ROW_POLICIES, UNDER_NONE
from sme_match.schema import METADATA
from tests.architecture.crawler import Crawl, read_all
from tests.architecture.ownership import OF_ALL
from tests.architecture.region import Side, build_side
from tests.architecture.roles import ANYONE, ROLES
from tests.conftest import NOW, Clock
from tests.postgresql import as_owner


def test_every_table_is_under_policies_or_says_why_not() -> None:
    kinds = [ROW_POLICIES.keys(), UNDER_NONE.keys(), OF_ALL]
    assert sorted(name for kind in kinds for name in kind) == sorted(METADATA.tables)


@pytest.fixture
def unlimited(database_url: str, app: Flask) -> Iterator[Flask]:
    """The same service, signed in to the database as a superuser, whom no policy holds."""
    url = as_owner(database_url)
    if url == database_url:
        pytest.skip("SQLite has no policies.")
    del app
    other = create_app(load_settings({"SME_MATCH_ENV": "test", "DATABASE_URL": url}), clock=Clock(NOW))
    other.config["WTF_CSRF_ENABLED"] = False
    yield other
    other.extensions["sme_match"].database.dispose()


def lend(session: Session, giver: Side, receiver: Side) -> None:
    """Let one body share a company and a need, ask the other to its event, and meet there."""
    ids, other = giver.ids, receiver.ids
    session.add_all(
        [
            CompanyShare(company_id=ids["company_id"], body_id=receiver.body.id, granted_at=NOW),
            NeedShare(need_id=ids["need_id"], body_id=receiver.body.id, granted_at=NOW),
            EventHost(event_id=ids["event_id"], body_id=receiver.body.id, added_at=NOW),
        ]
    )
    own = session.get_one(Participant, ids["participant_id"])
    guest = Participant(
        event_id=own.event_id, company_id=other["company_id"], body_id=receiver.body.id,
        side=EventSide.SME, state=own.state, attendee="客", pr_text="客",
    )  # fmt: skip
    session.add(guest)
    session.flush()
    pair = session.get_one(Candidate, ids["candidate_id"])
    session.add(
        Candidate(
            event_id=own.event_id, buyer_id=pair.buyer_id, sme_id=guest.id, need_id=pair.need_id,
            sme_rank=1, origin=pair.origin, sme_reason="客", created_at=NOW,
        )
    )  # fmt: skip
    at_event = (giver.body.id, ids["need_id"], other["company_id"], ids["buyer_id"], own.event_id)
    of_shared = (receiver.body.id, other["need_id"], ids["company_id"], other["buyer_id"], None)
    for body_id, need_id, company_id, buyer_id, event_id in (at_event, of_shared):
        session.add(
            Meeting(
                body_id=body_id, need_id=need_id, company_id=company_id, buyer_id=buyer_id,
                event_id=event_id, state=MeetingState.HELD, starts_at=NOW,
                ends_at=NOW + timedelta(hours=1), confirmed_at=NOW, created_at=NOW, updated_at=NOW,
                calendar_uid=f"{need_id}-{company_id}-{event_id}@example.jp",
            )
        )  # fmt: skip


def test_pages_show_all_that_they_show_where_no_policy_holds(
    app: Flask, unlimited: Flask, database: Database
) -> None:
    with database.unit_of_work() as session:
        sides = build_side(session, "こちら"), build_side(session, "あちら")
        lend(session, *sides)
        lend(session, *reversed(sides))
    here, there = sides
    # Whoever is here opens what is kept here, and what the other body keeps.
    for ids in (here.ids, there.ids):
        opened = replace(here, ids=ids)
        plan = Crawl(app, database, opened, there, canary="", roles=ROLES, anyone=ANYONE)
        free_plan = replace(plan, app=unlimited, browsers={})
        # Everybody is signed in to both before anything is read: leads read of it.
        assert [role for role, _ in plan.people()] == [role for role, _ in free_plan.people()]
        limited, free = read_all(plan), read_all(free_plan)
        differing = {path for role, path in free if limited[role, path] != free[role, path]}
        assert differing == {"/account"}, "it marks the sign-in by which it is read"
        assert sum(text.startswith("200") for text in free.values()) > 50
