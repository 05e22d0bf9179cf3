"""Outcome figures from plain records: funnel, groups, months, key figures.

Every figure is the number of the record ids it carries, so that a page can list them.
Proposals are counted once (need × SME); meetings, quotes and deals are counted in meetings
(延べ); companies are distinct (実数). Prospects are never added to deals. A record whose code
is not known stays in a group of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from sme_match.matching.enums import ProposalState
from sme_match.meetings.enums import MeetingState
from sme_match.outcomes.enums import End, Stage
from sme_match.statistics.indices import share
from sme_match.statistics.periods import Period
from sme_match.statistics.rows import NeedRow, PairRow, RefusalRow

Ids = tuple[int, ...]

_DAYS = ("created_on", "need_created_on", "proposed_on", "decided_on", "met_on", "deal_on")
_CODES = (
    "process_code", "jsic_code", "prefecture", "need_prefecture", "sme_prefecture",
    "municipality", "need_municipality", "sme_municipality", "agglomeration",
)  # fmt: skip
_YEN = ("first_order_yen", "total_yen", "expected_year_yen")
_AMOUNTS = ("meeting_id", "first_order_yen", "total_yen")
_STATES = ("reason", "proposal_state", "meeting_state", "outcome_end", "amount_source")
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


def refusal_frame(rows: Iterable[RefusalRow]) -> pd.DataFrame:
    """Return the reasons of refused meetings as a frame, one row each."""
    return _frame(rows, RefusalRow)


def need_frame(rows: Iterable[NeedRow]) -> pd.DataFrame:
    """Return needs as a frame for the functions below, with the class of their lot."""
    frame = _frame(rows, NeedRow)
    frame["lot"] = banded(frame["lot_quantity"], LOTS)
    return frame


def pair_frame(rows: Iterable[PairRow]) -> pd.DataFrame:
    """Return pairs as a frame for the functions below, with a column per question.

    accepted, held, reported (a held meeting whose outcome is known), quoted (stage 4 or more),
    dealt (stage 6 or more), prospect (stage 3 to 5, not ended without a deal), crossing (the two
    prefectures differ; empty when one is unknown), dealt_on (day of the deal, else of the meeting).
    """
    frame = _frame(rows, PairRow)
    stage, end = frame["outcome_stage"], frame["outcome_end"]
    frame["size"] = banded(frame["sme_employees"], SIZES)
    frame["lot"] = banded(frame["lot_quantity"], LOTS)
    frame["accepted"] = frame["proposal_state"] == ProposalState.ACCEPTED
    frame["held"] = frame["meeting_state"] == MeetingState.HELD
    frame["reported"] = frame["held"] & stage.notna() & (end != End.UNKNOWN)
    # Reports stay when a meeting is put right as not held; what they say counts no more.
    stage = stage.where(frame["held"])
    frame["quoted"] = _at_least(stage, Stage.QUOTE_GIVEN)
    frame["dealt"] = _at_least(stage, Stage.DEAL)
    frame["prospect"] = _at_least(stage, Stage.QUOTE_ASKED) & ~frame["dealt"] & (end != End.NO_DEAL)
    known = frame["need_prefecture"].notna() & frame["sme_prefecture"].notna()
    differs = frame["need_prefecture"].astype("str") != frame["sme_prefecture"].astype("str")
    frame["crossing"] = differs.astype("float64").where(known)
    frame["dealt_on"] = frame["deal_on"].fillna(frame["met_on"])
    return frame


def banded(numbers: "pd.Series[Any]", starts: Sequence[int]) -> "pd.Series[Any]":
    """Return the class of each number by its lower bound, as text; none below the first bound."""
    edges = [*starts, np.inf]
    return pd.cut(numbers, edges, right=False, labels=[str(start) for start in starts])


def within(frame: pd.DataFrame, column: str, period: Period) -> pd.DataFrame:
    """Return the rows whose day in a column lies in the period."""
    days = frame[column]
    return frame.loc[(days >= pd.Timestamp(period.start)) & (days < pd.Timestamp(period.end))]


def ids_of(frame: pd.DataFrame, column: str, flag: str | None = None) -> Ids:
    """Return the distinct ids of a column in ascending order, where a flag is set."""
    values = frame[column] if flag is None else frame.loc[frame[flag], column]
    return tuple(sorted(int(value) for value in values.dropna().unique()))


def funnel(needs: pd.DataFrame, pairs: pd.DataFrame) -> Funnel:
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
    unproposed = pairs.loc[pairs["proposal_id"].isna()]
    return Funnel(
        stages,
        share(stages[1].count, stages[0].count),
        ids_of(unproposed, "meeting_id", "held"),
    )


def by_prefecture(needs: pd.DataFrame, pairs: pd.DataFrame, side: Side) -> list[Group]:
    """Return the figures by prefecture of one side, in the order of the codes.

    Needs belong to the buyer's prefecture and are left out on the SMEs' side.
    """
    if side is Side.SME:
        groups = grouped(needs.iloc[:0], "prefecture", pairs, "sme_prefecture")
    else:
        groups = grouped(needs, "prefecture", pairs, "need_prefecture")
    return sorted(groups, key=lambda group: (group.key is None, group.key or ""))


def by_process(needs: pd.DataFrame, pairs: pd.DataFrame) -> list[Group]:
    """Return the figures by process of the need, most meetings first, unknown last."""
    return _busiest_first(grouped(needs, "process_code", pairs, "process_code"))


def by_industry(needs: pd.DataFrame, pairs: pd.DataFrame) -> list[Group]:
    """Return the figures by the buyer's industry (JSIC), most meetings first, unknown last."""
    return _busiest_first(grouped(needs, "jsic_code", pairs, "jsic_code"))


