"""After a change as few confirmed meetings move as can be, and what has no timetable says why."""

from dataclasses import replace
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from sme_match.events.timetable.check import violations
from sme_match.events.timetable.problem import Attendee, Buyer, Candidate, Key, Lock, Problem
from sme_match.events.timetable.solution import Cause, CauseKind, Placed, Status
from sme_match.events.timetable.solve import repair, solve
from tests.events.timetable.events import problems, slots

FEW = settings(max_examples=25, deadline=None)
TIMES = slots(4)
ALWAYS = frozenset(slot.key for slot in TIMES)


def two_by_two(**changes: object) -> Problem:
    """Two buyers, two SMEs, everybody wants to meet."""
    problem = Problem(
        slots=TIMES,
        buyers=(Buyer("B", ALWAYS), Buyer("C", ALWAYS)),
        attendees=(Attendee("x", "x", ALWAYS), Attendee("y", "y", ALWAYS)),
        candidates=(
            Candidate("Bx", "B", "x"),
            Candidate("By", "B", "y"),
            Candidate("Cx", "C", "x"),
            Candidate("Cy", "C", "y"),
        ),
    )
    return replace(problem, **changes)  # type: ignore[arg-type]  # fields of any type


def test_a_company_that_loses_its_first_slots_moves_and_nobody_else_does() -> None:
    placed = (Placed("Bx", 0), Placed("By", 1), Placed("Cx", 1), Placed("Cy", 0))
    late = (Attendee("x", "x", frozenset({2, 3})), Attendee("y", "y", ALWAYS))
    solution = repair(two_by_two(attendees=late), placed)
    assert solution.status is Status.OPTIMAL
    assert set(solution.moved) == {"Bx", "Cx"}
    assert {m for m in solution.meetings if m.candidate in ("By", "Cy")} == {placed[1], placed[3]}


def test_another_meeting_moves_before_a_confirmed_one_falls_out() -> None:
    placed = (Placed("Bx", 0), Placed("By", 1))
    problem = two_by_two(
        attendees=(Attendee("x", "x", frozenset({1})), Attendee("y", "y", ALWAYS)),
    )
    solution = repair(problem, placed)
    assert set(solution.moved) == {"Bx", "By"}
    assert {"Bx", "By"} <= {meeting.candidate for meeting in solution.meetings}


def test_a_candidate_that_is_gone_is_not_moved() -> None:
    placed = (Placed("Bx", 0), Placed("gone", 1))
    assert repair(two_by_two(), placed).moved == ()


def test_what_is_confirmed_is_held_before_a_must_that_is_not() -> None:
    problem = two_by_two(buyers=(Buyer("B", frozenset({1})), Buyer("C", ALWAYS)))
    musts = tuple(replace(c, must=c.key == "By") for c in problem.candidates)
    solution = repair(replace(problem, candidates=musts), (Placed("Bx", 0),))
    assert "Bx" in {meeting.candidate for meeting in solution.meetings}


def fewest_changes(problem: Problem, placed: dict[Key, Key]) -> tuple[int, int] | None:
    """Try all timetables of the placed candidates: fewest lost, then fewest moved."""
    best: tuple[int, int] | None = None
    choices = [(None, *(slot.key for slot in problem.slots))] * len(problem.candidates)
    for choice in product(*choices):
        meetings, desks = [], dict[object, int]()
        for candidate, slot in zip(problem.candidates, choice, strict=True):
            if slot is not None:
                desks[candidate.buyer, slot] = lane = desks.get((candidate.buyer, slot), -1) + 1
                meetings.append(Placed(candidate.key, slot, lane))
        if not violations(problem, meetings):
            at = {meeting.candidate: meeting.slot for meeting in meetings}
            lost = sum(key not in at for key in placed)
            moved = sum(key in at and at[key] != slot for key, slot in placed.items())
            best = (lost, moved) if best is None else min(best, (lost, moved))
    return best


@FEW
@given(
    problems().filter(lambda p: (len(p.slots) + 1) ** len(p.candidates) <= 1500),
    st.data(),
)
def test_no_repair_changes_less(problem: Problem, data: st.DataObject) -> None:
    placed = {
        candidate.key: data.draw(st.sampled_from(problem.slots)).key for candidate in problem.candidates
    }
    solution = repair(problem, [Placed(key, slot) for key, slot in placed.items()])
    expected = fewest_changes(problem, placed)
    if expected is None:
        assert solution.status is Status.INFEASIBLE
        return
    at = {meeting.candidate: meeting.slot for meeting in solution.meetings}
    lost = sum(key not in at for key in placed)
    assert (lost, len(solution.moved) - lost) == expected
    assert violations(problem, solution.meetings) == ()


def test_two_locks_at_one_desk_are_the_cause_and_nothing_else_is() -> None:
    locks = (Lock("Bx", 1), Lock("By", 1), Lock("Cy", 2))
    solution = solve(two_by_two(locks=locks))
    assert solution.status is Status.INFEASIBLE
    assert set(solution.causes) == {
        Cause(CauseKind.LOCK, "Bx", slot=1),
        Cause(CauseKind.LOCK, "By", slot=1),
        Cause(CauseKind.BUYER_LANES, "B", number=1),
    }


def test_a_lock_where_the_attendee_is_away_is_said() -> None:
    away = (Attendee("x", "x", frozenset({0})), Attendee("y", "y", ALWAYS))
    solution = solve(two_by_two(attendees=away, locks=(Lock("Bx", 1),)))
    assert set(solution.causes) == {
        Cause(CauseKind.LOCK, "Bx", slot=1),
        Cause(CauseKind.ATTENDEE_AVAILABLE, "x"),
    }


def test_a_desk_that_does_not_exist_is_said() -> None:
    solution = solve(two_by_two(locks=(Lock("Bx", 1, lane=3),)))
    assert set(solution.causes) == {
        Cause(CauseKind.LOCK, "Bx", slot=1),
        Cause(CauseKind.BUYER_LANES, "B", number=1),
    }


def test_required_musts_beyond_a_limit_are_the_cause() -> None:
    problem = two_by_two(buyers=(Buyer("B", ALWAYS, limit=1), Buyer("C", ALWAYS)))
    musts = tuple(replace(c, must=c.buyer == "B") for c in problem.candidates)
    solution = solve(replace(problem, candidates=musts, requires_musts=True))
    assert set(solution.causes) == {
        Cause(CauseKind.MUST, "Bx"),
        Cause(CauseKind.MUST, "By"),
        Cause(CauseKind.BUYER_LIMIT, "B", number=1),
    }


def test_a_required_floor_that_tables_do_not_allow_is_the_cause() -> None:
    problem = two_by_two(meetings_at_once=0, requires_floor=True, floor=1)
    causes = {cause.kind for cause in solve(problem).causes}
    assert causes == {CauseKind.FLOOR, CauseKind.MEETINGS_AT_ONCE}
    assert {cause.kind for cause in solve(replace(problem, meetings_at_once=1)).causes} == set()


@FEW
@given(problems())
def test_every_problem_without_a_timetable_has_causes(problem: Problem) -> None:
    required = replace(problem, requires_musts=True, requires_floor=True)
    solution = solve(required)
    assert bool(solution.causes) == (solution.status is Status.INFEASIBLE)
