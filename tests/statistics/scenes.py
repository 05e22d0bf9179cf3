"""A small set of records whose figures can be counted by hand.

In the twelve months before November 2026: two needs; three proposals, two of them accepted; three
held meetings (one without a proposal, nothing known of it), one quote, one deal. A year before:
one of each up to a held meeting.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import count
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from sme_match.accounts.models import User
from sme_match.companies.models import Company
from sme_match.core.actor import Role
from sme_match.matching.enums import ProposalState
from sme_match.matching.models import MatchRun, Proposal
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import Meeting
from sme_match.needs.enums import NeedState
from sme_match.needs.models import Need
from sme_match.outcomes.enums import AmountSource
from sme_match.outcomes.models import Outcome
from sme_match.statistics.report import Report
from sme_match.support_bodies.models import SupportBody
from tests.factories import make_body, make_buyer, make_company, make_need, make_user

_numbers = count(1)
T = TypeVar("T")


def on(year: int, month: int, day: int) -> datetime:
    """Noon in Japan."""
    return datetime(year, month, day, 3, tzinfo=UTC)


@dataclass(frozen=True)
class Region:
    """One body with its lead and what the figures count."""

    body: SupportBody
    lead: User
    smes: tuple[Company, ...]
    buyers: tuple[Company, ...]
    needs: tuple[Need, ...]
    proposals: tuple[Proposal, ...]
    meetings: tuple[Meeting, ...]


def make_proposal(session: Session, need: Need, company: Company, **values: Any) -> Proposal:
    run = MatchRun(
        body_id=need.body_id, need_id=need.id, need_version=1, engine_version="1", settings={},
        index_size=1, excluded={}, near_misses=[], ran_at=need.created_at,
    )  # fmt: skip
    session.add(run)
    session.flush()
    defaults: dict[str, Any] = {
        "body_id": need.body_id,
        "need_id": need.id,
        "company_id": company.id,
        "run_id": run.id,
        "rank": 1,
        "score": Decimal("70.0"),
        "confidence": None,
        "explanation": {
            "parts": {"text": 40, "conditions": 20, "freshness": 10},
            "terms": [],
            "conditions": [],
            "excerpt": {"text": "", "marks": []},
        },
        "state": ProposalState.NEW,
        "created_at": need.created_at + timedelta(days=4),
    }
    return _add(session, Proposal(**(defaults | values)))


def make_meeting(
    session: Session,
    need: Need,
    company: Company,
    starts_at: datetime | None,
    state: MeetingState = MeetingState.HELD,
    **values: Any,
) -> Meeting:
    defaults: dict[str, Any] = {
        "body_id": need.body_id,
        "need_id": need.id,
        "company_id": company.id,
        "buyer_id": need.buyer_id,
        "state": state,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=30) if starts_at else None,
        "calendar_uid": f"uid-{next(_numbers)}@example.jp",
        "created_at": need.created_at,
        "updated_at": need.created_at,
    }
    return _add(session, Meeting(**(defaults | values)))


def make_outcome(session: Session, meeting: Meeting, stage: int, **values: Any) -> Outcome:
    defaults: dict[str, Any] = {
        "meeting_id": meeting.id,
        "body_id": meeting.body_id,
        "stage": stage,
        "updated_at": meeting.ends_at or meeting.updated_at,
    }
    return _add(session, Outcome(**(defaults | values)))


def make_region(session: Session) -> Region:
    body = make_body(session)
    iwate = make_company(session, body, prefecture_code="03", name="岩手製作所")
    miyagi = make_company(session, body, prefecture_code="04", name="宮城製作所")
    tokyo = make_buyer(session, body, prefecture_code="13", jsic_code="24")
    local = make_buyer(session, body, prefecture_code="03", jsic_code="26")
    summer = make_need(session, tokyo, process_code="milling", created_at=on(2026, 6, 1))
    other = make_need(session, local, process_code="bending", created_at=on(2026, 7, 1))
    old = make_need(session, tokyo, process_code="milling", created_at=on(2025, 5, 1))
    make_need(session, tokyo, state=NeedState.DRAFT, created_at=on(2026, 6, 2))
    accepted = ProposalState.ACCEPTED
    first = make_proposal(session, summer, iwate, state=accepted)
    passed = make_proposal(session, summer, miyagi, state=ProposalState.REJECTED)
    second = make_proposal(session, other, iwate, state=accepted)
    before = make_proposal(session, old, iwate, state=accepted)
    deal = make_meeting(session, summer, iwate, on(2026, 6, 20), proposal_id=first.id)
    quote = make_meeting(session, other, iwate, on(2026, 7, 20), proposal_id=second.id)
    alone = make_meeting(session, summer, miyagi, on(2026, 8, 3))
    earlier = make_meeting(session, old, iwate, on(2025, 6, 1), proposal_id=before.id)
    make_meeting(session, other, iwate, on(2026, 7, 5), MeetingState.CANCELLED, proposal_id=second.id)
    make_outcome(
        session,
        deal,
        6,
        first_order_yen=1_000_000,
        total_yen=1_500_000,
        amount_source=AmountSource.SME_SAID,
        deal_on=date(2026, 9, 10),
    )
    make_outcome(session, quote, 4, expected_year_yen=3_000_000)
    make_outcome(session, earlier, 1)
    return Region(
        body=body,
        lead=make_user(session, body, Role.LEAD),
        smes=(iwate, miyagi),
        buyers=(tokyo, local),
        needs=(summer, other, old),
        proposals=(first, passed, second, before),
        meetings=(deal, quote, alone, earlier),
    )


def _add(session: Session, record: T) -> T:
    session.add(record)
    session.flush()
    return record


def contents(report: Report) -> dict[str, object]:
    """Everything a report says: the object itself is equal to no other."""
    counted = [name for name, value in vars(Report).items() if isinstance(value, cached_property)]
    return {name: getattr(report, name) for name in ("companies", *counted) if name[0] != "_"}
