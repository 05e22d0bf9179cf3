"""The figures of one fiscal year, counted from plain records. Pure.

Activity and the results of meetings belong to the year in which a meeting was held; deals and their
amounts stand once more by the year in which they were closed. Companies are distinct (実数), all else
is counted in meetings (延べ). Prospects stand apart and are never added to deals.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np

from sme_match.meetings.enums import MeetingState
from sme_match.outcomes.enums import Reporter, Stage
from sme_match.statistics.columns import Array, Frame, Ids, Mask, distinct, is_in, once, without
from sme_match.statistics.evidence import RecordKind
from sme_match.statistics.frames import Amounts, amounts, ids_of, within
from sme_match.statistics.indices import Interval, share, wilson_interval
from sme_match.statistics.key_figures import Measure, Unit
from sme_match.statistics.periods import Period, fiscal_year
from sme_match.statistics.report import SourceAmounts, amounts_by_source

YEARS_SHOWN = 5


class Section(StrEnum):
    """The parts of the report."""

    ACTIVITY = "activity"
    RESULT = "result"
    """What came of the meetings of the year, whenever it came."""
    DEAL = "deal"
    """Deals closed in the year, whenever the meeting was."""


@dataclass(frozen=True, slots=True)
class YearFigure:
    """One figure of a year; the records behind it are in the measure."""

    key: str
    section: Section
    unit: Unit
    counted: RecordKind
    measure: Measure

    @property
    def value(self) -> float | None:
        """The figure itself; None when it has no denominator."""
        return self.measure.value

    @property
    def interval(self) -> Interval | None:
        """The 95 % interval of a rate (Wilson); None for other figures."""
        if self.unit is not Unit.RATE:
            return None
        return wilson_interval(len(self.measure.ids), len(self.measure.base_ids))


@dataclass(frozen=True, slots=True)
class YearCount:
    """All figures of a fiscal year, and its amounts by source in both ways of counting."""

    year: int
    figures: Mapping[str, YearFigure]
    sources_by_deal: Sequence[SourceAmounts]
    sources_by_meeting: Sequence[SourceAmounts]
    satisfaction: Mapping[int, int]
    """Answers by grade, 1 to 5."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is recorded for the year."""
        return not any(figure.measure.ids for figure in self.figures.values())


STATES: Mapping[str, MeetingState] = MappingProxyType(
    {
        "meetings": MeetingState.HELD,
        "absent": MeetingState.ABSENT,
        "broken_off": MeetingState.BROKEN_OFF,
        "carried_over": MeetingState.CARRIED_OVER,
        "cancelled": MeetingState.CANCELLED,
        "to_come": MeetingState.CONFIRMED,
    }
)
"""What became of planned meetings: these figures add up to those planned."""


class _Year:
    """The rows of one fiscal year, each kind by its own day; those that a figure asks for."""

    def __init__(self, pairs: Frame, answers: Frame, year: int) -> None:
        self._pairs = pairs
        self._answers = answers
        self._period = fiscal_year(year)

    @cached_property
    def planned(self) -> Frame:
        dated = within(self._pairs, "met_on", self._period)
        is_planned = np.logical_or.reduce(
            [dated.equals("meeting_state", each) for each in STATES.values()]
        )
        return once(dated.where(is_planned), "meeting_id")

    @cached_property
    def met(self) -> Frame:
        return self.planned.where(self.planned["held"])

    @cached_property
    def deals(self) -> Frame:
        closed = within(self._pairs, "dealt_on", self._period)
        return once(closed.where(closed["dealt"]), "meeting_id")

    @cached_property
    def introduced(self) -> Frame:
        decided = within(self._pairs, "decided_on", self._period)
        return decided.where(decided["accepted"])

    @cached_property
    def new_smes(self) -> Ids:
        before = met_before(self._pairs, self._period)
        return ids_of(self.met.where(~is_in(self.met["sme_id"], before)), "sme_id")

    @cached_property
    def answers(self) -> Frame:
        return self._answers.where(is_in(self._answers["meeting_id"], self.met["meeting_id"]))

    @cached_property
    def graded(self) -> Frame:
        return self.answers.where(self.answers.known("satisfaction"))

    @cached_property
    def deal_amounts(self) -> Amounts:
        return amounts(self.deals)

    @cached_property
    def met_amounts(self) -> Amounts:
        return amounts(self.met)


