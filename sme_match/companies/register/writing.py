"""Bringing the rows of a file into the register of companies, and taking them back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.audit.services import apply_changes, entry_of, record_many
from sme_match.companies.models import Company
from sme_match.companies.queries import CompanyFilter, select_companies
from sme_match.companies.register.checking import stated
from sme_match.companies.register.columns import write_company
from sme_match.companies.services import CompanyDraft, searchable
from sme_match.core.actor import Actor
from sme_match.db.bulk import change_all, in_parts, insert_all, update_all
from sme_match.db.versions import FIRST_VERSION
from sme_match.registers.comparison import says_the_same
from sme_match.registers.description import RowToWrite, Written
from sme_match.registers.enums import RowAction
from sme_match.registers.snapshots import restore, snapshot, split_by_version
from sme_match.support_bodies.models import SupportBody
from sme_match.tables.writing import Value

KIND = "company"
_ROWS_PER_FETCH = 500


def write_companies(
    session: Session, actor: Actor, rows: Sequence[RowToWrite], now: datetime
) -> list[Written]:
    """Create and update companies; each change stands in the history."""
    known = load_own(session, actor, [row.known_id for row in rows if row.known_id is not None])
    new: list[dict[str, Any]] = []
    updated: list[tuple[Company, dict[str, Any], dict[str, tuple[object, object]]]] = []
    for row in rows:
        facts = stated(row.values)
        company = known.get(row.known_id or 0)
        if row.action is RowAction.UPDATE and company is not None:
            updated.append((company, *_update(company, facts, now=now)))
        else:
            new.append(new_company(actor.body_id or 0, facts, now=now))
    update_all(session, Company, (company for company, *__ in updated))
    created = insert_companies(session, actor, new, now=now)
    record_many(
        session,
        [
            log_entry(actor, company.id, "company.import", now=now, changes=changes)
            for company, __, changes in updated
        ],
    )
    return created + [
        Written(kind=KIND, id=company.id, version=company.version, name=company.name, before=before)
        for company, before, __ in updated
    ]


def new_company(body_id: int, facts: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """Return the columns of a new company. A prefecture nobody stated is empty."""
    # Whoever says nothing about the sides means a company that takes orders.
    defaults: dict[str, Any] = {"prefecture_code": "", "is_sme": not facts.get("is_buyer")}
    draft = CompanyDraft(**(defaults | dict(facts)))
    values = {name: getattr(draft, name) for name in draft.__slots__}
    # A file says what somebody wrote down some day; only the company or a person confirms it.
    return values | {
        "body_id": body_id,
        "created_at": now,
        "updated_at": now,
        "search_text": searchable(draft),
    }


def insert_companies(
    session: Session, actor: Actor, new: Sequence[dict[str, Any]], *, now: datetime
) -> list[Written]:
    """Insert new companies with their history, in the order given."""
    ids = insert_all(session, Company, new)
    record_many(session, [log_entry(actor, id_, "company.import", now=now) for id_ in ids])
    return [
        Written(kind=KIND, id=id_, version=FIRST_VERSION, name=values["name"], before=None)
        for id_, values in zip(ids, new, strict=True)
    ]


def undo_companies(
    session: Session, actor: Actor, written: Sequence[Written], now: datetime
) -> list[Written]:
    """Restore what was before, archive what was created; return what was changed since."""
    own = Company.body_id == (actor.body_id or 0)
    present, left = split_by_version(session, Company, written, own)
    known = load_own(session, actor, [entry.id for entry in present if entry.before is not None])
    log = []
    for entry in present:
        changes: dict[str, tuple[object, object]] = {"archived_at": (None, now)}
        if entry.before is not None:
            changes = _restore(known[entry.id], entry.before, now=now)
        log.append(log_entry(actor, entry.id, "company.import_undo", now=now, changes=changes))
    update_all(session, Company, known.values())
    created = [entry.id for entry in present if entry.before is None]
    change_all(session, Company, created, archived_at=now, updated_at=now)
    record_many(session, log)
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
    found: dict[int, Company] = {}
    for some in in_parts(ids):
        query = select(Company).where(Company.id.in_(some), Company.body_id == (actor.body_id or 0))
        found.update((company.id, company) for company in session.scalars(query))
    return found


def log_entry(
    actor: Actor,
    company_id: int,
    action: str,
    *,
    now: datetime,
    changes: Mapping[str, tuple[object, object]] | None = None,
) -> dict[str, Any]:
    """Return the entry of the history about what a file did to a company of the own body."""
    return entry_of(
        actor,
        action=action,
        subject=(KIND, company_id),
        body_id=actor.body_id,
        now=now,
        changes=changes,
    )


def _restore(
    company: Company, before: Mapping[str, Any], *, now: datetime
) -> dict[str, tuple[object, object]]:
    """Set the values before the import; return the changes."""
    values = {name: getattr(company, name) for name in before}
    restore(company, before)
    company.search_text = searchable(company)
    company.updated_at = now
    after = {name: getattr(company, name) for name in before}
    return {name: (values[name], after[name]) for name in before if values[name] != after[name]}


def _update(
    company: Company, facts: Mapping[str, Any], *, now: datetime
) -> tuple[dict[str, Any], dict[str, tuple[object, object]]]:
    """Set the stated facts and bring the company back; return the snapshot before and the changes."""
    new = {
        name: value for name, value in facts.items() if not says_the_same(getattr(company, name), value)
    }
    before = snapshot(company, [*new, "archived_at"])
    # A file corrects what is stored, but does not bring back who asked to stop its use.
    back = {} if company.use_stopped_at else {"archived_at": None}
    changes = apply_changes(company, new | back)
    company.updated_at = now
    if changes:
        company.search_text = searchable(company)
    return before, changes
