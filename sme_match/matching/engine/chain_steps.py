"""The steps of a process chain: what each must meet, and which companies could take it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from sme_match.matching.engine.conditions import (
    COMPANY_OFFERS,
    ROW_OFFERS,
    CapabilityFacts,
    Circumstances,
    CompanyFacts,
    Condition,
    ConditionResult,
    Verdict,
    fold_code,
    judge,
)
from sme_match.matching.engine.documents import Key
from sme_match.needs.enums import ConditionKind, ConditionLevel

SUMMED_KINDS: Final = frozenset({ConditionKind.LEAD_TIME_DAYS, ConditionKind.PROTOTYPE_LEAD_TIME_DAYS})
"""Kinds that hold for the chain as a whole: the days of its steps add up."""
EVERY_STEP_KINDS: Final = frozenset(
    {
        ConditionKind.SIZE_MM,
        ConditionKind.WEIGHT_KG,
        ConditionKind.LOT,
        ConditionKind.CAPACITY,
        ConditionKind.CERTIFICATE,
    }
)
"""Kinds that each step must meet, for the same part goes through all; the main step meets the rest."""


@dataclass(frozen=True, slots=True)
class Step:
    """One process of the chain, and what its company must meet.

    `accepts` are the processes that count as it, beside itself; `named` is what the need calls it.
    """

    process: str
    conditions: tuple[Condition, ...] = ()
    is_main: bool = False
    accepts: frozenset[str] = frozenset()
    named: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of a need in their order, exactly one of them the main one; conditions on sums."""

    steps: tuple[Step, ...]
    sums: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class StepSupply:
    """How many companies do a step, how many of them fail no must, and what the others fail."""

    process: str
    does: int
    passes: int
    failed: Mapping[ConditionKind, int]


def plan_chain(
    steps: Sequence[Step],
    conditions: Iterable[Condition],
    *,
    about: Mapping[str, frozenset[str]] | None = None,
) -> Plan:
    """Give each condition of a need to the steps that it concerns, or to the chain as a whole.

    Conditions on processes are what the steps came from. `about` maps a standard to the processes
    that it is about (ISO 3834 to welding): then only their companies need it. Any other standard
    is asked of every company, for the part goes through all their hands.
    """
    asked = [each for each in conditions if each.kind is not ConditionKind.PROCESS]
    return Plan(
        steps=tuple(
            replace(
                step,
                conditions=(
                    Condition(ConditionKind.PROCESS, ConditionLevel.MUST, step.process),
                    *(each for each in asked if _concerns(each, step, steps, about or {})),
                ),
            )
            for step in steps
        ),
        sums=tuple(each for each in asked if each.kind in SUMMED_KINDS),
    )


def _concerns(
    condition: Condition,
    step: Step,
    steps: Sequence[Step],
    about: Mapping[str, frozenset[str]],
) -> bool:
    if condition.kind in SUMMED_KINDS:
        return False
    if condition.kind is ConditionKind.CERTIFICATE:
        special = about.get(str(condition.value), frozenset())
        return step.process in special or special.isdisjoint(each.process for each in steps)
    return step.is_main or condition.kind in EVERY_STEP_KINDS


Order: TypeAlias = tuple[int, int | float, str]


@dataclass(frozen=True, slots=True)
class Offer:
    """One row that does a step without failing a must."""

    company: CompanyFacts
    row: CapabilityFacts
    number: int
    conditions: tuple[ConditionResult, ...]
    unknown: int

    @property
    def order(self) -> tuple[Order, int]:
        """Return what ties are broken by."""
        return (order_of(self.company.key), self.number)


def order_of(key: Key) -> Order:
    """Return what keys are sorted by: numbers before words."""
    return (0, key, "") if isinstance(key, int) else (1, 0, key)


def count_musts(results: Iterable[ConditionResult], verdict: Verdict) -> int:
    """Return how many musts have this verdict."""
    return sum(each.level is ConditionLevel.MUST and each.verdict is verdict for each in results)


def find_offers(
    step: Step, companies: Sequence[CompanyFacts], around: Circumstances
) -> tuple[list[Offer], StepSupply]:
    """Return the rows that may take a step, and the count of companies behind them."""
    families = {**around.process_families, step.process: step.accepts}
    around = replace(around, process_families=families)
    codes = {fold_code(code) for code in {step.process, *step.accepts}}
    offers: list[Offer] = []
    does = passes = 0
    failed: Counter[ConditionKind] = Counter()
    for facts in companies:
        rows = [row for row in facts.rows if row.process and fold_code(row.process) in codes]
        if not rows:
            continue
        does += 1
        judged = [judge_row(step.conditions, row, rows, facts, around) for row in rows]
        fitting = [
            Offer(facts, row, number, results, count_musts(results, Verdict.UNKNOWN))
            for number, (row, results) in enumerate(zip(rows, judged, strict=True))
            if not count_musts(results, Verdict.FAIL)
        ]
        offers += fitting
        passes += bool(fitting)
        if not fitting:
            least = min(judged, key=lambda results: count_musts(results, Verdict.FAIL))
            failed.update({each.kind for each in least if count_musts((each,), Verdict.FAIL)})
    return offers, StepSupply(step.process, does, passes, dict(failed))


_BEST_FIRST: Final = (Verdict.PASS, Verdict.UNKNOWN, Verdict.FAIL)


def judge_row(
    conditions: Sequence[Condition],
    row: CapabilityFacts,
    rows: Sequence[CapabilityFacts],
    facts: CompanyFacts,
    around: Circumstances,
) -> tuple[ConditionResult, ...]:
    """Judge one row; of several demands of one kind (two materials) each counts over all rows."""
    kinds = Counter(condition.kind for condition in conditions)
    results = []
    for condition in conditions:
        offer = ROW_OFFERS.get(condition.kind)
        if offer is None:
            judged = [judge(condition, COMPANY_OFFERS[condition.kind](facts), around)]
        else:
            asked = rows if kinds[condition.kind] > 1 else (row,)
            judged = [judge(condition, offer(each), around) for each in asked]
        verdict, offered = min(judged, key=lambda each: _BEST_FIRST.index(each[0]))
        doubted_on = facts.doubts.get(condition.kind)
        if doubted_on and verdict is Verdict.PASS:
            verdict = Verdict.UNKNOWN
        results.append(
            ConditionResult(
                condition.kind,
                condition.level,
                verdict,
                condition.value,
                offered,
                doubted_on=doubted_on if verdict is Verdict.UNKNOWN else None,
            )
        )
    return tuple(results)


def find_alone(
    offers: Sequence[Sequence[Offer]],
    main: int,
    sums: Sequence[Condition],
    around: Circumstances,
) -> set[Key]:
    """Return who can take every step alone, with the lead time of the main one as its own for all."""
    in_time = [
        offer.company.key
        for offer in offers[main]
        if not any(
            each.level is ConditionLevel.MUST
            and judge(each, ROW_OFFERS[each.kind](offer.row), around)[0] is Verdict.FAIL
            for each in sums
        )
    ]
    everywhere = [{offer.company.key for offer in of_step} for of_step in offers]
    return set(in_time).intersection(*everywhere)
