"""Records as columns: what is cut, split and put in the place of others is what the rows say."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from sme_match.statistics.columns import (
    Frame,
    IdList,
    distinct,
    first_places,
    looked_up,
    once,
    split,
    summed_by,
    whole_numbers,
    without,
)
from sme_match.statistics.frames import PAIR_ORDER, pair_frame
from sme_match.statistics.rows import PairRow
from tests.statistics.test_frames import HELD

small = st.integers(0, 4)
codes = st.sampled_from([None, "", "03", "04", "13"])


@st.composite
def rows(draw: st.DrawFn) -> list[PairRow]:
    """Some pairs of a few needs, each with a meeting of its own or none."""
    found = []
    for number in range(draw(st.integers(0, 8))):
        base = replace(
            HELD,
            need_id=draw(small),
            sme_id=draw(small),
            sme_prefecture=draw(codes),
            proposal_id=number,
        )
        meeting = 100 + number if draw(st.booleans()) else None
        stage = draw(st.none() | st.integers(0, 7))
        found.append(
            replace(base, meeting_id=meeting, outcome_stage=stage, total_yen=draw(codes.map(len_of)))
        )
    return found


def len_of(code: str | None) -> int | None:
    return None if code is None else len(code)


def read(frame: Frame) -> list[dict[str, object]]:
    """The rows as plain values, codes by what they stand for."""
    columns = {
        name: [frame.named(name, each) for each in values] if name in frame.names else values
        for name, values in ((name, frame[name].tolist()) for name in sorted(frame.columns))
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


@given(rows(), rows())
def test_what_is_put_in_the_place_of_some_rows_is_as_if_read_with_the_others(
    before: list[PairRow], after: list[PairRow]
) -> None:
    whole, part = pair_frame(before), pair_frame([row for row in after if row.need_id < 2])
    expected = [row for row in before if row.need_id >= 2] + [row for row in after if row.need_id < 2]
    # Numbers of proposals are those of a list, so that both may have the same one.
    if len({row.proposal_id for row in expected}) < len(expected):
        return
    found = whole.replaced(whole["need_id"] < 2, part, PAIR_ORDER)
    assert read(found) == read(pair_frame(expected))


@given(rows())
def test_reading_the_same_again_shares_every_column(before: list[PairRow]) -> None:
    frame = pair_frame(before)
    own = frame["need_id"] < 2
    again = frame.replaced(own, pair_frame([row for row in before if row.need_id < 2]), PAIR_ORDER)
    assert read(again) == read(frame)
    assert all(again[name] is frame[name] for name in frame.columns)


@given(rows(), codes)
def test_a_cut_of_a_cut_is_the_rows_that_both_choose(before: list[PairRow], code: str | None) -> None:
    frame = pair_frame(before)
    chosen = frame.where(frame["dealt"])
    chosen = chosen.where(
        chosen.equals("sme_prefecture", code) if code else ~chosen.known("sme_prefecture")
    )
    assert chosen["proposal_id"].tolist() == [
        row["proposal_id"]
        for row in read(frame)
        if row["dealt"] and row["sme_prefecture"] == (code or None)
    ]


@given(st.lists(st.tuples(st.integers(-1, 3), st.integers(0, 9), st.integers(0, 10**9))))
def test_ids_are_split_and_numbers_summed_by_key(listed: list[tuple[int, int, int]]) -> None:
    columns = zip(*listed, strict=True) if listed else ((),) * 3
    keys, ids, numbers = (whole_numbers(values) for values in columns)
    by_key: dict[int, dict[int, int]] = {}
    for key, number, yen in listed:
        by_key.setdefault(key, {}).setdefault(number, yen)
    assert split(keys, ids) == {key: tuple(sorted(found)) for key, found in by_key.items()}
    places = first_places(keys, ids)
    assert summed_by(keys[places], numbers[places]) == {
        key: sum(found.values()) for key, found in by_key.items()
    }
    assert distinct(ids).tolist() == sorted({number for _, number, _ in listed})


def test_ids_are_equal_to_the_tuple_they_stand_for() -> None:
    ids: Sequence[int] = IdList(whole_numbers([3, 5, 8]))
    assert ids != ids[1:]
    assert ids == (3, 5, 8)
    assert hash(ids) == hash((3, 5, 8))
    assert (len(ids), ids[1], ids[1:], tuple(reversed(ids))) == (3, 5, (5, 8), (8, 5, 3))


def test_the_first_of_several_rows_counts() -> None:
    frame = Frame({"a": whole_numbers([5, 2, 5, None]), "b": whole_numbers([1, 2, 3, 4])}, {})
    assert once(frame, "a")["b"].tolist() == [1, 2, 4]


@given(st.dictionaries(st.integers(0, 20), st.integers(0, 5)), st.data())
def test_ids_lead_to_what_belongs_to_them(owners: dict[int, int], data: st.DataObject) -> None:
    ids = sorted(data.draw(st.sets(st.sampled_from(sorted(owners))))) if owners else []
    keys, values = whole_numbers(sorted(owners)), whole_numbers(owners[key] for key in sorted(owners))
    assert looked_up(keys, values, tuple(ids)) == tuple(sorted({owners[number] for number in ids}))
    assert without(tuple(sorted(owners)), tuple(ids)) == tuple(sorted(owners.keys() - set(ids)))
