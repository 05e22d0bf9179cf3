"""What is kept equals a fresh count after any change, and only what changed is read again."""

import random
from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from sme_match.audit.models import AuditEntry
from sme_match.audit.services import apply_changes
from sme_match.audit.services import record as log
from sme_match.companies.models import Company
from sme_match.companies.services.lifecycle import archive_company
from sme_match.core.clock import jst_date
from sme_match.db.scope import EVERY_BODY
from sme_match.db.session import Database
from sme_match.matching.enums import ProposalState, RejectionReason
from sme_match.matching.models import Proposal
from sme_match.matching.services.deciding import Decision, decide_proposal
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import Meeting
from sme_match.needs.enums import NeedState
from sme_match.needs.models import Need
from sme_match.needs.services import close_need, reopen_need
from sme_match.outcomes.enums import AmountSource, End, NoDealReason, Reporter, Stage
from sme_match.outcomes.services.reporting import report_outcome
from sme_match.statistics import kept_facts
from sme_match.statistics.dimensions import Dimension
from sme_match.statistics.facts import Facts, facts_of
from sme_match.statistics.filters import StatisticsFilter
from sme_match.statistics.kept_facts import recall_facts
from sme_match.statistics.queries import load_records
from sme_match.statistics.region import build_demand, build_refusals, build_region
from sme_match.statistics.report import Report
from sme_match.statistics.yearly.all_bodies import count_body, over_bodies
from sme_match.statistics.yearly.figures import count_year
from sme_match.statistics.yearly.services import count_years, make_report_of_all
from tests.factories import make_company, make_need
from tests.meetings.scenes import Scene, at, make_scene
from tests.outcomes.scenes import hold, said
from tests.queries import count_queries
from tests.statistics.scenes import contents, make_meeting, make_proposal

WHEN = at(9, 12)
YEARS = (2025, 2026, 2027)
FILTERS = (
    StatisticsFilter(period="fy2026"),
    StatisticsFilter(period="fy2026", prefecture="27", process="milling"),
)
Change = Callable[[Session, Scene, random.Random], object]


def _note(session: Session, scene: Scene, subject: tuple[str, int]) -> None:
    log(session, scene.actor, action="test", subject=subject, body_id=scene.body.id, now=WHEN)


def _pick(session: Session, model: Any, rng: random.Random) -> Any:
    return rng.choice(session.scalars(select(model).order_by(model.id)).all())


def report(session: Session, scene: Scene, rng: random.Random) -> None:
    meetings = session.scalars(select(Meeting).where(Meeting.state == MeetingState.HELD)).all()
    stage = rng.choice([0, 3, 6])
    values: dict[str, Any] = {}
    if stage == Stage.DEAL:
        values = {
            "first_order_yen": rng.randint(1, 9) * 10_000,
            "amount_source": AmountSource.BUYER_SAID,
        }
    elif rng.random() < 0.5:
        values = {"end": End.NO_DEAL, "reasons": (rng.choice(list(NoDealReason)),)}
    draft = said(Reporter.COORDINATOR, stage, **values)
    report_outcome(session, scene.actor, rng.choice(meetings).id, draft, now=WHEN)


def decide(session: Session, scene: Scene, rng: random.Random) -> None:
    new = session.scalars(select(Proposal).where(Proposal.live_meeting_id.is_(None))).all()
    if new:
        chosen = rng.choice(new)
        decision = rng.choice(
            [
                Decision(state=ProposalState.HELD),
                Decision(state=ProposalState.REJECTED, reason=RejectionReason.LOT),
            ]
        )
        decide_proposal(
            session, scene.actor, proposal_id=chosen.id, decision=decision,
            version=chosen.version, now=WHEN,
        )  # fmt: skip


def match(session: Session, scene: Scene, rng: random.Random) -> None:
    need, company = _pick(session, Need, rng), make_company(session, scene.body, prefecture_code="04")
    make_proposal(session, need, company, created_at=WHEN)
    _note(session, scene, ("company", company.id))
    _note(session, scene, ("need", need.id))


def match_in_vain(session: Session, scene: Scene, rng: random.Random) -> None:
    need = make_need(session, scene.buyer, process_code=rng.choice(["", "bending"]), created_at=WHEN)
    session.execute(delete(Proposal).where(Proposal.need_id == need.id))
    _note(session, scene, ("need", need.id))


