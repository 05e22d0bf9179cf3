"""Everything one page of statistics shows, counted once from plain records.

The key figures and the tables count each record on its own day; the funnel follows what was
begun in the period. So a table adds up to the key figure above it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from sme_match.outcomes.enums import AmountSource
from sme_match.statistics.columns import NONE, Frame, Ids, is_in, once
from sme_match.statistics.demand import ShareOfRecords, small_lots
from sme_match.statistics.facts import Facts
from sme_match.statistics.filters import StatisticsFilter, find_period, narrow
from sme_match.statistics.frames import (
    NO_AMOUNTS,
    Amounts,
    Funnel,
    Group,
    Month,
    Side,
    amounts_by,
    by_industry,
    by_month,
    by_prefecture,
    by_process,
    falls_in,
    funnel,
    ids_by_key,
    ids_of,
    within,
)
from sme_match.statistics.key_figures import KeyFigure, key_figures
from sme_match.statistics.late import LateOutcomes, Waiting, ages_on, expect
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


class Report:
    """The figures of a period under a filter, each counted when it is first asked for.

    Equal only to itself, as what is made from it.
    """

    def __init__(self, facts: Facts, filters: StatisticsFilter, *, today: date) -> None:
        self.filters = filters
        self.period: Period = find_period(filters.period, today) or last_twelve_months(today)
        self._facts = facts
        self._today = today
        self._needs, self._pairs = narrow(facts.needs, facts.pairs, filters)

    @cached_property
    def _created(self) -> Frame:
        return within(self._needs, "created_on", self.period)

    @cached_property
    def _own(self) -> Frame:
        return on_own_days(self._pairs, self.period)

    @cached_property
    def _met(self) -> Frame:
        return within(self._pairs, "met_on", self.period)

    @cached_property
    def figures(self) -> Sequence[KeyFigure]:
        """The key figures beside those of the year before."""
        return key_figures(self._needs, self._pairs, self.period)

    @cached_property
    def funnel(self) -> Funnel:
        """What became of that which was begun in the period."""
        return funnel(self._created, within(self._pairs, "proposed_on", self.period))

    @cached_property
    def prefectures(self) -> Sequence[Group]:
        """By the place of the side that the filter names."""
        if self.filters.side is Side.SME:
            return self.sme_prefectures
        return by_prefecture(self._created, self._own, self.filters.side)

    @cached_property
    def sme_prefectures(self) -> Sequence[Group]:
        """By the place of the SME."""
        return by_prefecture(self._created, self._own, Side.SME)

    @cached_property
    def processes(self) -> Sequence[Group]:
        """By the process of the need."""
        return by_process(self._created, self._own)

    @cached_property
    def industries(self) -> Sequence[Group]:
        """By the industry of the buyer."""
        return by_industry(self._created, self._own)

    @cached_property
    def months(self) -> Sequence[Month]:
        """By month, beside the year before."""
        return by_month(self._pairs, self.period)

    @cached_property
    def sources(self) -> Sequence[SourceAmounts]:
        """The deals of the period by the source of their amounts."""
        return amounts_by_source(self._own)

    @cached_property
    def prospects(self) -> Prospects:
        """What may still come of the meetings of the period."""
        return _prospects(self._own)

    @cached_property
    def unproposed_ids(self) -> Ids:
        """Meetings held in the period that no proposal led to."""
        return ids_of(self._met.where(~self._met.known("proposal_id")), "meeting_id", "held")

    @cached_property
    def late(self) -> LateOutcomes | None:
        """What is expected of the meetings of the period; None while the history is too short."""
        history, cohort = (_waiting(rows, self._today) for rows in (self._facts.pairs, self._met))
        return expect(history, cohort)

    @property
    def companies(self) -> Mapping[str, int]:
        """Registered SMEs by prefecture, whatever the filter."""
        return self._facts.companies

    @cached_property
    def unmet(self) -> ShareOfRecords:
        """Needs that no company passes by the latest matching run, among those that had a run."""
        return _unmet(self._created, self.period)

    @cached_property
    def small_lots(self) -> ShareOfRecords:
        """Needs for high-mix low-volume work among those whose lot is known."""
        return small_lots(self._needs, [self.period])[0]

    @cached_property
    def refusals(self) -> Mapping[str, Ids]:
        """Held meetings without a deal, by the reasons that were named for it."""
        return refusals_by_reason(self._met, self._facts.refusals)

    @cached_property
    def undealt_ids(self) -> Ids:
        """All held meetings without a deal."""
        return ids_of(_undealt(self._met), "meeting_id")

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all happened in the period."""
        return not any(figure.current.ids for figure in self.figures) and not any(
            stage.ids for stage in self.funnel.stages
        )

    def figure(self, key: str) -> KeyFigure:
        """Return the key figure of a key."""
        return next(figure for figure in self.figures if figure.key == key)


