"""What companies write about themselves: sentences from many patterns, filled with their own facts."""

import random
from collections.abc import Mapping
from typing import Any

from sme_match.capabilities.models import Capability
from sme_match.companies.models import Company
from sme_match.demo.words import Trade, sentences
from sme_match.reference.municipalities import get_municipality
from sme_match.reference.processes import get_process

PLAIN_FACTS = (
    "{label}も社内で行い、工程を外に出さずに済みます。",
    "{label}は月に{parts_month}品番ほど。前後の工程とあわせて納期を短くできます。",
    "{label}だけのご依頼もお受けします。",
    "{label}は専任の担当がおり、繰返し品の条件を記録しています。",
    "協力工場と組み、{label}までまとめてお引き受けします。",
)

SMALL_EMPLOYEES = 15
"""Larger companies do not call themselves small."""


def plain_number(value: float) -> str:
    """Write a number as on a drawing: 0.005, 300."""
    return f"{value:g}" if abs(value) >= 1e-4 else f"{value:.5f}".rstrip("0")


def capability_facts(rng: random.Random, trade: Trade) -> dict[str, str]:
    """Draw the figures of one capability; the text says them even where the form is left blank."""
    part, part2 = rng.sample(trade.parts, 2)
    return {
        "label": trade.label,
        "part": part,
        "part2": part2,
        "material": rng.choice(trade.materials) if trade.materials else "支給材",
        "size": plain_number(rng.choice(trade.size_max)),
        "size_min": plain_number(rng.choice(trade.size_min)),
        "tol": plain_number(rng.choice(trade.tolerance)) if trade.tolerance else "0.1",
        "ra": plain_number(rng.choice(trade.ra)) if trade.ra else "1.6",
        "weight": plain_number(rng.choice(trade.weight_kg)),
        "machine": rng.choice(trade.machines),
        "inspection": rng.choice(trade.inspection),
    }


def capability_text(rng: random.Random, trade: Trade, facts: Mapping[str, str]) -> str:
    """Write what the company is good at in one process."""
    chosen = rng.sample(trade.facts, rng.randint(2, min(3, len(trade.facts))))
    return "".join(sentence.format_map(facts) for sentence in chosen)


def plain_capability_text(rng: random.Random, process_code: str) -> str:
    """Write about a process that only accompanies the main one."""
    label = get_process(process_code).ja
    return rng.choice(PLAIN_FACTS).format(label=label, parts_month=rng.choice((10, 20, 35, 60)))


def pr_text(rng: random.Random, company: Company, trade: Trade, main: Capability) -> str:
    """Write the company's own presentation, rarely in English."""
    year = company.created_at.year
    founded = company.founded_year or year - 40
    values: dict[str, Any] = {
        **capability_facts(rng, trade),
        "founded": founded,
        "age": year - founded,
        "city": get_municipality(company.municipality_code).ja,
        "employees": company.employees or 12,
        "customers": rng.choice((20, 35, 60, 90, 140)),
        "parts_month": main.part_numbers_per_month or rng.choice((40, 80, 150)),
        "average_lot": main.average_lot or rng.choice((5, 12, 30)),
        "setup": main.setup_minutes or rng.choice((12, 20, 35)),
        "repeat": main.repeat_rate_percent or rng.choice((40, 60, 75)),
        "quote": main.quote_days or rng.choice((1, 2, 3)),
        "years": rng.randint(4, 22),
        "partners": rng.randint(4, 18),
        "outside": rng.randrange(15, 75, 5),
        "industry": rng.choice(sentences("industries", trade.names)),
    }
    if rng.random() < 0.05:
        place = get_municipality(company.municipality_code).en.rpartition("-")[0]
        process = get_process(trade.code).en
        title = process[0].upper() + process[1:]
        english = {"city": place, "process": process, "process_title": title}
        return rng.choice(sentences("english")).format_map(values | english)
    openers = sentences("openers")
    if values["employees"] > SMALL_EMPLOYEES:
        openers = [opener for opener in openers if "小さな会社" not in opener]
    parts = [
        rng.choice(openers),
        *rng.sample(sentences("strengths"), rng.randint(1, 2)),
        *rng.sample(sentences("small_lots"), rng.randint(1, 2)),
        rng.choice(sentences("closers")),
    ]
    return "".join(part.format_map(values) for part in parts)
