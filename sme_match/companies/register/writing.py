"""Bringing the rows of a file into the register of companies, and taking them back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.audit.services import apply_changes, record
from sme_match.companies.models import Company
from sme_match.companies.queries import CompanyFilter, select_companies
from sme_match.companies.register.checking import stated
from sme_match.companies.register.columns import write_company
from sme_match.companies.services import CompanyDraft, searchable
from sme_match.core.actor import Actor
from sme_match.registers.comparison import says_the_same
from sme_match.registers.description import RowToWrite, Written
from sme_match.registers.enums import RowAction
from sme_match.registers.snapshots import restore, snapshot
from sme_match.support_bodies.models import SupportBody
from sme_match.tables.writing import Value

KIND = "company"
_IDS_PER_QUERY = 5_000
_ROWS_PER_FETCH = 500


def write_companies(
    session: Session, actor: Actor, rows: Sequence[RowToWrite], now: datetime
) -> list[Written]:
    """Create and update companies; each change stands in the history."""
    known = load_own(session, actor, [row.known_id for row in rows if row.known_id is not None])
    done: list[tuple[Company, dict[str, Any] | None, dict[str, tuple[object, object]]]] = []
    for row in rows:
        facts = stated(row.values)
        company = known.get(row.known_id or 0)
        if row.action is RowAction.UPDATE and company is not None:
            done.append((company, *_update(company, facts, now=now)))
        else:
            company = new_company(actor.body_id or 0, facts, now=now)
            session.add(company)
            done.append((company, None, {}))
    session.flush()
    for company, before, changes in done:
        log(session, actor, company, "company.import", now=now, changes=changes if before else None)
    return [
        Written(kind=KIND, id=company.id, version=company.version, name=company.name, before=before)
        for company, before, __ in done
    ]


def new_company(body_id: int, facts: Mapping[str, Any], *, now: datetime) -> Company:
    """Return a company that is not in the session yet. A prefecture nobody stated is empty."""
    # Whoever says nothing about the sides means a company that takes orders.
    defaults: dict[str, Any] = {"prefecture_code": "", "is_sme": not facts.get("is_buyer")}
    draft = CompanyDraft(**(defaults | dict(facts)))
    values = {name: getattr(draft, name) for name in draft.__slots__}
    # A file says what somebody wrote down some day; only the company or a person confirms it.
    company = Company(body_id=body_id, created_at=now, updated_at=now, **values)
    company.search_text = searchable(company)
    return company


def undo_companies(
    session: Session, actor: Actor, written: Sequence[Written], now: datetime
) -> list[Written]:
    """Restore what was before, archive what was created; return what was changed since."""
    known = load_own(session, actor, [entry.id for entry in written])
    left = []
    for entry in written:
        company = known.get(entry.id)
        if company is None or company.version != entry.version:
            left.append(entry)
        elif entry.before is None:
            company.archived_at = company.updated_at = now
            log(session, actor, company, "company.import_undo", now=now)
        else:
            now_values = {name: getattr(company, name) for name in entry.before}
            restore(company, entry.before)
            company.search_text = searchable(company)
            company.updated_at = now
            changes = {name: (value, getattr(company, name)) for name, value in now_values.items()}
            log(session, actor, company, "company.import_undo", now=now, changes=changes)
    session.flush()
    return left


def export_companies(
    session: Session, actor: Actor, arguments: Mapping[str, str], now: datetime
) -> Iterator[list[Value]]:
    """Yield the companies of the list with the filters of its URL."""
    query = select_companies(actor, CompanyFilter.of(arguments, now=now))
    owners = other_bodies(session, actor)
    for company in session.scalars(query.execution_options(yield_per=_ROWS_PER_FETCH)):
        yield write_company(company, owner=owners.get(company.body_id, ""))


def other_bodies(session: Session, actor: Actor) -> dict[int, str]:
    """Return the names of all bodies but the actor's own."""
    query = select(SupportBody.id, SupportBody.name).where(SupportBody.id != (actor.body_id or 0))
    return {row.id: row.name for row in session.execute(query)}


def load_own(session: Session, actor: Actor, ids: Iterable[int]) -> dict[int, Company]:
    """Return the companies of the actor's own body among the ids."""
    wanted = sorted(set(ids))
    found: dict[int, Company] = {}
    for start in range(0, len(wanted), _IDS_PER_QUERY):
        query = select(Company).where(
            Company.id.in_(wanted[start : start + _IDS_PER_QUERY]),
            Company.body_id == (actor.body_id or 0),
        )
        found.update((company.id, company) for company in session.scalars(query))
    return found


def log(
    session: Session,
    actor: Actor,
    company: Company,
    action: str,
    *,
    now: datetime,
    changes: Mapping[str, tuple[object, object]] | None = None,
) -> None:
    """Note in the history what a file did to a company."""
    record(
        session,
        actor,
        action=action,
        subject=(KIND, company.id),
        body_id=company.body_id,
        now=now,
        changes=changes,
    )


def _update(
    company: Company, facts: Mapping[str, Any], *, now: datetime
) -> tuple[dict[str, Any], dict[str, tuple[object, object]]]:
    """Set the stated facts and bring the company back; return the snapshot before and the changes."""
    new = {
        name: value for name, value in facts.items() if not says_the_same(getattr(company, name), value)
    }
    before = snapshot(company, [*new, "archived_at"])
    changes = apply_changes(company, new)
    company.archived_at = None
    company.updated_at = now
    company.search_text = searchable(company)
    return before, changes
