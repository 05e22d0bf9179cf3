"""Conditions in words, and what contradicts itself among them."""

from collections.abc import Sequence
from datetime import date

from flask_babel import gettext as _

from sme_match.companies.enums import MeetingMode
from sme_match.companies.labels import MEETING_MODES
from sme_match.needs.conditions import AT_MOST, ConditionDraft
from sme_match.needs.contradictions import Contradiction, Stated, find_contradictions
from sme_match.needs.enums import ConditionKind
from sme_match.needs.labels import CONDITION_KINDS, CONDITION_WORDS, CONTRADICTIONS, with_unit
from sme_match.web.formats import plain_decimal
from sme_match.web.names import certificate_name, material_name, prefecture_name, process_name

_NAMES = {
    ConditionKind.PROCESS: process_name,
    ConditionKind.MATERIAL: material_name,
    ConditionKind.CERTIFICATE: certificate_name,
    ConditionKind.PREFECTURE: prefecture_name,
}
_WORD_KINDS = frozenset(
    {ConditionKind.CAPACITY, ConditionKind.DRAWING_FORMAT, ConditionKind.MEETING_MODE}
)


def list_contradictions(
    need: Stated, conditions: Sequence[ConditionDraft], *, today: date
) -> list[str]:
    """Return in words what of a need with these conditions contradicts itself."""
    found = find_contradictions(need, conditions, today=today)
    return [contradiction_words(each) for each in found]


def contradiction_words(found: Contradiction) -> str:
    """Return what is wrong with a need, naming the conditions with their values."""
    first, second, *__ = (*(draft_words(each) for each in found.conditions), "", "")
    words = str(CONTRADICTIONS[found.kind])
    return words % {"first": first, "second": second, "days": found.days}


def draft_words(condition: ConditionDraft) -> str:
    """Return a condition in one line: 公差 ±0.01mm以内."""
    value = condition.text if condition.number is None else float(condition.number)
    return f"{CONDITION_KINDS[condition.kind]} {required_words(condition.kind, value)}"


def required_words(kind: ConditionKind, value: object) -> str:
    """Return what a need demands: ±0.01mm以内, SUS304, 10個."""
    if isinstance(value, int | float):
        sign = "±" if kind is ConditionKind.TOLERANCE_MM else ""
        return f"{sign}{with_unit(kind, plain_decimal(value))}{_bound(kind)}"
    return code_words(kind, str(value))


def code_words(kind: ConditionKind, code: str) -> str:
    """Return the name of a code in the reader's language; a word that is no code stays."""
    if kind in _NAMES:
        return _NAMES[kind](code)
    if kind is ConditionKind.MEETING_MODE and code == MeetingMode.EITHER:
        return str(MEETING_MODES[MeetingMode.EITHER])
    if kind in _WORD_KINDS:
        return str(CONDITION_WORDS.get(code, code))
    return code


def _bound(kind: ConditionKind) -> str:
    if kind in AT_MOST:
        return str(_("以内"))
    return str(_("以上")) if kind is ConditionKind.WEIGHT_KG else ""
