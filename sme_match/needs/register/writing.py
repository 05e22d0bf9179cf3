"""Bringing the rows of a file into the register of needs, and taking them back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from sme_match.audit.services import record
from sme_match.companies.models import Company
from sme_match.companies.register.writing import KIND as COMPANY
from sme_match.companies.register.writing import (
    load_own,
    log,
    new_company,
    other_bodies,
    undo_companies,
)
from sme_match.core.actor import Actor
from sme_match.core.clock import jst_date
from sme_match.core.text import fold_for_search
from sme_match.needs.conditions import ConditionDraft
from sme_match.needs.enums import ConditionKind, ConditionLevel, NeedState
from sme_match.needs.models import Need
from sme_match.needs.numbers import next_number, number_prefix
from sme_match.needs.queries import NeedFilter, list_numbers, select_needs
from sme_match.needs.register.checking import FACTS, merged
from sme_match.needs.register.columns import write_need
from sme_match.needs.services import as_condition, as_drafts, change_need, new_need, searchable
from sme_match.registers.description import RowToWrite, Written
from sme_match.registers.enums import RowAction
from sme_match.registers.snapshots import restore, snapshot
from sme_match.tables.writing import Value

KIND = "need"
_IDS_PER_QUERY = 5_000
_COLUMNS = (*FACTS, "buyer_id", "state", "closed_at", "updated_at")


def write_needs(
    session: Session, actor: Actor, rows: Sequence[RowToWrite], now: datetime
) -> list[Written]:
    """Create and update needs, and register the buyers that are new; each stands in the history."""
    buyers = _Buyers(session, actor, rows, now=now)
    numbers = _Numbers(session, actor.body_id or 0, now=now)
    known = _load_own(session, actor, [row.known_id for row in rows if row.known_id is not None])
    done: list[tuple[Need, dict[str, Any] | None, Mapping[str, tuple[object, object]]]] = []
    for row in rows:
        buyer = buyers.find(row.values)
        need = known.get(row.known_id or 0)
        if row.action is RowAction.UPDATE and need is not None:
            done.append((need, *_update(need, row.values, buyer, now=now)))
        else:
            draft = merged(None, row.values, buyer_id=buyer.id)
            # A guessed double that comes in as new has no number of its own.
            number = str(row.values.get("number") or "") or numbers.take()
            state = row.values.get("state") or NeedState.DRAFT
            need = new_need(actor.body_id or 0, draft, buyer, number=number, state=state, now=now)
            need.owner_id = actor.user_id
            need.closed_at = now if state is NeedState.CLOSED else None
            session.add(need)
            done.append((need, None, {}))
    session.flush()
    for need, before, changes in done:
        _log(session, actor, need, "need.import", now=now, changes=changes if before else None)
    return buyers.written() + [
        Written(kind=KIND, id=need.id, version=need.version, name=need.title, before=before)
        for need, before, __ in done
    ]


def undo_needs(
    session: Session, actor: Actor, written: Sequence[Written], now: datetime
) -> list[Written]:
    """Restore what was before, close what was created; return what was changed since.

    Buyers that came in with the needs are taken back too.
    """
    known = _load_own(session, actor, [entry.id for entry in written if entry.kind == KIND])
    left = undo_companies(session, actor, [entry for entry in written if entry.kind == COMPANY], now)
    for entry in written:
        if entry.kind != KIND:
            continue
        need = known.get(entry.id)
        if need is None or need.version != entry.version:
            left.append(entry)
            continue
        if entry.before is None:
            need.state, need.closed_at = NeedState.CLOSED, now
        else:
            _restore(need, entry.before)
        need.updated_at = now
        _log(session, actor, need, "need.import_undo", now=now)
    session.flush()
    return left


def export_needs(
    session: Session, actor: Actor, arguments: Mapping[str, str], now: datetime
) -> Iterator[list[Value]]:
    """Yield the needs of the list with the filters of its URL."""
    query = select_needs(actor, NeedFilter.of(arguments), today=jst_date(now))
    owners = other_bodies(session, actor)
    for need in session.scalars(query.options(selectinload(Need.conditions))):
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

    def find(self, values: Mapping[str, Any]) -> Company:
        """Return the buyer of a row; a company that only took orders becomes a buyer too."""
        company = self._known.get(values["buyer_id"])
        if company is None:
            return self._register(values)
        if not company.is_buyer or company.archived_at is not None:
            self._changed[company.id] = snapshot(company, ["is_buyer", "archived_at"])
            company.is_buyer, company.archived_at = True, None
            company.updated_at = self._now
        return company

    def written(self) -> list[Written]:
        """Return what was written to the register of companies; call it after the flush."""
        changed = [(self._known[key], before) for key, before in self._changed.items()]
        entries: list[tuple[Company, dict[str, Any] | None]] = [
            *((company, None) for company in self._new.values()),
            *changed,
        ]
        for company, __ in entries:
            log(self._session, self._actor, company, "company.import", now=self._now)
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
            company = new_company(self._actor.body_id or 0, facts, now=self._now)
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
    changes = change_need(need, merged(need, values, buyer_id=buyer.id), buyer, now=now)
    state = values.get("state")
    if state is not None and state is not need.state:
        changes["state"] = (need.state, state)
        need.state = state
        need.closed_at = now if state is NeedState.CLOSED else None
        need.updated_at = now
    return before, changes


def _restore(need: Need, before: Mapping[str, Any]) -> None:
    stored = [
        ConditionDraft(
            ConditionLevel(level),
            ConditionKind(kind),
            number=None if number is None else Decimal(number),
            text=text,
        )
        for level, kind, number, text in before["conditions"]
    ]
    restore(need, {name: value for name, value in before.items() if name != "conditions"})
    if set(stored) != set(as_drafts(need.conditions)):
        need.conditions = [as_condition(item) for item in stored]
    need.search_text = searchable(need, need.buyer)


def _load_own(session: Session, actor: Actor, ids: Iterable[int]) -> dict[int, Need]:
    wanted = sorted(set(ids))
    found: dict[int, Need] = {}
    for start in range(0, len(wanted), _IDS_PER_QUERY):
        query = (
            select(Need)
            .where(
                Need.id.in_(wanted[start : start + _IDS_PER_QUERY]),
                Need.body_id == (actor.body_id or 0),
            )
            .options(joinedload(Need.buyer), selectinload(Need.conditions))
        )
        found.update((need.id, need) for need in session.scalars(query))
    return found


def _log(
    session: Session,
    actor: Actor,
    need: Need,
    action: str,
    *,
    now: datetime,
    changes: Mapping[str, tuple[object, object]] | None = None,
) -> None:
    record(
        session,
        actor,
        action=action,
        subject=(KIND, need.id),
        body_id=need.body_id,
        now=now,
        changes=changes,
    )
