"""Scheduled work of events: solving the timetables that coordinators wished for."""

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from sme_match.core.actor import SYSTEM
from sme_match.db.session import Database
from sme_match.events.enums import RunKind, RunState
from sme_match.events.models import Event, TimetableRun
from sme_match.events.problems import is_wished, pair_of, placed_of, problem_of
from sme_match.events.queries import get_event
from sme_match.events.queries.timetable import Timetable, load_timetable
from sme_match.events.timetable.budget import Progress
from sme_match.events.timetable.problem import Problem
from sme_match.events.timetable.solution import Placed, Solution
from sme_match.events.timetable.solve import repair, solve

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
HEARTBEAT_SECONDS = 1.0
PER_CENT = 100


@dataclass
class _Watch:
    """What the solver tells while it works, and whether it shall stop."""

    share: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    def hear(self, progress: Progress) -> None:
        self.share = progress.share


def solve_waiting(database: Database, *, owner: str, now_of: Callable[[], datetime]) -> int:
    """Solve the runs that wait, or whose worker gave no sign of life for a lease; return how many."""
    solved = 0
    while (run_id := _take(database, owner=owner, now=now_of())) is not None:
        _solve(database, run_id, owner=owner, now_of=now_of)
        solved += 1
    return solved


def _take(database: Database, *, owner: str, now: datetime) -> int | None:
    with database.unit_of_work() as session:
        run = session.scalar(
            select(TimetableRun)
            .where(
                or_(
                    TimetableRun.state == RunState.QUEUED,
                    and_(TimetableRun.state == RunState.RUNNING, TimetableRun.lease_until < now),
                )
            )
            .order_by(TimetableRun.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if run is None:
            return None
        run.state, run.worker, run.lease_until = RunState.RUNNING, owner, now + LEASE
        run.started_at, run.progress = now, 0
        return run.id


def _solve(database: Database, run_id: int, *, owner: str, now_of: Callable[[], datetime]) -> None:
    watch = _Watch()
    heart = threading.Thread(
        target=_beat, args=(database, run_id, owner, now_of, watch), name="timetable-run"
    )
    heart.start()
    try:
        with database.reading() as session:
            timetable, kind, settings = _read(session, run_id, now=now_of())
        problem = problem_of(timetable, wished_only=True, locks=True, now=now_of())
        work = partial(
            repair if kind is RunKind.REPAIR else _solve_anew,
            problem,
            placed_of(timetable.placements.values()),
            seed=int(settings["seed"]),
            limit=float(settings["limit"]),
        )
        values = _result(timetable, work(progress=watch.hear, stop=watch.stop.is_set))
        values["state"] = RunState.STOPPED if watch.stop.is_set() else RunState.DONE
    except Exception:
        # Whoever waits must learn that nothing comes; the log says why.
        log.exception("Timetable run %s failed", run_id)
        values = {"state": RunState.FAILED}
    finally:
        watch.ended.set()
        heart.join()
    with database.unit_of_work() as session:
        session.execute(
            update(TimetableRun)
            .where(TimetableRun.id == run_id, TimetableRun.worker == owner)
            .values(**values, progress=PER_CENT, ended_at=now_of(), lease_until=None)
        )


def _solve_anew(
    problem: Problem,
    placed: Iterable[Placed],
    *,
    seed: int,
    limit: float,
    progress: Callable[[Progress], None] | None,
    stop: Callable[[], bool] | None,
) -> Solution:
    del placed
    return solve(problem, seed=seed, limit=limit, progress=progress, stop=stop)


def _beat(
    database: Database, run_id: int, owner: str, now_of: Callable[[], datetime], watch: _Watch
) -> None:
    """Keep the lease, tell the progress, hear whether a person asked to stop or somebody took over."""
    while not watch.ended.wait(HEARTBEAT_SECONDS):
        try:
            with database.unit_of_work() as session:
                run = session.get(TimetableRun, run_id)
                if run is None or run.worker != owner or run.stop_asked:
                    watch.stop.set()
                if run is not None and run.worker == owner:
                    run.progress = int(watch.share * PER_CENT)
                    run.lease_until = now_of() + LEASE
        except Exception:
            # A database that does not answer for a moment must not end the search.
            log.exception("Timetable run %s could not tell its progress", run_id)


def _read(session: Session, run_id: int, *, now: datetime) -> tuple[Timetable, RunKind, dict[str, Any]]:
    run = session.get_one(TimetableRun, run_id)
    event: Event = get_event(session, SYSTEM, run.event_id, now=now)
    return load_timetable(session, event), run.kind, run.settings


def _result(timetable: Timetable, found: Solution) -> dict[str, Any]:
    meetings: list[dict[str, int]] = []
    for meeting in found.meetings:
        candidate, lane = pair_of(meeting.candidate)
        meetings.append(
            {
                "candidate": candidate,
                "slot": int(meeting.slot),
                "buyer_lane": meeting.lane + 1,
                "sme_lane": lane,
            }
        )
    held = {meeting["candidate"] for meeting in meetings}
    unmet = {
        pair_of(each.candidate)[0]: asdict(each)
        for each in found.unmet
        if pair_of(each.candidate)[0] not in held
    }
    wished = [pair for pair in timetable.candidates.values() if is_wished(timetable, pair)]
    musts = [pair.id for pair in wished if pair.answer == "must"]
    met = {timetable.candidates[key].sme_id for key in held}
    wishing = {pair.sme_id for pair in wished}
    return {
        "meetings": meetings,
        "unmet": list(unmet.values()),
        "causes": [asdict(cause) for cause in found.causes],
        "best": {
            "status": found.status.value,
            "meetings": len(meetings),
            "wished": len(wished),
            "musts": len(musts),
            "musts_met": sum(key in held for key in musts),
            "without": len(wishing - met),
            "breaks": found.objective.breaks,
            "score": found.objective.utility,
            "gap": round(found.gap * PER_CENT, 2),
            "seconds": round(found.seconds, 1),
        },
    }
