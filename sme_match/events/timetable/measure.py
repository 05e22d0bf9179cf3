"""How good a timetable is, counted from its meetings alone."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise

from sme_match.events.timetable.problem import Key, Problem
from sme_match.events.timetable.solution import Objective, Placed


def gaps(busy: Iterable[int]) -> int:
    """Count the idle gaps, of any length, between busy positions (rising, without repeats)."""
    return sum(b - a > 1 for a, b in pairwise(busy))


def measure(problem: Problem, meetings: Iterable[Placed]) -> Objective:
    """Measure `meetings` by every value of the objective, whether or not they keep the rules."""
    candidates = {candidate.key: candidate for candidate in problem.candidates}
    companies = {attendee.key: attendee.company for attendee in problem.attendees}
    meetings = list(meetings)
    held = {meeting.candidate for meeting in meetings}
    per_company = Counter(companies[candidates[key].attendee] for key in held)
    return Objective(
        musts_unmet=sum(c.must and c.key not in held for c in problem.candidates),
        shortfall=sum(
            max(0, problem.floor - per_company[key]) for key in dict.fromkeys(companies.values())
        ),
        utility=sum(candidates[key].utility for key in held),
        breaks=count_breaks(problem, meetings),
        span=_span(problem, meetings),
    )


def count_breaks(problem: Problem, meetings: Iterable[Placed]) -> int:
    """Count idle breaks within blocks; a buyer's second desk is busy only where two meetings run."""
    position = {slot.key: index for index, slot in enumerate(problem.slots)}
    loads = _loads(problem, meetings)
    total = 0
    for load in loads.values():
        for level in range(max(load.values(), default=0)):
            blocks: dict[int, list[int]] = defaultdict(list)
            for slot in problem.slots:
                if load[slot.key] > level:
                    blocks[slot.block].append(position[slot.key])
            total += sum(gaps(positions) for positions in blocks.values())
    return total


def _span(problem: Problem, meetings: Iterable[Placed]) -> int:
    total = 0
    for load in _loads(problem, meetings).values():
        days: dict[int, list[int]] = defaultdict(list)
        for position, slot in enumerate(problem.slots):
            if load[slot.key]:
                days[slot.day].append(position)
        total += sum(positions[-1] - positions[0] + 1 for positions in days.values())
    return total


def _loads(problem: Problem, meetings: Iterable[Placed]) -> dict[tuple[bool, Key], Counter[Key]]:
    """Return for each buyer (True) and attendee (False) how many meetings it has in each slot."""
    candidates = {candidate.key: candidate for candidate in problem.candidates}
    loads: dict[tuple[bool, Key], Counter[Key]] = defaultdict(Counter)
    for meeting in meetings:
        candidate = candidates[meeting.candidate]
        loads[True, candidate.buyer][meeting.slot] += 1
        loads[False, candidate.attendee][meeting.slot] += 1
    return loads
