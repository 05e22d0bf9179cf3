"""Everything one page of statistics shows, counted once from plain records.

The key figures and the tables count each record on its own day; the funnel follows what was
begun in the period. So a table adds up to the key figure above it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from sme_match.outcomes.enums import AmountSource
from sme_match.statistics.demand import ShareOfRecords, small_lots
from sme_match.statistics.facts import Facts
from sme_match.statistics.filters import StatisticsFilter, find_period, narrow
from sme_match.statistics.frames import (
    Amounts,
    Funnel,
    Group,
    Ids,
    Month,
    Side,
    amounts,
    by_industry,
    by_month,
    by_prefecture,
    by_process,
    funnel,
    ids_by_key,
    ids_of,
    within,
)
from sme_match.statistics.key_figures import KeyFigure, key_figures
from sme_match.statistics.late import LateOutcomes, Waiting, expect, months_between
from sme_match.statistics.periods import Period, last_twelve_months


@dataclass(frozen=True, slots=True)
class SourceAmounts:
    """The deals of the period whose amounts come from one source; None = no source recorded."""

    source: AmountSource | None
    ids: Ids
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class Prospects:
    """Work that may come of held meetings: apart from deals, never added to them."""

    ids: Ids
    expected_year_yen: int
    unknown_ids: Ids
    """Prospects whose expected amount nobody has said."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Report:
    """The figures of a period under a filter; equal only to itself, as what is made from it."""

    filters: StatisticsFilter
    period: Period
    figures: Sequence[KeyFigure]
    funnel: Funnel
    prefectures: Sequence[Group]
    """By the place of the side that the filter names."""
    sme_prefectures: Sequence[Group]
    processes: Sequence[Group]
    industries: Sequence[Group]
    months: Sequence[Month]
    sources: Sequence[SourceAmounts]
    prospects: Prospects
    unproposed_ids: Ids
    """Meetings held in the period that no proposal led to."""
    late: LateOutcomes | None
    """What is expected of the period's meetings; None while the history of the body is too short."""
    companies: Mapping[str, int]
    """Registered SMEs by prefecture, whatever the filter."""
    unmet: ShareOfRecords
    """Needs that no company passes by the latest matching run, among those that had a run."""
    small_lots: ShareOfRecords
    """Needs for high-mix low-volume work among those whose lot is known."""
    refusals: Mapping[str, Ids]
    """Held meetings without a deal, by the reasons that were named for it."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all happened in the period."""
        return not any(figure.current.ids for figure in self.figures) and not any(
            stage.ids for stage in self.funnel.stages
        )

    def figure(self, key: str) -> KeyFigure:
        """Return the key figure of a key."""
        return next(figure for figure in self.figures if figure.key == key)


def build_report(facts: Facts, filters: StatisticsFilter, *, today: date) -> Report:
    """Count everything for a period and a filter. An unknown period is the last twelve months."""
    period = find_period(filters.period, today) or last_twelve_months(today)
    need_rows, pair_rows = narrow(facts.needs, facts.pairs, filters)
    created = within(need_rows, "created_on", period)
    own = on_own_days(pair_rows, period)
    met = within(pair_rows, "met_on", period)
    by_sme = by_prefecture(created, own, Side.SME)
    is_by_sme = filters.side is Side.SME
    return Report(
        filters=filters,
        period=period,
        figures=key_figures(need_rows, pair_rows, period),
        funnel=funnel(created, within(pair_rows, "proposed_on", period)),
        prefectures=by_sme if is_by_sme else by_prefecture(created, own, filters.side),
        sme_prefectures=by_sme,
        processes=by_process(created, own),
        industries=by_industry(created, own),
        months=by_month(pair_rows, period),
        sources=amounts_by_source(own),
        prospects=_prospects(own),
        unproposed_ids=ids_of(met.loc[met["proposal_id"].isna()], "meeting_id", "held"),
        late=_late(facts.pairs, met, facts.deals_seen, today),
        companies=facts.companies,
        unmet=_unmet(created, period),
        small_lots=small_lots(need_rows, [period])[0],
        refusals=refusals_by_reason(met, facts.refusals),
    )


