"""An excluded pair is never proposed; who excluded whom stays with the body that wrote it down."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.audit.models import AuditEntry
from sme_match.companies.models import Company
from sme_match.core.actor import Actor, Role
from sme_match.core.errors import InvalidError, NotAllowedError, NotFoundError
from sme_match.db.session import Database
from sme_match.matching.exclusions import (
    ExclusionDraft,
    exclude_buyer,
    exclude_company,
    list_exclusions,
    restore_exclusion,
    withdraw_exclusion,
)
from sme_match.matching.models import MatchRun
from sme_match.matching.queries import ReviewFilter, count_by_state, list_proposals
from sme_match.matching.services.running import match_need
from sme_match.needs.enums import ConditionKind, ConditionLevel
from sme_match.needs.models import Need
from sme_match.support_bodies.models import SupportBody
from tests.client import Client
from tests.conftest import NOW
from tests.factories import (
    make_actor,
    make_body,
    make_buyer,
    make_capability,
    make_company,
    make_condition,
    make_need,
    make_share,
    make_user,
)

NUMBER, OTHER_NUMBER = "7000012050002", "1180301018771"


def sme(session: Session, body: SupportBody, **values: object) -> Company:
    company = make_company(session, body, **values)
    make_capability(session, company, description="SUS316Lの微細切削", tolerance_mm="0.05")
    return company


def proposed(session: Session, actor: Actor, need: Need) -> set[int]:
    page, _counts = list_proposals(session, actor, need.id, ReviewFilter(), page=1)
    return {each.company_id for each in page.items}


@pytest.fixture
def body(session: Session) -> SupportBody:
    return make_body(session)


@pytest.fixture
def coordinator(session: Session, body: SupportBody) -> Actor:
    return make_actor(session, body)


@pytest.fixture
def need(session: Session, body: SupportBody) -> Need:
    buyer = make_buyer(session, body, corporate_number=NUMBER)
    return make_need(session, buyer, title="SUS316Lの微細切削")


def run(session: Session, actor: Actor, need: Need) -> MatchRun:
    return match_need(session, actor, need_id=need.id, now=NOW)


def test_a_company_that_a_need_excludes_is_neither_proposed_nor_a_near_miss(
    session: Session, body: SupportBody, coordinator: Actor, need: Need
) -> None:
    one, other = sme(session, body), sme(session, body)
    draft = ExclusionDraft(other_id=one.id, reason="過去の取引でもめた")
    exclusion = exclude_company(session, coordinator, need.id, draft, now=NOW)
    first = run(session, coordinator, need)
    assert proposed(session, coordinator, need) == {other.id}
    assert (first.barred, first.index_size) == (1, 1)
    make_condition(session, need, ConditionKind.TOLERANCE_MM, level=ConditionLevel.MUST, number="0.01")
    session.expire_all()
    assert [each["company_id"] for each in run(session, coordinator, need).near_misses] == [other.id]
    withdraw_exclusion(session, coordinator, exclusion.id, now=NOW)
    missed = run(session, coordinator, need).near_misses
    assert {each["company_id"] for each in missed} == {one.id, other.id}


def test_a_buyer_that_a_company_refuses_gets_no_proposal_of_it_for_any_need(
    session: Session, body: SupportBody, coordinator: Actor, need: Need
) -> None:
    company = sme(session, body)
    elsewhere = make_need(session, make_buyer(session, body), title="SUS316Lの微細切削")
    draft = ExclusionDraft(other_id=need.buyer_id)
    exclude_buyer(session, coordinator, company.id, draft, now=NOW)
    for each in (need, elsewhere):
        run(session, coordinator, each)
    assert proposed(session, coordinator, need) == set()
    assert proposed(session, coordinator, elsewhere) == {company.id}


def test_an_exclusion_holds_for_the_same_company_in_the_register_of_another_body(
    session: Session, body: SupportBody, coordinator: Actor, need: Need
) -> None:
    company = sme(session, body, corporate_number=OTHER_NUMBER)
    exclude_buyer(session, coordinator, company.id, ExclusionDraft(other_id=need.buyer_id), now=NOW)
    guest = make_body(session)
    reader = make_actor(session, guest)
    make_share(session, company, guest)
    again = sme(session, guest, corporate_number=OTHER_NUMBER)
    same_buyer = make_buyer(session, guest, corporate_number=NUMBER)
    unnumbered = sme(session, guest)
    theirs = make_need(session, same_buyer, title="SUS316Lの微細切削")
    found = run(session, reader, theirs)
    assert proposed(session, reader, theirs) == {unnumbered.id}
    assert again.id not in proposed(session, reader, theirs)
    assert found.barred == 2
    assert list_exclusions(session, reader, company_id=company.id) == []


def test_what_is_excluded_later_is_gone_at_the_next_request_and_back_when_withdrawn(
    session: Session, body: SupportBody, coordinator: Actor, need: Need
) -> None:
    company = sme(session, body)
    run(session, coordinator, need)
    draft = ExclusionDraft(other_id=company.id)
    exclusion = exclude_company(session, coordinator, need.id, draft, now=NOW)
    assert proposed(session, coordinator, need) == set()
    assert sum(count_by_state(session, coordinator, need.id).values()) == 0
    withdraw_exclusion(session, coordinator, exclusion.id, now=NOW)
    assert proposed(session, coordinator, need) == {company.id}
    restore_exclusion(session, coordinator, exclusion.id, now=NOW + timedelta(minutes=1))
    assert proposed(session, coordinator, need) == set()


def test_nobody_is_excluded_twice_and_nobody_unknown(
    session: Session, body: SupportBody, coordinator: Actor, need: Need
) -> None:
    company = sme(session, body)
    stranger = sme(session, make_body(session))
    draft = ExclusionDraft(other_id=company.id)
    exclude_company(session, coordinator, need.id, draft, now=NOW)
    for other_id in (company.id, stranger.id, need.buyer_id, None):
        with pytest.raises(InvalidError):
            exclude_company(session, coordinator, need.id, ExclusionDraft(other_id=other_id), now=NOW)
    assert len(list_exclusions(session, coordinator, need_id=need.id)) == 1


def test_only_coordinators_of_the_own_body_write_and_see_exclusions(
    session: Session, body: SupportBody, coordinator: Actor, need: Need
) -> None:
    company = sme(session, body)
    draft = ExclusionDraft(other_id=company.id, reason="競合")
    exclusion = exclude_company(session, coordinator, need.id, draft, now=NOW)
    lead = make_actor(session, body, Role.LEAD)
    stranger = make_actor(session, make_body(session))
    with pytest.raises(NotAllowedError):
        exclude_company(session, lead, need.id, draft, now=NOW)
    for actor in (lead, stranger):
        assert list_exclusions(session, actor, need_id=need.id) == []
        with pytest.raises(NotFoundError):
            withdraw_exclusion(session, actor, exclusion.id, now=NOW)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "exclusion.write")).one()
    assert (entry.subject_type, entry.subject_id, entry.note) == ("need", need.id, "")
    assert not entry.changes


def test_a_coordinator_searches_excludes_and_undoes_it(client: Client, database: Database) -> None:
    with database.unit_of_work() as session:
        body = make_body(session)
        user = make_user(session, body)
        lead = make_user(session, body, Role.LEAD)
        buyer = make_buyer(session, body, name="東北産業機械株式会社")
        need = make_need(session, buyer, title="SUS316Lの微細切削")
        company = sme(session, body, name="微細切削工業")
    client.sign_in(user.id)
    page = f"/needs/{need.id}/exclusions"
    assert "登録していません。" in client.get(page).text
    assert "微細切削工業" in client.get(f"{page}?q=微細").text
    refused = client.post(f"{page}?q=微細", {"reason": "競合"})
    assert refused.status_code == 422
    assert "企業を選んでください。" in refused.text
    assert 'value="競合"' in refused.text
    done = client.post(f"{page}?q=微細", {"other_id": str(company.id), "reason": "競合"})
    assert done.status_code == 302
    shown = client.get(page).text
    assert "微細切削工業" in shown
    assert "競合" in shown
    client.post(f"/needs/{need.id}/matches/run")
    review = client.get(f"/needs/{need.id}/matches").text
    assert "除外の登録により、1社を対象から外して計算しました。" in review
    assert "微細切削工業" not in review
    avoided = f"/companies/{company.id}/exclusions"
    client.post(f"{avoided}?q=東北", {"other_id": str(buyer.id)})
    assert "東北産業機械" in client.get(avoided).text
    told = client.get(f"/companies/{company.id}/history").text
    assert "除外に登録しました" in told
    assert "東北産業機械" not in told
    history = client.sign_in(lead.id).get(f"/needs/{need.id}/history").text
    assert "除外に登録しました" in history
    assert "微細切削工業" not in history
    assert client.get(page).status_code == 403
