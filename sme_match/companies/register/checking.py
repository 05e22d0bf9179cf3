"""What the register of companies says about the rows of a file: places, doubles, known companies."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from sme_match.companies.known import KnownCompanies, KnownCompany, Likeness, Match
from sme_match.companies.models import Company
from sme_match.companies.register.columns import TITLES
from sme_match.companies.services import CompanyDraft
from sme_match.core.actor import Actor
from sme_match.core.text import fold_for_search, mark_text
from sme_match.db.bulk import in_parts
from sme_match.reference.municipalities import find_municipality, get_municipality, split_address
from sme_match.registers.comparison import says_the_same
from sme_match.registers.description import Finding, Note, belongs_elsewhere
from sme_match.registers.enums import RowAction
from sme_match.tables.columns import CellError, ParsedRow

FACTS = tuple(field.name for field in fields(CompanyDraft))
SHORT_TEXT = 20
"""A description below this many characters gives the matching next to nothing."""

_ASK = (RowAction.UPDATE, RowAction.CREATE, RowAction.SKIP)
_LIKENESS_NOTES = {
    Likeness.NUMBER: mark_text("同じ法人番号の「%(name)s」%(place)sが、すでに登録されています。"),
    Likeness.NAME: mark_text("同じ名前の「%(name)s」%(place)sが、すでに登録されています。"),
    Likeness.PHONE: mark_text("同じ電話番号の「%(name)s」%(place)sが、すでに登録されています。"),
}


def check_companies(
    session: Session, actor: Actor, rows: Sequence[ParsedRow], now: datetime
) -> list[Finding]:
    """Return what the register of the actor's body says about each row."""
    del now
    known = KnownCompanies.load(session, actor.body_id or 0)
    doubles = _Doubles()
    drafts = [_resolve(row) for row in rows]
    matches = [
        None if errors or belongs_elsewhere(row) else _match(known, values)
        for row, (values, errors) in zip(rows, drafts, strict=True)
    ]
    stored = _load_facts(session, [match.company.id for match in matches if match is not None])
    findings = []
    for row, (values, errors), match in zip(rows, drafts, matches, strict=True):
        if belongs_elsewhere(row):
            findings.append(Finding(action=RowAction.KEEP))
        elif errors:
            findings.append(Finding(errors=errors))
        elif values.get("id") is not None and match is None:
            findings.append(Finding(errors=(_unknown_id(row),)))
        else:
            before = stored.get(match.company.id) if match is not None else None
            findings.append(doubles.look(row, _judge(values, match, before)))
    return findings


def _resolve(row: ParsedRow) -> tuple[dict[str, Any], tuple[CellError, ...]]:
    """Return the values with the municipality as a code, and the place read from the address."""
    values = dict(row.values)
    typed = str(values.pop("municipality", "") or "")
    prefecture = str(values.get("prefecture_code") or "")
    address = split_address(str(values.get("address") or ""), prefecture or None)
    if address.municipality is not None and not typed:
        values["municipality_code"] = address.municipality.code
        values["address"] = address.rest
    if not prefecture and address.prefecture is not None:
        values["prefecture_code"] = prefecture = address.prefecture.code
    if typed:
        found = find_municipality(typed, prefecture or None)
        if found is None:
            message = mark_text(
                "この市区町村が見つかりません。都道府県と合っているか確かめてください。"
            )
            return values, (CellError(TITLES["municipality"], typed, message),)
        values["municipality_code"] = found.code
        values["prefecture_code"] = found.prefecture_code
    return values, ()


def _match(known: KnownCompanies, values: Mapping[str, Any]) -> Match | None:
    if values.get("id") is not None:
        company = known.by_id.get(values["id"])
        return None if company is None else Match(company, Likeness.ID)
    return known.find(
        number=values.get("corporate_number"),
        name=values["name"],
        prefecture_code=values.get("prefecture_code") or "",
        phone=values.get("phone") or "",
    )


def _load_facts(session: Session, ids: Sequence[int]) -> dict[int, Row[Any]]:
    """Return the facts alone: nothing is set in them, and thousands of records take their time."""
    facts = [getattr(Company, name) for name in FACTS]
    found: dict[int, Row[Any]] = {}
    for some in in_parts(ids):
        query = select(Company.id, *facts).where(Company.id.in_(some))
        found.update((row.id, row) for row in session.execute(query))
    return found