def refusals_by_reason(pairs: pd.DataFrame, refusals: pd.DataFrame) -> dict[str, Ids]:
    """Return the held meetings without a deal among the pairs, by the reasons that were named."""
    refused = ids_of(pairs.loc[pairs["held"] & ~pairs["dealt"]], "meeting_id")
    own = refusals.loc[refusals["meeting_id"].isin(refused)]
    return {key: ids for key, ids in ids_by_key(own, "reason", "meeting_id").items() if key}


def _unmet(needs: pd.DataFrame, period: Period) -> ShareOfRecords:
    return ShareOfRecords(
        period,
        ids=ids_of(needs.loc[needs["passing"] == 0], "need_id"),
        base_ids=ids_of(needs.loc[needs["passing"].notna()], "need_id"),
        unknown_ids=ids_of(needs.loc[needs["passing"].isna()], "need_id"),
    )


def on_own_days(pairs: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Return the pairs with only that marked which falls in the period on its own day.

    A proposal counts when it was made, a meeting, its quote and its prospect when it was held,
    a deal when it was closed. Rows of which nothing is left go.
    """
    met, dealt, proposed = (
        pairs.index.isin(within(pairs, column, period).index)
        for column in ("met_on", "dealt_on", "proposed_on")
    )
    marked = pairs.assign(
        held=pairs["held"] & met,
        quoted=pairs["quoted"] & pairs["held"] & met,
        prospect=pairs["prospect"] & pairs["held"] & met,
        dealt=pairs["dealt"] & dealt,
        proposal_id=pairs["proposal_id"].where(proposed),
    )
    return marked.loc[marked["held"] | marked["dealt"] | marked["proposal_id"].notna()]


def _late(
    pairs: pd.DataFrame, met: pd.DataFrame, seen: Mapping[int, date], today: date
) -> LateOutcomes | None:
    """Return what is expected of the meetings of the period, by all meetings of the body."""
    waiting = {
        number: Waiting(
            months_between(day, today),
            months_between(day, seen.get(number, closed)) if dealt else None,
        )
        for number, day, dealt, closed in _meetings(pairs)
    }
    return expect(list(waiting.values()), [waiting[row[0]] for row in _meetings(met)])


def _meetings(pairs: pd.DataFrame) -> Iterator[tuple[int, date, bool, date]]:
    columns = ["meeting_id", "met_on", "dealt", "dealt_on"]
    held = pairs.loc[pairs["held"] & pairs["met_on"].notna(), columns].drop_duplicates("meeting_id")
    met_on, dealt_on = (
        held[name].to_numpy().astype("datetime64[D]").tolist() for name in ("met_on", "dealt_on")
    )
    ids = held["meeting_id"].to_numpy(dtype="int64").tolist()
    return zip(ids, met_on, held["dealt"].to_list(), dealt_on, strict=True)


def amounts_by_source(pairs: pd.DataFrame) -> list[SourceAmounts]:
    """Return the deals among the rows by the source of their amounts; no source comes last."""
    # Cutting a frame costs as much as it has columns: only these are needed.
    columns = ["meeting_id", "dealt", "first_order_yen", "total_yen", "amount_source"]
    deals = pairs.loc[pairs["dealt"], columns]
    parts = [(source, deals.loc[deals["amount_source"] == source.value]) for source in AmountSource] + [
        (None, deals.loc[deals["amount_source"].isna()])
    ]
    found = []
    for source, rows in parts:
        found.append(SourceAmounts(source, ids_of(rows, "meeting_id"), amounts(rows)))
    return found


def _prospects(pairs: pd.DataFrame) -> Prospects:
    once = pairs.loc[pairs["prospect"]].drop_duplicates("meeting_id")
    return Prospects(
        ids_of(once, "meeting_id"),
        int(once["expected_year_yen"].sum()),
        ids_of(once.loc[once["expected_year_yen"].isna()], "meeting_id"),
    )
