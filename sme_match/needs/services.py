"""Use cases of needs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from sme_match.audit.services import apply_changes, record
from sme_match.companies.enums import MeetingMode
from sme_match.companies.models import Company
from sme_match.core.actor import Actor
from sme_match.core.clock import jst_date
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError
from sme_match.core.text import fold_for_search, mark_text
from sme_match.db.versions import check_version
from sme_match.needs.conditions import (
    ConditionDraft,
    stored_draft,
    write_conditions,
    write_material,
)
from sme_match.needs.enums import ConditionLevel, DrawingRelease, NeedKind, NeedState
from sme_match.needs.models import LOGGED_BUYER, Need, NeedCondition
from sme_match.needs.numbers import next_number, number_prefix
from sme_match.needs.policy import may_edit_need, may_register_need
from sme_match.needs.queries import find_buyer, get_need, list_numbers, list_owners
from sme_match.reference.processes import get_process

LONGEST_PAYMENT_DAYS = 60
"""取適法（中小受託取引適正化法）: payment within 60 days of receipt."""
MOST_SMES_WANTED = 50
_NUMBER_ATTEMPTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedDraft:
    """The facts about a need that a form or a file states."""

    buyer_id: int
    buyer_anonymous: bool = False
    owner_id: int | None = None
    title: str
    description: str = ""
    outsourcing_reason: str = ""
    process_code: str = ""
    materials: tuple[str, ...] = ()
    kind: NeedKind | None = None
    lot_quantity: int | None = None
    monthly_quantity: int | None = None
    yearly_quantity: int | None = None
    treatment: str = ""
    due_on: date | None = None
    delivery_place: str = ""
    price_band: str = ""
    drawings: DrawingRelease | None = None
    payment_days: int | None = None
    sme_wanted: int = 3
    meeting_mode: MeetingMode = MeetingMode.WEB
    expires_on: date | None = None
    conditions: tuple[ConditionDraft, ...] = ()

    def facts(self) -> dict[str, object]:
        """Return the values of the need itself, as its columns take them."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        del values["conditions"]
        return values | {"materials": list(self.materials)}


def register_need(
    session: Session, actor: Actor, draft: NeedDraft, *, now: datetime, publish: bool = False
) -> Need:
    """Add a need to the register of the actor's body, as a draft or open at once.

    Raises:
        NotAllowedError: unless the actor is a coordinator.
        InvalidError: when the draft breaks a rule.
    """
    if not may_register_need(actor) or actor.body_id is None:
        raise NotAllowedError
    draft = replace(draft, owner_id=draft.owner_id or actor.user_id)
    check_draft(draft)
    refuse_past_days(draft, before=None, today=jst_date(now))
    buyer = _known_buyer(session, actor, draft.buyer_id)
    _check_owner(session, actor, draft.owner_id)
    state = NeedState.OPEN if publish else NeedState.DRAFT
    need = _add_numbered(session, actor.body_id, draft, buyer, state=state, now=now)
    _record(session, actor, need, "need.create", now=now)
    return need


def edit_need(
    session: Session,
    actor: Actor,
    need_id: int,
    draft: NeedDraft,
    *,
    version: int,
    now: datetime,
) -> Need:
    """Change the facts and conditions of a need.

    Raises:
        NotFoundError: when the actor may not see it.
        NotAllowedError: when the actor may see but not change it.
        StaleVersionError: when it changed since the form was opened.
        InvalidError: when the draft breaks a rule.
    """
    need = _editable(session, actor, need_id)
    check_version(need, version)
    check_draft(draft)
    refuse_past_days(draft, before=need, today=jst_date(now))
    buyer = need.buyer
    if draft.buyer_id != need.buyer_id:
        buyer = _known_buyer(session, actor, draft.buyer_id)
    if draft.owner_id != need.owner_id:
        _check_owner(session, actor, draft.owner_id)
    changes = change_need(need, draft, buyer, now=now)
    session.flush()
    _record(session, actor, need, "need.edit", now=now, changes=changes)
    return need


