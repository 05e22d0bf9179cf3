"""Outcome figures from plain records: funnel, groups, months, key figures.

Every figure is the number of the record ids it carries, so that a page can list them.
Proposals are counted once (need × SME); meetings, quotes and deals are counted in meetings
(延べ); companies are distinct (実数). Prospects are never added to deals. A record whose code
is not known stays in a group of its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

import numpy as np

from sme_match.matching.enums import ProposalState
from sme_match.meetings.enums import MeetingState
from sme_match.outcomes.enums import End, Stage
from sme_match.statistics.columns import (
    NONE,
    Array,
    Frame,
    IdList,
    Ids,
    Mask,
    classes,
    codes,
    days,
    distinct,
    first_places,
    sorted_by,
    split,
    summed_by,
    whole_numbers,
)
from sme_match.statistics.indices import share
from sme_match.statistics.late import months_between
from sme_match.statistics.periods import Period
from sme_match.statistics.rows import AnswerRow, NeedRow, PairRow, RefusalRow

_DAYS = frozenset(
    {"created_on", "need_created_on", "proposed_on", "decided_on", "met_on", "deal_on", "deal_seen_on"}
)
_CODES = frozenset(
    {
        "process_code", "jsic_code", "prefecture", "need_prefecture", "sme_prefecture",
        "municipality", "need_municipality", "sme_municipality", "agglomeration",
        "reason", "reporter", "proposal_state", "meeting_state", "outcome_end", "amount_source",
    }
)  # fmt: skip
NEED_ORDER, PAIR_ORDER = ("need_id",), ("meeting_id", "proposal_id")
REFUSAL_ORDER, ANSWER_ORDER = ("meeting_id", "reason"), ("meeting_id", "reporter")
"""Ids mostly stand in order in a frame, so that finding the distinct ones need not sort them."""
_GROUPED = (
    ("pairs", "need_id", None),
    ("proposals", "proposal_id", None),
    ("meetings", "meeting_id", "held"),
    ("quotes", "meeting_id", "quoted"),
    ("deals", "meeting_id", "dealt"),
    ("smes", "sme_id", "held"),
)
SIZES = (1, 5, 10, 20, 50, 100, 300)
"""Lower bounds of the classes of firms by employees, after the Economic Census."""
LOTS = (1, 2, 11, 101, 1001)
"""Lower bounds of the classes of lots: one piece, up to ten, a hundred, a thousand, and more."""


class Side(StrEnum):
    """Whose prefecture a figure is put in."""

    SME = "sme"
    BUYER = "buyer"


@dataclass(frozen=True, slots=True)
class FunnelStage:
    """A step of the funnel; `ids` are needs in the first step, proposals in all others.

    `conversion` is the part of the step before that got here; None for needs and proposals
    (their units differ) and when nothing was in the step before.
    """

    key: str
    ids: Ids
    conversion: float | None = None
    is_lowest: bool = False

    @property
    def count(self) -> int:
        """How many."""
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Funnel:
    """The way from needs to deals; held meetings that no proposal led to stand apart."""

    stages: tuple[FunnelStage, ...]
    proposals_per_need: float | None
    unproposed_meeting_ids: Ids

    @property
    def lowest(self) -> FunnelStage | None:
        """The step that the smallest part of the step before reaches."""
        return next((stage for stage in self.stages if stage.is_lowest), None)


@dataclass(frozen=True, slots=True)
class Amounts:
    """Yen of deals, before tax; deals without the amount are named, not counted as nothing."""

    first_order_yen: int
    first_order_unknown_ids: Ids
    total_yen: int
    total_unknown_ids: Ids


NO_AMOUNTS = Amounts(0, (), 0, ())


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of one prefecture, process or industry; key None = not known."""

    key: str | None
    need_ids: Ids
    proposal_ids: Ids
    meeting_ids: Ids
    """Meetings that were held."""
    quote_ids: Ids
    deal_ids: Ids
    sme_ids: Ids
    """Companies with a held meeting, distinct."""
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class Month:
    """The meetings held and the deals closed in one month and in the same month a year before."""

    period: Period
    meeting_ids: Ids
    deal_ids: Ids
    previous_meeting_ids: Ids
    previous_deal_ids: Ids


