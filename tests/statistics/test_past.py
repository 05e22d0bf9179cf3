"""Figures as they were known on a day: what is put right afterwards does not change them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from sme_match.audit.services import apply_changes, record
from sme_match.companies.models import Company
from sme_match.companies.services import CompanyDraft, archive_company, edit_company, restore_company
from sme_match.core.clock import jst_date
from sme_match.matching.enums import ProposalState
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.services.changing import DayRecord
from sme_match.needs.enums import NeedState
from sme_match.needs.queries import get_need
from sme_match.needs.register import NEED_REGISTER
from sme_match.needs.register.checking import draft_of
from sme_match.needs.services import edit_need, publish_need, unpublish_need
from sme_match.outcomes.enums import AmountSource, End, NoDealReason, Reporter
from sme_match.outcomes.services.documents import SeenDocument
from sme_match.outcomes.services.reporting import report_outcome
from sme_match.registers.enums import RowAction
from sme_match.registers.services import apply_import, read_file, start_import, undo_import
from sme_match.statistics.filters import StatisticsFilter
from sme_match.statistics.past import undo
from sme_match.statistics.queries import load_records
from sme_match.statistics.services import make_report
from tests.factories import make_buyer, make_company, make_need
from tests.meetings.scenes import Scene, at, confirm, make_proposal, make_scene
from tests.outcomes.scenes import hold, said
from tests.outcomes.scenes import record as record_meeting
from tests.registers.files import csv_file
from tests.statistics.scenes import contents

YESTERDAY = at(9, 18)
TODAY = at(10, 11)
DAY = jst_date(YESTERDAY)

VALUES = st.integers(0, 3)


@given(st.lists(st.dictionaries(st.sampled_from("abc"), VALUES, min_size=1)), st.data())
def test_undoing_later_changes_gives_any_earlier_state(
    writes: list[dict[str, int]], data: st.DataObject
) -> None:
    state: dict[str, int] = dict.fromkeys("abc", 0)
    states, entries = [dict(state)], []
    for write in writes:
        entries.append({name: (state[name], value) for name, value in write.items()})
        state |= write
        states.append(dict(state))
    moment = data.draw(st.integers(0, len(writes)))
    assert state | undo(entries[moment:]) == states[moment]


def _say(reporter: Reporter, stage: int, **values: Any) -> Callable[[Session, Scene, int], object]:
    def step(session: Session, scene: Scene, meeting_id: int) -> object:
        seen = SeenDocument(note="注文書の写しを見た")
        return report_outcome(
            session, scene.actor, meeting_id, said(reporter, stage, **values), now=TODAY, seen=seen
        )

    return step


def _other_place(session: Session, scene: Scene, _meeting_id: int) -> None:
    changes = apply_changes(scene.company, {"prefecture_code": "27"})
    record(
        session, scene.actor, action="company.edit", subject=("company", scene.company.id),
        body_id=scene.body.id, now=TODAY, changes=changes,
    )  # fmt: skip


def _new_records(session: Session, scene: Scene, _meeting_id: int) -> None:
    make_company(session, scene.body, created_at=TODAY)
    need = make_need(session, scene.buyer, created_at=TODAY)
    make_proposal(session, need, scene.company, created_at=TODAY, state=ProposalState.NEW)


def _other_buyer(session: Session, scene: Scene, _meeting_id: int) -> None:
    other = make_buyer(session, scene.body, prefecture_code="23", created_at=scene.buyer.created_at)
    session.expire_all()
    draft = replace(draft_of(get_need(session, scene.actor, scene.need.id)), buyer_id=other.id)
    edit_need(session, scene.actor, scene.need.id, draft, version=scene.need.version, now=TODAY)


def _no_longer_sme(session: Session, scene: Scene, _meeting_id: int) -> None:
    company = session.get_one(Company, scene.company.id, populate_existing=True)
    draft = CompanyDraft(**{name: getattr(company, name) for name in CompanyDraft.__slots__})
    changed = replace(draft, is_sme=not draft.is_sme, is_buyer=True)
    edit_company(session, scene.actor, company.id, changed, version=company.version, now=TODAY)


def _archived_or_restored(session: Session, scene: Scene, _meeting_id: int) -> None:
    company = session.get_one(Company, scene.company.id, populate_existing=True)
    turn = archive_company if company.archived_at is None else restore_company
    turn(session, scene.actor, company.id, now=TODAY)


def _sent_to_draft(session: Session, scene: Scene, _meeting_id: int) -> None:
    session.expire_all()
    move = unpublish_need if scene.need.state is NeedState.OPEN else publish_need
    move(session, scene.actor, scene.need.id, now=TODAY)


CORRECTIONS = (
    _say(Reporter.COORDINATOR, 6, first_order_yen=500_000, amount_source=AmountSource.DOCUMENT_SEEN),
    _say(Reporter.COORDINATOR, 1, end=End.NO_DEAL, reasons=(NoDealReason.PRICE,)),
    _other_place,
    _new_records,
    _other_buyer,
    _no_longer_sme,
    _sent_to_draft,
)


def test_yesterdays_report_is_reproduced_after_todays_corrections(session: Session) -> None:
    scene = make_scene(session)
    meeting = hold(session, scene)
    report_outcome(
        session,
        scene.actor,
        meeting.id,
        said(Reporter.COORDINATOR, 4),
        now=YESTERDAY - timedelta(days=1),
    )
    filters = StatisticsFilter(period="fy2026")
    before = contents(make_report(session, scene.actor, filters, now=YESTERDAY))
    for correct in CORRECTIONS:
        correct(session, scene, meeting.id)
        session.flush()
        now = contents(make_report(session, scene.actor, filters, now=TODAY))
        assert now != before, "the correction shows today"
        known = StatisticsFilter(period="fy2026", known_on=DAY)
        assert contents(make_report(session, scene.actor, known, now=TODAY)) == before


@pytest.fixture
def reported(session: Session) -> tuple[Scene, int]:
    """A body with a meeting that was reported on, and a company that left the register."""
    scene = make_scene(session)
    meeting = hold(session, scene)
    early = YESTERDAY - timedelta(days=1)
    report_outcome(session, scene.actor, meeting.id, said(Reporter.COORDINATOR, 4), now=early)
    archive_company(session, scene.actor, scene.company.id, now=early)
    session.flush()
    return scene, meeting.id


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(order=st.lists(st.sampled_from((*CORRECTIONS, _archived_or_restored)), min_size=1, max_size=6))
def test_whatever_is_corrected_today_yesterdays_records_are_found_again(
    session: Session,
    reported: tuple[Scene, int],
    order: list[Callable[[Session, Scene, int], object]],
) -> None:
    scene, meeting_id = reported
    known_at = at(10, 0)
    before = load_records(session, scene.actor)
    assert load_records(session, scene.actor, known_at=known_at) == before
    today = session.begin_nested()
    try:
        for correct in order:
            correct(session, scene, meeting_id)
            session.flush()
        assert load_records(session, scene.actor, known_at=known_at) == before
    finally:
        today.rollback()
        session.expire_all()


def test_an_import_that_was_taken_back_changes_nothing_of_yesterday(session: Session) -> None:
    scene = make_scene(session)
    before = load_records(session, scene.actor)
    rows = [
        {"案件番号": scene.need.number, "件名": scene.need.title, "発注企業": "別の発注企業"},
        {"案件番号": "", "件名": "新しい案件", "発注企業": scene.buyer.name},
    ]
    file = read_file(NEED_REGISTER, filename="案件.csv", data=csv_file(rows))
    started = start_import(session, scene.actor, NEED_REGISTER, file, now=TODAY)
    decisions = {row["number"]: RowAction.UPDATE for row in started.rows[:1]}
    apply_import(session, scene.actor, NEED_REGISTER, started.id, decisions=decisions, now=TODAY)
    assert load_records(session, scene.actor) != before
    assert load_records(session, scene.actor, known_at=at(10, 0)) == before
    undo_import(session, scene.actor, NEED_REGISTER, started.id, now=TODAY)
    assert load_records(session, scene.actor, known_at=at(10, 0)) == before


def test_a_meeting_recorded_today_was_only_agreed_to_yesterday(session: Session) -> None:
    scene = make_scene(session)
    meeting = confirm(session, scene, at(10, 10))
    record_meeting(session, scene, meeting, DayRecord(result=MeetingState.HELD), now=TODAY)
    states = []
    for known_at in (at(0, 0), at(1, 0), at(10, 0), at(11, 0)):
        found = load_records(session, scene.actor, known_at=known_at)
        states.append([pair.meeting_state for pair in found.pairs])
    assert states == [[], ["confirmed"], ["confirmed"], ["held"]]


def test_before_the_first_record_nothing_was_known(session: Session) -> None:
    scene = make_scene(session)
    hold(session, scene)
    found = load_records(session, scene.actor, known_at=at(-400, 0))
    assert (found.needs, found.pairs, found.companies) == ((), (), {})


def test_the_day_stands_in_the_address() -> None:
    filters = StatisticsFilter(known_on=date(2026, 11, 19))
    assert filters.arguments()["known"] == "2026-11-19"
