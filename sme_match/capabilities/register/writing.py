"""Bringing the rows of a file into the register of capabilities, and taking them back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from sme_match.audit.services import apply_changes, entry_of, record_many
from sme_match.capabilities.models import Capability
from sme_match.capabilities.register.checking import FACTS, merged
from sme_match.capabilities.register.columns import write_capability
from sme_match.companies.models import Company
from sme_match.companies.queries import CompanyFilter, select_companies
from sme_match.companies.register.writing import other_bodies
from sme_match.companies.services import touch_company
from sme_match.core.actor import Actor
from sme_match.db.bulk import change_all, in_parts, insert_all, update_all
from sme_match.db.versions import FIRST_VERSION
from sme_match.registers.description import RowToWrite, Written
from sme_match.registers.enums import RowAction
from sme_match.registers.snapshots import restore, snapshot, split_by_version
from sme_match.tables.writing import Value

KIND = "capability"


def write_capabilities(
    session: Session, actor: Actor, rows: Sequence[RowToWrite], now: datetime
) -> list[Written]:
    """Create and update rows of capabilities; each change stands in the company's history."""
    known = _load_own(session, actor, [row.known_id for row in rows if row.known_id is not None])
    new: list[tuple[dict[str, Any], str]] = []
    updated: list[tuple[Capability, str, dict[str, Any], dict[str, tuple[object, object]]]] = []
    for row in rows:
        name = str(row.values["company_name"])
        capability = known.get(row.known_id or 0)
        if row.action is RowAction.UPDATE and capability is not None:
            updated.append((capability, name, *_update(capability, row.values, now=now)))
        else:
            new.append((_new(row.values, now=now), name))
    update_all(session, Capability, (capability for capability, *__ in updated))
    ids = insert_all(session, Capability, [values for values, __ in new])
    created = [(id_, name, values) for id_, (values, name) in zip(ids, new, strict=True)]
    log = [_log_entry(actor, id_, values["process_code"], now=now) for id_, __, values in created]
    log += [
        _log_entry(actor, row.id, row.process_code, now=now, changes=changes)
        for row, __, ___, changes in updated
    ]
    record_many(session, log)
    touch_company(
        session,
        *(values["company_id"] for values, __ in new),
        *(row.company_id for row, *__ in updated),
        now=now,
    )
    return [
        *(
            Written(kind=KIND, id=id_, version=FIRST_VERSION, name=name, before=None)
            for id_, name, __ in created
        ),
        *(
            Written(kind=KIND, id=row.id, version=row.version, name=name, before=before)
            for row, name, before, __ in updated
        ),
    ]


def undo_capabilities(
    session: Session, actor: Actor, written: Sequence[Written], now: datetime
) -> list[Written]:
    """Restore what was before, archive what was created; return what was changed since."""
    company = select(Company.id).where(Company.body_id == (actor.body_id or 0))
    own = company.where(Company.id == Capability.company_id).exists()
    present, left = split_by_version(session, Capability, written, own)
    known = _load_own(session, actor, [entry.id for entry in present if entry.before is not None])
    for entry in present:
        if entry.before is not None:
            restore(known[entry.id], entry.before)
            known[entry.id].updated_at = now
    update_all(session, Capability, known.values())
    created = [entry.id for entry in present if entry.before is None]
    change_all(session, Capability, created, archived_at=now, updated_at=now)
    processes = _processes(session, [entry.id for entry in present])
    record_many(
        session,
        [
            _log_entry(actor, entry.id, processes[entry.id], now=now, action="capability.import_undo")
            for entry in present
        ],
    )
    return left


def export_capabilities(
    session: Session, actor: Actor, arguments: Mapping[str, str], now: datetime
) -> Iterator[list[Value]]:
    """Yield the capabilities of the companies in the list with the filters of its URL."""
    companies = select_companies(actor, CompanyFilter.of(arguments, now=now)).with_only_columns(
        Company.id
    )
    query = (
        select(Capability)
        .join(Capability.company)
        .where(Capability.archived_at.is_(None), Company.id.in_(companies.order_by(None)))
        .options(joinedload(Capability.company))
        .order_by(Company.name_kana, Company.id, Capability.id)
    )
    owners = other_bodies(session, actor)
    for capability in session.scalars(query):
        yield write_capability(capability, owner=owners.get(capability.company.body_id, ""))


def _new(values: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    draft = merged(None, values)
    return {name: getattr(draft, name) for name in FACTS} | {
        "company_id": values["company_id"],
        "created_at": now,
        "updated_at": now,
        "capacity_stated_at": now if draft.capacity else None,
    }


def _update(
    capability: Capability, values: Mapping[str, Any], *, now: datetime
) -> tuple[dict[str, Any], dict[str, tuple[object, object]]]:
    """Set the stated facts; return the snapshot before and the changes."""
    facts = asdict(merged(capability, values))
    names = [name for name, value in facts.items() if getattr(capability, name) != value]
    before = snapshot(capability, [*names, "archived_at", "capacity_stated_at"])
    changes = apply_changes(capability, facts)
    if {"capacity", "capacity_until_on"} & changes.keys():
        capability.capacity_stated_at = now
    capability.archived_at = None
    capability.updated_at = now
    return before, changes


def _load_own(session: Session, actor: Actor, ids: Iterable[int]) -> dict[int, Capability]:
    found: dict[int, Capability] = {}
    for some in in_parts(ids):
        query = (
            select(Capability)
            .join(Company, Company.id == Capability.company_id)
            .where(
                Capability.id.in_(some),
                Company.body_id == (actor.body_id or 0),
            )
        )
        found.update((capability.id, capability) for capability in session.scalars(query))
    return found


def _processes(session: Session, ids: Iterable[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for some in in_parts(ids):
        query = select(Capability.id, Capability.process_code).where(Capability.id.in_(some))
        found.update((row.id, row.process_code) for row in session.execute(query))
    return found


def _log_entry(
    actor: Actor,
    capability_id: int,
    process_code: str,
    *,
    now: datetime,
    action: str = "capability.import",
    changes: Mapping[str, tuple[object, object]] | None = None,
) -> dict[str, Any]:
    return entry_of(
        actor,
        action=action,
        subject=(KIND, capability_id),
        body_id=actor.body_id,
        now=now,
        changes=changes,
        note=process_code,
    )