def refusal_frame(rows: Iterable[RefusalRow]) -> Frame:
    """Return the reasons of refused meetings as a frame, one row each."""
    return sorted_by(Frame(*_columns(rows, RefusalRow)), REFUSAL_ORDER)


def answer_frame(rows: Iterable[AnswerRow]) -> Frame:
    """Return what the sides said as a frame; one row for each meeting and side."""
    return sorted_by(Frame(*_columns(rows, AnswerRow)), ANSWER_ORDER)


def need_frame(rows: Iterable[NeedRow]) -> Frame:
    """Return needs as a frame for the functions below, with the class of their lot."""
    columns, names = _columns(rows, NeedRow)
    columns["lot"], names["lot"] = classes(columns["lot_quantity"], LOTS)
    return sorted_by(Frame(columns, names), NEED_ORDER)


def pair_frame(rows: Iterable[PairRow]) -> Frame:
    """Return pairs as a frame for the functions below, with a column per question.

    accepted, held, reported (a held meeting whose outcome is known), quoted (stage 4 or more),
    dealt (stage 6 or more), prospect (stage 3 to 5, not ended without a deal), crossing (the two
    prefectures differ: 1, else 0; not known when one is unknown), dealt_on (day of the deal, else of
    the meeting), seen_after (whole months from the meeting to the first report of its deal). sme_key
    and buyer_key are the same for the records that several bodies have of one company.
    """
    listed = list(rows)
    columns, names = _columns(listed, PairRow)
    columns["size"], names["size"] = classes(columns["sme_employees"], SIZES)
    columns["lot"], names["lot"] = classes(columns["lot_quantity"], LOTS)
    frame = Frame(columns, names)
    stage, end_unknown = columns["outcome_stage"], frame.equals("outcome_end", End.UNKNOWN)
    held = frame.equals("meeting_state", MeetingState.HELD)
    columns["accepted"] = frame.equals("proposal_state", ProposalState.ACCEPTED)
    columns["held"] = held
    columns["reported"] = held & (stage != NONE) & ~end_unknown
    # Reports stay when a meeting is put right as not held; what they say counts no more.
    columns["quoted"] = held & (stage >= Stage.QUOTE_GIVEN)
    columns["dealt"] = dealt = held & (stage >= Stage.DEAL)
    ended = frame.equals("outcome_end", End.NO_DEAL)
    columns["prospect"] = held & (stage >= Stage.QUOTE_ASKED) & ~dealt & ~ended
    columns["crossing"] = whole_numbers(map(_crosses, listed))
    columns["dealt_on"] = np.where(columns["deal_on"] == NONE, columns["met_on"], columns["deal_on"])
    columns["seen_after"] = whole_numbers(map(_seen_after, listed))
    for side in ("sme", "buyer"):
        # 法人番号 have thirteen digits, ids never so many.
        number = columns.pop(f"{side}_number")
        columns[f"{side}_key"] = np.where(number == NONE, columns[f"{side}_id"], number)
    return sorted_by(Frame(columns, names), PAIR_ORDER)


def _crosses(row: PairRow) -> bool | None:
    if not row.need_prefecture or not row.sme_prefecture:
        return None
    return row.need_prefecture != row.sme_prefecture


def _seen_after(row: PairRow) -> int | None:
    held, stage = row.meeting_state == MeetingState.HELD, row.outcome_stage
    if not held or row.met_on is None or stage is None or stage < Stage.DEAL:
        return None
    return int(months_between(row.met_on, row.deal_seen_on or row.deal_on or row.met_on))


def falls_in(frame: Frame, column: str, period: Period) -> Mask:
    """Tell which rows have their day in the period."""
    found: Mask = (frame[column] >= period.start.toordinal()) & (frame[column] < period.end.toordinal())
    return found


