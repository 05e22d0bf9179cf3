"""A meeting takes the steps of the table and no others."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_match.core.errors import ConflictError
from sme_match.meetings.enums import MeetingState as S
from sme_match.meetings.states import HOLDING_TIME, OPEN, STEPS, check_step, may_step

ALLOWED = {
    (S.PROPOSED, S.ASKED),
    (S.PROPOSED, S.CANCELLED),
    (S.ASKED, S.CONFIRMED),
    (S.ASKED, S.DECLINED),
    (S.ASKED, S.CANCELLED),
    (S.CONFIRMED, S.HELD),
    (S.CONFIRMED, S.ABSENT),
    (S.CONFIRMED, S.BROKEN_OFF),
    (S.CONFIRMED, S.CARRIED_OVER),
    (S.CONFIRMED, S.CANCELLED),
    (S.CONFIRMED, S.ASKED),
    (S.CARRIED_OVER, S.ASKED),
    (S.CARRIED_OVER, S.CANCELLED),
    # What happened on the day, put right or taken up again.
    (S.HELD, S.ABSENT),
    (S.HELD, S.BROKEN_OFF),
    (S.ABSENT, S.HELD),
    (S.ABSENT, S.BROKEN_OFF),
    (S.ABSENT, S.CARRIED_OVER),
    (S.BROKEN_OFF, S.HELD),
    (S.BROKEN_OFF, S.ABSENT),
    (S.BROKEN_OFF, S.CARRIED_OVER),
}


@pytest.mark.parametrize("to", S)
@pytest.mark.parametrize("from_", S)
def test_every_pair_of_states(from_: S, to: S) -> None:
    assert may_step(from_, to) is ((from_, to) in ALLOWED)
    if (from_, to) in ALLOWED:
        check_step(from_, to)
    else:
        with pytest.raises(ConflictError):
            check_step(from_, to)


def test_declined_and_cancelled_are_final() -> None:
    assert {state for state, steps in STEPS.items() if not steps} == {S.DECLINED, S.CANCELLED}


def test_only_a_confirmed_meeting_blocks_a_calendar() -> None:
    assert set(HOLDING_TIME) == {S.CONFIRMED}


@given(st.lists(st.sampled_from(S), max_size=30))
def test_on_any_walk_a_meeting_is_asked_right_before_it_is_confirmed(tries: list[S]) -> None:
    walk = [S.PROPOSED]
    for state in tries:
        if may_step(walk[-1], state):
            walk.append(state)

    assert {before for before, after in pairwise(walk) if after is S.CONFIRMED} <= {S.ASKED}


def test_an_open_meeting_can_always_be_cancelled() -> None:
    assert {state for state in S if may_step(state, S.CANCELLED)} == OPEN