def by_month(pairs: pd.DataFrame, period: Period) -> list[Month]:
    """Return the months of a period, each beside the same month a year before.

    Meetings belong to the day they were held, deals to the day of the deal. Give all rows:
    those of the year before are needed too.
    """
    held = _ids_by_month(pairs, "met_on", "held")
    dealt = _ids_by_month(pairs, "dealt_on", "dealt")
    months = [(month, month.start, month.year_before().start) for month in period.months()]
    return [
        Month(
            period=month,
            meeting_ids=held.get(now, ()),
            deal_ids=dealt.get(now, ()),
            previous_meeting_ids=held.get(before, ()),
            previous_deal_ids=dealt.get(before, ()),
        )
        for month, now, before in months
    ]


def amounts(deals: pd.DataFrame) -> Amounts:
    """Return the amounts of the deals among the given rows; each meeting counts once."""
    # Cutting a frame costs as much as it has columns: only these are needed.
    rows = deals.loc[deals["dealt"], list(_AMOUNTS)]
    return amounts_by([0] * len(rows), rows).get(0, NO_AMOUNTS)


def unknown_share(groups: Iterable[Group]) -> float | None:
    """Return the part of the held meetings whose group is not known; None without meetings."""
    counts = [(group.key is None, len(group.meeting_ids)) for group in groups]
    return share(sum(n for unknown, n in counts if unknown), sum(n for _, n in counts))


def _frame(rows: Iterable[Any], kind: type) -> pd.DataFrame:
    listed = list(rows)
    columns = {
        field.name: _typed(field.name, [getattr(row, field.name) for row in listed])
        for field in fields(kind)
    }
    return pd.DataFrame(columns)


def _typed(name: str, values: list[Any]) -> "pd.Series[Any]":
    if name in _DAYS:
        return pd.Series(values, dtype="datetime64[s]")
    if name in _CODES or name in _STATES:
        # An empty code and none at all say the same: not known.
        return pd.Series(pd.Categorical([None if not value else str(value) for value in values]))
    if name in _YEN:
        return pd.Series(values, dtype="Int64")
    # Plain columns are cut and joined fastest; whole numbers are exact up to 2**53.
    return pd.Series(values, dtype="float64")


