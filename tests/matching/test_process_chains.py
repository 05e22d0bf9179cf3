"""Process chains: computed with the run, shown on the review, accepted through the prime."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.companies.models import Certificate, Company, CompanyShare
from sme_match.core.actor import Actor, Role
from sme_match.core.errors import ConflictError, NotAllowedError, NotFoundError, StaleVersionError
from sme_match.db.session import Database
from sme_match.matching.chain_decisions import accept_chain
from sme_match.matching.chain_presenters import read_chains
from sme_match.matching.chains import members_of
from sme_match.matching.enums import ProposalState
from sme_match.matching.models import Exclusion, MatchRun, Proposal
from sme_match.matching.queries import list_proposable
from sme_match.matching.services.deciding import undo_decision
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


@pytest.fixture
def body(session: Session) -> SupportBody:
    return make_body(session)


@pytest.fixture
def coordinator(session: Session, body: SupportBody) -> Actor:
    return make_actor(session, body)


def shop(session: Session, body: SupportBody, name: str, *processes: str, **row: Any) -> Company:
    company = make_company(session, body, name=name, municipality_code="03206")
    for process in processes:
        make_capability(session, company, process_code=process, description="", **row)
    return company


def shaft(session: Session, body: SupportBody, *musts: str, treatment: str = "焼入れ、めっき") -> Need:
    need = make_need(session, make_buyer(session, body), process_code="turning", treatment=treatment)
    for process in musts:
        make_condition(session, need, ConditionKind.PROCESS, level=ConditionLevel.MUST, text=process)
    session.expire(need)
    return need


def three(session: Session, body: SupportBody) -> list[Company]:
    return [
        shop(session, body, "旋盤の会社", "turning", lead_time_days=7),
        shop(session, body, "熱処理の会社", "heat_treatment", lead_time_days=3),
        shop(session, body, "めっきの会社", "electroplating", lead_time_days=5),
    ]


def run(session: Session, actor: Actor, need: Need, **more: bool) -> MatchRun:
    return match_need(session, actor, need_id=need.id, now=NOW, **more)


def accept(session: Session, actor: Actor, of: MatchRun, *, version: int = 0, place: int = 0) -> int:
    written = accept_chain(
        session, actor, run_id=of.id, place=place, note="取りまとめ", version=version, now=NOW
    )
    return written.id


def test_the_run_keeps_the_chain_with_its_prime_lead_time_and_distance(
    session: Session, body: SupportBody, coordinator: Actor
) -> None:
    companies = three(session, body)
    found = run(session, coordinator, shaft(session, body)).chains
    [chain] = found["chains"]
    assert [link["company_id"] for link in chain["links"]] == [each.id for each in companies]
    assert (chain["prime"], chain["days"], chain["km"]) == (companies[0].id, 15, 0)
    assert (found["alone"], [step["passes"] for step in found["steps"]]) == (0, [1, 1, 1])


def test_a_need_of_one_step_has_no_chains(
    session: Session, body: SupportBody, coordinator: Actor
) -> None:
    three(session, body)
    assert run(session, coordinator, shaft(session, body, treatment="")).chains == {}


def test_chains_beside_a_single_company_are_computed_on_request(
    session: Session, body: SupportBody, coordinator: Actor
) -> None:
    three(session, body)
    shop(session, body, "一貫の会社", "turning", "heat_treatment", "electroplating")
    need = shaft(session, body)
    plain = run(session, coordinator, need).chains
    assert (plain["alone"], plain["chains"]) == (1, [])
    assert run(session, coordinator, need, with_chains=True).chains["chains"]


def test_the_run_tells_which_step_has_nobody(
    session: Session, body: SupportBody, coordinator: Actor
) -> None:
    three(session, body)[2].archived_at = NOW
    session.flush()
    found = run(session, coordinator, shaft(session, body)).chains
    assert found["chains"] == []
    assert [(step["process"], step["does"]) for step in found["steps"]][2] == ("electroplating", 0)


def test_a_prime_needs_no_certificate_about_the_process_of_its_partner(
    session: Session, body: SupportBody, coordinator: Actor
) -> None:
    prime, hardening, _ = three(session, body)
    session.add(
        Certificate(
            company_id=hardening.id, standard="nadcap", expires_on=None, created_at=NOW, updated_at=NOW
        )
    )
    need = shaft(session, body, "turning", "heat_treatment", treatment="")
    must = ConditionLevel.MUST
    make_condition(session, need, ConditionKind.CERTIFICATE, level=must, text="nadcap")
    session.expire_all()
    of = run(session, coordinator, need)
    accept(session, coordinator, of)
    proposal = session.scalars(select(Proposal)).one()
    assert proposal.company_id == prime.id
    assert {each["required"] for each in proposal.explanation["conditions"]} >= {"nadcap"}


def test_a_prime_that_fails_alone_what_partners_do_becomes_a_proposal_when_accepted(
    session: Session, body: SupportBody, coordinator: Actor
) -> None:
    prime = three(session, body)[0]
    need = shaft(session, body, "turning", "heat_treatment", "electroplating", treatment="")
    of = run(session, coordinator, need)
    assert session.scalars(select(Proposal)).all() == []
    accept(session, coordinator, of)
    proposal = session.scalars(select(Proposal)).one()
    assert (proposal.company_id, proposal.state) == (prime.id, ProposalState.ACCEPTED)
    assert (proposal.note, proposal.musts_failed) == ("取りまとめ", 2)
    failed = [each for each in proposal.explanation["conditions"] if each["verdict"] == "fail"]
    assert [each["required"] for each in failed] == ["heat_treatment", "electroplating"]
    assert sum(proposal.explanation["parts"].values()) == proposal.score


def test_a_prime_that_is_proposed_already_is_decided_on_as_usual_and_taken_back(
    session: Session, body: SupportBody, coordinator: Actor
) -> None:
    prime = three(session, body)[0]
    need = shaft(session, body)
    of = run(session, coordinator, need)
    proposal = session.scalars(select(Proposal).where(Proposal.company_id == prime.id)).one()
    with pytest.raises(StaleVersionError):
        accept(session, coordinator, of, version=proposal.version + 1)
    decision = accept(session, coordinator, of, version=proposal.version)
    assert proposal.state is ProposalState.ACCEPTED
    undo_decision(session, coordinator, decision_id=decision, now=NOW)
    assert (proposal.state, proposal.note) == (ProposalState.NEW, "")


def test_a_chain_of_an_earlier_run_or_with_a_company_that_has_gone_is_refused(
    session: Session, body: SupportBody, coordinator: Actor
) -> None:
    companies = three(session, body)
    need = shaft(session, body)
    earlier, later = run(session, coordinator, need), run(session, coordinator, need)
    with pytest.raises(ConflictError):
        accept(session, coordinator, earlier)
    companies[2].archived_at = NOW
    session.flush()
    with pytest.raises(ConflictError):
        accept(session, coordinator, later)
    with pytest.raises(NotFoundError):
        accept(session, coordinator, later, place=1)


def test_leads_and_other_bodies_accept_no_chain(
    session: Session, body: SupportBody, coordinator: Actor
) -> None:
    three(session, body)
    of = run(session, coordinator, shaft(session, body))
    with pytest.raises(NotAllowedError):
        accept(session, make_actor(session, body, Role.LEAD), of)
    with pytest.raises(NotFoundError):
        accept(session, make_actor(session, make_body(session)), of)


def test_a_company_that_must_not_be_proposed_is_in_no_chain(
    session: Session, body: SupportBody, coordinator: Actor
) -> None:
    plater = three(session, body)[2]
    need = shaft(session, body)
    before = run(session, coordinator, need)
    session.add(Exclusion(body_id=body.id, company_id=plater.id, need_id=need.id, written_at=NOW))
    session.flush()
    members = members_of(read_chains(json.dumps(before.chains)))
    assert plater.id in members
    assert plater.id not in list_proposable(session, coordinator, need.id, members)
    assert run(session, coordinator, need).chains["chains"] == []


def test_the_figures_of_the_need_are_judged_where_they_belong(
    session: Session, body: SupportBody, coordinator: Actor
) -> None:
    three(session, body)
    need = shaft(session, body)
    for kind, number in ((ConditionKind.LEAD_TIME_DAYS, 15), (ConditionKind.LOT, 10)):
        make_condition(session, need, kind, level=ConditionLevel.MUST, number=Decimal(number))
    session.expire(need)
    [chain] = run(session, coordinator, need).chains["chains"]
    [total] = chain["conditions"]
    assert (total["kind"], total["offered"], total["verdict"]) == ("lead_time_days", 15, "pass")
    assert chain["unknown_musts"] == 3


def region(database: Database) -> tuple[int, int]:
    """A body whose plater is shared by another one; return the coordinator and the need."""
    with database.unit_of_work() as session:
        body = make_body(session)
        *_, plater = three(session, body)
        other = make_body(session)
        plater.body_id = other.id
        make_share(session, plater, body)
        return make_user(session, body).id, shaft(session, body).id


def test_the_review_shows_the_chain_and_accepts_its_prime(client: Client, database: Database) -> None:
    user, need = region(database)
    client.sign_in(user)
    client.post(f"/needs/{need}/matches/run")
    page = client.get(f"/needs/{need}/matches")
    assert "工程チェーン案" in page.text
    assert "旋盤の会社 → 熱処理の会社 → めっきの会社" in page.text
    assert "<dd>15日</dd>" in page.text
    assert "処理「めっき」を受けられますか。" in page.text
    form = re.search(
        r'action="(/match-runs/\d+/chains/0/accept)".*?name="version" value="(\d+)"',
        page.text,
        re.DOTALL,
    )
    assert form is not None
    answer = client.post(form[1], {"version": form[2]}, follow_redirects=True)
    assert "工程チェーンの取りまとめ企業「旋盤の会社」を採用しました。" in answer.text
    assert "電気めっき＝めっきの会社" in answer.text
    assert "取りまとめ企業は採用ずみです。" in client.get(f"/needs/{need}/matches").text
    undo = re.search(r'action="(/decisions/\d+/undo)"', answer.text)
    assert undo is not None
    assert client.post(undo[1]).status_code == 302
    with database.reading() as session:
        assert set(session.scalars(select(Proposal.state))) == {ProposalState.NEW}


def test_a_withdrawn_share_takes_the_chain_along_at_the_next_request(
    client: Client, database: Database
) -> None:
    user, need = region(database)
    client.sign_in(user)
    client.post(f"/needs/{need}/matches/run")
    with database.unit_of_work() as session:
        session.scalars(select(CompanyShare)).one().withdrawn_at = NOW
    page = client.get(f"/needs/{need}/matches")
    assert "めっきの会社" not in page.text
    assert "表示できる案がありません" in page.text
    assert client.post(f"/needs/{need}/matches/run").status_code == 302
    again = client.get(f"/needs/{need}/matches")
    assert "この工程を登録している企業がありません" in again.text


def test_the_review_offers_chains_where_one_company_can_do_everything(
    client: Client, database: Database
) -> None:
    user, need = region(database)
    with database.unit_of_work() as session:
        body = session.scalars(select(SupportBody).order_by(SupportBody.id)).first()
        assert body is not None
        shop(session, body, "一貫の会社", "turning", "heat_treatment", "electroplating")
    client.sign_in(user)
    client.post(f"/needs/{need}/matches/run")
    assert "一社で対応できる企業があります（1社）" in client.get(f"/needs/{need}/matches").text
    client.post(f"/needs/{need}/matches/run", {"chains": "1"})
    page = client.get(f"/needs/{need}/matches").text
    assert "一社で対応できる企業も1社あります。" in page
    assert "取りまとめ企業を採用する" in page


def test_the_section_speaks_english(client: Client, database: Database) -> None:
    user, need = region(database)
    client.sign_in(user)
    client.post(f"/needs/{need}/matches/run")
    page = client.get(f"/needs/{need}/matches?lang=en").text
    assert "Proposed process chains" in page
    assert "Accept the lead company" in page
