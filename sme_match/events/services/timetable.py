"""What coordinators do with the timetable of an event, by hand, by undo and by applying a run.

Each change carries where the coordinator saw each meeting stand, and is refused when it stands
elsewhere by now: two people at once never overwrite each other silently.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from sme_match.core.actor import Actor
from sme_match.core.errors import ConflictError, InvalidError
from sme_match.core.text import mark_text
from sme_match.events.enums import ChangeKind
from sme_match.events.faults import slot_time
from sme_match.events.models import TimetableChange
from sme_match.events.queries.timetable import Timetable, list_changes
from sme_match.events.services.changing import (
    CHANGED,
    Place,
    Step,
    change,
    free_place,
    open_timetable,
    pair_in,
    place_of,
    read_place,
    steps_to,
)
from sme_match.meetings.messages import Site

MOVED_BY_OTHERS = mark_text(
    "ほかの人が先にこの商談を動かしました（いまは %(time)s）。"
    "いまの時間割を確かめて、もう一度行ってください。"
)
TAKEN_OUT_BY_OTHERS = mark_text(
    "ほかの人が先にこの商談を未割り当てに戻しました。いまの時間割を確かめて、もう一度行ってください。"
)
NO_SLOT = mark_text("コマを選んでください。")
SAME_PLACE = mark_text("いまと同じです。変えるところを選んでください。")
NOTHING_TO_UNDO = mark_text("元に戻す変更はありません。")
NOTHING_TO_REDO = mark_text("やり直す変更はありません。")


def place(
    session: Session,
    actor: Actor,
    event_id: int,
    candidate_id: int,
    *,
    slot_id: int | None,
    seen_slot: int | None,
    buyer_lane: int | None = None,
    now: datetime,
    site: Site,
) -> TimetableChange:
    """Put a candidate into a slot, or move it there; desks and attendees are chosen where free.

    Raises:
        NotFoundError, NotAllowedError, ConflictError: as `open_timetable`; also ConflictError when
            the meeting stands elsewhere than the coordinator saw, or is locked.
        InvalidError: when a rule forbids it, naming the rule.
    """
    timetable = open_timetable(session, actor, event_id, now=now)
    step = _step(timetable, candidate_id, seen_slot)
    if slot_id is None or slot_id not in timetable.slots:
        raise InvalidError(NO_SLOT, field="slot")
    to = free_place(timetable, candidate_id, slot_id, buyer_lane=buyer_lane)
    if step.before is not None and (step.before.slot, step.before.buyer_lane) == (
        slot_id,
        to.buyer_lane,
    ):
        raise InvalidError(SAME_PLACE, field="slot")
    kind = ChangeKind.PLACE if step.before is None else ChangeKind.MOVE
    return change(session, actor, timetable, [replace(step, after=to)], kind=kind, now=now, site=site)


def unplace(
    session: Session,
    actor: Actor,
    event_id: int,
    candidate_id: int,
    *,
    seen_slot: int | None,
    reason: str = "",
    now: datetime,
    site: Site,
) -> TimetableChange:
    """Take a meeting out of the timetable; a published one is called off with the reason.

    Raises:
        NotFoundError, NotAllowedError, ConflictError: as `place`.
        InvalidError: when it is not in the timetable.
    """
    timetable = open_timetable(session, actor, event_id, now=now)
    step = _step(timetable, candidate_id, seen_slot)
    if step.before is None:
        raise InvalidError(SAME_PLACE)
    return change(
        session, actor, timetable, [step], kind=ChangeKind.UNPLACE, reason=reason, now=now, site=site
    )


def swap(
    session: Session,
    actor: Actor,
    event_id: int,
    pair: tuple[int, int],
    *,
    seen_slots: tuple[int | None, int | None],
    now: datetime,
    site: Site,
) -> TimetableChange:
    """Let two meetings of the timetable change places.

    Raises:
        NotFoundError, NotAllowedError, ConflictError, InvalidError: as `place`.
    """
    timetable = open_timetable(session, actor, event_id, now=now)
    one, other = (_step(timetable, *seen) for seen in zip(pair, seen_slots, strict=True))
    if one.before is None or other.before is None or one.candidate == other.candidate:
        raise InvalidError(SAME_PLACE)
    rest = {key: each for key, each in timetable.placements.items() if key not in pair}
    freed = replace(timetable, placements=rest)
    same_buyer = pair_in(timetable, pair[0]).buyer_id == pair_in(timetable, pair[1]).buyer_id
    steps = [
        replace(
            step,
            after=free_place(
                freed, step.candidate, to.slot, buyer_lane=to.buyer_lane if same_buyer else None
            ),
        )
        for step, to in ((one, other.before), (other, one.before))
    ]
    return change(session, actor, timetable, steps, kind=ChangeKind.SWAP, now=now, site=site)


def set_locked(
    session: Session,
    actor: Actor,
    event_id: int,
    candidate_id: int,
    *,
    locked: bool,
    seen_slot: int | None,
    now: datetime,
    site: Site,
) -> TimetableChange:
    """Keep a meeting where it is, whatever runs propose; or let it go.

    Raises:
        NotFoundError, NotAllowedError, ConflictError, InvalidError: as `unplace`.
    """
    timetable = open_timetable(session, actor, event_id, now=now)
    step = _step(timetable, candidate_id, seen_slot)
    if step.before is None or step.before.locked is locked:
        raise InvalidError(SAME_PLACE)
    kind = ChangeKind.LOCK if locked else ChangeKind.UNLOCK
    steps = [replace(step, after=replace(step.before, locked=locked))]
    return change(session, actor, timetable, steps, kind=kind, now=now, site=site)


def apply_places(
    session: Session,
    actor: Actor,
    timetable: Timetable,
    places: Mapping[int, Place],
    *,
    kind: ChangeKind,
    reason: str = "",
    now: datetime,
    site: Site,
) -> TimetableChange | None:
    """Make an opened timetable hold these places and no others; None when it does already.

    Raises:
        ConflictError, InvalidError: as `place`.
    """
    steps = [step for step in steps_to(timetable, places) if step.before != step.after]
    if not steps:
        return None
    return change(session, actor, timetable, steps, kind=kind, reason=reason, now=now, site=site)


def undo(
    session: Session, actor: Actor, event_id: int, *, change_id: int, now: datetime, site: Site
) -> TimetableChange:
    """Take back the latest change, which the coordinator saw to be `change_id`.

    Raises:
        NotFoundError, NotAllowedError: as `open_timetable`.
        ConflictError: when there is none, or another one is the latest by now.
        InvalidError: when a rule has changed meanwhile and forbids the way back.
    """
    timetable = open_timetable(session, actor, event_id, now=now)
    latest, _ = list_changes(session, timetable.event)
    return _take_back(
        session, actor, timetable, latest, change_id, kind=ChangeKind.UNDO, now=now, site=site
    )


def redo(
    session: Session, actor: Actor, event_id: int, *, change_id: int, now: datetime, site: Site
) -> TimetableChange:
    """Do again what the latest undo, which the coordinator saw to be `change_id`, took back.

    Raises:
        NotFoundError, NotAllowedError, ConflictError, InvalidError: as `undo`.
    """
    timetable = open_timetable(session, actor, event_id, now=now)
    _, latest = list_changes(session, timetable.event)
    return _take_back(
        session, actor, timetable, latest, change_id, kind=ChangeKind.REDO, now=now, site=site
    )


def _take_back(
    session: Session,
    actor: Actor,
    timetable: Timetable,
    latest: TimetableChange | None,
    change_id: int,
    *,
    kind: ChangeKind,
    now: datetime,
    site: Site,
) -> TimetableChange:
    if latest is None:
        raise ConflictError(NOTHING_TO_UNDO if kind is ChangeKind.UNDO else NOTHING_TO_REDO)
    if latest.id != change_id:
        raise ConflictError(CHANGED)
    steps = [
        Step(step["candidate"], read_place(step["to"]), read_place(step["from"]))
        for step in latest.steps
    ]
    for step in steps:
        if place_of(timetable.placements.get(step.candidate)) != step.before:
            raise ConflictError(CHANGED)
    row = change(session, actor, timetable, steps, kind=kind, undoes=latest.id, now=now, site=site)
    latest.undone_by_id = row.id
    return row


def _step(timetable: Timetable, candidate_id: int, seen_slot: int | None) -> Step:
    """Return a step from where the coordinator saw the meeting, which must be where it stands."""
    pair_in(timetable, candidate_id)
    present = place_of(timetable.placements.get(candidate_id))
    if (present.slot if present else None) != seen_slot:
        if present is None:
            raise ConflictError(TAKEN_OUT_BY_OTHERS)
        raise ConflictError(MOVED_BY_OTHERS, time=slot_time(timetable, present.slot))
    return Step(candidate_id, present, None)
