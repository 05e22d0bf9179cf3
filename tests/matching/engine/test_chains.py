"""Chains of companies: what each step must meet, what adds up, and that no better one is missed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise, product

from hypothesis import given, settings
from hypothesis import strategies as st

from sme_match.matching.engine.chain_search import Chain
from sme_match.matching.engine.chain_steps import Plan, Step, plan_chain
from sme_match.matching.engine.chains import ChainResult, find_chains
from sme_match.matching.engine.conditions import (
    CapabilityFacts,
    Circumstances,
    CompanyFacts,
    Condition,
    Verdict,
    judge,
    position_of,
    whole_km,
)
from sme_match.matching.engine.documents import Key
from sme_match.needs.enums import ConditionKind as Kind
from sme_match.needs.enums import ConditionLevel as Level
from tests.matching.engine.shops import TODAY

AROUND = Circumstances(TODAY)
CUT, HARDEN, PLATE = "turning", "heat_treatment", "electroplating"
STEPS = (Step(CUT, is_main=True), Step(HARDEN), Step(PLATE))
KITAKAMI, HANAMAKI, SENDAI = (
    ("03206", 39.29, 141.11),
    ("03205", 39.39, 141.12),
    ("04100", 38.27, 140.87),
)


def must(kind: Kind, value: float | str) -> Condition:
    return Condition(kind, Level.MUST, value)


def shop(
    key: Key, *rows: CapabilityFacts, at: tuple[str, float, float] | None = KITAKAMI
) -> CompanyFacts:
    place, latitude, longitude = at or ("", None, None)
    return CompanyFacts(key, rows, place=place, latitude=latitude, longitude=longitude)


def row(process: str, days: float | None = 5, **facts: float) -> CapabilityFacts:
    return CapabilityFacts(process=process, lead_time_days=days, **facts)  # type: ignore[arg-type]


def find(
    companies: Sequence[CompanyFacts],
    *conditions: Condition,
    steps: Sequence[Step] = STEPS,
    near: dict[Key, float] | None = None,
    limit: int = 5,
    per_prime: int = 2,
    beside_single: bool = False,
) -> ChainResult:
    return find_chains(
        plan_chain(steps, conditions),
        companies,
        lambda keys: [(near or {}).get(key, 0.5) for key in keys],
        around=AROUND,
        limit=limit,
        per_prime=per_prime,
        beside_single=beside_single,
    )


def companies_of(chain: Chain) -> list[Key]:
    return [link.company for link in chain.links]


CUTTER = shop(1, row(CUT, 10, tolerance_mm=0.01))
HARDENER = shop(2, row(HARDEN, 4), at=HANAMAKI)
PLATER = shop(3, row(PLATE, 7), at=SENDAI)


def test_three_companies_do_together_what_none_can_alone() -> None:
    [chain] = find([CUTTER, HARDENER, PLATER]).chains

    assert companies_of(chain) == [1, 2, 3]
    assert chain.prime == 1
    assert chain.lead_time_days == 21
    assert chain.legs == (11, 126)
    assert chain.distance_km == 137


def test_nothing_is_proposed_where_one_company_can_do_everything_unless_asked() -> None:
    everything = shop(4, row(CUT), row(HARDEN), row(PLATE))
    shops = [CUTTER, HARDENER, PLATER, everything]

    assert (find(shops).alone, find(shops).chains) == (1, ())
    assert find(shops, beside_single=True).chains
    assert all(len(set(companies_of(each))) > 1 for each in find(shops, beside_single=True).chains)


def test_the_accuracy_of_the_part_is_asked_of_the_main_step_alone() -> None:
    [chain] = find([CUTTER, HARDENER, PLATER], must(Kind.TOLERANCE_MM, 0.02)).chains

    assert [{each.kind for each in link.conditions} for link in chain.links] == [
        {Kind.PROCESS, Kind.TOLERANCE_MM},
        {Kind.PROCESS},
        {Kind.PROCESS},
    ]
    assert find([CUTTER, HARDENER, PLATER], must(Kind.TOLERANCE_MM, 0.001)).chains == ()


def test_every_step_must_take_the_size_and_what_is_not_stated_is_asked() -> None:
    small = shop(4, row(PLATE, size_max_mm=50))
    [chain] = find([CUTTER, HARDENER, PLATER, small], must(Kind.SIZE_MM, 100)).chains

    assert companies_of(chain) == [1, 2, 3]
    assert chain.unknown_musts == 3


def test_lead_times_are_judged_by_their_sum() -> None:
    shops = [CUTTER, HARDENER, PLATER]

    [chain] = find(shops, must(Kind.LEAD_TIME_DAYS, 21)).chains
    assert (chain.sums[0].verdict, chain.sums[0].offered) == (Verdict.PASS, 21)
    assert find(shops, must(Kind.LEAD_TIME_DAYS, 20)).chains == ()


def test_a_step_without_a_lead_time_leaves_the_sum_open_until_the_others_exceed_it() -> None:
    silent = shop(2, row(HARDEN, None))

    [chain] = find([CUTTER, silent, PLATER], must(Kind.LEAD_TIME_DAYS, 20)).chains
    assert (chain.lead_time_days, chain.known_days, chain.unknown_musts) == (None, 17, 1)
    assert find([CUTTER, silent, PLATER], must(Kind.LEAD_TIME_DAYS, 16)).chains == ()


def test_what_a_coordinator_found_not_to_hold_is_asked_again() -> None:
    doubted = replace(CUTTER, doubts=dict.fromkeys((Kind.LEAD_TIME_DAYS, Kind.TOLERANCE_MM), TODAY))
    conditions = must(Kind.LEAD_TIME_DAYS, 21), must(Kind.TOLERANCE_MM, 0.02)

    [chain] = find([doubted, HARDENER, PLATER], *conditions).chains
    assert (chain.unknown_musts, chain.sums[0].offered) == (2, 21)
    assert chain.links[0].conditions[1].doubted_on == TODAY


def test_a_company_with_two_rows_for_a_step_takes_the_one_that_is_in_time() -> None:
    quick = shop(1, row(CUT, 30), row(CUT, 8))

    [chain] = find([quick, HARDENER, PLATER], must(Kind.LEAD_TIME_DAYS, 20)).chains
    assert chain.lead_time_days == 19


def test_a_company_may_do_two_steps_and_two_are_enough() -> None:
    both = shop(2, row(HARDEN), row(PLATE), at=HANAMAKI)

    [chain] = find([CUTTER, both]).chains
    assert (companies_of(chain), chain.legs) == ([1, 2, 2], (11,))


def test_four_steps_are_given_to_three_companies_at_most() -> None:
    steps = (*STEPS, Step("painting"))
    painter = shop(5, row("painting"))

    assert find([CUTTER, HARDENER, PLATER, painter], steps=steps).chains == ()
    both = shop(6, row(PLATE), row("painting"))
    [chain] = find([CUTTER, HARDENER, both], steps=steps).chains
    assert companies_of(chain) == [1, 2, 6, 6]


def test_a_certificate_about_a_process_is_asked_of_its_step_and_others_of_all() -> None:
    conditions = [must(Kind.CERTIFICATE, "nadcap"), must(Kind.CERTIFICATE, "iso_9001")]
    plan = plan_chain(STEPS, conditions, about={"nadcap": frozenset({HARDEN, "welding"})})

    asked = [[each.value for each in step.conditions[1:]] for step in plan.steps]
    assert asked == [["iso_9001"], ["nadcap", "iso_9001"], ["iso_9001"]]


def test_an_unknown_leg_leaves_the_way_unknown_and_comes_after_known_ones() -> None:
    nowhere = shop(4, row(PLATE), at=None)
    first, second = find([CUTTER, HARDENER, PLATER, nowhere]).chains

    assert (companies_of(first)[2], companies_of(second)[2]) == (3, 4)
    assert (second.legs, second.distance_km) == ((11, None), None)


def test_the_nearer_text_of_the_prime_comes_before_the_shorter_way() -> None:
    other = shop(9, row(CUT), at=HANAMAKI)
    shops = [CUTTER, other, HARDENER, PLATER]

    assert [each.prime for each in find(shops, near={1: 0.6, 9: 0.5}).chains] == [1, 9]
    assert [each.prime for each in find(shops, near={1: 0.5, 9: 0.5}).chains] == [9, 1]


def test_it_is_told_which_step_has_nobody_and_what_others_fail() -> None:
    heavy = shop(2, row(HARDEN, weight_max_kg=1))
    result = find([CUTTER, heavy], must(Kind.WEIGHT_KG, 10))

    assert [(each.process, each.does, each.passes) for each in result.supply] == [
        (CUT, 1, 1), (HARDEN, 1, 0), (PLATE, 0, 0)
    ]  # fmt: skip
    assert result.supply[1].failed == {Kind.WEIGHT_KG: 1}


def test_a_company_that_states_no_process_takes_no_step() -> None:
    assert find([CUTTER, HARDENER, shop(3, row(""))]).supply[2].does == 0


DAYS = st.sampled_from([None, 3.0, 8.0])
ROWS = st.builds(
    CapabilityFacts,
    process=st.sampled_from([CUT, HARDEN, PLATE]),
    lead_time_days=DAYS,
    lot_min=st.sampled_from([None, 1.0, 100.0]),
    tolerance_mm=st.sampled_from([None, 0.01, 0.1]),
)
SHOPS = st.lists(
    st.tuples(
        st.lists(ROWS, min_size=1, max_size=2),
        st.sampled_from([KITAKAMI, HANAMAKI, SENDAI, None]),
        st.sampled_from([{}, {}, {Kind.LEAD_TIME_DAYS: TODAY}]),
    ),
    min_size=3,
    max_size=6,
).map(
    lambda each: [
        replace(shop(key, *rows, at=at), doubts=doubts)
        for key, (rows, at, doubts) in enumerate(each, start=1)
    ]
)
CONDITIONS = st.lists(
    st.sampled_from(
        [
            must(Kind.LEAD_TIME_DAYS, 14),
            must(Kind.LOT, 10),
            must(Kind.TOLERANCE_MM, 0.05),
            Condition(Kind.LEAD_TIME_DAYS, Level.WISH, 12),
            Condition(Kind.LOT, Level.WISH, 5),
        ]
    ),
    max_size=3,
    unique_by=lambda each: each.kind,
)
SOME_STEPS = st.sampled_from(
    [
        STEPS,
        STEPS[:2],
        (Step(CUT), Step(HARDEN, is_main=True)),
        (Step(CUT), Step(HARDEN, is_main=True), Step(PLATE)),
    ]
)
NEAR: dict[Key, float] = {1: 0.5, 2: 0.25, 3: 0.5, 4: 0.5, 5: 0.25, 6: 0.5}


Ranked = tuple[int, float, tuple[int, int], tuple[tuple[Key, int], ...], Key]
"""Unknown musts, similarity (negative), whether the way is unknown and its km, rows, prime."""


def every_chain(plan: Plan, companies: Sequence[CompanyFacts]) -> list[Ranked]:
    """All ways to give the steps to rows, with what they are ranked by; no way is left out early."""
    main = next(number for number, step in enumerate(plan.steps) if step.is_main)
    rows = [
        (company, number, each) for company in companies for number, each in enumerate(company.rows)
    ]
    found = []
    for chosen in product(rows, repeat=len(plan.steps)):
        if not 2 <= len({company.key for company, _, _ in chosen}) <= 3:
            continue
        verdicts = []
        for step, (_, _, facts) in zip(plan.steps, chosen, strict=True):
            if facts.process != step.process:
                break
            for condition in step.conditions:
                offered = {
                    Kind.PROCESS: facts.process,
                    Kind.LOT: (facts.lot_min, facts.lot_max),
                    Kind.TOLERANCE_MM: facts.tolerance_mm,
                }[condition.kind]
                verdicts.append((condition.level, judge(condition, offered, AROUND)[0]))
        else:
            for condition in plan.sums:
                days = [facts.lead_time_days for _, _, facts in chosen]
                too_long = sum(each or 0 for each in days) > float(condition.value)
                doubted = any(condition.kind in company.doubts for company, _, _ in chosen)
                open_ = Verdict.UNKNOWN if None in days or doubted else Verdict.PASS
                verdicts.append((condition.level, Verdict.FAIL if too_long else open_))
            musts = Counter(verdict for level, verdict in verdicts if level is Level.MUST)
            if musts[Verdict.FAIL]:
                continue
            legs = [
                whole_km(position_of(one), position_of(other))
                for (one, _, _), (other, _, _) in pairwise(chosen)
                if one.key != other.key
            ]
            prime = chosen[main][0].key
            km = (1, 0) if None in legs else (0, sum(leg or 0 for leg in legs))
            order = tuple((company.key, number) for company, number, _ in chosen)
            found.append((musts[Verdict.UNKNOWN], -NEAR[prime], km, order, prime))
    return sorted(found, key=lambda each: each[:4])


@given(
    companies=SHOPS,
    conditions=CONDITIONS,
    steps=SOME_STEPS,
    limit=st.integers(0, 6),
    per_prime=st.integers(1, 3),
)
@settings(max_examples=300)
def test_the_best_of_all_chains_are_found_and_every_one_holds(
    companies: list[CompanyFacts],
    conditions: list[Condition],
    steps: tuple[Step, ...],
    limit: int,
    per_prime: int,
) -> None:
    result = find(
        companies,
        *conditions,
        steps=steps,
        near=NEAR,
        limit=limit,
        per_prime=per_prime,
        beside_single=True,
    )

    expected: list[tuple[Key, ...]] = []
    seen, of_prime = set(), Counter[object]()
    for *_, order, prime in every_chain(plan_chain(steps, conditions), companies):
        keys = tuple(key for key, _ in order)
        if (prime, frozenset(keys)) in seen or of_prime[prime] == per_prime:
            continue
        seen.add((prime, frozenset(keys)))
        of_prime[prime] += 1
        expected.append(keys)
    assert [tuple(companies_of(each)) for each in result.chains] == expected[:limit]
    for chain in result.chains:
        judged = [*chain.sums, *(each for link in chain.links for each in link.conditions)]
        assert all(each.verdict is not Verdict.FAIL for each in judged if each.level is Level.MUST)


@given(companies=SHOPS.flatmap(lambda each: st.tuples(st.just(each), st.permutations(each))))
def test_the_order_of_the_companies_does_not_matter(
    companies: tuple[list[CompanyFacts], list[CompanyFacts]],
) -> None:
    one, other = (find(each, must(Kind.LOT, 10), near=NEAR) for each in companies)

    assert one == other


@given(companies=SHOPS)
def test_a_further_company_takes_no_chain_away_when_there_is_room(
    companies: list[CompanyFacts],
) -> None:
    def chains(of: list[CompanyFacts]) -> set[tuple[Key, ...]]:
        plan = plan_chain(STEPS[:2], [])
        result = find_chains(
            plan,
            of,
            lambda keys: [0.5] * len(keys),
            around=AROUND,
            limit=99,
            per_prime=99,
            beside_single=True,
        )
        return {tuple(companies_of(each)) for each in result.chains}

    assert chains(companies) <= chains([*companies, replace(HARDENER, key="new")])
