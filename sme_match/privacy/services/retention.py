"""Saying how long personal data is kept, and sweeping what is past its time."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, inspect, select, update
from sqlalchemy.orm import Session

from sme_match.audit.services import record
from sme_match.core.actor import SYSTEM, Actor, Role
from sme_match.core.errors import InvalidError, NotAllowedError
from sme_match.core.text import mark_text
from sme_match.privacy.enums import RetentionClass
from sme_match.privacy.models import RetentionSetting
from sme_match.privacy.queries.retention import years_of
from sme_match.privacy.retention import MOST_YEARS, RULES, Table, ends_before

AT_ONCE = 5_000
"""How many records of a table a sweep takes in one transaction; the next sweep goes on."""


def set_years(
    session: Session, actor: Actor, wanted: Mapping[RetentionClass, int], *, now: datetime
) -> None:
    """Say how many years the own body keeps each kind.

    Raises:
        NotAllowedError: unless the actor is a lead.
        InvalidError: for fewer years than the rule demands, or more than `MOST_YEARS`.
    """
    if actor.role is not Role.LEAD or actor.body_id is None:
        raise NotAllowedError
    for kind, years in wanted.items():
        if not RULES[kind].least <= years <= MOST_YEARS:
            raise InvalidError(
                mark_text("%(least)s年から%(most)s年までで決めてください。"),
                field=kind.value,
                least=str(RULES[kind].least),
                most=str(MOST_YEARS),
            )
    before = years_of(session, actor.body_id)
    changed = {kind: years for kind, years in wanted.items() if years != before[kind]}
    for kind, years in changed.items():
        session.merge(RetentionSetting(body_id=actor.body_id, kind=kind, years=years))
    session.flush()
    if changed:
        changes = {kind.value: (before[kind], years) for kind, years in changed.items()}
        _note(session, actor, actor.body_id, "retention.edit", changes=changes, now=now)


def sweep(session: Session, body_id: int | None, kind: RetentionClass, *, now: datetime) -> int:
    """Delete or blank what is past its time; return how many records, noted in the audit log.

    What happened stays countable there: the kind, how many, and until when. None sweeps what is of
    no body.
    """
    before = ends_before(now, years_of(session, body_id)[kind])
    done = sum(_sweep_table(session, table, body_id, before) for table in RULES[kind].tables)
    if done:
        changes = {"swept": (done, 0), "before": (None, before)}
        _note(session, SYSTEM, body_id, "retention.sweep", note=kind.value, changes=changes, now=now)
    return done


def _sweep_table(session: Session, table: Table, body_id: int | None, before: datetime) -> int:
    key = inspect(table.model).primary_key[0]
    found = session.scalars(
        select(key).where(table.due(body_id, before)).order_by(key).limit(AT_ONCE)
    ).all()
    if not found:
        return 0
    some = key.in_(found)
    if table.blank is None:
        session.execute(delete(table.model).where(some), execution_options=_PLAIN)
    else:
        session.execute(update(table.model).where(some).values(table.blank), execution_options=_PLAIN)
    return len(found)


_PLAIN = {"synchronize_session": False}


def _note(
    session: Session,
    actor: Actor,
    body_id: int | None,
    action: str,
    *,
    changes: Mapping[str, tuple[object, object]],
    note: str = "",
    now: datetime,
) -> None:
    record(
        session,
        actor,
        action=action,
        subject=("retention", body_id or 0),
        body_id=body_id,
        now=now,
        changes=changes,
        note=note,
    )
