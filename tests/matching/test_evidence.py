"""What was decided before helps the next need: visibly, not for the need itself, and not always."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from sme_match.companies.models import Company
from sme_match.core.actor import Actor
from sme_match.matching.enums import ProposalState, RejectionReason
from sme_match.matching.evidence import DEALS, WINS, load_evidence
from sme_match.matching.models import Proposal
from sme_match.matching.services.deciding import Decision, decide_proposal, undo_decision
from sme_match.matching.services.holding import note_deal
from sme_match.matching.services.running import match_need
from sme_match.needs.enums import ConditionKind, ConditionLevel
from sme_match.needs.models import Need
from sme_match.support_bodies.models import SupportBody
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
)

LATER = NOW + timedelta(days=1)
ACCEPT = Decision(state=ProposalState.ACCEPTED)


@pytest.fixture
def body(session: Session) -> SupportBody:
    return make_body(session)


@pytest.fixture
def coordinator(session: Session, body: SupportBody) -> Actor:
    return make_actor(session, body)


@pytest.fixture
def shop(session: Session, body: SupportBody) -> Company:
    """A shop that says little about itself."""
    company = make_company(session, body, confirmed_at=NOW - timedelta(days=30))
    make_capability(session, company, description="精密加工", lot_min=1, lot_max=500)
    return company


def make(session: Session, body: SupportBody, title: str) -> Need:
    buyer = make_buyer(session, body)
    return make_need(
        session, buyer, title=title, description="", process_code="", materials=[], treatment=""
    )


def proposal_for(
    session: Session, actor: Actor, need: Need, company: Company, *, use_evidence: bool = True
) -> Proposal | None:
    match_need(session, actor, need_id=need.id, now=LATER, use_evidence=use_evidence)
    session.expire_all()
    found = [each for each in session.query(Proposal) if each.need_id == need.id]
    return next((each for each in found if each.company_id == company.id), None)


def accept(session: Session, actor: Actor, need: Need, company: Company) -> int:
    """Accept the company for the need; return the decision."""
    proposal = proposal_for(session, actor, need, company)
    assert proposal is not None
    written = decide_proposal(
        session,
        actor,
        proposal_id=proposal.id,
        decision=ACCEPT,
        version=proposal.version,
        now=NOW,
    )
    return written.id


def fields_of(proposal: Proposal | None) -> set[str]:
    assert proposal is not None
    return {term["field"] for term in proposal.explanation["terms"] if term["query"]}


def test_work_that_a_company_was_chosen_for_finds_it_again(
    session: Session, body: SupportBody, coordinator: Actor, shop: Company
) -> None:
    accept(session, coordinator, make(session, body, "精密加工 内視鏡の先端部品"), shop)
    next_need = make(session, body, "内視鏡の先端部品")

    found = proposal_for(session, coordinator, next_need, shop)

    assert fields_of(found) == {WINS}
    plain = proposal_for(session, coordinator, next_need, shop, use_evidence=False)
    assert plain is None


def test_an_order_says_more_than_being_accepted(
    session: Session, body: SupportBody, coordinator: Actor, shop: Company
) -> None:
    first = make(session, body, "精密加工 内視鏡の先端部品")
    accept(session, coordinator, first, shop)
    next_need = make(session, body, "内視鏡の先端部品")
    accepted = proposal_for(session, coordinator, next_need, shop)
    assert accepted is not None
    before = accepted.score

    won = session.query(Proposal).filter_by(need_id=first.id).one()
    note_deal(session, proposal_id=won.id, is_deal=True)
    dealt = proposal_for(session, coordinator, next_need, shop)

    assert dealt is not None
    assert dealt.score > before
    assert fields_of(dealt) == {DEALS}


def test_a_need_does_not_find_a_company_by_its_own_words(
    session: Session, body: SupportBody, coordinator: Actor, shop: Company
) -> None:
    twin = make_company(session, body, confirmed_at=shop.confirmed_at)
    make_capability(session, twin, description="精密加工", lot_min=1, lot_max=500)
    need = make(session, body, "精密加工 内視鏡の先端部品")
    accept(session, coordinator, need, shop)

    chosen = proposal_for(session, coordinator, need, shop)
    other = proposal_for(session, coordinator, need, twin)

    assert chosen is not None
    assert other is not None
    assert chosen.score == other.score
    assert WINS not in fields_of(chosen)


def test_what_is_taken_back_is_no_evidence(
    session: Session, body: SupportBody, coordinator: Actor, shop: Company
) -> None:
    decision = accept(session, coordinator, make(session, body, "精密加工 内視鏡の先端部品"), shop)
    undo_decision(session, coordinator, decision_id=decision, now=NOW)

    assert load_evidence(session, body_id=body.id) == {}
    assert proposal_for(session, coordinator, make(session, body, "内視鏡の先端部品"), shop) is None


def test_the_needs_of_one_body_are_no_evidence_for_another(
    session: Session, body: SupportBody, coordinator: Actor, shop: Company
) -> None:
    other = make_body(session)
    make_share(session, shop, other)
    accept(session, coordinator, make(session, body, "精密加工 内視鏡の先端部品"), shop)

    found = proposal_for(
        session, make_actor(session, other), make(session, other, "内視鏡の先端部品"), shop
    )

    assert found is None


def lot_verdict(proposal: Proposal | None) -> tuple[str, str | None]:
    assert proposal is not None
    [condition] = proposal.explanation["conditions"]
    return condition["verdict"], condition["doubted_on"]


@pytest.fixture
def two_needs(session: Session, body: SupportBody) -> list[Need]:
    needs = [make(session, body, f"精密加工 部品{number}") for number in (1, 2)]
    for need in needs:
        make_condition(
            session, need, kind=ConditionKind.LOT, level=ConditionLevel.MUST, text=None, number=10
        )
    return needs


def reject_for_lot(session: Session, actor: Actor, need: Need, company: Company) -> None:
    proposal = proposal_for(session, actor, need, company)
    assert proposal is not None
    decide_proposal(
        session,
        actor,
        proposal_id=proposal.id,
        decision=Decision(state=ProposalState.REJECTED, reason=RejectionReason.LOT),
        version=proposal.version,
        now=NOW,
    )


def test_a_rejection_puts_the_statement_in_doubt_and_lowers_no_word(
    session: Session, body: SupportBody, coordinator: Actor, shop: Company, two_needs: list[Need]
) -> None:
    first, second = two_needs
    before = proposal_for(session, coordinator, second, shop)
    assert lot_verdict(before) == ("pass", None)
    assert before is not None
    text = before.explanation["parts"]["text"]

    reject_for_lot(session, coordinator, first, shop)
    after = proposal_for(session, coordinator, second, shop)

    assert lot_verdict(after) == ("unknown", "2026-11-20")
    assert after is not None
    assert after.musts_unknown == 1
    assert after.explanation["parts"]["text"] == text
    plain = proposal_for(session, coordinator, second, shop, use_evidence=False)
    assert lot_verdict(plain) == ("pass", None)


def test_a_confirmed_profile_clears_the_doubt(
    session: Session, coordinator: Actor, shop: Company, two_needs: list[Need]
) -> None:
    first, second = two_needs
    reject_for_lot(session, coordinator, first, shop)

    shop.confirmed_at = NOW + timedelta(hours=1)
    session.flush()

    assert lot_verdict(proposal_for(session, coordinator, second, shop)) == ("pass", None)


def test_a_run_says_what_it_rested_on(session: Session, body: SupportBody, coordinator: Actor) -> None:
    need = make(session, body, "部品")

    run = match_need(session, coordinator, need_id=need.id, now=NOW, use_evidence=False)

    assert run.settings["evidence"] is False
    assert {"index_version", "index_changes", "thesaurus"} <= run.settings.keys()