def within(frame: Frame, column: str, period: Period) -> Frame:
    """Return the rows whose day in a column lies in the period."""
    return frame.where(falls_in(frame, column, period))


def ids_of(frame: Frame, column: str, flag: str | None = None) -> Ids:
    """Return the distinct ids of a column in ascending order, where a flag is set."""
    found = distinct(frame[column] if flag is None else frame[column][np.flatnonzero(frame[flag])])
    # Where some rows have no id, NONE stands first.
    return IdList(found[1:] if len(found) and found[0] == NONE else found)


def funnel(needs: Frame, pairs: Frame) -> Funnel:
    """Return how far the given proposals have come, beside the given needs.

    Choose the rows first: needs created and proposals made in a period (`within`) answer
    "what became of them"; a proposal counts in a step when any of its meetings got there.
    """
    counted = [
        FunnelStage("needs", ids_of(needs, "need_id")),
        FunnelStage("proposals", ids_of(pairs, "proposal_id")),
    ]
    steps = {"accepted": "accepted", "meetings": "held", "quotes": "quoted", "deals": "dealt"}
    for key, flag in steps.items():
        ids = ids_of(pairs, "proposal_id", flag)
        counted.append(FunnelStage(key, ids, share(len(ids), counted[-1].count)))
    rates = [stage.conversion for stage in counted if stage.conversion is not None]
    lowest = next((s.key for s in counted if rates and s.conversion == min(rates)), None)
    stages = tuple(FunnelStage(s.key, s.ids, s.conversion, s.key == lowest) for s in counted)
    unproposed = pairs.where(~pairs.known("proposal_id"))
    return Funnel(
        stages,
        share(stages[1].count, stages[0].count),
        ids_of(unproposed, "meeting_id", "held"),
    )


def by_prefecture(needs: Frame, pairs: Frame, side: Side) -> list[Group]:
    """Return the figures by prefecture of one side, in the order of the codes.

    Needs belong to the buyer's prefecture and are left out on the SMEs' side.
    """
    if side is Side.SME:
        groups = grouped(None, "prefecture", pairs, "sme_prefecture")
    else:
        groups = grouped(needs, "prefecture", pairs, "need_prefecture")
    return sorted(groups, key=lambda group: (group.key is None, group.key or ""))


def by_process(needs: Frame, pairs: Frame) -> list[Group]:
    """Return the figures by process of the need, most meetings first, unknown last."""
    return _busiest_first(grouped(needs, "process_code", pairs, "process_code"))


def by_industry(needs: Frame, pairs: Frame) -> list[Group]:
    """Return the figures by the buyer's industry (JSIC), most meetings first, unknown last."""
    return _busiest_first(grouped(needs, "jsic_code", pairs, "jsic_code"))


def by_month(pairs: Frame, period: Period) -> list[Month]:
    """Return the months of a period, each beside the same month a year before.

    Meetings belong to the day they were held, deals to the day of the deal. Give all rows:
    those of the year before are needed too.
    """
    months = list(period.months())
    if not months:
        return []
    parts = (months, [month.year_before() for month in months])
    held, held_before, dealt, dealt_before = (
        _ids_by_month(pairs, day, flag, part)
        for day, flag in (("met_on", "held"), ("dealt_on", "dealt"))
        for part in parts
    )
    return [
        Month(
            period=month,
            meeting_ids=held.get(place, ()),
            deal_ids=dealt.get(place, ()),
            previous_meeting_ids=held_before.get(place, ()),
            previous_deal_ids=dealt_before.get(place, ()),
        )
        for place, month in enumerate(months)
    ]


def amounts(pairs: Frame) -> Amounts:
    """Return the amounts of the deals among the given rows; each meeting counts once."""
    deals = pairs.where(pairs["dealt"])
    return amounts_by(np.zeros(len(deals), dtype=np.int64), deals).get(0, NO_AMOUNTS)