def count_year(pairs: Frame, answers: Frame, year: int) -> YearCount:
    """Count one fiscal year from all pairs and the latest answers to held meetings, as frames."""
    rows = _Year(pairs, answers, year)
    grades = rows.graded["satisfaction"]
    return YearCount(
        year=year,
        figures=_figures(rows, KEYS),
        sources_by_deal=amounts_by_source(rows.deals),
        sources_by_meeting=amounts_by_source(rows.met),
        satisfaction=MappingProxyType({grade: int((grades == grade).sum()) for grade in range(1, 6)}),
    )


def count_figures(
    pairs: Frame, answers: Frame, year: int, keys: Collection[str]
) -> Mapping[str, YearFigure]:
    """Count some figures of a fiscal year."""
    return _figures(_Year(pairs, answers, year), keys)


def _figures(rows: _Year, keys: Collection[str]) -> Mapping[str, YearFigure]:
    return MappingProxyType(
        {
            key: YearFigure(key, section, unit, counted, measure(rows))
            for key, section, unit, counted, measure in _FIGURES
            if key in keys
        }
    )


def met_before(pairs: Frame, period: Period) -> Array:
    """Return the SMEs that had held a meeting before a period."""
    before = pairs["held"] & pairs.known("met_on") & (pairs["met_on"] < period.start.toordinal())
    return distinct(pairs["sme_id"][np.flatnonzero(before)])


def _meetings(frame: Frame, chosen: Mask | None = None) -> Ids:
    return ids_of(frame if chosen is None else frame.where(chosen), "meeting_id")


def _count(ids: Ids) -> Measure:
    return Measure(len(ids), ids)


def _rate(ids: Ids, base: Ids, unknown: Ids = ()) -> Measure:
    return Measure(share(len(ids), len(base)), ids, base, unknown)


def _state(state: MeetingState) -> Callable[[_Year], Measure]:
    def measure(rows: _Year) -> Measure:
        return _count(_meetings(rows.planned, rows.planned.equals("meeting_state", state)))

    return measure


def _reached(stage: Stage) -> Callable[[_Year], Measure]:
    def measure(rows: _Year) -> Measure:
        reached = rows.met["outcome_stage"] >= stage
        unknown = _meetings(rows.met, ~rows.met["reported"])
        return _rate(_meetings(rows.met, reached), _meetings(rows.met), unknown)

    return measure


def _answered(reporter: Reporter) -> Callable[[_Year], Measure]:
    def measure(rows: _Year) -> Measure:
        said = _meetings(rows.answers, rows.answers.equals("reporter", reporter))
        return _rate(said, _meetings(rows.met))

    return measure


def _met_share(rows: _Year) -> Measure:
    return _rate(ids_of(rows.met, "sme_id"), ids_of(rows.planned, "sme_id"))


def _unreported(rows: _Year) -> Measure:
    return _rate(_meetings(rows.met, ~rows.met["reported"]), _meetings(rows.met))


def _satisfaction(rows: _Year) -> Measure:
    grades = rows.graded["satisfaction"]
    graded = _meetings(rows.graded)
    silent = without(_meetings(rows.met), graded)
    return Measure(float(grades.mean()) if len(grades) else None, graded, unknown_ids=silent)


def _prospects(rows: _Year) -> Measure:
    return _count(_meetings(rows.met, rows.met["prospect"]))


def _prospect_yen(rows: _Year) -> Measure:
    prospect, known = rows.met["prospect"], rows.met.known("expected_year_yen")
    return Measure(
        int(rows.met["expected_year_yen"][prospect & known].sum()),
        _meetings(rows.met, prospect),
        unknown_ids=_meetings(rows.met, prospect & ~known),
    )


