"""Reading the whole timetable of one event in a constant number of statements."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from sme_match.core.errors import NotFoundError
from sme_match.core.text import mark_text
from sme_match.events.enums import ChangeKind, EventMode
from sme_match.events.models import (
    Candidate,
    Event,
    EventSlot,
    Participant,
    Placement,
    TimetableChange,
    TimetableRun,
    UnavailableSlot,
)
from sme_match.events.queries.apart import kept_apart
from sme_match.meetings.enums import MeetingChannel, MeetingState
from sme_match.meetings.models import BookingCell, Meeting
from sme_match.meetings.policy import has_left_event
from sme_match.meetings.slots import cells_of

RUN_NOT_FOUND = mark_text("この計算は見つかりませんでした。")
K = TypeVar("K")
V = TypeVar("V")
OUTLIVING = frozenset(MeetingState) - {
    MeetingState.DECLINED,
    MeetingState.ABSENT,
    MeetingState.BROKEN_OFF,
    MeetingState.CANCELLED,
}
"""States in which a meeting goes on, or was held, although the timetable has no place for it."""
ORDINARY = frozenset(ChangeKind) - {ChangeKind.UNDO, ChangeKind.REDO}


@dataclass(frozen=True, slots=True)
class Timetable:
    """Everything that bears on the timetable of an event, as it stands."""

    event: Event
    participants: Mapping[int, Participant]
    candidates: Mapping[int, Candidate]
    placements: Mapping[int, Placement]
    """By candidate."""
    unavailable: Mapping[int, frozenset[int]]
    """Slots in which a participant cannot meet."""
    busy: Mapping[tuple[int, int], frozenset[int]]
    """Slots in which a lane of a company has a meeting that is none of the timetable."""
    apart: frozenset[int]
    """Candidates whose sides must not meet; who said so stays private."""
    settled: frozenset[int]
    """Candidates whose sides met, or have a meeting that was put off, without a place here."""
    slots: Mapping[int, EventSlot]
    aliases: Mapping[int, str] = field(default_factory=dict)
    """What stands for the names of participants that the reader does not see."""


def load_timetable(session: Session, event: Event) -> Timetable:
    """Return the timetable of an event that was read with its slots; nobody's view is cut here.

    After `lock_event` it is what stands until the transaction ends.
    """
    fresh = {"populate_existing": True}
    participants = session.scalars(
        select(Participant)
        .where(Participant.event_id == event.id)
        .options(joinedload(Participant.company))
        .order_by(Participant.id)
        .execution_options(**fresh)
    )
    placements = session.scalars(
        select(Placement)
        .where(Placement.event_id == event.id)
        .options(joinedload(Placement.meeting))
        .execution_options(**fresh)
    )
    placed = {placement.candidate_id: placement for placement in placements}
    candidates = session.scalars(
        select(Candidate)
        .where(
            Candidate.event_id == event.id,
            or_(Candidate.kept, Candidate.id.in_(_placed_candidates(event.id))),
        )
        .options(joinedload(Candidate.need))
        .order_by(Candidate.id)
        .execution_options(**fresh)
    )
    return Timetable(
        event=event,
        participants={participant.id: participant for participant in participants},
        candidates={candidate.id: candidate for candidate in candidates},
        placements=placed,
        unavailable=_unavailable(session, event),
        busy=_busy(session, event),
        apart=frozenset(session.scalars(kept_apart(event.id))),
        settled=frozenset(session.scalars(settled(event.id))),
        slots={slot.id: slot for slot in event.slots},
    )


def settled(event_id: int) -> Select[int]:
    """Return the query for pairs whose meeting of the event outlived its place in the timetable."""
    buyer, sme = aliased(Participant), aliased(Participant)
    return (
        select(Candidate.id)
        .join(buyer, buyer.id == Candidate.buyer_id)
        .join(sme, sme.id == Candidate.sme_id)
        .join(Meeting, (Meeting.company_id == sme.company_id) & (Meeting.buyer_id == buyer.company_id))
        .where(
            Candidate.event_id == event_id,
            Meeting.event_id == event_id,
            Meeting.state.in_(OUTLIVING),
            Meeting.id.not_in(
                select(Placement.meeting_id).where(
                    Placement.event_id == event_id, Placement.meeting_id.is_not(None)
                )
            ),
        )
    )


def channel_of(timetable: Timetable, pair: Candidate) -> MeetingChannel:
    """Return how a pair meets: in person where the event, and in a mixed one both sides, say so."""
    mode = timetable.event.mode
    if mode is EventMode.BOTH:
        sides = (timetable.participants[pair.buyer_id], timetable.participants[pair.sme_id])
        in_person = all(side.mode is EventMode.IN_PERSON for side in sides)
        return MeetingChannel.IN_PERSON if in_person else MeetingChannel.WEB
    return MeetingChannel.IN_PERSON if mode is EventMode.IN_PERSON else MeetingChannel.WEB


def list_changes(
    session: Session, event: Event
) -> tuple[TimetableChange | None, TimetableChange | None]:
    """Return the change that undo takes back, and the undo that redo takes back, if any."""
    standing = select(TimetableChange).where(
        TimetableChange.event_id == event.id, TimetableChange.undone_by_id.is_(None)
    )
    newest = TimetableChange.id.desc()
    undoable = session.scalar(
        standing.where(TimetableChange.kind != ChangeKind.UNDO).order_by(newest).limit(1)
    )
    ordinary = (
        select(func.coalesce(func.max(TimetableChange.id), 0))
        .where(TimetableChange.event_id == event.id, TimetableChange.kind.in_(ORDINARY))
        .scalar_subquery()
    )
    redoable = session.scalar(
        standing.where(TimetableChange.kind == ChangeKind.UNDO, TimetableChange.id > ordinary)
        .order_by(newest)
        .limit(1)
    )
    return undoable, redoable


def list_runs(session: Session, event: Event) -> list[TimetableRun]:
    """Return the runs of an event, the newest first."""
    return list(
        session.scalars(
            select(TimetableRun)
            .where(TimetableRun.event_id == event.id)
            .order_by(TimetableRun.id.desc())
        )
    )


def get_run(session: Session, event: Event, run_id: int) -> TimetableRun:
    """Return a run of an event that the actor may see.

    Raises:
        NotFoundError: when the event has no such run.
    """
    run = session.scalar(
        select(TimetableRun).where(TimetableRun.id == run_id, TimetableRun.event_id == event.id)
    )
    if run is None:
        raise NotFoundError(RUN_NOT_FOUND)
    return run


def _placed_candidates(event_id: int) -> Select[int]:
    return select(Placement.candidate_id).where(Placement.event_id == event_id)


def _unavailable(session: Session, event: Event) -> dict[int, frozenset[int]]:
    rows = session.execute(
        select(UnavailableSlot.participant_id, UnavailableSlot.slot_id)
        .join(EventSlot, EventSlot.id == UnavailableSlot.slot_id)
        .where(EventSlot.event_id == event.id)
    )
    return _grouped((participant, slot) for participant, slot in rows)


def _busy(session: Session, event: Event) -> dict[tuple[int, int], frozenset[int]]:
    slots_of: dict[int, list[int]] = defaultdict(list)
    for slot in event.slots:
        for cell in cells_of(slot.starts_at, slot.ends_at):
            slots_of[cell].append(slot.id)
    if not slots_of:
        return {}
    members = select(Participant.company_id).where(Participant.event_id == event.id)
    rows = session.execute(
        select(BookingCell.company_id, BookingCell.lane, BookingCell.cell)
        .join(Meeting, Meeting.id == BookingCell.meeting_id)
        .where(
            BookingCell.company_id.in_(members),
            BookingCell.cell.between(min(slots_of), max(slots_of)),
            or_(Meeting.event_id.is_(None), Meeting.event_id != event.id, has_left_event()),
        )
    )
    return _grouped(
        ((company, lane), slot) for company, lane, cell in rows for slot in slots_of.get(cell, ())
    )


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, frozenset[V]]:
    groups: dict[K, set[V]] = defaultdict(set)
    for key, value in pairs:
        groups[key].add(value)
    return {key: frozenset(values) for key, values in groups.items()}
