"""What a timetable promises, whatever the event: rules kept, nothing better, the same every time."""

from dataclasses import replace
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from sme_match.events.timetable.check import violations
from sme_match.events.timetable.measure import measure
from sme_match.events.timetable.problem import Attendee, Buyer, Candidate, Problem
from sme_match.events.timetable.solution import Placed, Reason, Status
from sme_match.events.timetable.solve import solve
from tests.events.timetable.events import problems, slots

FEW = settings(max_examples=40, deadline=None)


def best_by_trying_all(problem: Problem) -> tuple[int, ...] | None:
    """Try every slot or none for every candidate; lanes are filled from the first."""
    best: tuple[int, ...] | None = None
    lane_locks = [lock.lane for lock in problem.locks if lock.lane is not None]
    assert lane_locks == []
    choices = [(None, *(slot.key for slot in problem.slots))] * len(problem.candidates)
    for choice in product(*choices):
        desks: dict[object, int] = {}
        meetings = []
        for candidate, slot in zip(problem.candidates, choice, strict=True):
            if slot is not None:
                lane = desks[candidate.buyer, slot] = desks.get((candidate.buyer, slot), -1) + 1
                meetings.append(Placed(candidate.key, slot, lane))
        if not violations(problem, meetings):
            rank = measure(problem, meetings).rank
            best = rank if best is None else min(best, rank)
    return best


@FEW
@given(problems())
def test_every_timetable_keeps_the_rules_and_the_locks(problem: Problem) -> None:
    solution = solve(problem)
    assert solution.status in (Status.OPTIMAL, Status.INFEASIBLE)
    assert violations(problem, solution.meetings) == () or solution.status is Status.INFEASIBLE
    if solution.status is Status.OPTIMAL:
        assert solution.objective == measure(problem, solution.meetings) == solution.bounds
        held = {meeting.candidate for meeting in solution.meetings}
        assert {u.candidate for u in solution.unmet} == {c.key for c in problem.candidates} - held
        assert Reason.NOT_CHOSEN not in {
            u.reason for u in solution.unmet if _useful(problem, u.candidate)
        }


def _useful(problem: Problem, key: object) -> bool:
    return next(c.utility for c in problem.candidates if c.key == key) > 0


@settings(max_examples=15, deadline=None)
@given(problems().filter(lambda p: (len(p.slots) + 1) ** len(p.candidates) <= 1500))
def test_no_timetable_is_better(problem: Problem) -> None:
    solution = solve(problem)
    best = best_by_trying_all(problem)
    assert best == (None if solution.status is Status.INFEASIBLE else solution.objective.rank)


@FEW
@given(problems(), st.randoms(use_true_random=False))
def test_other_names_and_another_order_change_nothing(problem: Problem, random: object) -> None:
    turned = replace(
        problem,
        buyers=problem.buyers[::-1],
        attendees=problem.attendees[::-1],
        candidates=problem.candidates[::-1],
    )
    assert solve(turned).objective == solve(problem).objective


@FEW
@given(problems())
def test_more_room_is_never_worse(problem: Problem) -> None:
    roomier = replace(
        problem,
        meetings_at_once=None,
        hosted_rooms=None,
        buyers=tuple(replace(buyer, limit=None) for buyer in problem.buyers),
    )
    before, after = solve(problem), solve(roomier)
    if before.status is Status.OPTIMAL:
        assert after.objective.rank <= before.objective.rank


@FEW
@given(problems(), st.integers(0, 5))
def test_the_same_seed_gives_the_same_timetable(problem: Problem, seed: int) -> None:
    assert solve(problem, seed=seed).meetings == solve(problem, seed=seed).meetings


def test_the_next_candidate_of_a_full_buyer_is_named() -> None:
    times = slots(2)
    everywhere = frozenset(slot.key for slot in times)
    problem = Problem(
        slots=times,
        buyers=(Buyer("B", everywhere),),
        attendees=tuple(Attendee(n, n, everywhere) for n in range(5)),
        candidates=tuple(Candidate(n, "B", n, utility=10 - n) for n in range(5)),
    )
    solution = solve(problem)
    assert [(u.candidate, u.reason, u.rank, u.number) for u in solution.unmet] == [
        (2, Reason.BUYER_FULL, 1, 2),
        (3, Reason.BUYER_FULL, 2, 2),
        (4, Reason.BUYER_FULL, 3, 2),
    ]


def test_an_event_without_anybody_has_an_empty_timetable() -> None:
    assert solve(Problem(slots(3), (), (), ())).status is Status.OPTIMAL