def _yen(total: int, deals: Frame, unknown: Ids) -> Measure:
    return Measure(total, _meetings(deals, deals["dealt"]), unknown_ids=unknown)


def _crossing(rows: Frame) -> Measure:
    known = rows.known("crossing")
    crossed = _meetings(rows, rows["crossing"] == 1)
    return _rate(crossed, _meetings(rows, known), _meetings(rows, ~known))


_A, _R, _D = Section.ACTIVITY, Section.RESULT, Section.DEAL
_M, _C, _P = RecordKind.MEETING, RecordKind.COMPANY, RecordKind.PROPOSAL
_FIGURES: tuple[tuple[str, Section, Unit, RecordKind, Callable[[Any], Measure]], ...] = (
    ("introduced", _A, Unit.COUNT, _P, lambda r: _count(ids_of(r.introduced, "proposal_id"))),
    ("introduced_smes", _A, Unit.COUNT, _C, lambda r: _count(ids_of(r.introduced, "sme_id"))),
    ("planned", _A, Unit.COUNT, _M, lambda r: _count(_meetings(r.planned))),
    *((key, _A, Unit.COUNT, _M, _state(state)) for key, state in STATES.items()),
    ("smes", _A, Unit.COUNT, _C, lambda r: _count(ids_of(r.met, "sme_id"))),
    ("met_share", _A, Unit.RATE, _C, _met_share),
    ("new_smes", _A, Unit.COUNT, _C, lambda r: _count(r.new_smes)),
    ("buyers", _A, Unit.COUNT, _C, lambda r: _count(ids_of(r.met, "buyer_id"))),
    ("crossing_meetings", _A, Unit.RATE, _M, lambda r: _crossing(r.met)),
    ("quote_rate", _R, Unit.RATE, _M, _reached(Stage.QUOTE_GIVEN)),
    ("prototype_rate", _R, Unit.RATE, _M, _reached(Stage.PROTOTYPE)),
    ("deal_rate", _R, Unit.RATE, _M, _reached(Stage.DEAL)),
    (
        "met_total_yen",
        _R,
        Unit.YEN,
        _M,
        lambda r: _yen(r.met_amounts.total_yen, r.met, r.met_amounts.total_unknown_ids),
    ),
    ("prospects", _R, Unit.COUNT, _M, _prospects),
    ("prospect_yen", _R, Unit.YEN, _M, _prospect_yen),
    ("answered_smes", _R, Unit.RATE, _M, _answered(Reporter.SME)),
    ("answered_buyers", _R, Unit.RATE, _M, _answered(Reporter.BUYER)),
    ("unreported", _R, Unit.RATE, _M, _unreported),
    ("satisfaction", _R, Unit.SCORE, _M, _satisfaction),
    ("deals", _D, Unit.COUNT, _M, lambda r: _count(_meetings(r.deals))),
    (
        "first_order_yen",
        _D,
        Unit.YEN,
        _M,
        lambda r: _yen(r.deal_amounts.first_order_yen, r.deals, r.deal_amounts.first_order_unknown_ids),
    ),
    (
        "total_yen",
        _D,
        Unit.YEN,
        _M,
        lambda r: _yen(r.deal_amounts.total_yen, r.deals, r.deal_amounts.total_unknown_ids),
    ),
    ("crossing_deals", _D, Unit.RATE, _M, lambda r: _crossing(r.deals)),
)
KEYS = tuple(figure[0] for figure in _FIGURES)
UNITS: Mapping[str, Unit] = MappingProxyType({figure[0]: figure[2] for figure in _FIGURES})
TARGET_KEYS = (
    "introduced",
    "meetings",
    "smes",
    "new_smes",
    "quote_rate",
    "prototype_rate",
    "deal_rate",
    "answered_smes",
    "answered_buyers",
    "deals",
    "total_yen",
)
"""Figures for which a target makes sense: more of them is better."""
