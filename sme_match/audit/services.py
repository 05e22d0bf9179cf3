"""Writing to the audit log."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from sme_match.audit.models import AuditEntry
from sme_match.core.actor import Actor


def record(
    session: Session,
    actor: Actor,
    *,
    action: str,
    subject: tuple[str, int],
    body_id: int | None,
    now: datetime,
    changes: Mapping[str, tuple[object, object]] | None = None,
    note: str = "",
) -> None:
    """Add one entry to the log, in the transaction of the change itself."""
    values = entry_of(
        actor, action=action, subject=subject, body_id=body_id, now=now, changes=changes, note=note
    )
    session.add(AuditEntry(**values))


def record_many(session: Session, entries: Sequence[dict[str, Any]]) -> None:
    """Add the entries of a change of many records, such as an import, in few statements."""
    if entries:
        session.execute(insert(AuditEntry), entries)


def entry_of(
    actor: Actor,
    *,
    action: str,
    subject: tuple[str, int],
    body_id: int | None,
    now: datetime,
    changes: Mapping[str, tuple[object, object]] | None = None,
    note: str = "",
) -> dict[str, Any]:
    """Return the values of one entry of the log."""
    return {
        "at": now,
        "body_id": body_id,
        "user_id": actor.user_id,
        "actor_name": actor.name,
        "actor_role": actor.role.value,
        "action": action,
        "subject_type": subject[0],
        "subject_id": subject[1],
        "changes": {k: [plain(a), plain(b)] for k, (a, b) in (changes or {}).items()},
        "note": note,
    }


def apply_changes(
    record_: object, values: Mapping[str, object], *, fields: Iterable[str] | None = None
) -> dict[str, tuple[object, object]]:
    """Set the named attributes and return those that changed, as field -> (before, after)."""
    changes: dict[str, tuple[object, object]] = {}
    for field in fields if fields is not None else values:
        before, after = getattr(record_, field), values[field]
        if before != after:
            setattr(record_, field, after)
            changes[field] = (before, after)
    return changes


def plain(value: object) -> Any:  # noqa: ANN401 -- the result is whatever JSON can hold
    """Return the value in a form that JSON can hold."""
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(v) for v in value]
    return value
