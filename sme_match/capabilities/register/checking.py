"""What the register of capabilities says about the rows of a file: whose they are, known rows."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.capabilities.models import Capability
from sme_match.capabilities.register.columns import TITLES
from sme_match.capabilities.services import CapabilityDraft, check_capability, draft_of
from sme_match.companies.known import KnownCompanies, KnownCompany
from sme_match.companies.models import Company
from sme_match.core.actor import Actor
from sme_match.core.errors import InvalidError
from sme_match.core.text import fold_for_search, mark_text
from sme_match.registers.comparison import says_the_same
from sme_match.registers.description import Finding, Note, belongs_elsewhere
from sme_match.registers.enums import RowAction
from sme_match.tables.columns import CellError, ParsedRow

FACTS = tuple(field.name for field in fields(CapabilityDraft))

Rows = Mapping[tuple[int, str], Sequence[Capability]]


def check_capabilities(
    session: Session, actor: Actor, rows: Sequence[ParsedRow], now: datetime
) -> list[Finding]:
    """Return what the register of the actor's body says about each row."""
    del now
    body_id = actor.body_id or 0
    companies = KnownCompanies.load(session, body_id)
    stored = _load(session, body_id) if rows else []
    by_id = {capability.id: capability for capability in stored}
    by_place: dict[tuple[int, str], list[Capability]] = defaultdict(list)
    for capability in stored:
        if capability.archived_at is None:
            by_place[capability.company_id, capability.process_code].append(capability)
    taken: dict[tuple[object, ...], int] = {}
    return [_refuse_double(row, _find(row, companies, by_id, by_place), taken) for row in rows]


def stated(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts that a row states: an empty cell states nothing and changes nothing."""
    return {name: values[name] for name in FACTS if values.get(name) not in (None, "", [])}


def merged(before: Capability | None, values: Mapping[str, Any]) -> CapabilityDraft:
    """Return the row as it will stand: what is registered, changed by what the file states."""
    facts = stated(values)
    if before is None:
        return CapabilityDraft(**facts)
    return replace(
        draft_of(before),
        **{
            name: value
            for name, value in facts.items()
            if not says_the_same(getattr(before, name), value)
        },
    )


def _load(session: Session, body_id: int) -> list[Capability]:
    query = (
        select(Capability)
        .join(Company, Company.id == Capability.company_id)
        .where(Company.body_id == body_id)
        .order_by(Capability.id)
    )
    return list(session.scalars(query))


def _find(
    row: ParsedRow, companies: KnownCompanies, by_id: Mapping[int, Capability], by_place: Rows
) -> Finding:
    if belongs_elsewhere(row):
        return Finding(action=RowAction.KEEP)
    company, error = _company(row.values, companies)
    if company is None or error is not None:
        return Finding(errors=(error,) if error is not None else ())
    values = {**row.values, "company_id": company.id}
    before: Capability | None = None
    if row.values.get("id") is not None:
        before = by_id.get(row.values["id"])  # type: ignore[call-overload]  # the parser gives int
        if before is None or before.company_id != company.id:
            message = mark_text(
                "この管理番号の加工は、この企業に登録されていません。新しい行なら空欄にしてください。"
            )
            return Finding(errors=(CellError(TITLES["id"], str(row.values["id"]), message),))
    alike = by_place.get((company.id, str(values["process_code"])), ())
    if before is None:
        before = _same_text(alike, str(values.get("description") or ""))
    guessed = before is None and len(alike) == 1
    if guessed:
        before = alike[0]
    return _judge(values, before, company, guessed=guessed)


def _company(
    values: Mapping[str, Any], companies: KnownCompanies
) -> tuple[KnownCompany | None, CellError | None]:
    number, name = values.get("corporate_number"), str(values["company_name"])
    found = companies.by_number(number)
    alike = [found] if found is not None else companies.by_name(name)
    living = [company for company in alike if not company.archived]
    if len(living) == 1:
        return living[0], None
    message = (
        mark_text("同じ名前の企業が複数あります。法人番号も入力してください。")
        if living
        else mark_text("この企業は登録されていません。先に企業を登録するか、取り込んでください。")
    )
    return None, CellError(TITLES["company_name"], name, message)


def _same_text(alike: Sequence[Capability], text: str) -> Capability | None:
    folded = fold_for_search(text)
    return next((each for each in alike if fold_for_search(each.description) == folded), None)


def _judge(
    values: Mapping[str, Any], before: Capability | None, company: KnownCompany, *, guessed: bool
) -> Finding:
    try:
        draft = merged(before, values)
        check_capability(draft)
    except InvalidError as error:
        title = TITLES.get(error.field or "", TITLES["process_code"])
        return Finding(errors=(CellError(title, "", error.message, error.values),))
    if before is None:
        return Finding(values=values)
    same = draft == draft_of(before) and before.archived_at is None
    if same:
        return Finding(
            values=values, known_id=before.id, known_version=before.version, action=RowAction.KEEP
        )
    note = Note(
        mark_text("「%(name)s」には、この加工がすでに登録されています。"), {"name": company.name}
    )
    return Finding(
        values=values,
        known_id=before.id,
        known_version=before.version,
        action=RowAction.UPDATE,
        notes=(note,) if guessed else (),
        choices=(RowAction.UPDATE, RowAction.CREATE, RowAction.SKIP) if guessed else (),
    )


def _refuse_double(row: ParsedRow, finding: Finding, taken: dict[tuple[object, ...], int]) -> Finding:
    """Refuse the second of two rows of a file that mean the same capability."""
    if finding.errors or not finding.values:
        return finding
    values = finding.values
    key: tuple[object, ...] = (
        values["company_id"],
        values["process_code"],
        fold_for_search(str(values.get("description") or "")),
    )
    if finding.known_id is not None:
        key = (finding.known_id,)
    first = taken.setdefault(key, row.number)
    if first == row.number:
        return finding
    message = mark_text("%(row)s行目と同じ企業の同じ加工です。どちらか一方にしてください。")
    return Finding(
        errors=(
            CellError(TITLES["process_code"], str(values["company_name"]), message, {"row": first}),
        )
    )
