"""Chains of companies that together meet a need no single one can: 切削 → 熱処理 → めっき.

A chain gives every step to a company, two or three different ones in all. It holds when no must
fails: those of each step in one row of the company that does it, and those on lead times in their
sum over the steps. That a company does its step must be stated; everything else may be unknown and
is asked.

The prime answers to the buyer: the company of the main step. The buyer's figures (accuracy,
material, drawing) are about that step, so it can judge the order and stand for the result; who
does most of the other steps may never have seen the drawing.

Order: fewest unknown musts, then the text of the prime nearest to the need, then the shortest way
from company to company, then keys. The search goes by exactly this order and is complete, as long
as no step has more than `OFFERS_KEPT` rows to choose from.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from sme_match.matching.engine.chain_search import Chain, Search
from sme_match.matching.engine.chain_steps import (
    Offer,
    Order,
    Plan,
    StepSupply,
    find_alone,
    find_offers,
    order_of,
)
from sme_match.matching.engine.conditions import Circumstances, CompanyFacts
from sme_match.matching.engine.documents import Key

OFFERS_KEPT: Final = 200
"""Rows per step that the search looks at: those with the fewest unknown musts first."""


@dataclass(frozen=True, slots=True)
class ChainResult:
    """What was found. `alone` counts the companies that can do everything by themselves."""

    chains: tuple[Chain, ...]
    supply: tuple[StepSupply, ...]
    alone: int


def find_chains(
    plan: Plan,
    companies: Iterable[CompanyFacts],
    similarity: Callable[[Sequence[Key]], Sequence[float]],
    *,
    around: Circumstances,
    limit: int,
    per_prime: int,
    beside_single: bool = False,
) -> ChainResult:
    """Return the best chains, at most `per_prime` with the same prime and one per set of companies.

    Nothing is searched when some company can do everything alone, unless `beside_single`.
    `similarity` returns how near the profiles of possible primes are to the need. The order of the
    companies does not matter.
    """
    companies = list(companies)
    offers, supply = [], []
    for step in plan.steps:
        found, told = find_offers(step, companies, around)
        offers.append(found)
        supply.append(told)
    main = next(number for number, step in enumerate(plan.steps) if step.is_main)
    alone = find_alone(offers, main, plan.sums, around)
    result = ChainResult((), tuple(supply), len(alone))
    if (alone and not beside_single) or not all(offers) or len(offers) < 2:  # noqa: PLR2004 -- one step is no chain
        return result
    keys = sorted({offer.company.key for offer in offers[main]}, key=order_of)
    near = dict(zip(keys, map(float, similarity(keys)), strict=True))
    offers = [
        sorted(of_step, key=lambda each: _worth(each, near if number == main else {}))[:OFFERS_KEPT]
        for number, of_step in enumerate(offers)
    ]
    search = Search(plan, offers, main, near, around)
    return replace(result, chains=tuple(islice(_choose(search, per_prime), limit)))


def _choose(search: Search, per_prime: int) -> Iterator[Chain]:
    of_prime: Counter[Key] = Counter()
    seen: set[tuple[Key, frozenset[Key]]] = set()
    for chain in search.run(lambda prime: of_prime[prime] < per_prime):
        known = (chain.prime, frozenset(link.company for link in chain.links))
        if known in seen:
            continue
        seen.add(known)
        of_prime[chain.prime] += 1
        yield chain


def _worth(offer: Offer, near: Mapping[Key, float]) -> tuple[int, float, float, tuple[Order, int]]:
    days = offer.row.lead_time_days
    return (
        offer.unknown,
        -near.get(offer.company.key, 0.0),
        float("inf") if days is None else days,
        offer.order,
    )
