"""130 needs over the region's history: drafts, open ones and closed ones, from hand-made patterns."""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from sme_match.capabilities.models import Capability
from sme_match.companies.enums import MeetingMode
from sme_match.companies.models import Company
from sme_match.core.fiscal_year import FiscalYear
from sme_match.demo.words import NeedPattern, buyers, chain_pattern, need_patterns, sentences
from sme_match.demo.world import DemoBody, World, next_business_day
from sme_match.matching.models import Exclusion
from sme_match.matching.steps import need_steps
from sme_match.needs.enums import (
    ConditionKind,
    ConditionLevel,
    DrawingRelease,
    NeedKind,
    NeedState,
)
from sme_match.needs.models import Need, NeedCondition, NeedShare
from sme_match.needs.services import searchable
from sme_match.reference.municipalities import get_municipality
from sme_match.reference.prefectures import get_prefecture

CLOSED_PER_BODY = (24, 23, 22, 19)
OPEN_PER_BODY = (8, 8, 7, 7)
DRAFTS_PER_BODY = (3, 3, 3, 3)
OPEN_AGES_DAYS = (2, 70)
CLOSED_MIN_AGE_DAYS = 45
PROCESS_MUST_SHARE = 0.25
OTHER_MUST_SHARE = 0.5
NEAR_SHARE = 0.25
MODE_SHARE = 0.3
NUMBER_KINDS = frozenset(
    {
        ConditionKind.SIZE_MM,
        ConditionKind.WEIGHT_KG,
        ConditionKind.LOT,
        ConditionKind.TOLERANCE_MM,
        ConditionKind.ROUGHNESS_RA_UM,
        ConditionKind.LEAD_TIME_DAYS,
        ConditionKind.PROTOTYPE_LEAD_TIME_DAYS,
    }
)
PRICES = {
    NeedKind.PROTOTYPE: ("1式 50万円前後", "見積りによる", "1式 120万円以内", "試作費は別に相談"),
    NeedKind.SERIES: ("単価 800〜1,200円", "現行単価の5％減を希望", "見積りによる", "単価 4,500円以内"),
    NeedKind.PROTOTYPE_TO_SERIES: (
        "試作は実費、量産は単価 2,000円以内",
        "見積りによる",
        "量産単価は数量で相談",
    ),
    NeedKind.REPAIR: ("1件 15万円前後", "見積りによる", "現物を見て相談"),
}
MODES = (MeetingMode.WEB,) * 6 + (MeetingMode.EITHER,) * 3 + (MeetingMode.IN_PERSON,)
PAYMENT_DAYS = (30, 30, 45, 60, 60)


@dataclass(slots=True)
class _Plan:
    created_on: date
    state: NeedState


def make_needs(world: World, home: DemoBody, *, column: int) -> list[Need]:
    """Add the needs of a body's buyers, numbered in the order in which they were written."""
    rng = world.chance("needs", home.prefecture)
    serials: Counter[int] = Counter()
    used: Counter[str] = Counter()
    needs = []
    plans = sorted(_plans(world, rng, column), key=lambda plan: plan.created_on)
    # Nobody has decided yet what becomes of the youngest.
    newest = max((plan for plan in plans if plan.state is NeedState.OPEN), key=plans.index)
    for plan in plans:
        buyer = rng.choice(home.buyers)
        pattern = _least_used(rng, buyer, used)
        year = FiscalYear.of(plan.created_on).year
        serials[year] += 1
        need = _need(world, rng, home, buyer=buyer, pattern=pattern, plan=plan)
        if plan is newest:
            need = _need_for_several(world, home, buyer=buyer, plan=plan)
        need.number = f"N-{year}-{serials[year]:04}"
        need.search_text = searchable(need, buyer, need.number)
        need.conditions += _near_and_talking(world.chance("near", home.prefecture, need.number), need)
        world.session.add(need)
        needs.append(need)
    world.session.flush()
    return needs


