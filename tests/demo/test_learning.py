"""What a body and its companies can learn from the region: advice, restated years, deals to come."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.accounts.models import User
from sme_match.core.actor import Role
from sme_match.outcomes.advice import advise
from sme_match.outcomes.enums import NoDealReason
from sme_match.outcomes.queries import list_refusals
from sme_match.statistics.filters import StatisticsFilter
from sme_match.statistics.services import make_report
from sme_match.statistics.yearly.editions import restatements
from sme_match.statistics.yearly.services import make_year_report
from tests.demo.conftest import NOW, TODAY


def user_of(region: Session, role: Role, mailbox: str) -> User:
    [user] = region.scalars(select(User).where(User.role == role, User.email.startswith(mailbox)))
    return user


def test_the_first_sme_account_of_each_body_has_advice_from_several_buyers(region: Session) -> None:
    users = region.scalars(select(User).where(User.email.startswith("sme@"))).all()
    assert len(users) == 4
    for user in users:
        advice = advise(list_refusals(region, user.as_actor(), user.company_id or 0))
        assert advice.lines[0].reason is NoDealReason.LEAD_TIME
        assert advice.lines[0].meetings >= 3


def test_years_have_targets_and_those_that_are_over_were_reported_and_restated(region: Session) -> None:
    leads = region.scalars(select(User).where(User.role == Role.LEAD)).all()
    reports = [make_year_report(region, lead.as_actor(), TODAY.year, now=NOW) for lead in leads]
    restated = []
    for report in reports:
        assert sorted(report.targets) == [2024, 2025, 2026]
        assert [edition.year for edition in report.editions] == [2024, 2025]
        assert all(edition.closed_at < NOW for edition in report.editions)
        counts = {count.year: count for count in report.counts}
        restated += [restatements(edition, counts[edition.year]) for edition in report.editions]
    assert sum(map(bool, restated)) > len(leads), "of most bodies and years"


def test_there_is_history_enough_to_say_what_deals_are_still_to_come(region: Session) -> None:
    lead = user_of(region, Role.LEAD, "lead@iwate")
    report = make_report(region, lead.as_actor(), StatisticsFilter(), now=NOW)
    assert report.late is not None
    assert report.late.expected > report.late.confirmed
