"""The timetable as a page shows it: rows of desks, columns of slots, what is wrong, what is missing."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from sme_match.core.actor import Actor
from sme_match.core.clock import to_jst
from sme_match.events.enums import BuyerAnswer, EventState, ParticipantState, Side
from sme_match.events.faults import SHORT, Fault, fault_of, name_of, slot_time
from sme_match.events.models import Candidate, Event, EventSlot, Participant, Placement
from sme_match.events.problems import (
    is_wished,
    key_of,
    pair_of,
    placed_of,
    problem_of,
    takes_place,
)
from sme_match.events.queries.participants import list_unnamed
from sme_match.events.queries.timetable import Timetable, load_timetable
from sme_match.events.services.changing import free_place, violations_at
from sme_match.events.timetable.check import violations
from sme_match.events.timetable.explanation import explain
from sme_match.events.timetable.indexed import Indexed
from sme_match.events.timetable.problem import Problem
from sme_match.events.timetable.solution import CauseKind, Reason, Unmet


@dataclass(slots=True)
class Cell:
    """One desk in one slot."""

    slot: EventSlot
    placement: Placement | None = None
    candidate: Candidate | None = None
    sme: str = ""
    state: str = ""
    """ok: both sides wish it, ask: the buyer has not answered, cf: it breaks a rule."""
    away: bool = False
    """Whether the buyer cannot meet in it."""
    free: bool = False
    """Whether the picked meeting may go here."""
    why: str = ""
    """Why the picked meeting may not go here."""


@dataclass(frozen=True, slots=True)
class Row:
    """One desk of a buyer over all slots."""

    buyer: Participant
    name: str
    lane: int
    cells: list[Cell]
    picked: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """A wished meeting that is not in the timetable, and why."""

    candidate: Candidate
    buyer: str
    sme: str
    why: str


@dataclass(frozen=True, slots=True)
class Column:
    """One slot, and how much of it is used."""

    slot: EventSlot
    time: str
    until: str
    after_break: bool
    used: int
    full: bool


@dataclass(frozen=True, slots=True)
class Board:
    """Everything on the page of the timetable."""

    columns: list[Column]
    rows: list[Row]
    faults: list[Fault]
    waiting: list[Waiting]
    placed: int
    wished: int
    agreed: int
    without: list[str]
    """SMEs that take part and meet nobody."""
    rooms: int | None
    picked: Candidate | None
    picked_names: tuple[str, str] = ("", "")
    picked_at: Placement | None = None
    free: list[Column] = field(default_factory=list)


def read_timetable(session: Session, actor: Actor, event: Event) -> Timetable:
    """Return the timetable as staff of a host read it: whom they need not know has no name."""
    hidden = list_unnamed(session, actor, event)
    found = load_timetable(session, event)
    return replace(found, aliases=dict.fromkeys(hidden, str(_("社名は非公開"))))


def board_of(timetable: Timetable, *, picked: int | None = None) -> Board:
    """Return the board; with a picked candidate its row says where that may go."""
    choice = timetable.candidates.get(picked) if picked is not None else None
    problem = problem_of(timetable, also=[choice.id] if choice else [])
    broken = violations(problem, placed_of(timetable.placements.values()))
    faults = [fault_of(timetable, violation) for violation in broken]
    bad = {pair_of(key)[0] for violation in broken for key in violation.candidates}
    columns = _columns(timetable)
    rows = _rows(timetable, bad, choice)
    free: set[int] = set()
    if choice is not None:
        for row in rows:
            if row.buyer.id == choice.buyer_id:
                free |= _offer(timetable, problem, choice, row)
    wished = [pair for pair in timetable.candidates.values() if is_wished(timetable, pair)]
    met = Counter(placed.sme_id for placed in timetable.placements.values())
    return Board(
        columns=columns,
        rows=rows,
        faults=faults,
        waiting=_waiting(timetable),
        placed=len(timetable.placements),
        wished=len({pair.id for pair in wished} | set(timetable.placements)),
        agreed=sum(_state(timetable, placed) == "ok" for placed in timetable.placements.values()),
        without=[
            name_of(timetable, each)
            for each in timetable.participants.values()
            if each.side is Side.SME and each.state is ParticipantState.ACCEPTED and not met[each.id]
        ],
        rooms=timetable.event.rooms,
        picked=choice,
        picked_names=_names(timetable, choice) if choice else ("", ""),
        picked_at=timetable.placements.get(choice.id) if choice else None,
        free=[column for column in columns if column.slot.id in free],
    )


def places_of(timetable: Timetable, candidate: Candidate) -> list[Cell]:
    """Return every slot with what stands against it for a candidate: the page without script."""
    problem = problem_of(timetable, also=[candidate.id])
    present = timetable.placements.get(candidate.id)
    cells = []
    for slot in timetable.event.slots:
        cell = Cell(slot)
        to = free_place(timetable, candidate.id, slot.id)
        against = violations_at(timetable, problem, candidate.id, to)
        if present is not None and present.slot_id == slot.id:
            cell.placement = present
        elif against:
            fault = fault_of(timetable, against[0])
            cell.why = str(_(fault.message, **fault.values))
        else:
            cell.free = True
        cells.append(cell)
    return cells


def unmet_words(timetable: Timetable, unmet: Unmet) -> str:
    """Return why a wish has no place; pairs kept apart are not told from those that cannot meet."""
    pair = timetable.candidates[pair_of(unmet.candidate)[0]]
    buyer, sme = _names(timetable, pair)
    values: dict[str, object] = {
        "buyer": buyer,
        "sme": sme,
        "number": unmet.number or 0,
        "rank": unmet.rank,
    }
    words = {
        Reason.BUYER_FULL: _("%(buyer)sは%(number)s件で満席（次点%(rank)s番）", **values),
        Reason.ATTENDEE_FULL: _("%(sme)sは%(number)s件で上限", **values),
        Reason.NO_COMMON_SLOT: _("双方が参加できるコマがありません"),
        Reason.EXCLUDED: _("この組み合わせは置けません"),
        Reason.NO_FREE_SLOT: _("双方が同時に空いているコマがありません（次点%(rank)s番）", **values),
        Reason.NO_ROOM: _("空いているコマでは、支援機関の部屋が足りません"),
        Reason.NO_RESOURCE: _("空いているコマでは、付き添いの人が足りません"),
        Reason.NO_TABLE: _("空いているコマでは、会議室が足りません"),
        Reason.ORDER: _("空いているコマでは、順番が合いません"),
        Reason.NOT_CHOSEN: _("空いているコマがあります"),
    }
    return str(words.get(unmet.reason, _("空いているコマがあります")))


def _columns(timetable: Timetable) -> list[Column]:
    used = Counter(placed.slot_id for placed in timetable.placements.values() if takes_place(placed))
    rooms = timetable.event.rooms
    columns: list[Column] = []
    for slot in timetable.event.slots:
        before = columns[-1].slot if columns else None
        columns.append(
            Column(
                slot=slot,
                time=slot_time(timetable, slot.id),
                until=f"{to_jst(slot.ends_at):%H:%M}",
                after_break=before is not None and before.block != slot.block,
                used=used[slot.id],
                full=rooms is not None and used[slot.id] > rooms,
            )
        )
    return columns


def _rows(timetable: Timetable, bad: set[int], choice: Candidate | None) -> list[Row]:
    there: dict[tuple[int, int], dict[int, Placement]] = defaultdict(dict)
    most: Counter[int] = Counter()
    for placed in timetable.placements.values():
        there[placed.buyer_id, placed.buyer_lane][placed.slot_id] = placed
        most[placed.buyer_id] = max(most[placed.buyer_id], placed.buyer_lane)
    buyers = [
        each
        for each in timetable.participants.values()
        if each.side is Side.BUYER and (each.state is ParticipantState.ACCEPTED or most[each.id])
    ]
    rows = []
    for buyer in buyers:
        away = timetable.unavailable.get(buyer.id, frozenset())
        for lane in range(1, max(buyer.lanes, most[buyer.id]) + 1):
            cells = []
            for slot in timetable.event.slots:
                cell = Cell(slot, there[buyer.id, lane].get(slot.id), away=slot.id in away)
                if cell.placement is not None:
                    cell.candidate = timetable.candidates[cell.placement.candidate_id]
                    cell.sme = name_of(timetable, timetable.participants[cell.placement.sme_id])
                    broken = cell.candidate.id in bad
                    cell.state = "cf" if broken else _state(timetable, cell.placement)
                cells.append(cell)
            picked = choice is not None and choice.buyer_id == buyer.id
            rows.append(Row(buyer, name_of(timetable, buyer), lane, cells, picked))
    return rows


def _offer(timetable: Timetable, problem: Problem, choice: Candidate, row: Row) -> set[int]:
    found = set()
    for cell in row.cells:
        if cell.placement is not None:
            continue
        to = free_place(timetable, choice.id, cell.slot.id, buyer_lane=row.lane)
        against = violations_at(timetable, problem, choice.id, to)
        cell.free = not against
        cell.why = (
            str(_(SHORT.get(against[0].rule, SHORT[CauseKind.CANDIDATE_SLOTS]))) if against else ""
        )
        if cell.free:
            found.add(cell.slot.id)
    return found


def _waiting(timetable: Timetable) -> list[Waiting]:
    problem = problem_of(timetable, wished_only=True)
    indexed = Indexed(problem)
    slots = {
        indexed.candidate_of[key_of(each.candidate_id, each.sme_lane)]: indexed.slot_of[each.slot_id]
        for each in timetable.placements.values()
    }
    reasons: dict[int, Unmet] = {}
    for unmet in explain(indexed, slots):
        reasons.setdefault(pair_of(unmet.candidate)[0], unmet)
    waiting = []
    for key, unmet in reasons.items():
        pair = timetable.candidates[key]
        if key in timetable.placements:
            continue
        why = unmet_words(timetable, unmet)
        if pair.answer is None:
            why = _("%(why)s。委託側の返事はまだです", why=why)
        waiting.append(Waiting(pair, *_names(timetable, pair), why))
    return sorted(waiting, key=lambda each: (each.candidate.answer is not BuyerAnswer.MUST, each.buyer))


def _state(timetable: Timetable, placed: Placement) -> str:
    pair = timetable.candidates[placed.candidate_id]
    published = timetable.event.state is not EventState.PREPARING
    return "ok" if published or pair.answer in {BuyerAnswer.MUST, BuyerAnswer.WANT} else "ask"


def _names(timetable: Timetable, pair: Candidate) -> tuple[str, str]:
    sides = (pair.buyer_id, pair.sme_id)
    buyer, sme = (name_of(timetable, timetable.participants[side]) for side in sides)
    return buyer, sme
