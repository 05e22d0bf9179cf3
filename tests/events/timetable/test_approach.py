"""The meetings of an event go to the search for published instances: rules kept, breaks fewest."""

from hypothesis import given, settings

from sme_match.events.timetable.budget import Budget
from sme_match.events.timetable.check import violations
from sme_match.events.timetable.indexed import Indexed
from sme_match.events.timetable.measure import measure
from sme_match.events.timetable.placement import placement_of
from sme_match.events.timetable.placement_cp import place
from sme_match.events.timetable.problem import Attendee, Buyer, Candidate, Problem
from sme_match.events.timetable.solution import Status
from sme_match.events.timetable.solve import solve
from tests.events.timetable.events import problems, slots


@settings(max_examples=25, deadline=None)
@given(problems())
def test_meetings_of_any_event_are_placed_by_its_rules_with_no_more_breaks(problem: Problem) -> None:
    solution = solve(problem)
    if solution.status is Status.INFEASIBLE:
        return
    indexed = Indexed(problem)
    held = sorted(indexed.candidate_of[meeting.candidate] for meeting in solution.meetings)
    found = place(placement_of(indexed, held), Budget(10))
    assert found.status is Status.OPTIMAL
    meetings = indexed.placed(dict(zip(held, found.slots, strict=True)))
    assert violations(problem, meetings) == ()
    # The solution has the fewest breaks of all timetables worth as much, so of these meetings too.
    assert measure(problem, meetings).breaks == found.objective == solution.objective.breaks


def test_breaks_that_few_tables_force_are_proven_and_no_wish_is_lost() -> None:
    times = slots(6)
    always = frozenset(slot.key for slot in times)
    problem = Problem(
        slots=times,
        buyers=tuple(Buyer(f"b{n}", always) for n in range(4)),
        attendees=tuple(Attendee(f"a{n}", f"a{n}", always) for n in range(4)),
        candidates=tuple(Candidate(f"{n}-{m}", f"b{n}", f"a{m}") for n in range(4) for m in range(4)),
        meetings_at_once=3,
    )
    solution = solve(problem, limit=1)
    assert solution.objective.utility == 16
    # Calendars alone would need no break at all; that tables force some, only placing them all proves.
    assert solution.objective.breaks == solution.bounds.breaks > 0
