"""Synthetic data for load tests: many simple companies, capabilities and needs in one further body."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from sme_match.accounts.models import User
from sme_match.capabilities.enums import CapacityState, DrawingFormat
from sme_match.capabilities.models import Capability
from sme_match.companies.enums import AgglomerationType
from sme_match.companies.models import Company
from sme_match.core.actor import Role
from sme_match.core.clock import jst_date
from sme_match.core.fiscal_year import FiscalYear
from sme_match.core.text import fold_for_search
from sme_match.db.bulk import insert_all
from sme_match.demo.companies import fictional_corporate_number
from sme_match.demo.profiles import capability_facts, capability_text
from sme_match.demo.words import NeedPattern, Trade, need_patterns, places, trades
from sme_match.matching.models import MatchRun, Proposal
from sme_match.needs.enums import ConditionKind, ConditionLevel, NeedKind, NeedState
from sme_match.needs.models import Need, NeedCondition
from sme_match.support_bodies.models import SupportBody

BODY_NAME = "負荷試験機構"
COORDINATOR_EMAIL = "coordinator@load.example.jp"
BUYERS = 100
PROPOSALS_PER_NEED = 20
NEEDS_WITH_PROPOSALS = 4
"""One need in so many has proposals."""
STATES = (NeedState.OPEN, NeedState.OPEN, NeedState.CLOSED, NeedState.DRAFT)
PREFECTURES = ("03", "06", "07", "35")
SERIAL_BASE = 700_000


@dataclass(frozen=True, slots=True)
class SyntheticProposal:
    """What the explanation of a made-up proposal is asked for."""

    need_id: int
    company_id: int
    rank: int
    score: Decimal


Explain = Callable[[SyntheticProposal], dict[str, Any]]
"""Gives a valid explanation for a made-up proposal."""


def build_synthetic(
    session: Session,
    *,
    companies: int = 10_000,
    needs: int = 1_000,
    now: datetime,
    seed: int = 1,
    password_hash: str | None = None,
    explain: Explain | None = None,
) -> int:
    """Add a body with that many SMEs and needs and one coordinator; return the body's id.

    Without `explain` no proposals are made. The caller commits.
    """
    rng = random.Random(seed)
    body = _add_body(session, now=now, password_hash=password_hash)
    chosen = [rng.choice(list(trades().values())) for _ in range(companies)]
    smes = insert_all(session, Company, _companies(rng, body.id, chosen, now=now))
    insert_all(session, Capability, _capabilities(rng, smes, chosen, now=now))
    buyers = insert_all(session, Company, _buyers(rng, body.id, min(BUYERS, needs), now=now))
    patterns = [rng.choice(need_patterns()) for _ in range(needs)]
    need_ids = insert_all(session, Need, _needs(rng, body.id, buyers, patterns, now=now))
    insert_all(session, NeedCondition, _conditions(rng, need_ids, patterns))
    if explain is not None and smes:
        proposed = need_ids[::NEEDS_WITH_PROPOSALS]
        runs = insert_all(session, MatchRun, _runs(body.id, proposed, index_size=len(smes), now=now))
        found = zip(proposed, runs, strict=True)
        insert_all(session, Proposal, _proposals(rng, body.id, found, smes, explain=explain, now=now))
    return body.id


def _add_body(session: Session, *, now: datetime, password_hash: str | None) -> SupportBody:
    body = SupportBody(
        name=BODY_NAME,
        name_en="Load Test Organization",
        short_name="負荷試験",
        prefecture_code="03",
        phone="019-000-0199",
        email="desk@load.example.jp",
        created_at=now,
    )
    session.add(body)
    session.flush()
    session.add(
        User(
            body_id=body.id,
            role=Role.COORDINATOR,
            name="負荷 試験",
            name_kana="フカ シケン",
            email=COORDINATOR_EMAIL,
            password_hash=password_hash,
            created_at=now,
        )
    )
    session.flush()
    return body


def _company(body_id: int, number: int, prefecture: str, *, name: str, now: datetime) -> dict[str, Any]:
    corporate_number = fictional_corporate_number(prefecture, SERIAL_BASE + number)
    return {
        "version": 1,
        "body_id": body_id,
        "name": name,
        "corporate_number": corporate_number,
        "prefecture_code": prefecture,
        "search_text": f"{fold_for_search(name)} {corporate_number}",
        "confirmed_at": now,
        "created_at": now,
        "updated_at": now,
    }


def _companies(
    rng: random.Random, body_id: int, chosen: list[Trade], *, now: datetime
) -> Iterator[dict[str, Any]]:
    for number, trade in enumerate(chosen, start=1):
        prefecture = rng.choice(PREFECTURES)
        updated_at = now - timedelta(hours=rng.randint(1, 12_000))
        name = f"株式会社試験{number:05}{trade.label[:4]}"
        facts = capability_facts(rng, trade)
        yield _company(body_id, number, prefecture, name=name, now=now) | {
            "is_sme": True,
            "is_buyer": False,
            "name_kana": f"シケン{number:05}",
            "short_name": f"S{number:05}",
            "municipality_code": rng.choice(places(prefecture)).code,
            "jsic_code": rng.choice(trade.jsic),
            "employees": rng.randint(3, 180),
            "agglomeration": rng.choice(list(AgglomerationType)),
            "pr_text": f"{trade.label}の会社です。{facts['part']}や{facts['part2']}を作ります。",
            "confirmed_at": updated_at,
            "updated_at": updated_at,
        }


def _buyers(rng: random.Random, body_id: int, count: int, *, now: datetime) -> Iterator[dict[str, Any]]:
    for number in range(1, count + 1):
        row = _company(
            body_id,
            100_000 + number,
            rng.choice(("13", "23", "27")),
            name=f"試験発注{number:03}株式会社",
            now=now,
        )
        yield row | {"is_sme": False, "is_buyer": True, "name_kana": f"シケンハッチュウ{number:03}"}


def _capabilities(
    rng: random.Random, smes: list[int], chosen: list[Trade], *, now: datetime
) -> Iterator[dict[str, Any]]:
    for company_id, trade in zip(smes, chosen, strict=True):
        facts = capability_facts(rng, trade)
        text = capability_text(rng, trade, facts)
        for process_code in (trade.code, *trade.side[: rng.randint(0, 2)]):
            yield {
                "version": 1,
                "company_id": company_id,
                "process_code": process_code,
                "description": text,
                "materials": trade.materials[:3],
                "size_max_mm": Decimal(facts["size"]),
                "lot_min": 1,
                "lot_max": rng.choice((100, 1000, 10000)),
                "tolerance_mm": Decimal(facts["tol"]) if trade.tolerance else None,
                "machines": [],
                "lead_time_days": rng.choice((5, 10, 20, None)),
                "drawing_formats": [DrawingFormat.PDF.value],
                "capacity": rng.choice((CapacityState.FREE, CapacityState.FULL, None)),
                "created_at": now,
                "updated_at": now,
            }


def _needs(
    rng: random.Random, body_id: int, buyers: list[int], patterns: list[NeedPattern], *, now: datetime
) -> Iterator[dict[str, Any]]:
    today = jst_date(now)
    for number, pattern in enumerate(patterns, start=1):
        words = {key: values[0] for key, values in pattern.slots.items()}
        words |= {"material": pattern.materials[0][0], "thing": "部品"}
        title = f"{pattern.titles[0].partition('|')[0].format_map(words)} {number:04}"
        label = f"N-{FiscalYear.of(today).year}-{number:04}"
        updated_at = now - timedelta(hours=rng.randint(1, 4_000))
        yield {
            "version": 1,
            "body_id": body_id,
            "number": label,
            "buyer_id": rng.choice(buyers),
            "state": rng.choice(STATES),
            "title": title,
            "description": "".join(pattern.texts).format_map(words),
            "process_code": pattern.process,
            "materials": pattern.materials[0],
            "kind": NeedKind(pattern.kind),
            "due_on": today + timedelta(days=rng.randint(20, 200)),
            "expires_on": today + timedelta(days=rng.randint(1, 60)),
            "search_text": f"{fold_for_search(label)} {fold_for_search(title)}",
            "created_at": updated_at,
            "updated_at": updated_at,
        }


def _conditions(
    rng: random.Random, need_ids: list[int], patterns: list[NeedPattern]
) -> Iterator[dict[str, Any]]:
    for need_id, pattern in zip(need_ids, patterns, strict=True):
        for level, kind, text, number in (
            (ConditionLevel.MUST, ConditionKind.PROCESS, pattern.process, None),
            (ConditionLevel.MUST, ConditionKind.MATERIAL, pattern.materials[0][0], None),
            (ConditionLevel.WISH, ConditionKind.LEAD_TIME_DAYS, None, Decimal(rng.choice((7, 14, 30)))),
        ):
            yield {"need_id": need_id, "level": level, "kind": kind, "text": text, "number": number}


def _runs(
    body_id: int, need_ids: list[int], *, index_size: int, now: datetime
) -> Iterator[dict[str, Any]]:
    for need_id in need_ids:
        yield {
            "body_id": body_id,
            "need_id": need_id,
            "need_version": 1,
            "engine_version": "synthetic",
            "settings": {},
            "index_size": index_size,
            "excluded": {},
            "near_misses": [],
            "ran_at": now,
        }


def _proposals(
    rng: random.Random,
    body_id: int,
    found: Iterator[tuple[int, int]],
    smes: list[int],
    *,
    explain: Explain,
    now: datetime,
) -> Iterator[dict[str, Any]]:
    for need_id, run_id in found:
        companies = rng.sample(smes, min(len(smes), PROPOSALS_PER_NEED))
        for rank, company_id in enumerate(companies, start=1):
            proposal = SyntheticProposal(
                need_id=need_id, company_id=company_id, rank=rank, score=Decimal(95 - 3 * rank)
            )
            yield {
                "version": 1,
                "body_id": body_id,
                "need_id": need_id,
                "company_id": company_id,
                "run_id": run_id,
                "rank": rank,
                "score": proposal.score,
                "confidence": Decimal("0.8"),
                "explanation": explain(proposal),
                "created_at": now,
            }