def _need_for_several(world: World, home: DemoBody, *, buyer: Company, plan: _Plan) -> Need:
    """Return a need of several steps, each of which some company of the body does."""
    rng, pattern = world.chance("chain", home.prefecture), chain_pattern()
    need = _need(world, rng, home, buyer=buyer, pattern=pattern, plan=plan)
    rows = select(Capability.process_code).where(
        Capability.company_id.in_([company.id for company in home.smes])
    )
    done = set(world.session.scalars(rows))
    for need.treatment in pattern.treatments:
        if {step.process for step in need_steps(need)} <= done:
            break
    return need


def share_some(world: World, home: DemoBody, receiver: DemoBody, needs: list[Need]) -> None:
    """Share two open needs of a body with another one."""
    rng = world.chance("need-share", home.prefecture)
    for need in [need for need in needs if need.state is NeedState.OPEN][:2]:
        world.session.add(
            NeedShare(
                need_id=need.id,
                body_id=receiver.body.id,
                granted_by=home.coordinators[0].id,
                granted_at=max(need.created_at, world.in_office(world.today - timedelta(days=1), rng)),
            )
        )


def exclude_some(world: World, home: DemoBody, needs: list[Need]) -> None:
    """Note one company that a need must not be proposed to, and one buyer that a company avoids."""
    rng = world.chance("exclusions", home.prefecture)
    need = rng.choice([need for need in needs if need.state is NeedState.OPEN])
    unwanted, avoiding = rng.sample(home.smes, 2)
    shared = {"body_id": home.body.id, "written_by": home.coordinators[0].id}
    world.session.add_all(
        [
            Exclusion(
                company_id=unwanted.id,
                need_id=need.id,
                reason="以前の取引で納期の行き違いがあったため",
                written_at=need.created_at,
                **shared,
            ),
            Exclusion(
                company_id=avoiding.id,
                buyer_id=rng.choice(home.buyers).id,
                reason="製品が競合するため",
                written_at=need.created_at,
                **shared,
            ),
        ]
    )


def _plans(world: World, rng: random.Random, column: int) -> list[_Plan]:
    span = (world.today - world.starts_on).days - CLOSED_MIN_AGE_DAYS
    # Growth: a power below one draws the days towards the present.
    closed = [
        _Plan(world.starts_on + timedelta(days=round(span * rng.random() ** 0.9)), NeedState.CLOSED)
        for _ in range(CLOSED_PER_BODY[column])
    ]
    count = OPEN_PER_BODY[column]
    youngest, oldest = OPEN_AGES_DAYS
    ages = [youngest + round((oldest - youngest) * place / (count - 1)) for place in range(count)]
    opened = [_Plan(world.today - timedelta(days=age), NeedState.OPEN) for age in ages]
    drafts = [
        _Plan(world.today - timedelta(days=rng.randint(0, 20)), NeedState.DRAFT)
        for _ in range(DRAFTS_PER_BODY[column])
    ]
    return [*closed, *opened, *drafts]


def _least_used(rng: random.Random, buyer: Company, used: Counter[str]) -> NeedPattern:
    """Return a pattern of the buyer's sector, the ones not yet used first."""
    sector = next(words.sector for words in buyers() if words.name == buyer.name)
    fitting = [pattern for pattern in need_patterns() if sector in pattern.sectors]
    fewest = min(used[pattern.titles[0]] for pattern in fitting)
    pattern = rng.choice([pattern for pattern in fitting if used[pattern.titles[0]] == fewest])
    used[pattern.titles[0]] += 1
    return pattern


