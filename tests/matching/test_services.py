"""Running the engine on the register, and deciding on what it proposes."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.companies.enums import MeetingMode
from sme_match.core.actor import Actor, Role
from sme_match.core.errors import (
    ConflictError,
    InvalidError,
    NotAllowedError,
    NotFoundError,
    StaleVersionError,
)
from sme_match.matching.enums import ProposalState, RejectionReason
from sme_match.matching.models import Proposal, ProposalDecision
from sme_match.matching.queries import ReviewFilter, get_proposal, list_proposals
from sme_match.matching.services.deciding import Decision, decide_proposal, undo_decision
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

ACCEPT = Decision(state=ProposalState.ACCEPTED)


@pytest.fixture
def body(session: Session) -> SupportBody:
    return make_body(session)


@pytest.fixture
def coordinator(session: Session, body: SupportBody) -> Actor:
    return make_actor(session, body)


@pytest.fixture
def need(session: Session, body: SupportBody) -> Need:
    return make_need(
        session, make_buyer(session, body), title="SUS316Lの微細切削", description="内視鏡の先端部品"
    )


def proposals(session: Session, need: Need) -> list[Proposal]:
    return list(
        session.scalars(select(Proposal).where(Proposal.need_id == need.id).order_by(Proposal.rank))
    )


def test_the_company_that_does_the_work_is_proposed_first(
    session: Session, body: SupportBody, coordinator: Actor, need: Need
) -> None:
    other = make_company(session, body)
    make_capability(
        session, other, process_code="casting", description="銅合金の鋳造", materials=["CAC406"]
    )
    right = make_company(session, body)
    make_capability(session, right, description="SUS316Lの微細切削。内視鏡の部品を作っています。")
    run = match_need(session, coordinator, need_id=need.id, now=NOW)
    found = proposals(session, need)
    assert found[0].company_id == right.id
    assert run.index_size == 2
    parts = found[0].explanation["parts"]
    assert sum(parts.values()) == int(found[0].score)
    assert sum(term["points"] for term in found[0].explanation["terms"]) == parts["text"]


def test_a_failed_must_keeps_a_company_out_and_is_shown_as_a_near_miss(
    session: Session, body: SupportBody, coordinator: Actor, need: Need
) -> None:
    company = make_company(session, body)
    make_capability(session, company, description="SUS316Lの微細切削", tolerance_mm="0.05")
    make_condition(session, need, ConditionKind.TOLERANCE_MM, level=ConditionLevel.MUST, number="0.01")
    session.expire(need)
    run = match_need(session, coordinator, need_id=need.id, now=NOW)
    assert proposals(session, need) == []
    assert run.excluded == {"tolerance_mm": 1}
    assert run.near_misses[0]["company_id"] == company.id
    condition = run.near_misses[0]["condition"]
    assert (condition["required"], condition["offered"]) == (0.01, 0.05)


def test_the_points_of_the_conditions_are_shared_out_over_those_that_are_met(
    session: Session, body: SupportBody, coordinator: Actor, need: Need
) -> None:
    company = make_company(session, body, prefecture_code="03")
    make_capability(session, company, description="SUS316Lの微細切削", tolerance_mm=Decimal("0.01"))
    for kind, level, value in (
        (ConditionKind.PREFECTURE, ConditionLevel.MUST, {"text": "03"}),
        (ConditionKind.TOLERANCE_MM, ConditionLevel.WISH, {"number": Decimal("0.02")}),
        (ConditionKind.CERTIFICATE, ConditionLevel.WISH, {"text": "iso_9001"}),
        (ConditionKind.REGION, ConditionLevel.WISH, {"text": "九州"}),
    ):
        make_condition(session, need, kind, level=level, **value)
    match_need(session, coordinator, need_id=need.id, now=NOW)
    [found] = proposals(session, need)
    points = {each["kind"]: each["points"] for each in found.explanation["conditions"]}
    assert points == {"prefecture": 12, "tolerance_mm": 6, "certificate": 0, "region": 0}
    assert sum(points.values()) == found.explanation["parts"]["conditions"]


def test_the_run_says_which_single_must_keeps_most_companies_out(
    session: Session, body: SupportBody, coordinator: Actor, need: Need
) -> None:
    for prefecture, tolerance in (("03", "0.05"), ("13", "0.01"), ("13", "0.01"), ("13", "0.05")):
        company = make_company(session, body, prefecture_code=prefecture)
        make_capability(
            session, company, description="SUS316Lの微細切削", tolerance_mm=Decimal(tolerance)
        )
    make_condition(
        session, need, ConditionKind.TOLERANCE_MM, level=ConditionLevel.MUST, number=Decimal("0.02")
    )
    make_condition(session, need, ConditionKind.PREFECTURE, level=ConditionLevel.MUST, text="03")
    run = match_need(session, coordinator, need_id=need.id, now=NOW)
    assert run.excluded == {"tolerance_mm": 2, "prefecture": 3}
    assert run.relaxations == [
        {"kind": "prefecture", "required": "03", "admits": 2},
        {"kind": "tolerance_mm", "required": 0.02, "admits": 1},
    ]


def test_an_unknown_condition_does_not_exclude(
    session: Session, body: SupportBody, coordinator: Actor, need: Need
) -> None:
    make_capability(session, make_company(session, body), description="SUS316Lの微細切削")
    make_condition(session, need, ConditionKind.TOLERANCE_MM, level=ConditionLevel.MUST, number="0.01")
    session.expire(need)
    match_need(session, coordinator, need_id=need.id, now=NOW)
    assert [(p.musts_failed, p.musts_unknown) for p in proposals(session, need)] == [(0, 1)]


def test_distance_counts_from_the_place_of_delivery_else_from_the_buyer(
    session: Session, body: SupportBody, coordinator: Actor
) -> None:
    near = make_company(session, body, prefecture_code="03", municipality_code="03206")
    far = make_company(session, body, prefecture_code="13", municipality_code="13101")
    for company in (near, far):
        make_capability(session, company, description="SUS316Lの微細切削")
    buyer = make_buyer(session, body, prefecture_code="13", municipality_code="13101")
    by_place = {}
    for place in ("岩手県奥州市水沢1-1", ""):
        need = make_need(session, buyer, title="SUS316Lの微細切削", delivery_place=place)
        make_condition(session, need, ConditionKind.DISTANCE_KM, level=ConditionLevel.MUST, number=50)
        run = match_need(session, coordinator, need_id=need.id, now=NOW)
        [missed] = run.near_misses
        by_place[place] = ([each.company_id for each in proposals(session, need)], missed)
    found, missed = by_place["岩手県奥州市水沢1-1"]
    assert (found, missed["company_id"]) == ([near.id], far.id)
    assert missed["condition"]["offered"]["from"] == "03215"
    found, missed = by_place[""]
    assert (found, missed["company_id"]) == ([far.id], near.id)


def test_a_company_that_has_not_said_how_it_meets_is_kept_and_asked(
    session: Session, body: SupportBody, coordinator: Actor, need: Need
) -> None:
    by_mode = {
        mode: make_company(session, body, meeting_mode=mode)
        for mode in (None, MeetingMode.WEB, MeetingMode.IN_PERSON)
    }
    for company in by_mode.values():
        make_capability(session, company, description="SUS316Lの微細切削")
    make_condition(session, need, ConditionKind.MEETING_MODE, level=ConditionLevel.MUST, text="web")
    match_need(session, coordinator, need_id=need.id, now=NOW)
    unknown = {each.company_id: each.musts_unknown for each in proposals(session, need)}
    assert unknown == {by_mode[None].id: 1, by_mode[MeetingMode.WEB].id: 0}


def test_companies_of_other_bodies_are_matched_only_when_shared(
    session: Session, body: SupportBody, coordinator: Actor, need: Need
) -> None:
    other = make_body(session)
    hidden, shared = make_company(session, other), make_company(session, other)
    for company in (hidden, shared):
        make_capability(session, company, description="SUS316Lの微細切削")
    make_share(session, shared, body)
    run = match_need(session, coordinator, need_id=need.id, now=NOW)
    assert [p.company_id for p in proposals(session, need)] == [shared.id]
    assert run.index_size == 1


def test_a_withdrawn_share_takes_its_proposal_along(
    session: Session, body: SupportBody, coordinator: Actor, need: Need
) -> None:
    company = make_company(session, make_body(session))
    make_capability(session, company, description="SUS316Lの微細切削")
    share = make_share(session, company, body)
    match_need(session, coordinator, need_id=need.id, now=NOW)
    [proposal] = proposals(session, need)
    assert get_proposal(session, coordinator, proposal.id).company.id == company.id
    share.withdrawn_at = NOW
    session.flush()
    with pytest.raises(NotFoundError):
        get_proposal(session, coordinator, proposal.id)
    page, counts = list_proposals(session, coordinator, need.id, ReviewFilter(), page=1)
    assert page.total == sum(counts.values()) == 0


def test_a_saved_profile_is_found_by_the_next_run(
    session: Session, body: SupportBody, coordinator: Actor, need: Need
) -> None:
    company = make_company(session, body)
    row = make_capability(session, company, process_code="casting", description="鋳造", materials=[])
    match_need(session, coordinator, need_id=need.id, now=NOW)
    assert proposals(session, need) == []
    row.description = "SUS316Lの微細切削"
    company.updated_at = NOW
    session.flush()
    match_need(session, coordinator, need_id=need.id, now=NOW + timedelta(minutes=1))
    assert [p.company_id for p in proposals(session, need)] == [company.id]


def test_decisions_survive_a_new_run_and_undecided_ones_may_go(
    session: Session, body: SupportBody, coordinator: Actor, need: Need
) -> None:
    kept, gone = make_company(session, body), make_company(session, body)
    for company in (kept, gone):
        make_capability(session, company, description="SUS316Lの微細切削")
    match_need(session, coordinator, need_id=need.id, now=NOW)
    accepted = next(p for p in proposals(session, need) if p.company_id == kept.id)
    decide_proposal(
        session, coordinator, proposal_id=accepted.id, decision=ACCEPT,
        version=accepted.version, now=NOW,
    )  # fmt: skip
    for company in (kept, gone):
        company.archived_at = NOW
    session.flush()
    match_need(session, coordinator, need_id=need.id, now=NOW)
    assert [(p.company_id, p.state) for p in proposals(session, need)] == [
        (kept.id, ProposalState.ACCEPTED)
    ]


def decided(session: Session, body: SupportBody, coordinator: Actor, need: Need) -> Proposal:
    make_capability(session, make_company(session, body), description="SUS316Lの微細切削")
    match_need(session, coordinator, need_id=need.id, now=NOW)
    return proposals(session, need)[0]


def test_a_rejection_needs_a_reason(
    session: Session, body: SupportBody, coordinator: Actor, need: Need
) -> None:
    proposal = decided(session, body, coordinator, need)
    with pytest.raises(InvalidError) as refused:
        decide_proposal(
            session, coordinator, proposal_id=proposal.id, version=proposal.version, now=NOW,
            decision=Decision(state=ProposalState.REJECTED),
        )  # fmt: skip
    assert refused.value.field == "reason"


def test_undo_brings_back_the_state_with_its_reason_and_note(
    session: Session, body: SupportBody, coordinator: Actor, need: Need
) -> None:
    proposal = decided(session, body, coordinator, need)
    rejection = Decision(
        state=ProposalState.REJECTED, reason=RejectionReason.LOT, note="100個からとのこと"
    )
    _first, last = (
        decide_proposal(
            session, coordinator, proposal_id=proposal.id, decision=decision,
            version=proposal.version, now=NOW,
        )
        for decision in (rejection, ACCEPT)
    )  # fmt: skip
    undo_decision(session, coordinator, decision_id=last.id, now=NOW)
    assert (proposal.state, proposal.reason, proposal.note) == (
        ProposalState.REJECTED,
        RejectionReason.LOT,
        "100個からとのこと",
    )
    log = session.scalars(select(ProposalDecision).order_by(ProposalDecision.id)).all()
    assert [entry.undoes_id for entry in log] == [None, None, last.id]


def test_only_the_latest_decision_can_be_undone(
    session: Session, body: SupportBody, coordinator: Actor, need: Need
) -> None:
    proposal = decided(session, body, coordinator, need)
    first, _second = (
        decide_proposal(
            session, coordinator, proposal_id=proposal.id, decision=Decision(state=state),
            version=proposal.version, now=NOW,
        )
        for state in (ProposalState.HELD, ProposalState.ACCEPTED)
    )  # fmt: skip
    with pytest.raises(ConflictError):
        undo_decision(session, coordinator, decision_id=first.id, now=NOW)


def test_a_decision_on_an_older_state_is_refused(
    session: Session, body: SupportBody, coordinator: Actor, need: Need
) -> None:
    proposal = decided(session, body, coordinator, need)
    opened = proposal.version
    decide_proposal(
        session, coordinator, proposal_id=proposal.id, decision=ACCEPT, version=opened, now=NOW
    )
    with pytest.raises(StaleVersionError):
        decide_proposal(
            session, coordinator, proposal_id=proposal.id, version=opened, now=NOW,
            decision=Decision(state=ProposalState.HELD),
        )  # fmt: skip


def test_leads_read_but_do_not_decide_and_other_bodies_see_nothing(
    session: Session, body: SupportBody, coordinator: Actor, need: Need
) -> None:
    proposal = decided(session, body, coordinator, need)
    lead = make_actor(session, body, Role.LEAD)
    stranger = make_actor(session, make_body(session))
    for actor, error in ((lead, NotAllowedError), (stranger, NotFoundError)):
        with pytest.raises(error):
            decide_proposal(
                session, actor, proposal_id=proposal.id, decision=ACCEPT,
                version=proposal.version, now=NOW,
            )  # fmt: skip
        with pytest.raises(error):
            match_need(session, actor, need_id=need.id, now=NOW)
