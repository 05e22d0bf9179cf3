"""The timetable of an event as the pure problem that the solver and the checker understand.

A pair with an SME of several attendees is a candidate per attendee there; keys are numbers in which
the last digit is the attendee. What stands in the timetable although it may not any more stays in
the problem, without a slot that is allowed: so the checker tells of it.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sme_match.core.clock import to_jst
from sme_match.events.enums import BuyerAnswer, Equipment, EventState, ParticipantState, Side
from sme_match.events.models import Candidate as Pair
from sme_match.events.models import EventSlot, Participant, Placement
from sme_match.events.queries.day import FELL_AWAY
from sme_match.events.queries.timetable import Timetable, channel_of
from sme_match.events.timetable.check import Violation, violations
from sme_match.events.timetable.problem import (
    Attendee,
    Buyer,
    Candidate,
    Key,
    Lock,
    Problem,
    Resource,
    Slot,
)
from sme_match.events.timetable.solution import Placed
from sme_match.meetings.enums import MeetingChannel, MeetingState
from sme_match.meetings.policy import is_of_timetable

HELPERS = "helpers"
LANES = 10
"""Lanes are one digit."""

# Worth of a meeting: both sides' wishes before the similarity of texts.
WORTH = 10
WORTH_OF_ANSWER = {BuyerAnswer.MUST: 60, BuyerAnswer.WANT: 30}
WORTH_OF_FIRST_RANK = 40
WORTH_PER_RANK = 10
SIMILARITY_PER_POINT = 5


def key_of(candidate_id: int, sme_lane: int) -> int:
    """Return the key of a pair with one of the SME's attendees."""
    return candidate_id * LANES + sme_lane


def pair_of(key: Key) -> tuple[int, int]:
    """Return the candidate and the SME's lane of a key."""
    return divmod(int(key), LANES)


@dataclass(frozen=True, slots=True)
class _Past:
    """What no run changes any more: slots that have begun, and the meetings that stay as they are.

    Limits are limits of what is still to come: what stands already counts, but never against a rule.
    """

    begun: frozenset[int] = frozenset()
    placed: Mapping[int, Placement] = field(default_factory=dict)
    """The placements that stay, by candidate."""
    bound: Mapping[tuple[int, int], frozenset[int]] = field(default_factory=dict)
    """Slots in which a participant is bound by them: by its attendees from 1, a buyer as 0."""
    held: Counter[int] = field(default_factory=Counter)
    """How many of them each participant has."""
    gone: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """By buyer, those that stand at desks it no longer has."""


def problem_of(
    timetable: Timetable,
    *,
    wished_only: bool = False,
    locks: bool = False,
    also: Collection[int] = (),
    now: datetime | None = None,
) -> Problem:
    """Return the problem: all pairs that people may place, or only those that somebody wishes.

    `also` are candidates that belong to it in any case. With `now`, what a published timetable held
    by then is locked, whatever any rule says of it today, and nothing new begins before.
    """
    past = _Past() if now is None else _past(timetable, now)
    buyers = [p for p in timetable.participants.values() if p.side is Side.BUYER]
    gone = [buyer for buyer in buyers if past.gone.get(buyer.id)]
    smes = [p for p in timetable.participants.values() if p.side is Side.SME]
    belongs = is_wished if wished_only else may_meet
    pairs = [
        pair
        for pair in timetable.candidates.values()
        if pair.id in timetable.placements or pair.id in also or belongs(timetable, pair)
    ]
    event = timetable.event
    lanes = _lanes(timetable)
    return Problem(
        slots=slots_of(event.slots),
        buyers=(
            *(_buyer(timetable, buyer, past) for buyer in buyers),
            *(_gone_desks(buyer, past) for buyer in gone),
        ),
        attendees=tuple(
            _attendee(timetable, sme, lane, past) for sme in smes for lane in lanes[sme.id]
        ),
        candidates=tuple(
            _candidate(timetable, pair, lane, past) for pair in pairs for lane in lanes[pair.sme_id]
        ),
        locks=tuple(
            Lock(key_of(placed.candidate_id, placed.sme_lane), placed.slot_id, placed.buyer_lane - 1)
            for placed in timetable.placements.values()
            if placed.locked or placed.candidate_id in past.placed
        )
        if locks
        else (),
        resources=(Resource(HELPERS, event.helpers),),
        exclusions=frozenset(
            (timetable.candidates[key].buyer_id, timetable.candidates[key].sme_id)
            for key in timetable.apart.difference(past.placed)
            if key in timetable.candidates
        ),
        alternatives=tuple(
            frozenset(key_of(pair.id, lane) for lane in lanes[pair.sme_id])
            for pair in pairs
            if len(lanes[pair.sme_id]) > 1
        ),
        company_limits=tuple(
            (sme.id, max(past.held[sme.id], min(event.sme_limit, sme.meeting_limit or event.sme_limit)))
            for sme in smes
        ),
        meetings_at_once=event.rooms,
        hosted_rooms=event.hosted_rooms,
        floor=event.floor,
    )