def _need(
    world: World,
    rng: random.Random,
    home: DemoBody,
    *,
    buyer: Company,
    pattern: NeedPattern,
    plan: _Plan,
) -> Need:
    materials = rng.choice(pattern.materials)
    drawn: dict[str, Any] = {key: rng.choice(values) for key, values in pattern.slots.items()}
    title, _, thing = rng.choice(pattern.titles).partition("|")
    words = drawn | {"material": materials[0], "thing": thing}
    extra = "" if pattern.english else rng.choice(sentences("need", "extras"))
    created_at = world.in_office(plan.created_on, rng)
    kind = NeedKind(pattern.kind)
    expires_on, due_on = _days(world.today, rng, plan)
    draft = plan.state is NeedState.DRAFT
    need = Need(
        body_id=home.body.id,
        buyer_id=buyer.id,
        buyer_anonymous=_hides_name(buyer) or rng.random() < 0.06,
        owner_id=rng.choice(home.coordinators).id,
        state=plan.state,
        title=title.format_map(words),
        description=""
        if draft and rng.random() < 0.3
        else (" " if pattern.english else "").join([*pattern.texts, extra]).strip().format_map(words),
        outsourcing_reason=rng.choice(pattern.reasons),
        process_code=pattern.process,
        materials=materials,
        kind=kind,
        lot_quantity=drawn.get("lot"),
        monthly_quantity=drawn.get("month"),
        yearly_quantity=drawn.get("year"),
        treatment=rng.choice(pattern.treatments),
        due_on=None if draft else due_on,
        delivery_place=_place(buyer),
        price_band=rng.choice(PRICES[kind]),
        drawings=rng.choice(list(DrawingRelease)),
        payment_days=rng.choice(PAYMENT_DAYS),
        sme_wanted=rng.choice((3, 3, 3, 4, 5)),
        meeting_mode=rng.choice(MODES),
        expires_on=None if draft else expires_on,
        created_at=created_at,
        updated_at=created_at,
    )
    if plan.state is NeedState.CLOSED:
        need.closed_at = need.updated_at = world.in_office(expires_on, rng)
    need.conditions = _conditions(rng, pattern, words)
    return need


def _days(today: date, rng: random.Random, plan: _Plan) -> tuple[date, date]:
    """Return the last day for answers and the day of delivery; for open needs both lie ahead."""
    if plan.state is NeedState.CLOSED:
        expires_on = plan.created_on + timedelta(days=rng.randint(30, 60))
        expires_on = min(expires_on, today - timedelta(days=1))
    else:
        expires_on = today + timedelta(days=rng.randint(4, 50))
    return expires_on, next_business_day(expires_on + timedelta(days=rng.randint(25, 120)))


def _conditions(rng: random.Random, pattern: NeedPattern, words: dict[str, Any]) -> list[NeedCondition]:
    wishes = rng.sample(pattern.wish, min(len(pattern.wish), rng.choice((1, 2, 2, 3))))
    musts = [item for item in pattern.must if rng.random() < _must_share(item[0])] or pattern.must[-1:]
    chosen = [(ConditionLevel.MUST, item) for item in musts]
    chosen += [(ConditionLevel.WISH, item) for item in pattern.must if item not in musts]
    chosen += [(ConditionLevel.WISH, item) for item in wishes]
    conditions: dict[tuple[ConditionKind, Decimal | None, str | None], NeedCondition] = {}
    for level, (name, *values) in chosen:
        kind = ConditionKind(name)
        value = rng.choice(values)
        number = Decimal(str(value)) if kind in NUMBER_KINDS else None
        text = None if kind in NUMBER_KINDS else str(value).format_map(words)
        # A wish that repeats a must says nothing.
        conditions.setdefault(
            (kind, number, text), NeedCondition(level=level, kind=kind, number=number, text=text)
        )
    return list(conditions.values())


def _near_and_talking(rng: random.Random, need: Need) -> list[NeedCondition]:
    """Return where the company should be, and how it should meet; few buyers ask for either."""
    found = []
    if rng.random() < NEAR_SHARE:
        number = Decimal(rng.choice((80, 150, 250)))
        found.append(
            NeedCondition(level=ConditionLevel.WISH, kind=ConditionKind.DISTANCE_KM, number=number)
        )
    if need.meeting_mode is not MeetingMode.EITHER and rng.random() < MODE_SHARE:
        found.append(
            NeedCondition(
                level=ConditionLevel.WISH, kind=ConditionKind.MEETING_MODE, text=need.meeting_mode.value
            )
        )
    return found


def _must_share(kind: str) -> float:
    """Return how often buyers insist; most leave open by which process the part is made."""
    return PROCESS_MUST_SHARE if kind == ConditionKind.PROCESS else OTHER_MUST_SHARE


def _hides_name(buyer: Company) -> bool:
    return next(words.anonymous for words in buyers() if words.name == buyer.name)


def _place(buyer: Company) -> str:
    prefecture = get_prefecture(buyer.prefecture_code).ja
    return prefecture + get_municipality(buyer.municipality_code).ja