def _at_least(stage: "pd.Series[Any]", least: Stage) -> "pd.Series[bool]":
    return (stage >= int(least)).fillna(value=False).astype(bool)


def grouped(
    needs: pd.DataFrame, need_column: str, pairs: pd.DataFrame, pair_column: str
) -> list[Group]:
    """Return the groups of all codes, unknown last; each figure is cut once, not once a group."""
    need_ids = ids_by_key(needs, need_column, "need_id")
    figures = {name: ids_by_key(pairs, pair_column, column, flag) for name, column, flag in _GROUPED}
    summed = _amounts_by_key(pairs, pair_column)
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
    frame: pd.DataFrame, key_column: str, column: str, flag: str | None = None
) -> dict[str | None, Ids]:
    """Return the distinct ids of a column for each code, where a flag is set; None = not known."""
    chosen = (frame if flag is None else frame.loc[frame[flag]])[[key_column, column]].dropna(
        subset=[column]
    )
    codes = chosen[key_column].cat
    found = distinct(codes.codes.to_numpy(), chosen[column].to_numpy(dtype="int64"))
    # Code -1 stands for no category.
    names = [*codes.categories, None]
    return {names[code]: ids for code, ids in found.items()}


def distinct(keys: np.ndarray[Any, Any], ids: np.ndarray[Any, Any]) -> dict[int, Ids]:
    """Return the distinct ids of each key in ascending order; by sorting once, not key by key."""
    order = np.lexsort((ids, keys))
    keys, ids = keys[order], ids[order]
    first = np.ones(len(keys), dtype=bool)
    first[1:] = (keys[1:] != keys[:-1]) | (ids[1:] != ids[:-1])
    keys, ids = keys[first], ids[first]
    if not len(keys):
        return {}
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
    parts = np.split(ids, starts[1:])
    return {int(keys[start]): tuple(part.tolist()) for start, part in zip(starts, parts, strict=True)}


def _amounts_by_key(pairs: pd.DataFrame, key_column: str) -> dict[str | None, Amounts]:
    deals = pairs.loc[pairs["dealt"], [key_column, *_AMOUNTS]]
    codes = deals[key_column].cat
    names = [*codes.categories, None]
    found = amounts_by(codes.codes.to_list(), deals)
    return {names[code]: summed for code, summed in found.items()}


def amounts_by(keys: Sequence[int], deals: pd.DataFrame) -> dict[int, Amounts]:
    """Return the amounts of deals by the key of each row; each meeting counts once for a key."""
    parts: dict[int, dict[int, tuple[int | None, int | None]]] = {}
    rows = zip(keys, *(deals[name].astype("object").to_list() for name in _AMOUNTS), strict=True)
    for key, meeting, first, total in rows:
        known = None if first is pd.NA else first, None if total is pd.NA else total
        parts.setdefault(key, {}).setdefault(int(meeting), known)
    return {
        key: Amounts(
            sum(first or 0 for first, _ in known.values()),
            tuple(sorted(number for number, (first, _) in known.items() if first is None)),
            sum(total or 0 for _, total in known.values()),
            tuple(sorted(number for number, (_, total) in known.items() if total is None)),
        )
        for key, known in parts.items()
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


def _ids_by_month(pairs: pd.DataFrame, day: str, flag: str) -> dict[date, Ids]:
    chosen = pairs.loc[pairs[flag], [day, "meeting_id"]].dropna()
    months = chosen[day].to_numpy().astype("datetime64[M]")
    found = distinct(months.astype("int64"), chosen["meeting_id"].to_numpy(dtype="int64"))
    return {np.datetime64(month, "M").astype(date): ids for month, ids in found.items()}