def change_need(
    need: Need, draft: NeedDraft, buyer: Company, *, now: datetime
) -> dict[str, tuple[object, object]]:
    """Set facts and conditions without asking who does it; return what changed."""
    changes = apply_changes(need, draft.facts())
    if "buyer_id" in changes:
        changes[LOGGED_BUYER] = changes["buyer_id"]
        changes["buyer_id"] = (need.buyer.name, buyer.name)
        need.buyer = buyer
    before, after = tuple(as_drafts(need.conditions)), draft.conditions
    if set(before) != set(after):
        need.conditions = [as_condition(condition) for condition in after]
        for level in ConditionLevel:
            old, new = _written(before, level), _written(after, level)
            if old != new:
                changes[level.value] = (old, new)
    if changes:
        need.updated_at = now
        # Conditions are rows of their own: the need must count a new version for them too.
        flag_modified(need, "updated_at")
        need.search_text = searchable(need, buyer, need.number)
    return changes


def publish_need(session: Session, actor: Actor, need_id: int, *, now: datetime) -> Need:
    """Open a draft for proposals.

    Raises:
        NotFoundError: when the actor may not see it.
        NotAllowedError: when the actor may see but not change it.
        ConflictError: when it is open or closed already.
        InvalidError: when its dates have passed.
    """
    need = _editable(session, actor, need_id)
    _refuse_passed(need, today=jst_date(now))
    return _move(session, actor, need, (NeedState.DRAFT, NeedState.OPEN), "need.publish", now=now)


def unpublish_need(session: Session, actor: Actor, need_id: int, *, now: datetime) -> Need:
    """Make an open need a draft again: the way back from publishing.

    Raises:
        NotFoundError: when the actor may not see it.
        NotAllowedError: when the actor may see but not change it.
        ConflictError: when it is not open.
    """
    need = _editable(session, actor, need_id)
    return _move(session, actor, need, (NeedState.OPEN, NeedState.DRAFT), "need.unpublish", now=now)


def close_need(session: Session, actor: Actor, need_id: int, *, now: datetime) -> Need:
    """Close an open need: no more proposals.

    Raises:
        NotFoundError: when the actor may not see it.
        NotAllowedError: when the actor may see but not change it.
        ConflictError: when it is not open.
    """
    need = _editable(session, actor, need_id)
    return _move(session, actor, need, (NeedState.OPEN, NeedState.CLOSED), "need.close", now=now)


def reopen_need(session: Session, actor: Actor, need_id: int, *, now: datetime) -> Need:
    """Open a closed need again.

    Raises:
        NotFoundError: when the actor may not see it.
        NotAllowedError: when the actor may see but not change it.
        ConflictError: when it is not closed.
    """
    need = _editable(session, actor, need_id)
    return _move(session, actor, need, (NeedState.CLOSED, NeedState.OPEN), "need.reopen", now=now)


def check_draft(draft: NeedDraft) -> None:
    """Check the rules that hold wherever the facts come from.

    Raises:
        InvalidError: naming the field.
    """
    if not draft.title:
        raise InvalidError(mark_text("件名を入力してください。"), field="title")
    if draft.payment_days is not None and draft.payment_days > LONGEST_PAYMENT_DAYS:
        raise InvalidError(
            mark_text(
                "支払期日は受領から60日以内にしてください。"
                "取適法（中小受託取引適正化法）で、受領した日から60日以内と決められています。"
            ),
            field="payment_days",
        )
    if not 1 <= draft.sme_wanted <= MOST_SMES_WANTED:
        raise InvalidError(
            mark_text("商談したい社数は1から%(most)sまでで入力してください。"),
            field="sme_wanted",
            most=MOST_SMES_WANTED,
        )
    for field in ("lot_quantity", "monthly_quantity", "yearly_quantity", "payment_days"):
        value = getattr(draft, field)
        if value is not None and value <= 0:
            raise InvalidError(mark_text("1以上の数字を入力してください。"), field=field)


def refuse_past_days(draft: NeedDraft, *, before: Need | None, today: date) -> None:
    """Refuse days that have passed, unless the need carried them before.

    Raises:
        InvalidError: naming the field.
    """
    messages = {
        "due_on": mark_text("希望納期が過ぎた日になっています。今日より後の日を入力してください。"),
        "expires_on": mark_text(
            "回答期限が過ぎた日になっています。今日か、今日より後の日を入力してください。"
        ),
    }
    for field, message in messages.items():
        day = getattr(draft, field)
        known = getattr(before, field) if before is not None else None
        if day is not None and day < today and day != known:
            raise InvalidError(message, field=field)


