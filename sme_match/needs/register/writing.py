"""Bringing the rows of a file into the register of needs, and taking them back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from sme_match.audit.services import apply_changes, entry_of, record_many
from sme_match.companies.models import Company
from sme_match.companies.register.writing import KIND as COMPANY
from sme_match.companies.register.writing import (
    load_own,
    log_entry,
    new_company,
    other_bodies,
    undo_companies,
)
from sme_match.core.actor import Actor
from sme_match.core.clock import jst_date
from sme_match.core.text import fold_for_search
from sme_match.db.bulk import change_all, in_parts, insert_all, update_all
from sme_match.db.versions import FIRST_VERSION
from sme_match.needs.conditions import ConditionDraft
from sme_match.needs.enums import ConditionKind, ConditionLevel, NeedState
from sme_match.needs.models import LOGGED_BUYER, Need, NeedCondition
from sme_match.needs.numbers import next_number, number_prefix
from sme_match.needs.queries import NeedFilter, list_numbers, select_needs
from sme_match.needs.register.checking import FACTS, draft_of, merged
from sme_match.needs.register.columns import write_need
from sme_match.needs.services import as_condition, as_drafts, change_need, new_need, searchable
from sme_match.registers.description import RowToWrite, Written
from sme_match.registers.enums import RowAction
from sme_match.registers.snapshots import restore, snapshot, split_by_version
from sme_match.tables.writing import Value

KIND = "need"
_COLUMNS = (*FACTS, "buyer_id", "state", "closed_at", "updated_at")


def write_needs(
    session: Session, actor: Actor, rows: Sequence[RowToWrite], now: datetime
) -> list[Written]:
    """Create and update needs, and register the buyers that are new; each stands in the history."""
    buyers = _Buyers(session, actor, rows, now=now)
    numbers = _Numbers(session, actor.body_id or 0, now=now)
    known = _load_own(session, actor, [row.known_id for row in rows if row.known_id is not None])
    new: list[tuple[dict[str, Any], tuple[ConditionDraft, ...]]] = []
    updated: list[tuple[Need, dict[str, Any], Mapping[str, tuple[object, object]]]] = []
    for row in rows:
        buyer = buyers.find(row.values)
        need = known.get(row.known_id or 0)
        if row.action is RowAction.UPDATE and need is not None:
            updated.append((need, *_update(need, row.values, buyer, now=now)))
        else:
            draft = merged(None, row.values, buyer_id=buyer.id)
            # A guessed double that comes in as new has no number of its own.
            number = str(row.values.get("number") or "") or numbers.take()
            state = row.values.get("state") or NeedState.DRAFT
            values = new_need(actor.body_id or 0, draft, buyer, number=number, state=state, now=now)
            closed_at = now if state is NeedState.CLOSED else None
            new.append((values | {"owner_id": actor.user_id, "closed_at": closed_at}, draft.conditions))
    update_all(session, Need, (need for need, *__ in updated))
    session.flush()
    created = _insert(session, new)
    log = [_log_entry(actor, entry.id, "need.import", now=now) for entry in created]
    log += [
        _log_entry(actor, need.id, "need.import", now=now, changes=changes)
        for need, __, changes in updated
    ]
    record_many(session, log)
    return [
        *buyers.written(),
        *created,
        *(
            Written(kind=KIND, id=need.id, version=need.version, name=need.title, before=before)
            for need, before, __ in updated
        ),
    ]


def _insert(
    session: Session, new: Sequence[tuple[dict[str, Any], tuple[ConditionDraft, ...]]]
) -> list[Written]:
    ids = insert_all(session, Need, (values for values, __ in new))
    insert_all(
        session,
        NeedCondition,
        (
            {field.name: getattr(item, field.name) for field in fields(item)} | {"need_id": id_}
            for id_, (__, conditions) in zip(ids, new, strict=True)
            for item in conditions
        ),
    )
    return [
        Written(kind=KIND, id=id_, version=FIRST_VERSION, name=values["title"], before=None)
        for id_, (values, __) in zip(ids, new, strict=True)
    ]


def undo_needs(
    session: Session, actor: Actor, written: Sequence[Written], now: datetime
) -> list[Written]:
    """Restore what was before, close what was created; return what was changed since.

    Buyers that came in with the needs are taken back too.
    """
    companies = [entry for entry in written if entry.kind == COMPANY]
    own = Need.body_id == (actor.body_id or 0)
    needs = [entry for entry in written if entry.kind == KIND]
    present, left = split_by_version(session, Need, needs, own)
    known = _load_own(session, actor, [entry.id for entry in present if entry.before is not None])
    changes = {
        entry.id: _restore(known[entry.id], entry.before, now=now)
        for entry in present
        if entry.before is not None
    }
    update_all(session, Need, known.values())
    session.flush()
    created = [entry.id for entry in present if entry.before is None]
    for some in in_parts(created):
        states = session.execute(select(Need.id, Need.state).where(Need.id.in_(some)))
        changes |= {id_: {"state": (state, NeedState.CLOSED)} for id_, state in states}
    change_all(session, Need, created, state=NeedState.CLOSED, closed_at=now, updated_at=now)
    log = [
        _log_entry(actor, entry.id, "need.import_undo", now=now, changes=changes[entry.id])
        for entry in present
    ]
    record_many(session, log)
    return undo_companies(session, actor, companies, now) + left


def export_needs(
    session: Session, actor: Actor, arguments: Mapping[str, str], now: datetime
) -> Iterator[list[Value]]:
    """Yield the needs of the list with the filters of its URL."""
    query = select_needs(actor, NeedFilter.of(arguments), today=jst_date(now))
    owners = other_bodies(session, actor)
    query = query.options(joinedload(Need.buyer), selectinload(Need.conditions))
    for need in session.scalars(query):
        yield write_need(need, owner=owners.get(need.body_id, ""))


class _Numbers:
    """The next numbers of a body, asked for once in each import."""

    def __init__(self, session: Session, body_id: int, *, now: datetime) -> None:
        self._prefix = number_prefix(now)
        self._last = next_number(self._prefix, list_numbers(session, body_id, self._prefix))
        self._taken = False

    def take(self) -> str:
        """Return the next number."""
        if self._taken:
            self._last = next_number(self._prefix, [self._last])
        self._taken = True
        return self._last


class _Buyers:
    """The buyers of an import: registered ones, and those that it registers."""

    def __init__(
        self, session: Session, actor: Actor, rows: Iterable[RowToWrite], *, now: datetime
    ) -> None:
        self._session, self._actor, self._now = session, actor, now
        ids = {row.values["buyer_id"] for row in rows if row.values["buyer_id"]}
        self._known = load_own(session, actor, ids)
        self._new: dict[str, Company] = {}
        self._changed: dict[int, dict[str, Any]] = {}
        self._log: dict[int, dict[str, tuple[object, object]]] = {}

    def find(self, values: Mapping[str, Any]) -> Company:
        """Return the buyer of a row; a company that only took orders becomes a buyer too."""
        company = self._known.get(values["buyer_id"])
        if company is None:
            return self._register(values)
        if not company.is_buyer or company.archived_at is not None:
            self._changed[company.id] = snapshot(company, ["is_buyer", "archived_at"])
            back = {} if company.use_stopped_at else {"archived_at": None}
            self._log[company.id] = apply_changes(company, {"is_buyer": True, **back})
            company.updated_at = self._now
        return company

    def written(self) -> list[Written]:
        """Return what was written to the register of companies; call it after the flush."""
        changed = [(self._known[key], before) for key, before in self._changed.items()]
        entries: list[tuple[Company, dict[str, Any] | None]] = [
            *((company, None) for company in self._new.values()),
            *changed,
        ]
        log = [
            log_entry(
                self._actor,
                company.id,
                "company.import",
                now=self._now,
                changes=self._log.get(company.id),
            )
            for company, __ in entries
        ]
        record_many(self._session, log)
        return [
            Written(
                kind=COMPANY, id=company.id, version=company.version, name=company.name, before=before
            )
            for company, before in entries
        ]

    def _register(self, values: Mapping[str, Any]) -> Company:
        name, number = values["buyer_name"], values.get("buyer_number")
        key = number or fold_for_search(name)
        if key not in self._new:
            facts = {"name": name, "is_sme": False, "is_buyer": True, "corporate_number": number}
            company = Company(**new_company(self._actor.body_id or 0, facts, now=self._now))
            self._session.add(company)
            self._session.flush()
            self._new[key] = company
        return self._new[key]


def _update(
    need: Need, values: Mapping[str, Any], buyer: Company, *, now: datetime
) -> tuple[dict[str, Any], dict[str, tuple[object, object]]]:
    """Set the stated facts; return the snapshot before and the changes."""
    before = snapshot(need, _COLUMNS)
    before["conditions"] = [
        [
            item.level.value,
            item.kind.value,
            None if item.number is None else str(item.number),
            item.text,
        ]
        for item in as_drafts(need.conditions)
    ]
    draft = merged(draft_of(need), values, buyer_id=buyer.id)
    changes = change_need(need, draft, buyer, now=now)
    state = values.get("state")
    if state is not None and state is not need.state:
        changes["state"] = (need.state, state)
        need.state = state
        need.closed_at = now if state is NeedState.CLOSED else None
        need.updated_at = now
    return before, changes


def _restore(
    need: Need, before: Mapping[str, Any], *, now: datetime
) -> dict[str, tuple[object, object]]:
    """Set the values before the import; return the changes of facts, as an edit logs them."""
    stored = [
        ConditionDraft(
            ConditionLevel(level),
            ConditionKind(kind),
            number=None if number is None else Decimal(number),
            text=text,
        )
        for level, kind, number, text in before["conditions"]
    ]
    values = {name: getattr(need, name) for name in (*FACTS, "buyer_id", "state")}
    restore(need, {name: value for name, value in before.items() if name != "conditions"})
    need.updated_at = now
    changes = {
        LOGGED_BUYER if name == "buyer_id" else name: (value, getattr(need, name))
        for name, value in values.items()
        if value != getattr(need, name)
    }
    if set(stored) != set(as_drafts(need.conditions)):
        need.conditions = [as_condition(item) for item in stored]
    need.search_text = searchable(need, need.buyer, need.number)
    return changes


def _load_own(session: Session, actor: Actor, ids: Iterable[int]) -> dict[int, Need]:
    found: dict[int, Need] = {}
    for some in in_parts(ids):
        query = (
            select(Need)
            .where(
                Need.id.in_(some),
                Need.body_id == (actor.body_id or 0),
            )
            .options(joinedload(Need.buyer), selectinload(Need.conditions))
        )
        found.update((need.id, need) for need in session.scalars(query))
    return found


def _log_entry(
    actor: Actor,
    need_id: int,
    action: str,
    *,
    now: datetime,
    changes: Mapping[str, tuple[object, object]] | None = None,
) -> dict[str, Any]:
    return entry_of(
        actor,
        action=action,
        subject=(KIND, need_id),
        body_id=actor.body_id,
        now=now,
        changes=changes,
    )
