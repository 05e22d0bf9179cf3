"""How good the proposals were: counted by hand, by properties, and on the page."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_match.accounts.models import User
from sme_match.core.actor import Role
from sme_match.db.session import Database
from sme_match.matching.enums import ProposalState, RejectionReason
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.models import Meeting
from sme_match.outcomes.models import Outcome
from sme_match.statistics.evaluation import PARTS, Judged, JudgedRow, by_month, by_reason, within
from sme_match.statistics.periods import fiscal_year
from tests.client import Client
from tests.conftest import NOW
from tests.factories import make_body, make_buyer, make_company, make_need, make_user
from tests.meetings.scenes import make_proposal

A, H, R = ProposalState.ACCEPTED, ProposalState.HELD, ProposalState.REJECTED


def row(need: int, rank: int, state: ProposalState, on: date = date(2026, 5, 1)) -> JudgedRow:
    reason = RejectionReason.LOT if state is R else None
    return JudgedRow(need * 100 + rank, need, rank, state, reason, on, "1.0", met=False, dealt=False)


BY_HAND = Judged(
    (row(1, 1, A), row(1, 2, R), row(1, 3, H), row(2, 1, R), row(2, 2, A), row(2, 12, R), row(3, 4, R))
)


def test_precision_is_the_accepted_among_the_decided() -> None:
    found = BY_HAND.precision()
    assert (found.accepted, found.base, found.value) == (2, 7, 2 / 7)
    low, high = found.interval
    assert (round(low, 3), round(high, 3)) == (0.082, 0.641)  # Wilson, worked out apart


def test_precision_at_a_rank_looks_at_the_first_ranks_alone() -> None:
    at = {part: BY_HAND.precision(part) for part in ("top1", "top3", "top10")}
    assert {part: (found.accepted, found.base) for part, found in at.items()} == {
        "top1": (1, 2),
        "top3": (2, 5),
        "top10": (2, 6),
    }


def test_the_reciprocal_rank_counts_needs_without_an_accepted_proposal_as_nothing() -> None:
    assert BY_HAND.reciprocal_rank == pytest.approx((1 + 1 / 2 + 0) / 3)
    assert BY_HAND.needs == 3


def test_nothing_decided_has_no_rate_but_an_interval_of_everything() -> None:
    nothing = Judged(())
    assert nothing.precision().value is None
    assert nothing.precision().interval == (0.0, 1.0)
    assert nothing.reciprocal_rank is None
    assert by_month(nothing, fiscal_year(2026)) == []


def test_reasons_come_most_frequent_first_and_are_all_named() -> None:
    reasons = by_reason(BY_HAND)
    assert reasons[0] == (RejectionReason.LOT, 4)
    assert {reason for reason, _count in reasons} == set(RejectionReason)


rows = st.builds(
    row,
    need=st.integers(1, 5),
    rank=st.integers(1, 30),
    state=st.sampled_from([A, H, R]),
    on=st.dates(date(2025, 1, 1), date(2027, 12, 31)),
)


@given(st.lists(rows, max_size=40))
def test_months_add_up_to_the_period_and_states_to_the_decided(decided: list[JudgedRow]) -> None:
    period = fiscal_year(2026)
    whole = within(decided, period)
    months = by_month(whole, period)
    for part in PARTS:
        assert sum(judged.count(part) for _month, judged in months) == whole.count(part)
    assert sum(whole.count(state.value) for state in (A, H, R)) == whole.count("judged")
    if whole.reciprocal_rank is not None:
        assert 0 <= whole.reciprocal_rank <= 1


@pytest.fixture
def region(database: Database) -> User:
    """One proposal accepted, met and dealt; one rejected; one undecided; one of another body."""
    with database.unit_of_work() as session:
        body, other = make_body(session), make_body(session)
        for owner in (body, other):
            need = make_need(session, make_buyer(session, owner), title=f"案件{owner.id}")
            won = make_proposal(session, need, make_company(session, owner, name=f"採用{owner.id}"))
            make_proposal(
                session, need, make_company(session, owner, name="見送り"), rank=2, state=R,
                reason=RejectionReason.LOT, decided_at=NOW - timedelta(days=60),
            )  # fmt: skip
            make_proposal(
                session, need, make_company(session, owner), rank=3, state=ProposalState.NEW,
                decided_at=None,
            )  # fmt: skip
            meeting = Meeting(
                body_id=owner.id, proposal_id=won.id, need_id=need.id, company_id=won.company_id,
                buyer_id=need.buyer_id, state=MeetingState.HELD, starts_at=NOW - timedelta(days=2),
                ends_at=NOW - timedelta(days=1), calendar_uid=f"{won.id}@example.jp", created_at=NOW,
                updated_at=NOW,
            )  # fmt: skip
            session.add(meeting)
            session.flush()
            session.add(Outcome(meeting_id=meeting.id, body_id=owner.id, stage=6, updated_at=NOW))
        return make_user(session, body, Role.LEAD)


def test_the_page_shows_rates_with_counts_and_intervals_and_leads_to_the_records(
    client: Client, region: User
) -> None:
    page = client.sign_in(region.id).get("/statistics/evaluation?period=fy2026").text
    assert "判断した2件のうち1件を採用しました（50%、95%区間 9%–91%）。" in page
    assert "令和8年" in page
    for text in ("2026年9月", "2026年11月", "ロット数が合わない"):
        assert text in page
    for part in ("judged", "accepted", "rejected", "met", "dealt"):
        assert f"/statistics/evaluation/records?part={part}&amp;period=fy2026" in page
    assert 'href="/statistics/definitions#precision"' in page


def test_the_records_are_those_of_the_figure_and_of_the_own_body_alone(
    client: Client, region: User
) -> None:
    client.sign_in(region.id)
    address = "/statistics/evaluation/records?period=fy2026"
    dealt = client.get(f"{address}&part=dealt").text
    assert f"採用{region.body_id}" in dealt
    assert "見送り</td>" not in dealt
    rejected = client.get(f"{address}&part=rejected&reason=lot").text
    assert "（ロット数が合わない）" in rejected
    assert "この期間と条件に合う記録は0件です。" in client.get(f"{address}&engine=9").text
    file = client.get("/statistics/evaluation.csv?period=fy2026")
    lines = file.data.decode("utf-8-sig").strip().splitlines()
    assert len(lines) == 3
    assert f"採用{region.body_id}" in file.data.decode("utf-8-sig")
    assert client.get(f"{address}&part=secret").status_code == 404


def test_a_period_without_decisions_says_so(client: Client, region: User) -> None:
    page = client.sign_in(region.id).get("/statistics/evaluation?period=fy2024").text
    assert "この期間に判断した推薦はありません" in page
    assert "<table" not in page


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_figure_of_the_page_is_explained(client: Client, region: User, language: str) -> None:
    client.sign_in(region.id)
    page = client.get(f"/statistics/evaluation?period=fy2026&lang={language}")
    named = set(re.findall(r'definitions#([a-z_]+)"', page.text))
    explained = client.get(f"/statistics/definitions?lang={language}")
    assert explained.status_code == 200
    assert {"judged", "precision", "precision_at", "reciprocal_rank"} <= named
    assert [name for name in named if f'id="{name}"' not in explained.text] == []
    assert "%%" not in explained.text + page.text
