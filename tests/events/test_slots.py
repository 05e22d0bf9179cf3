"""Cutting days into slots: properties that hold for every day, and refusals in words."""

from datetime import date, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_match.core.clock import to_jst
from sme_match.core.errors import InvalidError
from sme_match.events.slots import Break, DayRule, check_days, cut_slots

DAY = date(2026, 12, 10)


def at(minutes: int) -> time:
    return time(*divmod(minutes, 60))


def rule(
    opens: str = "10:00",
    closes: str = "16:00",
    *breaks: tuple[str, str],
    on: date = DAY,
    slot: int = 20,
    change: int = 5,
) -> DayRule:
    return DayRule(
        date=on,
        opens_at=time.fromisoformat(opens),
        closes_at=time.fromisoformat(closes),
        slot_minutes=slot,
        change_over_minutes=change,
        breaks=tuple(Break(time.fromisoformat(a), time.fromisoformat(b)) for a, b in breaks),
    )


@st.composite
def rules(draw: st.DrawFn) -> list[DayRule]:
    """One to three days that pass the check."""
    days = []
    for number in range(draw(st.integers(1, 3))):
        bounds = sorted(
            draw(st.lists(st.integers(7 * 12, 21 * 12), min_size=2, max_size=8, unique=True))
        )
        bounds = bounds[: len(bounds) // 2 * 2]
        inner = [at(5 * step) for step in bounds[1:-1]]
        days.append(
            DayRule(
                date=DAY + timedelta(days=number),
                opens_at=at(5 * bounds[0]),
                closes_at=at(5 * bounds[-1]),
                slot_minutes=5 * draw(st.integers(2, 24)),
                change_over_minutes=5 * draw(st.integers(0, 12)),
                breaks=tuple(Break(*pair) for pair in zip(inner[::2], inner[1::2], strict=True)),
            )
        )
    return days


@given(rules())
def test_slots_have_their_length_and_lie_inside_the_day_and_outside_breaks(days: list[DayRule]) -> None:
    by_date = {day.date: day for day in days}
    for slot in cut_slots(days):
        starts, ends = to_jst(slot.starts_at), to_jst(slot.ends_at)
        day = by_date[starts.date()]
        assert ends - starts == timedelta(minutes=day.slot_minutes)
        assert day.opens_at <= starts.time() < ends.time() <= day.closes_at
        assert all(ends.time() <= each.starts or each.ends <= starts.time() for each in day.breaks)


@given(rules())
def test_slots_follow_each_other_with_the_change_over_inside_a_block(days: list[DayRule]) -> None:
    by_date = {day.date: day for day in days}
    slots = cut_slots(days)
    for one, other in pairwise(slots):
        change = timedelta(minutes=by_date[to_jst(one.starts_at).date()].change_over_minutes)
        if one.block == other.block:
            assert other.starts_at - one.ends_at == change
        else:
            assert (other.block, other.starts_at >= one.ends_at) == (one.block + 1, True)
    assert [slot.block for slot in slots[:1]] == [1][: len(slots)]


@given(rules())
def test_no_further_slot_fits_before_a_break_or_the_end(days: list[DayRule]) -> None:
    for day in days:
        slots = cut_slots([day])
        last_of_block = {slot.block: slot for slot in slots}
        ends_of_spans = sorted([*(each.starts for each in day.breaks), day.closes_at])
        for slot in last_of_block.values():
            ends = to_jst(slot.ends_at)
            span_end = next(end for end in ends_of_spans if end >= ends.time())
            room = (span_end.hour - ends.hour) * 60 + span_end.minute - ends.minute
            assert room < day.slot_minutes + day.change_over_minutes


def test_an_afternoon_of_twelve_slots() -> None:
    slots = cut_slots([rule("10:00", "16:00", ("12:00", "13:00"))])
    starts = [f"{to_jst(slot.starts_at):%H:%M}" for slot in slots]
    assert starts == [
        "10:00", "10:25", "10:50", "11:15", "11:40", "13:00", "13:25", "13:50", "14:15", "14:40",
        "15:05", "15:30",
    ]  # fmt: skip
    assert [slot.block for slot in slots] == [1] * 5 + [2] * 7


@pytest.mark.parametrize(
    ("days", "field", "words"),
    [
        ([], "date_1", "1日以上"),
        ([rule(), rule()], "date_2", "同じ日"),
        ([rule("16:00", "10:00")], "closes_1", "より後"),
        ([rule("10:02", "16:00")], "opens_1", "5分きざみ"),
        ([rule("10:00", "16:00", ("12:00", "13:00"), ("12:30", "13:30"))], "breaks_1", "重なって"),
        ([rule("10:00", "16:00", ("09:00", "10:30"))], "breaks_1", "外にあります"),
        ([rule("10:00", "16:00", ("13:00", "12:00"))], "breaks_1", "より後"),
        ([rule("10:00", "10:15")], "opens_1", "1つも入りません"),
        ([rule(slot=7)], "slot_minutes", "5分きざみ"),
        ([rule(change=3)], "change_over_minutes", "5分きざみ"),
        (
            [rule("07:00", "21:00", slot=10, change=0, on=DAY + timedelta(days=n)) for n in range(2)],
            "slot_minutes",
            "多すぎます",
        ),
    ],
)
def test_days_without_slots_are_refused_in_words(days: list[DayRule], field: str, words: str) -> None:
    with pytest.raises(InvalidError, match=words) as refused:
        check_days(days)
    assert refused.value.field == field