def placed_of(placements: Iterable[Placement]) -> tuple[Placed, ...]:
    """Return what stands in the timetable, in the words of the problem."""
    return tuple(
        Placed(key_of(each.candidate_id, each.sme_lane), each.slot_id, each.buyer_lane - 1)
        for each in placements
    )


def may_meet(timetable: Timetable, pair: Pair) -> bool:
    """Tell whether a pair may be placed at all: nobody fell out, said no or took it out.

    Nor does it meet by itself: two sides have one meeting in an event.
    """
    sides = (timetable.participants[pair.buyer_id], timetable.participants[pair.sme_id])
    taking_part = all(side.state is ParticipantState.ACCEPTED for side in sides)
    is_free = pair.kept and pair.id not in timetable.settled
    return taking_part and is_free and pair.answer is not BuyerAnswer.NO


def is_wished(timetable: Timetable, pair: Pair) -> bool:
    """Tell whether a side or the body wishes the meeting; runs place no others."""
    wished = pair.answer in WORTH_OF_ANSWER or pair.sme_rank is not None or bool(pair.reason)
    return wished and may_meet(timetable, pair)


def utility_of(pair: Pair) -> int:
    """Return the worth of a meeting."""
    rank = 0
    if pair.sme_rank is not None:
        rank = max(0, WORTH_OF_FIRST_RANK - WORTH_PER_RANK * (pair.sme_rank - 1))
    answer = WORTH_OF_ANSWER.get(pair.answer, 0) if pair.answer else 0
    return WORTH + answer + rank + int(pair.similarity or 0) // SIMILARITY_PER_POINT


def slots_of(slots: Sequence[EventSlot]) -> tuple[Slot, ...]:
    """Return the slots by days and minutes of Japan."""
    days: dict[object, int] = {}
    found = []
    for slot in slots:
        start, end = to_jst(slot.starts_at), to_jst(slot.ends_at)
        day = days.setdefault(start.date(), len(days))
        from_, until = (at.hour * 60 + at.minute for at in (start, end))
        found.append(Slot(slot.id, day, from_, until, slot.block))
    return tuple(found)


def new_faults(
    problem: Problem, before: Sequence[Placed], after: Sequence[Placed]
) -> tuple[Violation, ...]:
    """Return the rules that a change breaks; what was broken already and does not grow is not new.

    So a timetable that breaks a rule, because a company fell out or a limit was lowered, can be
    mended step by step.
    """
    old = [(fault.rule, fault.subject, fault.slot, set(fault.candidates)) for fault in
           violations(problem, before)]  # fmt: skip
    return tuple(
        fault
        for fault in violations(problem, after)
        if not any(
            (fault.rule, fault.subject, fault.slot) == known[:3] and set(fault.candidates) <= known[3]
            for known in old
        )
    )


def around(problem: Problem, placed: Sequence[Placed], key: Key, slot: Key) -> tuple[Placed, ...]:
    """Return the placed meetings that may stand in the way of a candidate in a slot.

    All rules of hand-made changes bind within a slot, a buyer or a company.
    """
    by_key = {candidate.key: candidate for candidate in problem.candidates}
    company = {attendee.key: attendee.company for attendee in problem.attendees}
    own = by_key[key]
    return tuple(
        each
        for each in placed
        if each.slot == slot
        or by_key[each.candidate].buyer == own.buyer
        or company[by_key[each.candidate].attendee] == company[own.attendee]
    )


def within(problem: Problem, placed: Sequence[Placed], key: Key) -> Problem:
    """Return the problem with only the candidates that are placed, and the one that shall be."""
    keys = {each.candidate for each in placed} | {key}
    return replace(
        problem,
        candidates=tuple(each for each in problem.candidates if each.key in keys),
        alternatives=tuple(group for group in problem.alternatives if group <= keys),
    )


def stays(timetable: Timetable, placed: Placement, now: datetime) -> bool:
    """Tell whether a placement of a published timetable has begun, or its meeting is recorded."""
    if timetable.event.state is not EventState.PUBLISHED:
        return False
    return is_recorded(placed) or timetable.slots[placed.slot_id].starts_at <= now


def is_recorded(placed: Placement) -> bool:
    """Tell whether the timetable has no say any more in the meeting of a placement.

    Somebody has recorded what became of it, or it was put off and is arranged by itself.
    """
    meeting = placed.meeting
    return meeting is not None and (
        meeting.state is not MeetingState.CONFIRMED or not is_of_timetable(meeting)
    )


