"""Five years of a busy support body, made up: what the pages of statistics are measured on."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.accounts.models import User
from sme_match.companies.models import Company
from sme_match.core.actor import Role
from sme_match.core.clock import jst_date
from sme_match.db.bulk import insert_all
from sme_match.demo.synthetic import build_synthetic
from sme_match.matching.enums import ProposalState
from sme_match.matching.models import MatchRun, Proposal
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import Meeting
from sme_match.needs.enums import NeedState
from sme_match.needs.models import Need
from sme_match.outcomes.enums import AmountSource, End, NoDealReason, Reporter
from sme_match.outcomes.models import Outcome, OutcomeReport

YEARS = 5
DAYS = 365 * YEARS
PAIRS_PER_NEED = 6
HELD_SHARE, REPORTED_SHARE, DEAL_SHARE, REFUSED_SHARE = 0.75, 0.9, 0.25, 0.6
LEAD_EMAIL = "lead@load.example.jp"
ADMINISTRATOR_EMAIL = "administrator@load.example.jp"
REASONS = list(NoDealReason)


def build_history(
    session: Session, *, companies: int, meetings: int, now: datetime, seed: int = 1
) -> int:
    """Add a body with that many SMEs and meetings over five years, and a lead; return its id."""
    rng = random.Random(seed)
    needs = -(-meetings // PAIRS_PER_NEED)
    body_id = build_synthetic(session, companies=companies, needs=needs, now=now, seed=seed)
    lead = User(
        body_id=body_id, role=Role.LEAD, name="責任 者", name_kana="セキニン シャ",
        email=LEAD_EMAIL, created_at=now,
    )  # fmt: skip
    administrator = User(
        body_id=None, role=Role.ADMINISTRATOR, name="管理 者", name_kana="カンリ シャ",
        email=ADMINISTRATOR_EMAIL, created_at=now,
    )  # fmt: skip
    session.add_all((lead, administrator))
    smes = session.scalars(select(Company.id).where(Company.body_id == body_id, Company.is_sme)).all()
    own = session.scalars(select(Need).where(Need.body_id == body_id).order_by(Need.id)).all()
    for need in own:
        need.created_at = now - timedelta(days=rng.randint(0, DAYS))
        need.state = rng.choice((NeedState.OPEN, NeedState.CLOSED))
        need.lot_quantity = rng.choice((None, 1, 5, 30, 80, 300, 2000))
    session.flush()
    pairs = [(need, sme) for need in own for sme in rng.sample(list(smes), PAIRS_PER_NEED)][:meetings]
    runs = dict(zip(own, insert_all(session, MatchRun, _runs(own)), strict=True))
    proposals = insert_all(session, Proposal, _proposals(rng, pairs, runs))
    rows = list(_meetings(rng, pairs, proposals, now=now))
    ids = insert_all(session, Meeting, rows)
    held = [
        (number, row)
        for number, row in zip(ids, rows, strict=True)
        if row["state"] is MeetingState.HELD and rng.random() < REPORTED_SHARE
    ]
    reports = [_report(rng, number, row, now=now) for number, row in held]
    insert_all(session, OutcomeReport, reports)
    insert_all(session, Outcome, [_outcome(body_id, report) for report in reports])
    return body_id


def _runs(needs: Sequence[Need]) -> Iterator[dict[str, Any]]:
    for number, need in enumerate(needs):
        yield {
            "body_id": need.body_id, "need_id": need.id, "need_version": 1,
            "engine_version": "synthetic", "settings": {}, "index_size": 10_000,
            "excluded": {"lot": 40} if number % 9 == 0 else {}, "near_misses": [],
            "ran_at": need.created_at,
        }  # fmt: skip


def _proposals(
    rng: random.Random, pairs: Sequence[tuple[Need, int]], runs: dict[Need, int]
) -> Iterator[dict[str, Any]]:
    for rank, (need, sme) in enumerate(pairs):
        yield {
            "version": 1, "body_id": need.body_id, "need_id": need.id, "company_id": sme,
            "run_id": runs[need], "rank": rank % PAIRS_PER_NEED + 1, "score": 70,
            "explanation": {}, "state": ProposalState.ACCEPTED,
            "decided_at": need.created_at + timedelta(days=rng.randint(1, 20)),
            "created_at": need.created_at + timedelta(hours=3),
        }  # fmt: skip


def _meetings(
    rng: random.Random,
    pairs: Sequence[tuple[Need, int]],
    proposals: Sequence[int],
    *,
    now: datetime,
) -> Iterator[dict[str, Any]]:
    for number, ((need, sme), proposal) in enumerate(zip(pairs, proposals, strict=True)):
        starts_at = need.created_at + timedelta(days=rng.randint(10, 90))
        held = starts_at < now and rng.random() < HELD_SHARE
        yield {
            "version": 1, "body_id": need.body_id, "need_id": need.id, "proposal_id": proposal,
            "company_id": sme, "buyer_id": need.buyer_id,
            "state": MeetingState.HELD if held else MeetingState.CANCELLED,
            "starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=30),
            "calendar_uid": f"history-{number}@example.jp",
            "created_at": need.created_at, "updated_at": need.created_at,
        }  # fmt: skip


def _report(rng: random.Random, number: int, row: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    deal = rng.random() < DEAL_SHARE
    stage = rng.choice((6, 7)) if deal else rng.randint(0, 5)
    refused = not deal and rng.random() < REFUSED_SHARE
    reported_at = min(now, row["ends_at"] + timedelta(days=rng.randint(0, 200)))
    deal_on: date | None = jst_date(reported_at) if deal else None
    yen = rng.randint(5, 900) * 10_000
    return {
        "meeting_id": number, "reporter": Reporter.COORDINATOR, "reported_at": reported_at,
        "stage": stage, "end": End.NO_DEAL if refused else None,
        "reasons": [rng.choice(REASONS).value] if refused else [],
        "first_order_yen": yen if deal else None, "total_yen": 2 * yen if deal else None,
        "amount_source": AmountSource.DOCUMENT_SEEN if deal else None, "deal_on": deal_on,
    }  # fmt: skip


def _outcome(body_id: int, report: dict[str, Any]) -> dict[str, Any]:
    names = ("meeting_id", "stage", "end", "first_order_yen", "total_yen", "amount_source", "deal_on")
    copied = {name: report[name] for name in names}
    return copied | {"version": 1, "body_id": body_id, "updated_at": report["reported_at"]}
