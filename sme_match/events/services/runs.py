"""Runs of the solver: wished for here, solved by the scheduler, compared and applied here."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sme_match.audit.services import record
from sme_match.core.actor import Actor
from sme_match.core.errors import ConflictError, InvalidError
from sme_match.core.text import mark_text
from sme_match.events.enums import ChangeKind, RunKind, RunState
from sme_match.events.models import Event, TimetableChange, TimetableRun
from sme_match.events.queries.timetable import Timetable, get_run
from sme_match.events.services.changing import CHANGED, Place, Step, open_timetable, steps_to
from sme_match.events.services.timetable import apply_places
from sme_match.meetings.messages import Site

LIMITS = (10, 30, 60, 120)
"""Time limits that may be chosen, in seconds."""
LETTERS = 26
UNDER_WAY = mark_text("計算中です。終わるか、止めてから、次の計算を始めてください。")
BAD_LIMIT = mark_text("計算の時間を選んでください。")
NOT_SOLVED = mark_text("この計算には、使える時間割がありません。")
NOTHING_NEW = mark_text("いまの時間割と同じです。")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a run is asked for."""

    kind: RunKind = RunKind.FRESH
    seed: int = 0
    limit: int = LIMITS[0]


def wish_run(
    session: Session, actor: Actor, event_id: int, wish: Wish, *, now: datetime
) -> TimetableRun:
    """Ask the scheduler for a run.

    Raises:
        NotFoundError, NotAllowedError: as `open_timetable`.
        ConflictError: when another run of the event is under way.
        InvalidError: for a limit that cannot be chosen.
    """
    timetable = open_timetable(session, actor, event_id, now=now)
    event = timetable.event
    if wish.limit not in LIMITS:
        raise InvalidError(BAD_LIMIT, field="limit")
    under_way = session.scalar(
        select(TimetableRun.id)
        .where(
            TimetableRun.event_id == event.id,
            TimetableRun.state.in_([RunState.QUEUED, RunState.RUNNING]),
        )
        .limit(1)
    )
    if under_way is not None:
        raise ConflictError(UNDER_WAY)
    return _add(session, actor, event, wish, now=now)


def ask_for_repair(session: Session, actor: Actor, event: Event, *, now: datetime) -> None:
    """Ask for a repair of a locked event's timetable that a company has left, whoever looks after it.

    It waits behind a run under way, which does not know yet who left; one that waits already is enough.
    """
    waiting = session.scalar(
        select(TimetableRun.id).where(
            TimetableRun.event_id == event.id,
            TimetableRun.state == RunState.QUEUED,
            TimetableRun.kind == RunKind.REPAIR,
        )
    )
    if waiting is None:
        _add(session, actor, event, Wish(RunKind.REPAIR), now=now)


def stop_run(session: Session, actor: Actor, event_id: int, run_id: int, *, now: datetime) -> None:
    """Ask a run to stop; what it has found by then is kept. One that waits is taken back at once.

    Raises:
        NotFoundError, NotAllowedError, ConflictError: as `open_timetable`.
    """
    timetable = open_timetable(session, actor, event_id, now=now)
    run = get_run(session, timetable.event, run_id)
    ask_to_stop(run, now)
    _note(session, actor, timetable.event, run, "event.run_stop", now=now)


def ask_to_stop(run: TimetableRun, now: datetime) -> None:
    """Let a run end: one that waits at once, one that is solved when its worker hears of it."""
    run.stop_asked = True
    if run.state is RunState.QUEUED:
        run.state, run.ended_at = RunState.STOPPED, now


def difference(timetable: Timetable, run: TimetableRun) -> list[Step]:
    """Return what applying a run would change: who comes in, who moves, who falls out."""
    steps = steps_to(timetable, _places(timetable, run))
    return [
        step
        for step in steps
        if (step.before.slot if step.before else None) != (step.after.slot if step.after else None)
    ]


def apply_run(
    session: Session,
    actor: Actor,
    event_id: int,
    run_id: int,
    *,
    revision: int,
    now: datetime,
    site: Site,
) -> TimetableChange:
    """Make the timetable of the event that of the run, in one change that undo takes back.

    Raises:
        NotFoundError, NotAllowedError, ConflictError: as `open_timetable`; also ConflictError when the
            timetable changed since the coordinator saw the difference, or the run has none.
        InvalidError: when a rule has changed meanwhile, naming it.
    """
    timetable = open_timetable(session, actor, event_id, now=now)
    run = get_run(session, timetable.event, run_id)
    if timetable.event.revision != revision:
        raise ConflictError(CHANGED)
    if not run.meetings or run.state not in {RunState.DONE, RunState.STOPPED}:
        raise ConflictError(NOT_SOLVED)
    change = apply_places(
        session,
        actor,
        timetable,
        _places(timetable, run),
        kind=ChangeKind.APPLY,
        now=now,
        site=site,
    )
    if change is None:
        raise InvalidError(NOTHING_NEW)
    run.change_id = change.id
    return change


def _add(session: Session, actor: Actor, event: Event, wish: Wish, *, now: datetime) -> TimetableRun:
    count = session.scalar(
        select(func.count()).select_from(TimetableRun).where(TimetableRun.event_id == event.id)
    )
    run = TimetableRun(
        event_id=event.id,
        label=_label(count or 0),
        kind=wish.kind,
        settings={"seed": wish.seed, "limit": wish.limit},
        wished_at=now,
        wished_by=actor.user_id,
    )
    session.add(run)
    session.flush()
    _note(session, actor, event, run, "event.run_wish", now=now)
    return run


def _places(timetable: Timetable, run: TimetableRun) -> dict[int, Place]:
    """Return where the run put the pairs that still are candidates."""
    return {
        each["candidate"]: Place(
            each["slot"],
            each["buyer_lane"],
            each["sme_lane"],
            locked=(placed := timetable.placements.get(each["candidate"])) is not None
            and placed.locked,
        )
        for each in run.meetings
        if each["candidate"] in timetable.candidates
    }


def _label(count: int) -> str:
    """Return A to Z, then A2 to Z2, and so on."""
    round_, letter = divmod(count, LETTERS)
    return chr(ord("A") + letter) + (str(round_ + 1) if round_ else "")


def _note(
    session: Session,
    actor: Actor,
    event: Event,
    run: TimetableRun,
    action: str,
    *,
    now: datetime,
) -> None:
    record(
        session,
        actor,
        action=action,
        subject=("event", event.id),
        body_id=event.body_id,
        now=now,
        changes={"run": (None, run.label)},
    )
