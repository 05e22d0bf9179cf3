"""The search for chains: laid step by step, finished best first."""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, count, pairwise
from math import inf
from typing import Final, TypeAlias, TypeVar

from sme_match.matching.engine.chain_steps import Offer, Order, Plan, count_musts
from sme_match.matching.engine.conditions import (
    ROW_OFFERS,
    Circumstances,
    Condition,
    ConditionResult,
    Verdict,
    judge,
    position_of,
    whole_km,
)
from sme_match.matching.engine.documents import Key
from sme_match.needs.enums import ConditionLevel

MOST_COMPANIES: Final = 3

Silence = TypeVar("Silence", float, None)
"""What stands for a lead time that is not stated."""


@dataclass(frozen=True, slots=True)
class Link:
    """A step with the company that does it, judged; `days` is its lead time where stated."""

    process: str
    company: Key
    conditions: tuple[ConditionResult, ...]
    days: float | None


@dataclass(frozen=True, slots=True)
class Chain:
    """Companies that do all steps together.

    `legs` are the distances in km from each step to the next where the company changes, None
    where one cannot be measured. `sums` are the conditions on the chain as a whole.
    """

    prime: Key
    links: tuple[Link, ...]
    sums: tuple[ConditionResult, ...]
    legs: tuple[int | None, ...]
    similarity: float

    @property
    def distance_km(self) -> int | None:
        """Return the length of the way through the chain; None where a leg is not known."""
        known = [leg for leg in self.legs if leg is not None]
        return sum(known) if len(known) == len(self.legs) else None

    @property
    def known_days(self) -> float:
        """Return the sum of the lead times that are stated."""
        return sum(link.days for link in self.links if link.days is not None)

    @property
    def lead_time_days(self) -> float | None:
        """Return the sum of the lead times; None where a step states none."""
        return None if any(link.days is None for link in self.links) else self.known_days

    @property
    def unknown_musts(self) -> int:
        """Return how many musts have to be asked."""
        results = (*self.sums, *(each for link in self.links for each in link.conditions))
        return count_musts(results, Verdict.UNKNOWN)


_Path: TypeAlias = tuple[Offer, ...]
_Rank: TypeAlias = tuple[float, float, bool, int, tuple[tuple[Order, int], ...]]
"""Unknown musts, similarity (negative), whether a leg is not known, km, keys."""


@dataclass(frozen=True, slots=True)
class _Node:
    """A chain laid up to some step; its prime is chosen from the beginning.

    `days` holds per must on a sum what the companies chosen so far state, and `silent` whether one
    of them states nothing that can be relied on.
    """

    prime: Offer
    path: _Path
    companies: frozenset[Key]
    unknown: int
    days: tuple[float, ...]
    silent: tuple[bool, ...]
    km: int = 0
    lost: bool = False
    """Whether some leg cannot be measured."""


