"""How good the proposals were, by what coordinators decided about them: pure, from plain rows.

Only decided proposals are counted; what nobody has looked at yet says nothing about the ranking.
Rank and engine are those of the last run that found the proposal.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import fsum
from types import MappingProxyType

from sme_match.matching.enums import ProposalState, RejectionReason
from sme_match.statistics.indices import Interval, share, wilson_interval
from sme_match.statistics.periods import Period


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """One decided proposal. `met` and `dealt`: a meeting was held, and led to a deal."""

    proposal_id: int
    need_id: int
    rank: int
    state: ProposalState
    reason: RejectionReason | None
    decided_on: date
    """The day in Japan."""
    engine: str
    met: bool
    dealt: bool

    @property
    def accepted(self) -> bool:
        """Whether the coordinator took the proposal up."""
        return self.state is ProposalState.ACCEPTED


PARTS: Mapping[str, Callable[[JudgedRow], bool]] = MappingProxyType(
    {
        "judged": lambda _row: True,
        "accepted": lambda row: row.accepted,
        "held": lambda row: row.state is ProposalState.HELD,
        "rejected": lambda row: row.state is ProposalState.REJECTED,
        "top1": lambda row: row.rank <= 1,
        "top3": lambda row: row.rank <= 3,  # noqa: PLR2004 -- as the name says
        "top10": lambda row: row.rank <= 10,  # noqa: PLR2004
        "met": lambda row: row.accepted and row.met,
        "dealt": lambda row: row.accepted and row.dealt,
    }
)
"""What a figure counts among the decided proposals; each leads to its records."""


@dataclass(frozen=True, slots=True)
class Rate:
    """The accepted among some decided proposals, as a fraction of 1; None when there are none."""

    accepted: int
    base: int

    @property
    def value(self) -> float | None:
        """Accepted by decided."""
        return share(self.accepted, self.base)

    @property
    def interval(self) -> Interval:
        """The 95 % interval (Wilson): wide when few were decided."""
        return wilson_interval(self.accepted, self.base)


@dataclass(frozen=True, slots=True)
class Judged:
    """Decided proposals and the figures that are drawn from them."""

    rows: tuple[JudgedRow, ...]

    def count(self, part: str) -> int:
        """Return how many belong to a part."""
        return sum(map(PARTS[part], self.rows))

    def precision(self, part: str = "judged") -> Rate:
        """Return the accepted among those of a part: all, or those in the first ranks."""
        chosen = [row for row in self.rows if PARTS[part](row)]
        return Rate(sum(row.accepted for row in chosen), len(chosen))

    @property
    def needs(self) -> int:
        """How many needs they belong to."""
        return len({row.need_id for row in self.rows})

    @property
    def reciprocal_rank(self) -> float | None:
        """The mean over needs of 1 / rank of the first accepted, 0 for a need without any.

        Source: Voorhees, TREC-8 (1999) 77. None without needs.
        """
        first: dict[int, float] = {row.need_id: 0.0 for row in self.rows}
        for row in self.rows:
            if row.accepted:
                first[row.need_id] = max(first[row.need_id], 1 / row.rank)
        return share(fsum(first.values()), len(first))


def within(rows: Iterable[JudgedRow], period: Period) -> Judged:
    """Return those that were decided in the period."""
    return Judged(tuple(row for row in rows if row.decided_on in period))


def by_month(judged: Judged, period: Period) -> list[tuple[Period, Judged]]:
    """Return the months of the period in which anything was decided, in order."""
    months = [(month, within(judged.rows, month)) for month in period.months()]
    return [(month, found) for month, found in months if found.rows]


def by_engine(judged: Judged) -> list[tuple[str, Judged]]:
    """Return the decided proposals of each version of the engine, the newest version first."""
    engines = sorted({row.engine for row in judged.rows}, reverse=True)
    return [
        (engine, Judged(tuple(row for row in judged.rows if row.engine == engine)))
        for engine in engines
    ]


def by_reason(judged: Judged) -> list[tuple[RejectionReason, int]]:
    """Return how many were rejected for each reason, the most frequent first."""
    counts = {
        reason: sum(row.reason is reason for row in judged.rows if PARTS["rejected"](row))
        for reason in RejectionReason
    }
    return sorted(counts.items(), key=lambda item: -item[1])
