"""Use cases of capabilities: what they change, what they refuse, what the log says."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.audit.models import AuditEntry
from sme_match.capabilities.enums import CapacityState
from sme_match.capabilities.queries import get_capability, list_capabilities
from sme_match.capabilities.services import (
    CapabilityDraft,
    archive_capability,
    create_capability,
    draft_of,
    edit_capability,
    restore_capability,
)
from sme_match.companies.models import Company
from sme_match.core.actor import Actor, Role
from sme_match.core.errors import InvalidError, NotAllowedError, NotFoundError, StaleVersionError
from tests.conftest import NOW
from tests.factories import make_actor, make_body, make_capability, make_company, make_share

EARLIER = NOW - timedelta(days=200)


@pytest.fixture
def company(session: Session) -> Company:
    return make_company(session, make_body(session), confirmed_at=EARLIER, updated_at=EARLIER)


@pytest.fixture
def actor(session: Session, company: Company) -> Actor:
    return Actor(role=Role.COORDINATOR, name="調整", body_id=company.body_id)


def test_a_new_row_is_a_fresh_statement_about_the_company(
    session: Session, actor: Actor, company: Company
) -> None:
    opened = company.version
    draft = CapabilityDraft(process_code="milling", lot_min=1, capacity=CapacityState.FREE)
    row = create_capability(session, actor, company.id, draft, now=NOW)
    assert draft_of(row) == draft
    assert (company.updated_at, company.confirmed_at, company.version) == (NOW, NOW, opened)
    assert row.capacity_stated_at == NOW
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.subject_id, entry.changes["lot_min"]) == (
        "capability.create",
        row.id,
        ["", 1],
    )


def test_an_edit_changes_what_it_names_and_logs_it(
    session: Session, actor: Actor, company: Company
) -> None:
    row = make_capability(session, company, tolerance_mm=Decimal("0.01"))
    draft = replace(draft_of(row), materials=["SUS304", "aluminium"])
    edit_capability(session, actor, row.id, draft, version=1, now=NOW)
    entry = session.scalars(select(AuditEntry)).one()
    assert entry.changes == {"materials": [["SUS304"], ["SUS304", "aluminium"]]}
    assert (row.tolerance_mm, row.capacity_stated_at) == (Decimal("0.01"), None)
    with pytest.raises(StaleVersionError):
        edit_capability(session, actor, row.id, draft, version=1, now=NOW)


def test_an_edit_that_changes_nothing_leaves_no_trace(
    session: Session, actor: Actor, company: Company
) -> None:
    row = make_capability(session, company)
    edit_capability(session, actor, row.id, draft_of(row), version=1, now=NOW)
    assert (row.version, company.updated_at) == (1, EARLIER)
    assert session.scalars(select(AuditEntry)).all() == []


def test_the_day_of_a_capacity_is_that_of_its_statement(
    session: Session, actor: Actor, company: Company
) -> None:
    row = make_capability(session, company, capacity=CapacityState.FREE, capacity_stated_at=EARLIER)
    draft = replace(draft_of(row), description="新しい説明")
    edit_capability(session, actor, row.id, draft, version=1, now=NOW)
    assert row.capacity_stated_at == EARLIER
    draft = replace(draft, capacity_until_on=date(2027, 1, 31))
    edit_capability(session, actor, row.id, draft, version=2, now=NOW)
    assert row.capacity_stated_at == NOW
    draft = replace(draft, capacity=None, capacity_until_on=None)
    edit_capability(session, actor, row.id, draft, version=3, now=NOW)
    assert row.capacity_stated_at is None


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"process_code": "unknown"}, "process_code"),
        ({"size_min_mm": Decimal(10), "size_max_mm": Decimal(9)}, "size_max_mm"),
        ({"lot_min": 10, "lot_max": 9}, "lot_max"),
        ({"lot_min": 10, "lot_sweet": 9}, "lot_sweet"),
        ({"lot_sweet": 10, "lot_max": 9}, "lot_sweet"),
        ({"lot_min": 0}, "lot_min"),
        ({"it_grade": 19}, "it_grade"),
        ({"repeat_rate_percent": 101}, "repeat_rate_percent"),
        ({"size_max_mm": Decimal(1_000_001)}, "size_max_mm"),
        ({"capacity_until_on": date(2027, 1, 1)}, "capacity"),
        ({"drawing_formats": ["fax"]}, "drawing_formats"),
        ({"materials": [f"材料{n}" for n in range(61)]}, "materials"),
        ({"materials": ["長" * 61]}, "materials"),
        ({"machines": [{"type": "旋盤"}] * 101}, "machines"),
    ],
)
def test_a_rule_that_is_broken_is_named_at_its_field(
    session: Session, actor: Actor, company: Company, values: dict[str, Any], field: str
) -> None:
    draft = CapabilityDraft(**({"process_code": "milling"} | values))
    with pytest.raises(InvalidError) as error:
        create_capability(session, actor, company.id, draft, now=NOW)
    assert error.value.field == field


def test_the_ends_of_a_range_may_meet(session: Session, actor: Actor, company: Company) -> None:
    draft = CapabilityDraft(
        process_code="milling", lot_min=5, lot_sweet=5, lot_max=5,
        size_min_mm=Decimal(3), size_max_mm=Decimal(3),
    )  # fmt: skip
    assert create_capability(session, actor, company.id, draft, now=NOW).lot_sweet == 5


def test_an_archived_row_leaves_the_profile_and_can_come_back(
    session: Session, actor: Actor, company: Company
) -> None:
    row = make_capability(session, company)
    archive_capability(session, actor, row.id, now=NOW)
    assert list_capabilities(session, [company.id]) == {company.id: []}
    restore_capability(session, actor, row.id, now=NOW)
    assert list_capabilities(session, [company.id]) == {company.id: [row]}
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["capability.archive", "capability.restore"]


def test_rows_are_listed_by_company_in_their_order(session: Session, company: Company) -> None:
    other = make_company(session, make_body(session))
    rows = [make_capability(session, company, process_code=p) for p in ("turning", "milling")]
    unasked = make_capability(session, make_company(session, make_body(session)))
    found = list_capabilities(session, [other.id, company.id])
    assert found == {other.id: [], company.id: rows}
    assert unasked not in found[company.id]
    assert list_capabilities(session, []) == {}


def test_another_body_reads_a_shared_row_but_does_not_change_it(
    session: Session, company: Company
) -> None:
    row = make_capability(session, company)
    body = make_body(session)
    stranger = make_actor(session, body)
    with pytest.raises(NotFoundError):
        get_capability(session, stranger, row.id)
    make_share(session, company, body)
    assert get_capability(session, stranger, row.id) is row
    with pytest.raises(NotAllowedError):
        archive_capability(session, stranger, row.id, now=NOW)
    with pytest.raises(NotAllowedError):
        create_capability(
            session, stranger, company.id, CapabilityDraft(process_code="milling"), now=NOW
        )
