"""Capability rows with figures that fit the process, and gaps as real registers have them."""

import random
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sme_match.capabilities.enums import CapacityState, DrawingFormat
from sme_match.capabilities.models import Capability
from sme_match.companies.models import Company
from sme_match.demo.profiles import capability_facts, capability_text, plain_capability_text
from sme_match.demo.words import Trade, trades
from sme_match.demo.world import World, known

# Smallest lot, largest lot, lot that suits best, part numbers a month.
LOTS: dict[str, tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...], tuple[int, ...]]] = {
    "one": ((1,), (10, 20, 50), (1, 2, 5), (10, 25, 60, 120)),
    "few": ((1, 1, 2, 5), (200, 500, 1000), (5, 10, 30), (40, 80, 200, 450)),
    "mid": ((1, 10, 30, 50), (5000, 20000), (100, 300, 500), (30, 60, 150)),
    "mass": ((50, 100, 300), (50000, 100000, 300000), (1000, 3000, 10000), (20, 50, 120)),
}
MAKERS = ("北嶺工機", "東雲精機製作", "アルプ機械", "大和川マシナリー", "瑞穂工作機", "ノルテック", "")
CAPACITY = (CapacityState.FREE, CapacityState.ADJUSTABLE, CapacityState.ADJUSTABLE, CapacityState.FULL)
IT_GRADES = ((0.002, 4), (0.005, 5), (0.01, 6), (0.02, 7), (0.05, 8), (0.1, 10), (0.3, 12))


def make_capabilities(
    world: World, rng: random.Random, company: Company, main: Trade
) -> list[Capability]:
    """Return one row for the main process and up to three for those around it; the main one first."""
    sides = rng.sample(main.side, min(len(main.side), rng.choice((0, 0, 1, 1, 2, 3))))
    rows = [_row(world, rng, company, main.code, main)]
    rows += [_row(world, rng, company, code, trades().get(code, main)) for code in sides]
    return rows


def _row(world: World, rng: random.Random, company: Company, code: str, trade: Trade) -> Capability:
    facts = capability_facts(rng, trade)
    # A process that only accompanies the main one is stated in less detail.
    full = code == trade.code
    lot_min, lot_max, lot_sweet, per_month = (rng.choice(values) for values in LOTS[trade.lot])
    lead = rng.choice(trade.lead)
    row = Capability(
        company_id=company.id,
        process_code=code,
        description=(
            capability_text(rng, trade, facts)
            if code == trade.code
            else plain_capability_text(rng, code)
        ),
        materials=_materials(rng, trade, facts["material"]),
        size_min_mm=known(rng, Decimal(facts["size_min"])),
        size_max_mm=known(rng, Decimal(facts["size"])),
        weight_max_kg=known(rng, Decimal(facts["weight"])),
        lot_min=known(rng, lot_min),
        lot_max=known(rng, lot_max),
        lot_sweet=known(rng, max(lot_min, lot_sweet)),
        tolerance_mm=known(rng, Decimal(facts["tol"])) if full and trade.tolerance else None,
        roughness_ra_um=known(rng, Decimal(facts["ra"])) if full and trade.ra else None,
        machines=_machines(rng, trade) if full else [],
        inspection=_inspection(rng, trade) if full else "",
        lead_time_days=known(rng, lead),
        prototype_lead_time_days=known(rng, max(1, lead // 2)),
        in_house=rng.random() > 0.06,
        part_numbers_per_month=known(rng, per_month),
        average_lot=known(rng, max(lot_min, lot_sweet)),
        setup_minutes=known(rng, rng.choice((8, 12, 18, 25, 40, 60))),
        repeat_rate_percent=known(rng, rng.randrange(20, 95, 5)),
        drawing_formats=_drawing_formats(rng),
        quote_days=known(rng, rng.choice((1, 2, 2, 3, 5))),
        prototype_to_series=known(rng, rng.random() < 0.7),
        created_at=company.created_at,
        updated_at=company.updated_at,
    )
    if row.tolerance_mm is not None and rng.random() < 0.4:
        row.it_grade = next((grade for limit, grade in IT_GRADES if row.tolerance_mm <= limit), None)
    _state_capacity(world, rng, row)
    return row


def _materials(rng: random.Random, trade: Trade, spoken_of: str) -> list[str]:
    if not trade.materials:
        return []
    others = [material for material in trade.materials if material != spoken_of]
    return [spoken_of, *rng.sample(others, min(len(others), rng.randint(1, 4)))]


def _machines(rng: random.Random, trade: Trade) -> list[dict[str, Any]]:
    return [
        {
            "type": kind,
            "maker": (maker := rng.choice(MAKERS)),
            "model": f"{rng.choice('ABHKMNSTV')}{rng.choice('CLTX')}-{rng.randrange(100, 900, 50)}"
            if maker
            else "",
            "count": rng.choice((1, 1, 1, 2, 2, 3, 5)),
        }
        for kind in rng.sample(trade.machines, rng.randint(1, len(trade.machines)))
    ]


def _inspection(rng: random.Random, trade: Trade) -> str:
    return "、".join(rng.sample(trade.inspection, rng.randint(1, len(trade.inspection))))


def _drawing_formats(rng: random.Random) -> list[str]:
    if rng.random() < 0.12:
        return []
    share = {
        DrawingFormat.PAPER: 0.75,
        DrawingFormat.PDF: 0.95,
        DrawingFormat.DXF: 0.7,
        DrawingFormat.STEP: 0.6,
    }
    return [form.value for form, likely in share.items() if rng.random() < likely]


def _state_capacity(world: World, rng: random.Random, row: Capability) -> None:
    """State free capacity; a few statements have run out since."""
    if rng.random() < 0.2:
        return
    row.capacity = rng.choice(CAPACITY)
    stated_on = world.today - timedelta(days=rng.randint(1, 120))
    row.capacity_stated_at = world.in_office(stated_on, rng)
    row.capacity_until_on = stated_on + timedelta(days=rng.choice((60, 90, 120, 180)))