class Search:
    """Best first over chains that are laid step by step.

    The rank of an unfinished chain is never above that of any chain it grows into, so chains are
    finished in the order of their ranks.
    """

    def __init__(
        self,
        plan: Plan,
        offers: Sequence[Sequence[Offer]],
        main: int,
        near: Mapping[Key, float],
        around: Circumstances,
    ) -> None:
        self._plan, self._offers, self._main = plan, offers, main
        self._near, self._around = near, around
        self._musts = [each for each in plan.sums if each.level is ConditionLevel.MUST]
        self._holders = [{offer.company.key for offer in of_step} for of_step in offers]
        # The main step is taken from the beginning and adds nothing later.
        later = [of_step if step != main else () for step, of_step in enumerate(offers)]
        self._rest_unknown = _sums_from([_least(each.unknown for each in row) for row in later])
        self._rest_days = [
            _sums_from([_least(_days(must, each, 0.0) for each in row) for row in later])
            for must in self._musts
        ]
        self._rest_stated = [
            _sums_from(
                [
                    _least(inf if _is_open(must, each) else _days(must, each, inf) for each in row)
                    for row in later
                ]
            )
            for must in self._musts
        ]
        self._places = {
            each.company.key: position_of(each.company) for of_step in offers for each in of_step
        }
        self._leg = cache(self._find_leg)
        self._is_late = cache(self._find_late)
        self._one_for_all = cache(self._find_one_for_all)

    def run(self, wanted: Callable[[Key], bool]) -> Iterator[Chain]:
        """Yield the chains in their order, leaving out primes that are not wanted any more."""
        queue: list[tuple[_Rank, int, _Node]] = []
        serials = count()
        for node in self._roots():
            heapq.heappush(queue, (self._rank(node), next(serials), node))
        while queue:
            _, _, node = heapq.heappop(queue)
            if not wanted(node.prime.company.key):
                continue
            if len(node.path) == len(self._offers):
                yield self._chain(node)
                continue
            for grown in self._grown(node):
                heapq.heappush(queue, (self._rank(grown), next(serials), grown))

    def _roots(self) -> Iterator[_Node]:
        for prime in self._offers[self._main]:
            days = self._days_of(prime)
            node = _Node(
                prime,
                (),
                frozenset({prime.company.key}),
                prime.unknown,
                tuple(each or 0.0 for each in days),
                tuple(_is_open(each, prime) for each in self._musts),
            )
            if self._may_hold(node):
                yield node

    def _grown(self, node: _Node) -> Iterator[_Node]:
        """Yield the chain with each company that may take the next step."""
        is_main = len(node.path) == self._main
        for offer in (node.prime,) if is_main else self._offers[len(node.path)]:
            leg = self._leg(node.path[-1].company.key, offer.company.key) if node.path else 0
            days = (0.0,) * len(node.days) if is_main else self._days_of(offer)
            grown = _Node(
                node.prime,
                (*node.path, offer),
                node.companies | {offer.company.key},
                node.unknown + (0 if is_main else offer.unknown),
                tuple(so_far + (more or 0.0) for so_far, more in zip(node.days, days, strict=True)),
                tuple(
                    before or _is_open(must, offer)
                    for before, must in zip(node.silent, self._musts, strict=True)
                ),
                node.km + (leg or 0),
                node.lost or leg is None,
            )
            if self._may_hold(grown):
                yield grown

    def _may_hold(self, node: _Node) -> bool:
        """Tell whether a chain may still come to two or three companies in time."""
        done, chosen = len(node.path), len(node.companies)
        if chosen > MOST_COMPANIES or (done == len(self._offers) and chosen == 1):
            return False
        if chosen >= MOST_COMPANIES - 1:
            steps = frozenset(
                step
                for step in range(done, len(self._offers))
                if step != self._main and node.companies.isdisjoint(self._holders[step])
            )
            if steps and (chosen == MOST_COMPANIES or not self._one_for_all(steps)):
                return False
        return not any(
            self._is_late(must, node.days[must] + self._rest_days[must][done])
            for must in range(len(self._musts))
        )

    def _rank(self, node: _Node) -> _Rank:
        """Return what the chain is ordered by; a sum that only silence can keep is unknown."""
        done = len(node.path)
        open_sums = sum(
            silent or self._is_late(must, days + self._rest_stated[must][done])
            for must, (days, silent) in enumerate(zip(node.days, node.silent, strict=True))
        )
        return (
            node.unknown + self._rest_unknown[done] + open_sums,
            -self._near[node.prime.company.key],
            node.lost,
            0 if node.lost else node.km,
            tuple(offer.order for offer in node.path),
        )

    def _days_of(self, offer: Offer) -> tuple[float | None, ...]:
        return tuple(_days(each, offer, None) for each in self._musts)

    def _find_late(self, must: int, days: float) -> bool:
        return judge(self._musts[must], days, self._around)[0] is Verdict.FAIL

    def _find_one_for_all(self, steps: frozenset[int]) -> bool:
        return bool(set.intersection(*(self._holders[step] for step in steps)))

    def _find_leg(self, one: Key, other: Key) -> int | None:
        return 0 if one == other else whole_km(self._places[one], self._places[other])

    def _chain(self, node: _Node) -> Chain:
        return Chain(
            prime=node.prime.company.key,
            links=tuple(
                Link(step.process, offer.company.key, offer.conditions, offer.row.lead_time_days)
                for step, offer in zip(self._plan.steps, node.path, strict=True)
            ),
            sums=tuple(self._sum(condition, node.path) for condition in self._plan.sums),
            legs=tuple(
                self._leg(one.company.key, other.company.key)
                for one, other in pairwise(node.path)
                if one.company.key != other.company.key
            ),
            similarity=self._near[node.prime.company.key],
        )

    def _sum(self, condition: Condition, path: _Path) -> ConditionResult:
        """Judge a sum; where a step states nothing, what is known may already be too much."""
        days = [_days(condition, offer, None) for offer in path]
        known = sum(each for each in days if each is not None)
        verdict, offered = judge(condition, known, self._around)
        if verdict is Verdict.PASS and any(_is_open(condition, offer) for offer in path):
            verdict, offered = Verdict.UNKNOWN, None if None in days else offered
        return ConditionResult(condition.kind, condition.level, verdict, condition.value, offered)


def _days(condition: Condition, offer: Offer, silence: Silence) -> float | Silence:
    days = ROW_OFFERS[condition.kind](offer.row)
    return days if isinstance(days, int | float) else silence


def _is_open(condition: Condition, offer: Offer) -> bool:
    """Tell whether a lead time is not stated, or in doubt since a coordinator found it not to hold."""
    return _days(condition, offer, None) is None or condition.kind in offer.company.doubts


def _least(values: Iterable[float]) -> float:
    return min(values, default=0)


def _sums_from(values: Sequence[float]) -> list[float]:
    """Return for each place the sum from there to the end, and 0 after the last."""
    return list(accumulate(reversed(values), initial=0.0))[::-1]
