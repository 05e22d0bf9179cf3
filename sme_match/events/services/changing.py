"""The one function that changes a timetable, and what it is told.

It locks the event first, so changes come one by one; breaks no rule that was kept before; and writes
the row whose inverse is undo. Once the timetable is published, the meetings change in the same
transaction and both sides are told.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from sme_match.audit.services import record
from sme_match.core.actor import Actor
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from sme_match.core.text import mark_text
from sme_match.events.enums import ChangeKind, EventState
from sme_match.events.faults import fault_of
from sme_match.events.models import Candidate, Placement, TimetableChange
from sme_match.events.policy import is_open, may_run
from sme_match.events.problems import (
    around,
    is_recorded,
    key_of,
    new_faults,
    placed_of,
    problem_of,
    within,
)
from sme_match.events.queries import lock_event
from sme_match.events.queries.timetable import Timetable, load_timetable
from sme_match.events.services.appointments import Move, carry_out
from sme_match.events.timetable.check import Violation
from sme_match.events.timetable.problem import Problem
from sme_match.events.timetable.solution import Placed
from sme_match.meetings.messages import Site

CHANGED = mark_text("ほかの人が時間割を変えました。いまの時間割を確かめて、もう一度行ってください。")
CLOSED = mark_text("終わった商談会・中止した商談会の時間割は変えられません。")
NO_CANDIDATE = mark_text("この商談の候補は見つかりませんでした。")
IS_LOCKED = mark_text("固定されている商談です。先に固定を外してください。")
PAST_SLOT = mark_text("もう始まったコマは変えられません。これからのコマを選んでください。")
RECORDED = mark_text(
    "結果を記録したか、持ち越して日時を決めなおす商談です。ほかのコマには移せません（未割り当てには戻せます）。"
)
CHANGED_REASON = "時間割の変更のため"
"""What the mail says when nobody gave a reason; mails are Japanese first."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a meeting stands; lanes count from 1."""

    slot: int
    buyer_lane: int = 1
    sme_lane: int = 1
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One candidate goes from where the coordinator saw it to another place; None: not placed."""

    candidate: int
    before: Place | None
    after: Place | None


def open_timetable(session: Session, actor: Actor, event_id: int, *, now: datetime) -> Timetable:
    """Lock an event for a change of its timetable and return this as it stands.

    Raises:
        NotFoundError: when the actor may not see the event.
        NotAllowedError: unless the actor coordinates at the body that runs it.
        ConflictError: when it is over or cancelled.
    """
    event = lock_event(session, actor, event_id, now=now)
    if not may_run(actor, event):
        raise NotAllowedError
    if not is_open(event):
        raise ConflictError(CLOSED)
    return load_timetable(session, event)


def free_place(
    timetable: Timetable, candidate_id: int, slot_id: int, *, buyer_lane: int | None = None
) -> Place:
    """Return the place in a slot with the first free desk and attendee, or the first of all."""
    pair = pair_in(timetable, candidate_id)
    buyer, sme = timetable.participants[pair.buyer_id], timetable.participants[pair.sme_id]
    there = [
        each
        for each in timetable.placements.values()
        if each.slot_id == slot_id and each.candidate_id != candidate_id
    ]
    desks = {each.buyer_lane for each in there if each.buyer_id == buyer.id}
    people = {each.sme_lane for each in there if each.sme_id == sme.id} | {
        lane
        for lane in range(1, sme.lanes + 1)
        if slot_id in timetable.busy.get((sme.company_id, lane), ())
    }
    present = timetable.placements.get(candidate_id)
    return Place(
        slot_id,
        buyer_lane or _first_free(desks, buyer.lanes),
        _first_free(people, sme.lanes),
        locked=present.locked if present else False,
    )


def violations_at(
    timetable: Timetable, problem: Problem, candidate_id: int, to: Place
) -> tuple[Violation, ...]:
    """Return the rules that stand against a place for a candidate; none where it may go there."""
    key = key_of(candidate_id, to.sme_lane)
    near = around(problem, placed_of(_others(timetable, {candidate_id})), key, to.slot)
    after = (*near, Placed(key, to.slot, to.buyer_lane - 1))
    return new_faults(within(problem, near, key), near, after)


def place_of(placement: Placement | None) -> Place | None:
    """Return where a placement stands."""
    if placement is None:
        return None
    return Place(placement.slot_id, placement.buyer_lane, placement.sme_lane, placement.locked)


def steps_to(timetable: Timetable, places: Mapping[int, Place]) -> list[Step]:
    """Return the way of each candidate from the present timetable to these places."""
    touched = sorted({*timetable.placements, *places})
    return [Step(key, place_of(timetable.placements.get(key)), places.get(key)) for key in touched]


def pair_in(timetable: Timetable, candidate_id: int) -> Candidate:
    """Return a candidate of the timetable.

    Raises:
        NotFoundError: when it has none such, or a coordinator took it out.
    """
    pair = timetable.candidates.get(candidate_id)
    if pair is None:
        raise NotFoundError(NO_CANDIDATE)
    return pair


def change(
    session: Session,
    actor: Actor,
    timetable: Timetable,
    steps: Sequence[Step],
    *,
    kind: ChangeKind,
    now: datetime,
    site: Site,
    undoes: int | None = None,
    reason: str = "",
    despite_locks: bool = False,
) -> TimetableChange:
    """Check and store a change of an opened timetable; all that changes one passes here.

    Raises:
        ConflictError: when a meeting is locked or has begun, or a company meets elsewhere by now.
        InvalidError: when it breaks a rule, naming the rule.
    """
    if not despite_locks:
        _check_locks(steps, kind)
    _check_places(timetable, steps)
    _check_times(timetable, steps, kind, now=now)
    _check_rules(timetable, steps)
    # What is recorded, or put off and arranged by itself, leaves its place, not its record.
    recorded = {key for key, placed in timetable.placements.items() if is_recorded(placed)}
    moves = _store(session, timetable, steps, now=now)
    moves = [move for move in moves if move.pair.id not in recorded]
    event = timetable.event
    if event.published_at is not None and event.state is EventState.PUBLISHED:
        carry_out(session, actor, timetable, moves, reason=reason or CHANGED_REASON, now=now, site=site)
    event.revision += 1
    event.updated_at = now
    row = TimetableChange(
        event_id=event.id,
        kind=kind,
        steps=[
            {"candidate": step.candidate, "from": _write(step.before), "to": _write(step.after)}
            for step in steps
        ],
        undoes_id=undoes,
        changed_at=now,
        changed_by=actor.user_id,
        changer_name=actor.name,
    )
    session.add(row)
    session.flush()
    record(
        session,
        actor,
        action=f"event.timetable_{kind}",
        subject=("event", event.id),
        body_id=event.body_id,
        now=now,
        changes={"change": (None, row.id)},
        note=reason,
    )
    return row


def read_place(stored: Mapping[str, Any] | None) -> Place | None:
    """Return a place as the log keeps it."""
    return None if stored is None else Place(**stored)


def _write(place: Place | None) -> dict[str, Any] | None:
    return None if place is None else asdict(place)


def _check_locks(steps: Sequence[Step], kind: ChangeKind) -> None:
    if kind in {ChangeKind.MOVE, ChangeKind.UNPLACE, ChangeKind.SWAP, ChangeKind.APPLY} and any(
        step.before is not None and step.before.locked for step in steps
    ):
        raise ConflictError(IS_LOCKED)


def _check_times(
    timetable: Timetable, steps: Sequence[Step], kind: ChangeKind, *, now: datetime
) -> None:
    if timetable.event.state is not EventState.PUBLISHED:
        return
    for step in steps:
        slots = [place.slot for place in (step.before, step.after) if place is not None]
        if len(set(slots)) == 1 and len(slots) > 1:
            continue
        placed = timetable.placements.get(step.candidate)
        if step.after is not None and placed is not None and is_recorded(placed):
            raise ConflictError(RECORDED)
        for slot in (timetable.slots[key] for key in slots):
            over = slot.ends_at if kind is ChangeKind.BACKFILL else slot.starts_at
            if over <= now:
                raise ConflictError(PAST_SLOT)


def _check_places(timetable: Timetable, steps: Sequence[Step]) -> None:
    """Refuse a slot or lane that the event has no longer."""
    for step in steps:
        sme = timetable.participants[pair_in(timetable, step.candidate).sme_id]
        if step.after is not None and (
            step.after.slot not in timetable.slots or step.after.sme_lane > sme.lanes
        ):
            raise ConflictError(CHANGED)


def _check_rules(timetable: Timetable, steps: Sequence[Step]) -> None:
    touched = {step.candidate for step in steps}
    problem = problem_of(timetable, also=touched)
    kept = placed_of(_others(timetable, touched))
    before = placed_of(timetable.placements.values())
    after = (*kept, *(_placed(step.candidate, step.after) for step in steps if step.after))
    for violation in new_faults(problem, before, after):
        fault = fault_of(timetable, violation)
        raise InvalidError(fault.message, field=None, **fault.values)


def _placed(candidate_id: int, place: Place) -> Placed:
    return Placed(key_of(candidate_id, place.sme_lane), place.slot, place.buyer_lane - 1)


def _others(timetable: Timetable, touched: Collection[int]) -> list[Placement]:
    return [each for key, each in timetable.placements.items() if key not in touched]


def _store(
    session: Session, timetable: Timetable, steps: Sequence[Step], *, now: datetime
) -> list[Move]:
    """Replace the touched rows at once: two that change places never stand in each other's way."""
    rows, moves = [], []
    for step in steps:
        pair, old = timetable.candidates[step.candidate], timetable.placements.get(step.candidate)
        if old is not None:
            session.expunge(old)
        meeting_id = old.meeting_id if old else None
        slot = timetable.slots[step.after.slot] if step.after else None
        lanes = (step.after.sme_lane, step.after.buyer_lane) if step.after else (1, 1)
        moves.append(Move(pair, meeting_id, slot, lanes))
        if step.after is None:
            continue
        rows.append(
            {
                "candidate_id": pair.id,
                "event_id": pair.event_id,
                "slot_id": step.after.slot,
                "buyer_id": pair.buyer_id,
                "buyer_lane": step.after.buyer_lane,
                "sme_id": pair.sme_id,
                "sme_lane": step.after.sme_lane,
                "locked": step.after.locked,
                "meeting_id": meeting_id,
                "buyer_here_at": old.buyer_here_at if old else None,
                "sme_here_at": old.sme_here_at if old else None,
                "placed_at": now,
            }
        )
    touched = [step.candidate for step in steps]
    session.execute(
        delete(Placement).where(Placement.candidate_id.in_(touched)),
        execution_options={"synchronize_session": False},
    )
    if rows:
        session.execute(insert(Placement), rows)
    return moves


def _first_free(taken: Collection[int], lanes: int) -> int:
    return next((lane for lane in range(1, lanes + 1) if lane not in taken), 1)