def searchable(need: Need | NeedDraft, buyer: Company, number: str) -> str:
    """Return what the search box looks through."""
    process = get_process(need.process_code).ja if need.process_code else ""
    parts = (
        number,
        need.title,
        buyer.name,
        buyer.name_kana,
        process,
        *(write_material(code) for code in need.materials),
        need.description,
    )
    return " ".join(fold_for_search(part) for part in parts if part)


def as_drafts(conditions: Iterable[NeedCondition]) -> list[ConditionDraft]:
    """Return stored conditions as plain values."""
    return [stored_draft(each.level, each.kind, each.number, each.text) for each in conditions]


def as_condition(draft: ConditionDraft) -> NeedCondition:
    """Return a new row for a condition."""
    return NeedCondition(level=draft.level, kind=draft.kind, number=draft.number, text=draft.text)


def new_need(
    body_id: int, draft: NeedDraft, buyer: Company, *, number: str, state: NeedState, now: datetime
) -> dict[str, Any]:
    """Return the columns of a new need, without its conditions."""
    return draft.facts() | {
        "body_id": body_id,
        "number": number,
        "state": state,
        "search_text": searchable(draft, buyer, number),
        "created_at": now,
        "updated_at": now,
    }


def _add_numbered(
    session: Session,
    body_id: int,
    draft: NeedDraft,
    buyer: Company,
    *,
    state: NeedState,
    now: datetime,
) -> Need:
    """Add the need under the next free number; try again when somebody else took it meanwhile."""
    prefix = number_prefix(now)
    for attempt in range(_NUMBER_ATTEMPTS):
        number = next_number(prefix, list_numbers(session, body_id, prefix))
        need = Need(**new_need(body_id, draft, buyer, number=number, state=state, now=now))
        need.buyer = buyer
        need.conditions = [as_condition(condition) for condition in draft.conditions]
        try:
            with session.begin_nested():
                session.add(need)
        except IntegrityError as error:
            if attempt + 1 == _NUMBER_ATTEMPTS or "number" not in str(error.orig):
                raise
            continue
        return need
    raise AssertionError("unreachable")


def _known_buyer(session: Session, actor: Actor, buyer_id: int) -> Company:
    buyer = find_buyer(session, actor, buyer_id)
    if buyer is None:
        raise InvalidError(mark_text("発注企業を選んでください。"), field="buyer_id")
    return buyer


def _check_owner(session: Session, actor: Actor, owner_id: int | None) -> None:
    if owner_id is None or owner_id == actor.user_id:
        return
    if owner_id not in {user.id for user in list_owners(session, actor)}:
        raise InvalidError(mark_text("担当者を選んでください。"), field="owner_id")


def _editable(session: Session, actor: Actor, need_id: int) -> Need:
    need = get_need(session, actor, need_id)
    if not may_edit_need(actor, need):
        raise NotAllowedError
    return need


def _refuse_passed(need: Need, *, today: date) -> None:
    for day, message in (
        (need.expires_on, mark_text("回答期限が過ぎています。期限を直してから募集を始めてください。")),
        (need.due_on, mark_text("希望納期が過ぎています。納期を直してから募集を始めてください。")),
    ):
        if day is not None and day < today:
            raise InvalidError(message)


def _move(
    session: Session,
    actor: Actor,
    need: Need,
    step: tuple[NeedState, NeedState],
    action: str,
    *,
    now: datetime,
) -> Need:
    source, target = step
    if need.state is not source:
        raise ConflictError(
            mark_text("この案件の状態は、ほかの人が先に変えました。いまの状態を確かめてください。")
        )
    need.state = target
    need.updated_at = now
    need.closed_at = now if target is NeedState.CLOSED else None
    session.flush()
    _record(session, actor, need, action, now=now, changes={"state": (source, target)})
    return need


def _record(
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
        subject=("need", need.id),
        body_id=need.body_id,
        now=now,
        changes=changes,
    )


def _written(conditions: Iterable[ConditionDraft], level: ConditionLevel) -> list[str]:
    """Return the conditions of a level as `kind: value`, for the history."""
    by_kind: dict[str, list[ConditionDraft]] = {}
    for condition in conditions:
        if condition.level is level:
            by_kind.setdefault(condition.kind.value, []).append(condition)
    return [f"{kind}: {write_conditions(found)}" for kind, found in sorted(by_kind.items())]