def move(session: Session, scene: Scene, rng: random.Random) -> None:
    company = _pick(session, Company, rng)
    values = {
        "prefecture_code": rng.choice(["03", "13", "27"]),
        "employees": rng.choice([None, 3, 70]),
        "municipality_code": rng.choice(["", "03201", "27100"]),
    }
    changes = apply_changes(company, values)
    log(
        session, scene.actor, action="company.edit", subject=("company", company.id),
        body_id=scene.body.id, now=WHEN, changes=changes,
    )  # fmt: skip


def meet(session: Session, scene: Scene, rng: random.Random) -> None:
    company = make_company(session, scene.body, prefecture_code="13")
    _note(session, scene, ("company", company.id))
    meeting = make_meeting(session, _pick(session, Need, rng), company, at(-rng.randint(1, 100), 10))
    _note(session, scene, ("meeting", meeting.id))


def close_or_open(session: Session, scene: Scene, rng: random.Random) -> None:
    need = _pick(session, Need, rng)
    if need.state is NeedState.OPEN:
        close_need(session, scene.actor, need.id, now=WHEN)
    elif need.state is NeedState.CLOSED:
        reopen_need(session, scene.actor, need.id, now=WHEN)


def leave(session: Session, scene: Scene, _rng: random.Random) -> None:
    company = make_company(session, scene.body)
    archive_company(session, scene.actor, company.id, now=WHEN)


def import_file(session: Session, scene: Scene, rng: random.Random) -> None:
    meet(session, scene, rng)
    session.execute(delete(Meeting).where(Meeting.id == session.scalar(select(func.max(Meeting.id)))))
    make_need(session, scene.buyer, created_at=WHEN)
    _note(session, scene, ("register_import", 1))


CHANGES: tuple[Change, ...] = (
    report, decide, match, match_in_vain, move, meet, close_or_open, leave, import_file,
)  # fmt: skip


def everything(facts: Facts) -> list[object]:
    """All figures of all pages, under each filter."""
    today = jst_date(WHEN)
    found: list[object] = []
    for filters in FILTERS:
        figures: list[Any] = [
            build_demand(facts, filters, today=today),
            *(build_region(facts, filters, by, today=today) for by in Dimension),
            build_refusals(facts, filters, Dimension.PROCESS, today=today),
        ]
        found += [count_year(facts.pairs, facts.answers, year) for year in YEARS]
        found.append(contents(Report(facts, filters, today=today)))
        found += [{f.name: getattr(each, f.name) for f in fields(each)} for each in figures]
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_kept_equals_a_fresh_count_after_random_changes(database: Database, seed: int) -> None:
    rng = random.Random(seed)
    with database.unit_of_work() as session:
        scene = make_scene(session)
        hold(session, scene)
    for step in range(14):
        with database.unit_of_work() as session:
            for change in [CHANGES[step % len(CHANGES)], *rng.sample(CHANGES, rng.randint(0, 2))]:
                change(session, scene, rng)
        with database.reading() as session:
            kept = recall_facts(session, scene.actor, now=WHEN).facts
            fresh = facts_of(load_records(session, scene.actor))
            assert everything(kept) == everything(fresh), f"after step {step}"
            years = count_years(session, scene.actor, YEARS, now=WHEN)
            assert list(years) == [count_year(fresh.pairs, fresh.answers, year) for year in YEARS]
            for year in YEARS:
                counted = count_body(fresh.pairs, fresh.answers, year)
                bodies = [(scene.body.id, scene.body.name, counted)]
                found = make_report_of_all(session, year, now=WHEN + timedelta(minutes=step))
                assert found == over_bodies(bodies, year)


@pytest.fixture
def scene(database: Database) -> Scene:
    with database.unit_of_work() as session:
        made = make_scene(session)
        hold(session, made)
    return made


def test_a_change_reads_only_what_it_touched(database: Database, scene: Scene) -> None:
    with database.reading() as session:
        before = recall_facts(session, scene.actor, now=WHEN)
        with count_queries(database) as asked:
            assert recall_facts(session, scene.actor, now=WHEN) is before
        assert len(asked) == 1
    with database.unit_of_work() as session:
        _note(session, scene, ("user", scene.coordinator.id))
    with database.reading() as session:
        assert recall_facts(session, scene.actor, now=WHEN).facts is before.facts
    with database.unit_of_work() as session:
        _note(session, scene, ("need", scene.need.id))
    with (
        database.reading() as session,
        patch.object(kept_facts, "load_records", wraps=load_records) as read,
    ):
        recall_facts(session, scene.actor, now=WHEN)
    assert [call.kwargs.get("need_ids") for call in read.call_args_list] == [{scene.need.id}]