def refusals_by_reason(pairs: Frame, refusals: Frame) -> dict[str, Ids]:
    """Return the held meetings without a deal among the pairs, by the reasons that were named."""
    own = refusals.where(is_in(refusals["meeting_id"], _undealt(pairs)["meeting_id"]))
    return {key: ids for key, ids in ids_by_key(own, "reason", "meeting_id").items() if key}


def _undealt(pairs: Frame) -> Frame:
    return pairs.where(pairs["held"] & ~pairs["dealt"])


def _unmet(needs: Frame, period: Period) -> ShareOfRecords:
    known = needs.known("passing")
    return ShareOfRecords(
        period,
        ids=ids_of(needs.where(needs["passing"] == 0), "need_id"),
        base_ids=ids_of(needs.where(known), "need_id"),
        unknown_ids=ids_of(needs.where(~known), "need_id"),
    )


def on_own_days(pairs: Frame, period: Period) -> Frame:
    """Return the pairs with only that marked which falls in the period on its own day.

    A proposal counts when it was made, a meeting, its quote and its prospect when it was held,
    a deal when it was closed. Rows of which nothing is left go.
    """
    met, dealt, proposed = (
        falls_in(pairs, column, period) for column in ("met_on", "dealt_on", "proposed_on")
    )
    own = pairs.where(met | dealt | proposed)
    met, dealt, proposed = (
        falls_in(own, column, period) for column in ("met_on", "dealt_on", "proposed_on")
    )
    held = own["held"] & met
    marked = own.marked(
        held=held,
        quoted=own["quoted"] & held,
        prospect=own["prospect"] & held,
        dealt=own["dealt"] & dealt,
        proposal_id=np.where(proposed, own["proposal_id"], NONE),
    )
    return marked.where(held | marked["dealt"] | marked.known("proposal_id"))


def _waiting(pairs: Frame, today: date) -> Waiting:
    held = once(pairs.where(pairs["held"] & pairs.known("met_on")), "meeting_id")
    return Waiting(ages_on(today, held["met_on"]), held["seen_after"])


def amounts_by_source(pairs: Frame) -> list[SourceAmounts]:
    """Return the deals among the rows by the source of their amounts; no source comes last."""
    deals = pairs.where(pairs["dealt"])
    ids = ids_by_key(deals, "amount_source", "meeting_id")
    summed = {
        deals.named("amount_source", code): found
        for code, found in amounts_by(deals["amount_source"], deals).items()
    }
    return [
        SourceAmounts(source, ids.get(source, ()), summed.get(source, NO_AMOUNTS))
        for source in (*AmountSource, None)
    ]


def _prospects(pairs: Frame) -> Prospects:
    found = once(pairs.where(pairs["prospect"]), "meeting_id")
    expected, known = found["expected_year_yen"], found.known("expected_year_yen")
    return Prospects(
        ids_of(found, "meeting_id"),
        int(expected[known].sum()),
        ids_of(found.where(~known), "meeting_id"),
    )
