"""What the register of needs says about the rows of a file: buyers, numbers, known needs."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from sme_match.companies.known import KnownCompanies, KnownCompany
from sme_match.core.actor import Actor
from sme_match.core.clock import jst_date
from sme_match.core.errors import InvalidError
from sme_match.core.text import fold_for_search, mark_text
from sme_match.needs.conditions import ConditionDraft, write_conditions
from sme_match.needs.enums import ConditionKind, ConditionLevel, NeedState
from sme_match.needs.models import Need
from sme_match.needs.numbers import is_own_number
from sme_match.needs.register.columns import CONDITION_KEYS, TITLES
from sme_match.needs.services import NeedDraft, as_drafts, check_draft, refuse_past_days
from sme_match.registers.comparison import says_the_same
from sme_match.registers.description import Finding, Note, belongs_elsewhere
from sme_match.registers.enums import RowAction
from sme_match.tables.columns import CellError, ParsedRow

FACTS = tuple(
    field.name
    for field in fields(NeedDraft)
    if field.name not in {"conditions", "buyer_id", "owner_id"}
)
_NO_BUYER = 0
"""The id of a buyer that the import itself will register."""


def check_needs(
    session: Session, actor: Actor, rows: Sequence[ParsedRow], now: datetime
) -> list[Finding]:
    """Return what the register of the actor's body says about each row."""
    body_id = actor.body_id or 0
    register = _KnownNeeds(
        companies=KnownCompanies.load(session, body_id),
        needs=load_needs(session, body_id) if rows else [],
        today=jst_date(now),
    )
    return [register.look(row) for row in rows]


def load_needs(session: Session, body_id: int) -> list[Need]:
    """Return all needs of a body with buyers and conditions."""
    query = (
        select(Need)
        .where(Need.body_id == body_id)
        .options(joinedload(Need.buyer), selectinload(Need.conditions))
        .order_by(Need.id)
    )
    return list(session.scalars(query))


def draft_of(need: Need) -> NeedDraft:
    """Return the need as it stands, to change some of it and keep the rest."""
    values = {name: getattr(need, name) for name in FACTS}
    values["materials"] = tuple(need.materials)
    return NeedDraft(
        **values,
        buyer_id=need.buyer_id,
        owner_id=need.owner_id,
        conditions=tuple(as_drafts(need.conditions)),
    )


def merged(known: NeedDraft | None, values: Mapping[str, Any], *, buyer_id: int) -> NeedDraft:
    """Return the need as it will stand: what is registered, changed by what the file states.

    An empty cell states nothing. Conditions are replaced kind by kind.
    """
    facts = {name: values[name] for name in FACTS if values.get(name) not in (None, "", [])}
    if "materials" in facts:
        facts["materials"] = tuple(facts["materials"])
    stated = {pair: values[key] for key, pair in CONDITION_KEYS.items() if values.get(key)}
    if known is None:
        conditions = tuple(item for items in stated.values() for item in items)
        return NeedDraft(**facts, buyer_id=buyer_id, conditions=conditions)
    new = {
        name: value for name, value in facts.items() if not says_the_same(getattr(known, name), value)
    }
    conditions = _merge_conditions(known.conditions, stated)
    return replace(known, **new, buyer_id=buyer_id, conditions=conditions)


def _merge_conditions(
    known: Sequence[ConditionDraft],
    stated: Mapping[tuple[ConditionLevel, ConditionKind], Sequence[ConditionDraft]],
) -> tuple[ConditionDraft, ...]:
    """Return the known conditions with the stated kinds replaced, where their words differ."""
    merged_: list[ConditionDraft] = []
    pairs = dict.fromkeys([*((item.level, item.kind) for item in known), *stated])
    for pair in pairs:
        old = [item for item in known if (item.level, item.kind) == pair]
        new = stated.get(pair)
        same = new is None or says_the_same(write_conditions(old), write_conditions(new))
        merged_ += old if same else new or ()
    return tuple(merged_)


def same_facts(one: NeedDraft, other: NeedDraft) -> bool:
    """Whether two drafts say the same; the order of conditions means nothing."""
    return replace(one, conditions=()) == replace(other, conditions=()) and _sorted(
        one.conditions
    ) == _sorted(other.conditions)


def _sorted(conditions: Sequence[ConditionDraft]) -> list[str]:
    return sorted(str((item.level, item.kind, item.number, item.text)) for item in conditions)


@dataclass(frozen=True, slots=True)
class _Buyer:
    """The buyer that a row names: a registered company, or one to register."""

    company: KnownCompany | None
    error: CellError | None = None