def test_a_change_leaves_the_figures_of_other_years_as_they_are(
    database: Database, scene: Scene
) -> None:
    with database.unit_of_work() as session:
        meet(session, scene, random.Random(1))
    with database.reading() as session:
        before = count_years(session, scene.actor, YEARS, now=WHEN)
    with database.unit_of_work() as session:
        report(session, scene, random.Random(1))
    with database.reading() as session:
        after = count_years(session, scene.actor, YEARS, now=WHEN)
    assert [then is now for then, now in zip(before, after, strict=True)] == [True, False, True]


def test_after_a_restored_backup_everything_is_read_anew(database: Database, scene: Scene) -> None:
    with database.reading() as session:
        kept = recall_facts(session, scene.actor, now=WHEN)
    kept.newest += 100  # of a log that was longer
    with database.unit_of_work() as session:
        make_need(session, scene.buyer, created_at=WHEN)
    with database.reading() as session:
        found = recall_facts(session, scene.actor, now=WHEN).facts
        assert len(found.needs) == len(facts_of(load_records(session, scene.actor)).needs)
        assert len(found.needs) == len(kept.facts.needs) + 1


def test_what_may_be_rolled_back_is_not_kept(database: Database, scene: Scene) -> None:
    with database.reading() as session:
        before = recall_facts(session, scene.actor, now=WHEN)
    with database.open_session(write=True, scope=EVERY_BODY) as session:
        meet(session, scene, random.Random(1))
        seen = recall_facts(session, scene.actor, now=WHEN)
        assert len(seen.facts.pairs) == len(before.facts.pairs) + 1
        session.rollback()
    with database.reading() as session:
        assert recall_facts(session, scene.actor, now=WHEN) is before


def test_an_entry_that_is_committed_late_is_found(database: Database, scene: Scene) -> None:
    with database.unit_of_work() as session:
        late = make_need(session, scene.buyer, created_at=WHEN)
        newest = session.scalar(select(func.max(AuditEntry.id))) or 0
        entry = {"at": WHEN, "body_id": scene.body.id, "actor_name": "", "actor_role": "",
                 "action": "test", "changes": {}}  # fmt: skip
        session.add(AuditEntry(id=newest + 1, subject_type="user", subject_id=1, **entry))
    with database.reading() as session:
        whole = len(recall_facts(session, scene.actor, now=WHEN).facts.needs)
    with database.unit_of_work() as session:
        session.add(AuditEntry(id=newest + 3, subject_type="user", subject_id=1, **entry))
    with database.reading() as session:
        kept = recall_facts(session, scene.actor, now=WHEN)
        assert set(kept.missing) == {newest + 2}
    with database.unit_of_work() as session:
        session.execute(delete(Need).where(Need.id == late.id))
        session.add(AuditEntry(id=newest + 2, subject_type="need", subject_id=late.id, **entry))
    with database.reading() as session:
        kept = recall_facts(session, scene.actor, now=WHEN + timedelta(minutes=1))
        assert (len(kept.facts.needs), dict(kept.missing)) == (whole - 1, {})


def test_an_entry_that_was_open_at_the_first_look_is_found(database: Database, scene: Scene) -> None:
    with database.unit_of_work() as session:
        newest = session.scalar(select(func.max(AuditEntry.id))) or 0
        entry = {"at": WHEN, "body_id": scene.body.id, "actor_name": "", "actor_role": "",
                 "action": "test", "changes": {}}  # fmt: skip
        session.add(AuditEntry(id=newest + 2, subject_type="user", subject_id=1, **entry))
    with database.reading() as session:
        whole = len(recall_facts(session, scene.actor, now=WHEN).facts.needs)
    with database.unit_of_work() as session:
        late = make_need(session, scene.buyer, created_at=WHEN)
        session.add(AuditEntry(id=newest + 1, subject_type="need", subject_id=late.id, **entry))
    with database.reading() as session:
        assert len(recall_facts(session, scene.actor, now=WHEN).facts.needs) == whole + 1
