"""How complete a profile is, and what raises it most."""

from dataclasses import fields

from hypothesis import given
from hypothesis import strategies as st

from sme_match.companies.completeness import (
    ProfileFacts,
    ProfileStep,
    RowFacts,
    StepState,
    measure_completeness,
)

FULL_ROW = RowFacts(**{field.name: True for field in fields(RowFacts)})
FLAGS = [field.name for field in fields(ProfileFacts) if field.name != "rows"]
FULL = ProfileFacts(**dict.fromkeys(FLAGS, True), rows=(FULL_ROW,))
rows = st.builds(RowFacts, **{field.name: st.booleans() for field in fields(RowFacts)})
profiles = st.builds(
    ProfileFacts,
    **{name: st.booleans() for name in FLAGS},
    rows=st.lists(rows, max_size=3).map(tuple),
)


def test_an_empty_profile_starts_with_the_process() -> None:
    found = measure_completeness(ProfileFacts())
    assert (found.percent, found.next_step, found.percent_after) == (0, ProfileStep.PROCESS, 20)
    assert {each.state for each in found.steps} == {StepState.EMPTY}
    assert [each.step for each in found.steps] == list(ProfileStep)


def test_a_complete_profile_asks_for_nothing() -> None:
    found = measure_completeness(FULL)
    assert (found.percent, found.next_step, found.percent_after, found.done) == (100, None, 100, 7)


def test_half_of_the_rows_is_half_of_the_points() -> None:
    row = RowFacts(materials=True)
    found = measure_completeness(ProfileFacts(rows=(row, RowFacts())))
    assert found.percent == 10 + 7
    states = {each.step: each.state for each in found.steps}
    assert states[ProfileStep.MATERIALS] is StepState.STARTED
    assert states[ProfileStep.MACHINES] is StepState.EMPTY


def test_machines_are_named_when_only_they_are_missing() -> None:
    row = RowFacts(**{field.name: field.name != "machines" for field in fields(RowFacts)})
    found = measure_completeness(ProfileFacts(**dict.fromkeys(FLAGS, True), rows=(row,)))
    assert (found.percent, found.next_step, found.percent_after) == (85, ProfileStep.MACHINES, 100)


@given(profiles)
def test_a_hundred_means_that_nothing_is_missing(facts: ProfileFacts) -> None:
    found = measure_completeness(facts)
    assert 0 <= found.percent <= found.percent_after <= 100
    assert (found.percent == 100) == (found.done == 7) == (found.next_step is None)
