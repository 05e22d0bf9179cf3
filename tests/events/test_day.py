"""The rules of the day: who is missing when, and who may fill in."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sme_match.events.day import (
    FILL_IN_AFTER,
    MISSING_AFTER,
    ROOM_OPENS,
    Pair,
    Phase,
    Presence,
    Standby,
    fill_ins,
    is_fill_in_due,
    is_room_open,
    on_and_next,
    phase_of,
    presence_of,
)

START = datetime(2026, 12, 10, 1, 0, tzinfo=UTC)
END = START + timedelta(minutes=20)
SECOND = timedelta(seconds=1)

moments = st.integers(-3600, 7200).map(lambda seconds: START + seconds * SECOND)
pairs = st.lists(
    st.builds(
        Pair,
        candidate=st.integers(1, 99),
        buyer=st.integers(1, 2),
        sme=st.integers(1, 5),
        must=st.booleans(),
        wanted=st.booleans(),
        rank=st.none() | st.integers(1, 5),
    ),
    unique_by=lambda pair: pair.candidate,
)
standbys = st.lists(
    st.builds(
        Standby,
        sme=st.integers(1, 5),
        checked_in=st.booleans(),
        available=st.booleans(),
        meeting=st.integers(0, 2),
        lanes=st.integers(1, 2),
        meetings=st.integers(0, 4),
        limit=st.integers(1, 4),
    ),
    unique_by=lambda standby: standby.sme,
)


def test_a_slot_is_on_from_its_first_instant_and_over_with_its_last() -> None:
    phases = [phase_of(START, END, now=now) for now in (START - SECOND, START, END - SECOND, END)]
    assert phases == [Phase.COMING, Phase.ON, Phase.ON, Phase.OVER]


def test_between_two_slots_none_is_on_and_the_later_is_next() -> None:
    spans = [(START, END), (END + 300 * SECOND, END + 1500 * SECOND)]
    assert on_and_next(spans, now=START - SECOND) == (None, 0)
    assert on_and_next(spans, now=START) == (0, 1)
    assert on_and_next(spans, now=END) == (None, 1)
    assert on_and_next(spans, now=spans[1][1]) == (None, None)


def test_a_side_is_missing_from_the_third_minute_until_the_end() -> None:
    def presence(now: datetime, *, here: bool = False, stands: bool = True) -> Presence:
        return presence_of(here=here, stands=stands, starts_at=START, ends_at=END, now=now)

    due = START + MISSING_AFTER
    assert timedelta(minutes=3) == MISSING_AFTER
    assert presence(due - SECOND) is Presence.EXPECTED
    assert presence(due) is Presence.MISSING
    assert presence(END - SECOND) is Presence.MISSING
    assert presence(END) is Presence.EXPECTED
    assert presence(due, here=True) is Presence.HERE
    assert presence(due, stands=False) is Presence.EXPECTED


@given(moments, st.booleans())
def test_whoever_is_here_is_never_missing(now: datetime, stands: bool) -> None:  # noqa: FBT001 -- a drawn value
    found = presence_of(here=True, stands=stands, starts_at=START, ends_at=END, now=now)
    assert found is Presence.HERE


def test_others_may_fill_in_from_the_fifth_minute_while_the_buyer_waits() -> None:
    due = START + FILL_IN_AFTER
    assert timedelta(minutes=5) == FILL_IN_AFTER
    for now, free, expected in (
        (due - SECOND, True, False),
        (due, True, True),
        (due, False, False),
        (END, True, False),
    ):
        assert is_fill_in_due(buyer_free=free, starts_at=START, ends_at=END, now=now) is expected


def test_the_room_opens_a_quarter_of_an_hour_before() -> None:
    assert not is_room_open(START, END, now=START - ROOM_OPENS - SECOND)
    assert is_room_open(START, END, now=START - timedelta(minutes=15))
    assert not is_room_open(START, END, now=END)


def test_musts_come_before_wants_and_wants_before_ranks() -> None:
    ready = [
        Standby(sme=sme, checked_in=True, available=True, meeting=0) for sme in range(1, 6)
    ]  # fmt: skip
    known = [
        Pair(candidate=1, buyer=1, sme=1, rank=1),
        Pair(candidate=2, buyer=1, sme=2, wanted=True, rank=3),
        Pair(candidate=3, buyer=1, sme=3, wanted=True, rank=2),
        Pair(candidate=4, buyer=1, sme=4, must=True),
        Pair(candidate=5, buyer=1, sme=5),
        Pair(candidate=6, buyer=2, sme=1, must=True),
    ]
    assert [pair.candidate for pair in fill_ins(1, known, ready)] == [4, 3, 2, 1]


@given(pairs, standbys)
def test_who_fills_in_is_here_free_and_wanted(known: list[Pair], ready: list[Standby]) -> None:
    by_sme = {standby.sme: standby for standby in ready}
    found = fill_ins(1, known, ready)
    for pair in found:
        standby = by_sme[pair.sme]
        assert pair.buyer == 1
        assert pair.must or pair.wanted or pair.rank is not None
        assert standby.checked_in
        assert standby.available
        assert standby.meeting < standby.lanes
        assert standby.meetings < standby.limit
    left_out = [
        pair
        for pair in known
        if pair not in found
        and pair.buyer == 1
        and (pair.must or pair.wanted or pair.rank is not None)
        and pair.sme in by_sme
    ]
    for pair in left_out:
        standby = by_sme[pair.sme]
        assert not (
            standby.checked_in
            and standby.available
            and standby.meeting < standby.lanes
            and standby.meetings < standby.limit
        )