class _KnownNeeds:
    """The needs of a body by number, and by buyer and title."""

    def __init__(self, *, companies: KnownCompanies, needs: Sequence[Need], today: date) -> None:
        self._companies = companies
        self._today = today
        self._by_number = {need.number: need for need in needs}
        self._by_title: dict[tuple[int, str], list[Need]] = defaultdict(list)
        for need in needs:
            self._by_title[need.buyer_id, fold_for_search(need.title)].append(need)
        self._drafts: dict[int, NeedDraft] = {}
        self._announced: set[str] = set()
        self._seen: dict[object, int] = {}

    def look(self, row: ParsedRow) -> Finding:
        """Return what the register says about a row."""
        if belongs_elsewhere(row):
            return Finding(action=RowAction.KEEP)
        values = dict(row.values)
        buyer = self._find_buyer(values)
        number = str(values.get("number") or "")
        before = self._by_number.get(number) if number else None
        errors = [buyer.error] if buyer.error is not None else []
        if number and before is None and is_own_number(number):
            message = mark_text("この案件番号は登録されていません。新しい案件なら空欄にしてください。")
            errors.append(CellError(TITLES["number"], number, message))
        if errors:
            return Finding(errors=tuple(errors))
        guessed = False
        if before is None and not number:
            before = self._same_title(values, buyer)
            guessed = before is not None
        return self._refuse_double(row, self._judge(values, buyer, before, guessed=guessed))

    def _find_buyer(self, values: Mapping[str, Any]) -> _Buyer:
        found = self._companies.by_number(values.get("buyer_number"))
        alike = [found] if found is not None else self._companies.by_name(values["buyer_name"])
        number = values.get("buyer_number")
        if found is None and number:
            alike = [each for each in alike if each.corporate_number in {None, number}]
        buyers = [each for each in alike if each.is_buyer and not each.archived]
        living = buyers or [each for each in alike if not each.archived] or alike
        if len(living) > 1:
            message = mark_text("同じ名前の企業が複数あります。法人番号も入力してください。")
            return _Buyer(None, CellError(TITLES["buyer_name"], values["buyer_name"], message))
        return _Buyer(living[0] if living else None)

    def _same_title(self, values: Mapping[str, Any], buyer: _Buyer) -> Need | None:
        if buyer.company is None:
            return None
        alike = self._by_title.get((buyer.company.id, fold_for_search(values["title"])), [])
        # Of several with one title the one that says the same is meant, else the newest.
        for need in alike[:-1]:
            draft = merged(self._known(need), values, buyer_id=buyer.company.id)
            if self._is_same(values, need, draft):
                return need
        return alike[-1] if alike else None

    def _known(self, need: Need) -> NeedDraft:
        if need.id not in self._drafts:
            self._drafts[need.id] = draft_of(need)
        return self._drafts[need.id]

    def _is_same(self, values: Mapping[str, Any], need: Need, draft: NeedDraft) -> bool:
        state = values.get("state") or need.state
        return state is need.state and same_facts(draft, self._known(need))

    def _judge(
        self, values: dict[str, Any], buyer: _Buyer, before: Need | None, *, guessed: bool
    ) -> Finding:
        buyer_id = buyer.company.id if buyer.company is not None else _NO_BUYER
        values["buyer_id"] = buyer_id
        known = self._known(before) if before is not None else None
        draft = merged(known, values, buyer_id=buyer_id)
        state = values.get("state") or (before.state if before is not None else NeedState.DRAFT)
        try:
            check_draft(draft)
            if state is not NeedState.CLOSED:
                refuse_past_days(draft, before=before, today=self._today)
        except InvalidError as error:
            title = TITLES.get(error.field or "", TITLES["title"])
            shown = values.get(error.field or "")
            return Finding(errors=(CellError(title, str(shown or ""), error.message, error.values),))
        if before is None:
            notes = self._announce(values, buyer)
            choices = (RowAction.CREATE, RowAction.SKIP) if notes else ()
            return Finding(values=values, notes=notes, choices=choices)
        if self._is_same(values, before, draft):
            return Finding(
                values=values, known_id=before.id, known_version=before.version, action=RowAction.KEEP
            )
        return self._ask_about(values, before, guessed=guessed)

    def _ask_about(self, values: dict[str, Any], before: Need, *, guessed: bool) -> Finding:
        notes: tuple[Note, ...] = ()
        choices: tuple[RowAction, ...] = ()
        action = RowAction.UPDATE
        other_buyer = values["buyer_id"] != before.buyer_id
        other_title = fold_for_search(values["title"]) != fold_for_search(before.title)
        if guessed:
            message = mark_text(
                "同じ発注企業の同じ件名の案件（%(number)s）が、すでに登録されています。"
            )
            notes = (Note(message, {"number": before.number}),)
            choices = (RowAction.UPDATE, RowAction.CREATE, RowAction.SKIP)
        elif other_buyer and other_title:
            # The number in the file may come from another installation.
            message = mark_text("%(number)sは「%(title)s」です。件名も発注企業も違います。")
            notes = (Note(message, {"number": before.number, "title": before.title}),)
            choices, action = (RowAction.SKIP, RowAction.UPDATE), RowAction.SKIP
        return Finding(
            values=values,
            known_id=before.id,
            known_version=before.version,
            action=action,
            notes=notes,
            choices=choices,
        )

    def _announce(self, values: Mapping[str, Any], buyer: _Buyer) -> tuple[Note, ...]:
        """Say once for each company that the import makes it a registered buyer."""
        name = values["buyer_name"]
        company = buyer.company
        if company is not None and company.is_buyer and not company.archived:
            return ()
        key = fold_for_search(name)
        if key in self._announced:
            return ()
        self._announced.add(key)
        if company is None:
            message = mark_text(
                "発注企業「%(name)s」はまだ登録されていません。委託側の企業として一緒に登録します。"
            )
        else:
            message = mark_text(
                "「%(name)s」は委託側として登録されていません。取り込むと委託側にもなります。"
            )
        return (Note(message, {"name": name}),)

    def _refuse_double(self, row: ParsedRow, finding: Finding) -> Finding:
        if finding.errors:
            return finding
        number = str(finding.values.get("number") or "")
        key: object = finding.known_id or (("number", number) if number else None)
        if key is None:
            return finding
        first = self._seen.setdefault(key, row.number)
        if first == row.number:
            return finding
        message = mark_text("%(row)s行目と同じ案件です。どちらか一方にしてください。")
        title = finding.values["title"]
        return Finding(errors=(CellError(TITLES["title"], title, message, {"row": first}),))