def _past(timetable: Timetable, now: datetime) -> _Past:
    """Return what has begun of a published timetable, and what was recorded before its time."""
    if timetable.event.state is not EventState.PUBLISHED:
        return _Past()
    begun = frozenset(slot.id for slot in timetable.slots.values() if slot.starts_at <= now)
    kept = {
        key: placed for key, placed in timetable.placements.items() if stays(timetable, placed, now)
    }
    bound: dict[tuple[int, int], set[int]] = defaultdict(set)
    gone: dict[int, set[int]] = defaultdict(set)
    held: Counter[int] = Counter()
    for placed in kept.values():
        held.update((placed.buyer_id, placed.sme_id))
        if placed.buyer_lane > timetable.participants[placed.buyer_id].lanes:
            gone[placed.buyer_id].add(placed.candidate_id)
        bound[placed.buyer_id, 0].add(placed.slot_id)
        bound[placed.sme_id, placed.sme_lane].add(placed.slot_id)
    return _Past(
        begun,
        kept,
        bound={key: frozenset(slots) for key, slots in bound.items()},
        held=held,
        gone={key: frozenset(pairs) for key, pairs in gone.items()},
    )


def _buyer(timetable: Timetable, buyer: Participant, past: _Past) -> Buyer:
    busy = [timetable.busy.get((buyer.company_id, lane), frozenset()) for lane in range(1, LANES)]
    limit = _lowest(timetable.event.buyer_limit, buyer.meeting_limit)
    bound = past.bound.get((buyer.id, 0), frozenset())
    gone = past.gone.get(buyer.id, frozenset())
    return Buyer(
        key=buyer.id,
        available=_available(timetable, buyer).difference(*busy) | bound,
        lanes=buyer.lanes,
        limit=None if limit is None else max(limit, past.held[buyer.id]) - len(gone),
    )


def _gone_desks(buyer: Participant, past: _Past) -> Buyer:
    """Return the desks that a buyer had once, as if they were a buyer of their own."""
    return Buyer(key=-buyer.id, available=past.bound[buyer.id, 0], lanes=LANES)


def _attendee(timetable: Timetable, sme: Participant, lane: int, past: _Past) -> Attendee:
    busy = timetable.busy.get((sme.company_id, lane), frozenset())
    free = _available(timetable, sme) - busy if lane <= sme.lanes else frozenset()
    return Attendee(
        key=key_of(sme.id, lane),
        company=sme.id,
        available=free | past.bound.get((sme.id, lane), frozenset()),
        helper=HELPERS if sme.needs_helper else None,
    )


def _candidate(timetable: Timetable, pair: Pair, lane: int, past: _Past) -> Candidate:
    buyer, sme = timetable.participants[pair.buyer_id], timetable.participants[pair.sme_id]
    slots: frozenset[int] | None = None
    if pair.id in past.placed:
        slots = frozenset({past.placed[pair.id].slot_id})
    elif not may_meet(timetable, pair):
        slots = frozenset()
    elif past.begun:
        slots = frozenset(timetable.slots) - past.begun
    return Candidate(
        key=key_of(pair.id, lane),
        buyer=-buyer.id if pair.id in past.gone.get(buyer.id, ()) else buyer.id,
        attendee=key_of(sme.id, lane),
        utility=utility_of(pair),
        must=pair.answer is BuyerAnswer.MUST,
        slots=slots,
        rooms=sum(side.equipment is Equipment.HOSTED_ROOM for side in (buyer, sme))
        if _way(timetable, pair) is MeetingChannel.WEB
        else 0,
        uses=frozenset({HELPERS}) if buyer.needs_helper else frozenset(),
        draws=pair.id not in past.placed and takes_place(timetable.placements.get(pair.id)),
    )


def _way(timetable: Timetable, pair: Pair) -> MeetingChannel:
    placed = timetable.placements.get(pair.id)
    if placed is not None and placed.meeting is not None:
        return placed.meeting.channel
    return channel_of(timetable, pair)


def takes_place(placed: Placement | None) -> bool:
    """Tell whether a meeting was or will be held, so that it takes a room and a helper."""
    if placed is None or placed.meeting is None:
        return True
    return is_of_timetable(placed.meeting) and placed.meeting.state not in FELL_AWAY


def _available(timetable: Timetable, participant: Participant) -> frozenset[int]:
    return frozenset(timetable.slots) - timetable.unavailable.get(participant.id, frozenset())


def _lanes(timetable: Timetable) -> dict[int, range]:
    """Return the attendees of each participant.

    One that was taken away while a meeting stood with them is told of, not forgotten.
    """
    lanes = {participant.id: participant.lanes for participant in timetable.participants.values()}
    for placed in timetable.placements.values():
        lanes[placed.sme_id] = max(lanes[placed.sme_id], placed.sme_lane)
    return {key: range(1, most + 1) for key, most in lanes.items()}


def _lowest(*limits: int | None) -> int | None:
    return min((limit for limit in limits if limit is not None), default=None)
