"""The region as a whole: its size, its sign-ins, and that it can be built again exactly."""

import hashlib
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sme_match.accounts.models import User
from sme_match.companies.models import Company
from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.demo.build import build_demo, list_sign_ins, summarise
from sme_match.matching.models import Proposal
from sme_match.meetings.models import Meeting
from sme_match.needs.enums import NeedState
from sme_match.needs.models import Need
from sme_match.outcomes.models import Outcome
from sme_match.schema import METADATA
from sme_match.support_bodies.models import SupportBody
from tests.demo.conftest import NOW, TODAY, build_region


def digest_of(session: Session) -> str:
    rows = hashlib.sha256()
    for table in METADATA.sorted_tables:
        for row in session.execute(select(table).order_by(*table.primary_key.columns)):
            rows.update(f"{table.name}{tuple(row)}".encode())
    return rows.hexdigest()


def digest_of_new_region(path: Path, *, today: date, seed: int) -> str:
    database = Database(f"sqlite:///{path}")
    METADATA.create_all(database.engine)
    with database.unit_of_work() as session:
        build_region(session, today=today, seed=seed)
        session.flush()
        found = digest_of(session)
    database.dispose()
    return found


def test_the_same_seed_and_day_give_the_same_rows(region: Session, tmp_path: Path) -> None:
    assert digest_of_new_region(tmp_path / "again.sqlite3", today=TODAY, seed=7) == digest_of(region)


def test_the_region_has_what_every_screen_needs(region: Session) -> None:
    summary = summarise(region)
    assert (summary.bodies, summary.smes, summary.buyers, summary.needs) == (4, 320, 44, 130)
    assert summary.held >= 180
    assert summary.outcomes >= summary.held * 0.9


@pytest.mark.parametrize("today", [date(2027, 1, 1), date(2026, 5, 2)], ids=["new year", "golden week"])
def test_the_region_can_be_built_on_any_day(tmp_path: Path, today: date) -> None:
    database = Database(f"sqlite:///{tmp_path / 'region.sqlite3'}")
    METADATA.create_all(database.engine)
    with database.unit_of_work() as session:
        summary = build_region(session, today=today, seed=today.year)
    database.dispose()
    assert (summary.smes, summary.needs) == (320, 130)
    assert summary.held >= 180


def test_without_matching_there_are_registers_but_no_proposals_and_meetings(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'plain.sqlite3'}")
    METADATA.create_all(database.engine)
    with database.unit_of_work() as session:
        build_demo(session, today=TODAY, now=NOW, password_hash="hash")
        counts = {
            table: session.scalar(select(func.count()).select_from(table))
            for table in (Company, Need, Proposal, Meeting, Outcome)
        }
    database.dispose()
    assert counts == {Company: 364, Need: 130, Proposal: 0, Meeting: 0, Outcome: 0}


def test_each_body_has_three_coordinators_a_lead_and_sme_managers(region: Session) -> None:
    bodies = region.scalars(select(SupportBody.id)).all()
    roles = Counter((user.body_id, user.role) for user in region.scalars(select(User)))
    assert [roles[body, Role.COORDINATOR] for body in bodies] == [3, 3, 3, 3]
    assert [roles[body, Role.LEAD] for body in bodies] == [1, 1, 1, 1]
    assert [roles[body, Role.SME] for body in bodies] == [8, 8, 8, 8]
    assert roles[None, Role.ADMINISTRATOR] == 1


def test_there_is_one_sign_in_for_each_role_of_each_body(region: Session) -> None:
    sign_ins = list_sign_ins(region)
    assert [(sign_in.role, sign_in.email) for sign_in in sign_ins[:3]] == [
        (Role.COORDINATOR, "coordinator@iwate.example.jp"),
        (Role.LEAD, "lead@iwate.example.jp"),
        (Role.SME, "sme@iwate.example.jp"),
    ]
    assert sign_ins[-1].email == "admin@example.jp"
    assert len(sign_ins) == 13


def test_needs_are_drafts_open_and_closed_over_three_fiscal_years(region: Session) -> None:
    states = Counter(region.scalars(select(Need.state)))
    assert states == {NeedState.DRAFT: 12, NeedState.OPEN: 30, NeedState.CLOSED: 88}
    assert {number[:6] for number in region.scalars(select(Need.number))} == {
        "N-2024",
        "N-2025",
        "N-2026",
    }
