"""The key figures of a period beside those of the year before; each carries its records."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from sme_match.statistics.columns import Frame, Ids, once
from sme_match.statistics.frames import Amounts, amounts, ids_of, within
from sme_match.statistics.indices import Interval, share, wilson_interval
from sme_match.statistics.periods import Period


class Unit(StrEnum):
    """How a key figure is shown."""

    COUNT = "count"
    RATE = "rate"
    YEN = "yen"
    SCORE = "score"
    """A mean of grades, 1 to 5."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of one period: its value and the records behind it.

    `base_ids` are the records of the denominator of a rate; `unknown_ids` those that could not
    be counted on either side. The value of a rate without denominator is None.
    """

    value: float | None
    ids: Ids
    base_ids: Ids = ()
    unknown_ids: Ids = ()


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A figure of a period and of the same period a year before; `key` names its definition."""

    key: str
    unit: Unit
    current: Measure
    previous: Measure

    @property
    def difference(self) -> float | None:
        """Current minus previous, in the unit (points of 1 for a rate); None when undefined."""
        if self.current.value is None or self.previous.value is None:
            return None
        return self.current.value - self.previous.value

    @property
    def relative_change(self) -> float | None:
        """The difference as a fraction of the previous value; None when that is 0."""
        if self.difference is None or self.previous.value is None:
            return None
        return share(self.difference, self.previous.value)

    @property
    def interval(self) -> Interval | None:
        """The 95 % interval of a rate (Wilson); None for other figures."""
        if self.unit is not Unit.RATE:
            return None
        return wilson_interval(len(self.current.ids), len(self.current.base_ids))


def key_figures(needs: Frame, pairs: Frame, period: Period) -> list[KeyFigure]:
    """Return all key figures in the order of the page.

    Each record counts on its own day: a need when it was created, a proposal when it was made,
    a meeting when it was held, a deal when it was closed. Give the rows of both periods.
    """
    parts = [_Part(needs, pairs, span) for span in (period, period.year_before())]
    return [
        KeyFigure(key, unit, measure(parts[0]), measure(parts[1])) for key, unit, measure in _FIGURES
    ]


class _Part:
    """The rows of one period, each kind by its own day."""

    def __init__(self, needs: Frame, pairs: Frame, period: Period) -> None:
        self.needs = within(needs, "created_on", period)
        self.proposed = within(pairs, "proposed_on", period)
        met = within(pairs, "met_on", period)
        self.met = once(met.where(met["held"]), "meeting_id")
        closed = within(pairs, "dealt_on", period)
        self.deals = once(closed.where(closed["dealt"]), "meeting_id")
        self.amounts: Amounts = amounts(self.deals)


def _count(ids: Ids) -> Measure:
    return Measure(len(ids), ids)


def _rate(rows: Frame, chosen: Frame, unknown: Ids = ()) -> Measure:
    ids, base = ids_of(chosen, "meeting_id"), ids_of(rows, "meeting_id")
    return Measure(share(len(ids), len(base)), ids, base, unknown)


def _needs(part: _Part) -> Measure:
    return _count(ids_of(part.needs, "need_id"))


def _proposals(part: _Part) -> Measure:
    return _count(ids_of(part.proposed, "proposal_id"))


def _meetings(part: _Part) -> Measure:
    return _count(ids_of(part.met, "meeting_id"))


def _smes(part: _Part) -> Measure:
    return _count(ids_of(part.met, "sme_id"))


def _buyers(part: _Part) -> Measure:
    return _count(ids_of(part.met, "buyer_id"))


def _quote_rate(part: _Part) -> Measure:
    unknown = ids_of(part.met.where(~part.met["reported"]), "meeting_id")
    return _rate(part.met, part.met.where(part.met["quoted"]), unknown)


def _unreported(part: _Part) -> Measure:
    return _rate(part.met, part.met.where(~part.met["reported"]))


def _prospects(part: _Part) -> Measure:
    return _count(ids_of(part.met, "meeting_id", "prospect"))


def _deals(part: _Part) -> Measure:
    return _count(ids_of(part.deals, "meeting_id"))


def _first_orders(part: _Part) -> Measure:
    found = part.amounts
    ids = ids_of(part.deals, "meeting_id")
    return Measure(found.first_order_yen, ids, unknown_ids=found.first_order_unknown_ids)


def _totals(part: _Part) -> Measure:
    found = part.amounts
    ids = ids_of(part.deals, "meeting_id")
    return Measure(found.total_yen, ids, unknown_ids=found.total_unknown_ids)


def _crossing(rows: Frame) -> Measure:
    unknown = ids_of(rows.where(~rows.known("crossing")), "meeting_id")
    return _rate(rows.where(rows.known("crossing")), rows.where(rows["crossing"] == 1), unknown)


def _crossing_meetings(part: _Part) -> Measure:
    return _crossing(part.met)


def _crossing_deals(part: _Part) -> Measure:
    return _crossing(part.deals)


_FIGURES: tuple[tuple[str, Unit, Callable[[_Part], Measure]], ...] = (
    ("meetings", Unit.COUNT, _meetings),
    ("quote_rate", Unit.RATE, _quote_rate),
    ("deals", Unit.COUNT, _deals),
    ("total_yen", Unit.YEN, _totals),
    ("first_order_yen", Unit.YEN, _first_orders),
    ("prospects", Unit.COUNT, _prospects),
    ("needs", Unit.COUNT, _needs),
    ("proposals", Unit.COUNT, _proposals),
    ("smes", Unit.COUNT, _smes),
    ("buyers", Unit.COUNT, _buyers),
    ("crossing_meetings", Unit.RATE, _crossing_meetings),
    ("crossing_deals", Unit.RATE, _crossing_deals),
    ("unreported", Unit.RATE, _unreported),
)
KEYS = tuple(key for key, _, _ in _FIGURES)
