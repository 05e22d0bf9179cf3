"""Process chains of a need: computed beside a run of the engine, and kept as plain data with it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final, TypedDict

from sme_match.matching.engine.chain_search import Chain
from sme_match.matching.engine.chain_steps import Plan, Step, judge_row, plan_chain
from sme_match.matching.engine.chain_supply import companies_of, similarities_of, text_points_of
from sme_match.matching.engine.chains import ChainResult, find_chains
from sme_match.matching.engine.conditions import (
    Circumstances,
    CompanyFacts,
    Condition,
    ConditionResult,
    Verdict,
    judge,
)
from sme_match.matching.engine.index import Index
from sme_match.matching.engine.match import MatchSettings, NeedValue, match
from sme_match.matching.explanations import (
    ConditionExplanation,
    Explanation,
    explain,
    explain_condition,
)
from sme_match.matching.steps import standards_about
from sme_match.needs.enums import ConditionKind, ConditionLevel

CHAINS: Final = 5
PER_PRIME: Final = 2
"""The best chain of a prime, and another for when a partner declines."""
FEWEST_STEPS: Final = 2


class LinkRecord(TypedDict):
    """A step of a chain with the company that does it; `days` is its lead time where stated."""

    process: str
    company_id: int
    days: float | None
    conditions: list[ConditionExplanation]


class ChainRecord(TypedDict):
    """One chain. `conditions` are those on the whole; `legs` are km, None where not measurable."""

    prime: int
    links: list[LinkRecord]
    conditions: list[ConditionExplanation]
    legs: list[int | None]
    km: int | None
    days: float | None
    known_days: float
    unknown_musts: int
    text_points: int


class StepRecord(TypedDict):
    """A step of the need: how many companies do it, pass its musts, and which musts keep others out."""

    process: str
    named: str
    is_main: bool
    does: int
    passes: int
    failed: dict[str, int]


class PrimeRecord(TypedDict):
    """What becomes the proposal of a prime that the run does not propose by itself."""

    score: int
    confidence: float | None
    musts_failed: int
    musts_unknown: int
    explanation: Explanation


class ChainsRecord(TypedDict):
    """Everything about chains that belongs to one run; `primes` are by company."""

    steps: list[StepRecord]
    alone: int
    asked: bool
    chains: list[ChainRecord]
    primes: dict[str, PrimeRecord]


def members_of(record: ChainsRecord | None) -> set[int]:
    """Return the companies of a run's chains."""
    chains = record["chains"] if record else []
    return {link["company_id"] for chain in chains for link in chain["links"]}


def compute_chains(
    need: NeedValue,
    steps: Sequence[Step],
    index: Index,
    *,
    today: date,
    settings: MatchSettings,
    beside_single: bool = False,
) -> ChainsRecord | None:
    """Return the chains for a need to keep with its run; None when it has fewer than two steps.

    Chains are looked for when no single company passes all steps, and on request
    (`beside_single`).
    """
    if len(steps) < FEWEST_STEPS:
        return None
    around = Circumstances(today, settings.material_families, settings.process_families, need.place)
    plan = plan_chain(steps, need.conditions, about=standards_about())
    result = find_chains(
        plan,
        companies_of(index, need.excluded),
        lambda keys: similarities_of(need.document, index, keys),
        around=around,
        limit=CHAINS,
        per_prime=PER_PRIME,
        beside_single=beside_single,
    )
    return ChainsRecord(
        steps=_steps(plan, result),
        alone=result.alone,
        asked=beside_single,
        chains=[_chain(each, index.settings.full_similarity) for each in result.chains],
        primes=_primes(need, plan, result, index, today=today, settings=settings, around=around),
    )


def _steps(plan: Plan, result: ChainResult) -> list[StepRecord]:
    return [
        StepRecord(
            process=step.process,
            named=step.named,
            is_main=step.is_main,
            does=supply.does,
            passes=supply.passes,
            failed={kind.value: count for kind, count in supply.failed.items()},
        )
        for step, supply in zip(plan.steps, result.supply, strict=True)
    ]


def _chain(chain: Chain, full_similarity: float) -> ChainRecord:
    return ChainRecord(
        prime=int(chain.prime),
        links=[
            LinkRecord(
                process=link.process,
                company_id=int(link.company),
                days=link.days,
                conditions=[explain_condition(each) for each in link.conditions],
            )
            for link in chain.links
        ],
        conditions=[explain_condition(each) for each in chain.sums],
        legs=list(chain.legs),
        km=chain.distance_km,
        days=chain.lead_time_days,
        known_days=chain.known_days,
        unknown_musts=chain.unknown_musts,
        text_points=text_points_of(chain.similarity, full_similarity),
    )


def _primes(
    need: NeedValue,
    plan: Plan,
    result: ChainResult,
    index: Index,
    *,
    today: date,
    settings: MatchSettings,
    around: Circumstances,
) -> dict[str, PrimeRecord]:
    """Return each prime as a proposal that says what it fails by itself: the steps of its partners."""
    primes = {chain.prime for chain in result.chains}
    if not primes:
        return {}
    main = next(step for step in plan.steps if step.is_main)
    others = [
        each
        for each in need.conditions
        if each.kind is ConditionKind.PROCESS
        and each.level is ConditionLevel.MUST
        and not _names(each, main)
    ]
    kept = [each for each in need.conditions if each not in others and not _names(each, main)]
    # A certificate about the process of a partner is not asked of the prime.
    partners = [each for each in kept if each not in main.conditions and each not in plan.sums]
    own = replace(
        need,
        conditions=(main.conditions[0], *(each for each in kept if each not in partners)),
        excluded=frozenset(index.keys) - primes,
    )
    families = {**settings.process_families, main.process: main.accepts}
    found = match(
        own,
        index,
        today=today,
        top_k=len(primes),
        settings=replace(settings, process_families=families),
    )
    records = {}
    for candidate in found.candidates:
        facts = index.entry(candidate.key).facts
        lacking = (
            *(_process_result(each, facts, around) for each in others),
            *judge_row(partners, facts.rows[0], facts.rows, facts, around),
        )
        full = replace(candidate, conditions=(*candidate.conditions, *lacking))
        records[str(candidate.key)] = PrimeRecord(
            score=full.score,
            confidence=full.confidence,
            musts_failed=len(full.failed_musts),
            musts_unknown=len(full.unknown_musts),
            explanation=explain(full),
        )
    return records


def _names(condition: Condition, step: Step) -> bool:
    return condition.kind is ConditionKind.PROCESS and condition.value == step.process


def _process_result(
    condition: Condition, facts: CompanyFacts, around: Circumstances
) -> ConditionResult:
    judged = [judge(condition, row.process, around) for row in facts.rows]
    verdict, offered = next((each for each in judged if each[0] is Verdict.PASS), judged[0])
    return ConditionResult(condition.kind, condition.level, verdict, condition.value, offered)