def unknown_share(groups: Iterable[Group]) -> float | None:
    """Return the part of the held meetings whose group is not known; None without meetings."""
    counts = [(group.key is None, len(group.meeting_ids)) for group in groups]
    return share(sum(n for unknown, n in counts if unknown), sum(n for _, n in counts))


def _columns(rows: Iterable[Any], kind: type) -> tuple[dict[str, Array], dict[str, tuple[str, ...]]]:
    listed = list(rows)
    columns: dict[str, Array] = {}
    names: dict[str, tuple[str, ...]] = {}
    for each in fields(kind):
        values = [getattr(row, each.name) for row in listed]
        if each.name in _CODES:
            columns[each.name], names[each.name] = codes(values)
        else:
            columns[each.name] = days(values) if each.name in _DAYS else whole_numbers(values)
    return columns, names


def grouped(needs: Frame | None, need_column: str, pairs: Frame, pair_column: str) -> list[Group]:
    """Return the groups of all codes, unknown last; each figure is cut once, not once a group.

    Without needs these are left out.
    """
    need_ids = {} if needs is None else ids_by_key(needs, need_column, "need_id")
    figures = {name: ids_by_key(pairs, pair_column, column, flag) for name, column, flag in _GROUPED}
    deals = pairs.where(pairs["dealt"])
    found = amounts_by(deals[pair_column], deals)
    summed = {pairs.named(pair_column, code): each for code, each in found.items()}
    keys = need_ids.keys() | figures["pairs"].keys()
    return [
        Group(
            key=key,
            need_ids=need_ids.get(key, ()),
            proposal_ids=figures["proposals"].get(key, ()),
            meeting_ids=figures["meetings"].get(key, ()),
            quote_ids=figures["quotes"].get(key, ()),
            deal_ids=figures["deals"].get(key, ()),
            sme_ids=figures["smes"].get(key, ()),
            amounts=summed.get(key, NO_AMOUNTS),
        )
        for key in sorted(keys, key=lambda key: (key is None, key or ""))
    ]


def ids_by_key(
    frame: Frame, key_column: str, column: str, flag: str | None = None
) -> dict[str | None, Ids]:
    """Return the distinct ids of a column for each code, where a flag is set; None = not known."""
    chosen = frame.known(column)
    rows = np.flatnonzero(chosen if flag is None else chosen & frame[flag])
    found = split(frame[key_column][rows], frame[column][rows])
    return {frame.named(key_column, code): ids for code, ids in found.items()}


def amounts_by(keys: Array, deals: Frame) -> dict[int, Amounts]:
    """Return the amounts of deals by the key of each row; each meeting counts once for a key."""
    rows = first_places(keys, deals["meeting_id"])
    keys, meetings = keys[rows], deals["meeting_id"][rows]
    found = {name: deals[name][rows] for name in ("first_order_yen", "total_yen")}
    sums = {name: summed_by(keys, np.where(yen == NONE, 0, yen)) for name, yen in found.items()}
    unknown = {name: split(keys[yen == NONE], meetings[yen == NONE]) for name, yen in found.items()}
    return {
        key: Amounts(
            first,
            unknown["first_order_yen"].get(key, ()),
            sums["total_yen"][key],
            unknown["total_yen"].get(key, ()),
        )
        for key, first in sums["first_order_yen"].items()
    }


def _busiest_first(groups: list[Group]) -> list[Group]:
    def order(group: Group) -> tuple[bool, int, int, str]:
        return (
            group.key is None,
            -len(group.meeting_ids),
            -len(group.need_ids),
            group.key or "",
        )

    return sorted(groups, key=order)


def _ids_by_month(pairs: Frame, day: str, flag: str, months: Sequence[Period]) -> Mapping[int, Ids]:
    """Return the meetings of each of some adjacent months, by the place of the month."""
    found = pairs.where(pairs[flag] & falls_in(pairs, day, Period(months[0].start, months[-1].end)))
    starts = np.array([month.start.toordinal() for month in months])
    return split(np.searchsorted(starts, found[day], side="right") - 1, found["meeting_id"])
