"""Reading the records of one body: complete, plain, constant in queries, nothing of others."""

from dataclasses import astuple

from sqlalchemy.orm import Session

from sme_match.accounts.models import User
from sme_match.companies.models import Company
from sme_match.db.session import Database
from sme_match.statistics.evidence import RecordKind
from sme_match.statistics.queries import list_lines, load_records
from tests.factories import make_actor, make_body, make_company
from tests.queries import count_queries
from tests.statistics.scenes import make_meeting, make_proposal, make_region, on


def test_needs_are_read_with_the_buyers_place_and_industry_and_without_drafts(session: Session) -> None:
    region = make_region(session)
    found = load_records(session, region.lead.as_actor())
    summer, other, old = region.needs
    assert sorted(astuple(row)[:6] for row in found.needs) == sorted(
        [
            (summer.id, on(2026, 6, 1).date(), "milling", "13", "24", summer.buyer_id),
            (other.id, on(2026, 7, 1).date(), "bending", "03", "26", other.buyer_id),
            (old.id, on(2025, 5, 1).date(), "milling", "13", "24", old.buyer_id),
        ]
    )


def test_who_passes_a_need_is_told_by_the_latest_run_of_that_very_need(session: Session) -> None:
    region = make_region(session)
    milling, bending, old = region.needs
    make_proposal(session, milling, make_company(session, region.body), musts_failed=1)
    # Runs of other needs come later.
    for need in (bending, old):
        make_proposal(session, need, make_company(session, region.body), musts_failed=0)
    found = load_records(session, region.lead.as_actor())
    passing = {row.need_id: row.passing for row in found.needs}
    assert passing == {milling.id: 0, bending.id: 1, old.id: 1}


def test_every_proposal_and_every_meeting_is_a_row(session: Session) -> None:
    region = make_region(session)
    found = load_records(session, region.lead.as_actor())
    first, passed, second, before = (proposal.id for proposal in region.proposals)
    deal, quote, alone, earlier = (meeting.id for meeting in region.meetings)
    pairs = {(row.proposal_id, row.meeting_id, row.outcome_stage) for row in found.pairs}
    cancelled = next(row.meeting_id for row in found.pairs if row.meeting_state == "cancelled")
    assert pairs == {
        (first, deal, 6),
        (passed, None, None),
        (second, quote, 4),
        (second, cancelled, None),
        (before, earlier, 1),
        (None, alone, None),
    }
    assert found.companies == {"03": 1, "04": 1}


def test_a_meeting_at_another_hosts_event_counts_for_the_body_that_holds_it(session: Session) -> None:
    region, host = make_region(session), make_region(session)
    proposal = region.proposals[0]
    need = next(each for each in region.needs if each.id == proposal.need_id)
    company = next(each for each in region.smes if each.id == proposal.company_id)
    meeting = make_meeting(
        session, need, company, on(2026, 9, 1), body_id=host.body.id, proposal_id=proposal.id
    )

    def rows(lead: User) -> list[int | None]:
        found = load_records(session, lead.as_actor()).pairs
        return [row.proposal_id for row in found if row.meeting_id == meeting.id]

    assert rows(region.lead) == []
    assert rows(host.lead) == [None]


def test_the_day_of_a_meeting_is_that_of_japan(session: Session) -> None:
    region = make_region(session)
    late = make_meeting(session, region.needs[0], region.smes[0], on(2026, 3, 31).replace(hour=15))
    found = load_records(session, region.lead.as_actor())
    assert [row.met_on for row in found.pairs if row.meeting_id == late.id] == [on(2026, 4, 1).date()]


def test_the_number_of_queries_does_not_grow(session: Session, database: Database) -> None:
    region = make_region(session)
    actor = region.lead.as_actor()
    session.flush()
    with count_queries(database) as few:
        load_records(session, actor)
    make_proposal(session, region.needs[2], region.smes[1])
    for company in region.smes:
        make_meeting(session, region.needs[1], company, on(2026, 9, 1))
    session.flush()
    with count_queries(database) as more:
        load_records(session, actor)
    assert (len(few), len(more)) == (5, 5)


def test_another_body_sees_none_of_it(session: Session) -> None:
    region = make_region(session)
    stranger = make_actor(session, make_body(session))
    found = load_records(session, stranger)
    assert (found.needs, found.pairs, found.companies) == ((), (), {})
    ids = {
        RecordKind.NEED: tuple(need.id for need in region.needs),
        RecordKind.PROPOSAL: tuple(proposal.id for proposal in region.proposals),
        RecordKind.MEETING: tuple(meeting.id for meeting in region.meetings),
        RecordKind.COMPANY: tuple(company.id for company in region.smes),
    }
    seen = {kind: list_lines(session, stranger, kind, listed) for kind, listed in ids.items()}
    assert seen == {kind: [] for kind in RecordKind}


def test_lines_come_in_the_order_of_the_ids(session: Session) -> None:
    region = make_region(session)
    ids = tuple(meeting.id for meeting in region.meetings)[::-1]
    lines = list_lines(session, region.lead.as_actor(), RecordKind.MEETING, ids)
    assert [(line.record_id, line.sme) for line in lines] == list(
        zip(ids, ("岩手製作所", "宮城製作所", "岩手製作所", "岩手製作所"), strict=True)
    )


def test_either_side_carries_its_own_corporate_number(session: Session) -> None:
    region = make_region(session)
    proposal = region.proposals[0]
    need = next(each for each in region.needs if each.id == proposal.need_id)
    session.get_one(Company, proposal.company_id).corporate_number = "1010001000001"
    session.get_one(Company, need.buyer_id).corporate_number = "9999999999999"
    session.flush()
    found = load_records(session, region.lead.as_actor()).pairs
    numbers = {(row.sme_number, row.buyer_number) for row in found if row.proposal_id == proposal.id}
    assert numbers == {(1010001000001, 9999999999999)}
