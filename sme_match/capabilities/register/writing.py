"""Bringing the rows of a file into the register of capabilities, and taking them back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from sme_match.audit.services import apply_changes, record
from sme_match.capabilities.models import Capability
from sme_match.capabilities.register.checking import merged
from sme_match.capabilities.register.columns import write_capability
from sme_match.companies.models import Company
from sme_match.companies.queries import CompanyFilter, select_companies
from sme_match.companies.register.writing import other_bodies
from sme_match.companies.services import touch_company
from sme_match.core.actor import Actor
from sme_match.registers.description import RowToWrite, Written
from sme_match.registers.enums import RowAction
from sme_match.registers.snapshots import restore, snapshot
from sme_match.tables.writing import Value

KIND = "capability"
_IDS_PER_QUERY = 5_000


def write_capabilities(
    session: Session, actor: Actor, rows: Sequence[RowToWrite], now: datetime
) -> list[Written]:
    """Create and update rows of capabilities; each change stands in the company's history."""
    known = _load_own(session, actor, [row.known_id for row in rows if row.known_id is not None])
    done: list[tuple[Capability, str, dict[str, Any] | None, dict[str, tuple[object, object]]]] = []
    for row in rows:
        name = str(row.values["company_name"])
        capability = known.get(row.known_id or 0)
        if row.action is RowAction.UPDATE and capability is not None:
            done.append((capability, name, *_update(capability, row.values, now=now)))
        else:
            capability = _new(row.values, now=now)
            session.add(capability)
            done.append((capability, name, None, {}))
    session.flush()
    for capability, __, before, changes in done:
        _log(session, actor, capability, now=now, changes=changes if before else None)
    for company_id in {capability.company_id for capability, *__ in done}:
        touch_company(session, company_id, now=now)
    return [
        Written(kind=KIND, id=capability.id, version=capability.version, name=name, before=before)
        for capability, name, before, __ in done
    ]


def undo_capabilities(
    session: Session, actor: Actor, written: Sequence[Written], now: datetime
) -> list[Written]:
    """Restore what was before, archive what was created; return what was changed since."""
    known = _load_own(session, actor, [entry.id for entry in written])
    left = []
    for entry in written:
        capability = known.get(entry.id)
        if capability is None or capability.version != entry.version:
            left.append(entry)
            continue
        if entry.before is None:
            capability.archived_at = now
        else:
            restore(capability, entry.before)
        capability.updated_at = now
        _log(session, actor, capability, now=now, action="capability.import_undo")
    session.flush()
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


def _new(values: Mapping[str, Any], *, now: datetime) -> Capability:
    draft = merged(None, values)
    return Capability(
        company_id=values["company_id"],
        created_at=now,
        updated_at=now,
        capacity_stated_at=now if draft.capacity else None,
        **asdict(draft),
    )


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
    wanted = sorted(set(ids))
    found: dict[int, Capability] = {}
    for start in range(0, len(wanted), _IDS_PER_QUERY):
        query = (
            select(Capability)
            .join(Company, Company.id == Capability.company_id)
            .where(
                Capability.id.in_(wanted[start : start + _IDS_PER_QUERY]),
                Company.body_id == (actor.body_id or 0),
            )
        )
        found.update((capability.id, capability) for capability in session.scalars(query))
    return found


def _log(
    session: Session,
    actor: Actor,
    capability: Capability,
    *,
    now: datetime,
    action: str = "capability.import",
    changes: Mapping[str, tuple[object, object]] | None = None,
) -> None:
    record(
        session,
        actor,
        action=action,
        subject=(KIND, capability.id),
        body_id=actor.body_id,
        now=now,
        changes=changes,
        note=capability.process_code,
    )
