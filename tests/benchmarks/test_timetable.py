"""An event of a usual kind is solved to the proven best, the same each time, and repaired gently."""

from dataclasses import replace

from benchmarks.timetable import greedy, make_event
from sme_match.events.timetable.check import violations
from sme_match.events.timetable.measure import measure
from sme_match.events.timetable.solution import Status
from sme_match.events.timetable.solve import repair, solve

EVENT = make_event("8x40x12", seed=1)


def test_the_best_timetable_is_proven_and_better_than_a_greedy_one() -> None:
    solution = solve(EVENT, seed=3)
    assert solution.status is Status.OPTIMAL
    assert solution.objective == solution.bounds
    assert solution.gap == 0
    assert violations(EVENT, solution.meetings) == ()
    assert violations(EVENT, greedy(EVENT)) == ()
    assert solution.objective.rank < measure(EVENT, greedy(EVENT)).rank
    assert solve(EVENT, seed=3).meetings == solution.meetings


def test_a_first_answer_comes_without_any_search_and_loses_no_utility() -> None:
    first = solve(EVENT, limit=0)
    assert violations(EVENT, first.meetings) == ()
    assert first.objective.utility == first.bounds.utility


def test_who_loses_a_morning_moves_and_it_is_proven_that_fewer_cannot() -> None:
    meetings = solve(EVENT).meetings
    buyers = {candidate.key: candidate.buyer for candidate in EVENT.candidates}
    lost = {slot.key for slot in EVENT.slots[:3]}
    first = next(meeting for meeting in meetings if meeting.slot in lost)
    buyer = buyers[first.candidate]
    parties = tuple(
        replace(b, available=b.available - lost) if b.key == buyer else b for b in EVENT.buyers
    )
    solution = repair(replace(EVENT, buyers=parties), meetings)
    disturbed = {m.candidate for m in meetings if m.slot in lost and buyers[m.candidate] == buyer}
    assert disturbed <= set(solution.moved)
    assert solution.fewest_moves
