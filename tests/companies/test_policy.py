"""Who sees and changes which company."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.companies.enums import Visibility
from sme_match.companies.models import Company
from sme_match.companies.policy import (
    may_archive_company,
    may_edit_company,
    may_register_company,
    may_see_contacts,
    may_see_history,
    may_share_company,
    visible_to,
)
from sme_match.core.actor import SYSTEM, Actor, Role
from tests.conftest import NOW
from tests.factories import make_body, make_company, make_share

RULES = (may_edit_company, may_share_company, may_archive_company, may_see_history, may_see_contacts)


def seen(session: Session, actor: Actor) -> set[str]:
    return set(session.scalars(select(Company.name).where(visible_to(actor))))


def test_a_body_sees_its_own_companies_and_those_shared_with_it_now(session: Session) -> None:
    ours, theirs = make_body(session), make_body(session)
    make_company(session, ours, name="自社")
    make_company(session, theirs, name="他社")
    make_share(session, make_company(session, theirs, name="共有"), ours)
    make_share(session, make_company(session, theirs, name="共有終了"), ours, withdrawn_at=NOW)
    for role in (Role.COORDINATOR, Role.LEAD):
        assert seen(session, Actor(role=role, name="", body_id=ours.id)) == {"自社", "共有"}


def test_a_manager_sees_the_own_company_alone(session: Session) -> None:
    body = make_body(session)
    company = make_company(session, body, name="自社")
    make_company(session, body, name="同じ機構の他社")
    for role in (Role.SME, Role.BUYER):
        assert seen(session, Actor(role=role, name="", body_id=body.id, company_id=company.id)) == {
            "自社"
        }


def test_administrators_and_the_system_see_no_company_by_themselves(session: Session) -> None:
    make_company(session, make_body(session))
    assert seen(session, Actor(role=Role.ADMINISTRATOR, name="")) == set()
    assert seen(session, SYSTEM) == set()


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.COORDINATOR, set(RULES)),
        (Role.LEAD, {may_see_history, may_see_contacts}),
        (Role.SME, {may_edit_company, may_see_history, may_see_contacts}),
    ],
)
def test_what_the_own_side_may_do(role: Role, allowed: set[object]) -> None:
    company = Company(id=7, body_id=1, contact_visibility=Visibility.BODIES)
    actor = Actor(role=role, name="", body_id=1, company_id=7 if role is Role.SME else None)
    assert {rule for rule in RULES if rule(actor, company)} == allowed


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.LEAD])
def test_another_body_reads_and_sees_contacts_only_when_they_are_public(role: Role) -> None:
    actor = Actor(role=role, name="", body_id=2)
    for visibility in Visibility:
        company = Company(id=7, body_id=1, contact_visibility=visibility)
        found = {rule for rule in RULES if rule(actor, company)}
        assert found == ({may_see_contacts} if visibility is Visibility.PUBLIC else set())


def test_only_coordinators_register_companies() -> None:
    assert {r for r in Role if may_register_company(Actor(role=r, name="", body_id=1))} == {
        Role.COORDINATOR
    }