def stated(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts that a row states: an empty cell states nothing and changes nothing."""
    return {name: values[name] for name in FACTS if values.get(name) not in (None, "")}


def _judge(values: dict[str, Any], match: Match | None, before: Row[Any] | None) -> Finding:
    if match is None or before is None:
        return _judge_new(values)
    company = match.company
    same = all(says_the_same(getattr(before, name), value) for name, value in stated(values).items())
    if same and not company.archived and match.likeness is not Likeness.PHONE:
        return Finding(
            values=values, known_id=company.id, known_version=company.version, action=RowAction.KEEP
        )
    notes = _notes(values, match)
    choices = _choices(match) if notes else ()
    action = RowAction.UPDATE
    if match.likeness is Likeness.PHONE:
        action = RowAction.CREATE
    elif match.likeness is Likeness.ID and notes:
        action = RowAction.SKIP
    return Finding(
        values=values,
        known_id=company.id,
        known_version=company.version,
        notes=notes,
        action=action,
        choices=choices,
    )


def _judge_new(values: dict[str, Any]) -> Finding:
    if values.get("is_sme") is False and not values.get("is_buyer"):
        message = mark_text("受託側と委託側の少なくとも一方を○にしてください。")
        return Finding(errors=(CellError(TITLES["is_sme"], "×", message),))
    text = str(values.get("pr_text") or "")
    if values.get("is_sme") is not False and 0 < len(text) < SHORT_TEXT:
        note = Note(
            mark_text("自社の紹介が%(limit)s文字未満です。推薦されにくくなります。"),
            {"limit": SHORT_TEXT},
        )
        return Finding(values=values, notes=(note,), choices=(RowAction.CREATE, RowAction.SKIP))
    return Finding(values=values)


def _notes(values: Mapping[str, Any], match: Match) -> tuple[Note, ...]:
    company = match.company
    notes = []
    if match.likeness in _LIKENESS_NOTES:
        notes.append(
            Note(_LIKENESS_NOTES[match.likeness], {"name": company.name, "place": _place(company)})
        )
    elif _is_other_company(values, company):
        # The number in the file may come from another installation.
        notes.append(
            Note(
                mark_text("管理番号%(id)sは「%(name)s」です。名前も法人番号も違います。"),
                {"id": company.id, "name": company.name},
            )
        )
    if company.archived:
        notes.append(
            Note(
                mark_text("「%(name)s」は名簿から外れています。更新すると名簿に戻ります。"),
                {"name": company.name},
            )
        )
    return tuple(notes)


def _is_other_company(values: Mapping[str, Any], company: KnownCompany) -> bool:
    number = values.get("corporate_number")
    if number and number == company.corporate_number:
        return False
    return fold_for_search(values["name"]) != fold_for_search(company.name)


def _choices(match: Match) -> tuple[RowAction, ...]:
    # A 法人番号 exists once in a body, and a row with an id means that record.
    if match.likeness in {Likeness.ID, Likeness.NUMBER}:
        return (RowAction.UPDATE, RowAction.SKIP)
    return _ASK


def _place(company: KnownCompany) -> str:
    try:
        name = get_municipality(company.municipality_code).ja if company.municipality_code else ""
    except KeyError:
        name = ""
    return f"（{name}）" if name else ""


def _unknown_id(row: ParsedRow) -> CellError:
    return CellError(
        TITLES["id"],
        str(row.values["id"]),
        mark_text("この管理番号の企業は登録されていません。新しい企業なら空欄にしてください。"),
    )


class _Doubles:
    """Companies that stand twice in one file."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._names: dict[tuple[str, str], int] = {}
        self._ids: dict[int, int] = {}

    def look(self, row: ParsedRow, finding: Finding) -> Finding:
        """Return the finding, or the refusal or question that an earlier row makes necessary."""
        values = finding.values
        number = values.get("corporate_number")
        if number:
            first = self._numbers.setdefault(number, row.number)
            if first != row.number:
                message = mark_text("%(row)s行目と同じ法人番号です。どちらか一方にしてください。")
                return Finding(
                    errors=(CellError(TITLES["corporate_number"], number, message, {"row": first}),)
                )
        if finding.known_id is not None and finding.action is not RowAction.CREATE:
            first = self._ids.setdefault(finding.known_id, row.number)
            if first != row.number:
                message = mark_text("%(row)s行目と同じ企業です。どちらか一方にしてください。")
                return Finding(
                    errors=(CellError(TITLES["name"], values["name"], message, {"row": first}),)
                )
        if number or finding.known_id is not None:
            return finding
        key = (fold_for_search(values["name"]), values.get("prefecture_code") or "")
        first = self._names.setdefault(key, row.number)
        if first == row.number:
            return finding
        note = Note(
            mark_text("%(row)s行目と同じ名前です。別の企業か確かめてください。"), {"row": first}
        )
        return Finding(
            values=values,
            notes=(*finding.notes, note),
            action=RowAction.SKIP,
            choices=(RowAction.SKIP, RowAction.CREATE),
        )
