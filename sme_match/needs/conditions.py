"""Conditions of a need as plain values: what each kind takes, read from text and written back.

The same reading serves the form and the files, so that both take what people write.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text, normalize_width
from sme_match.needs.enums import ConditionKind, ConditionLevel
from sme_match.reference.certificates import find_certificate, get_certificate
from sme_match.reference.materials import family_of, find_material, get_family
from sme_match.reference.prefectures import find_prefecture, get_prefecture, list_prefectures
from sme_match.reference.processes import find_process, get_process

UNITS: Final[Mapping[ConditionKind, str]] = MappingProxyType(
    {
        ConditionKind.SIZE_MM: "mm",
        ConditionKind.WEIGHT_KG: "kg",
        ConditionKind.LOT: "個",
        ConditionKind.TOLERANCE_MM: "mm",
        ConditionKind.ROUGHNESS_RA_UM: "μm",
        ConditionKind.LEAD_TIME_DAYS: "日",
        ConditionKind.PROTOTYPE_LEAD_TIME_DAYS: "日",
        ConditionKind.DISTANCE_KM: "km",
    }
)
DAY_KINDS: Final = frozenset({ConditionKind.LEAD_TIME_DAYS, ConditionKind.PROTOTYPE_LEAD_TIME_DAYS})
NUMBER_KINDS: Final = frozenset(UNITS)
"""Kinds that demand a number; all others demand a code or word."""

AT_MOST: Final = frozenset(
    {
        ConditionKind.TOLERANCE_MM,
        ConditionKind.ROUGHNESS_RA_UM,
        ConditionKind.LEAD_TIME_DAYS,
        ConditionKind.PROTOTYPE_LEAD_TIME_DAYS,
        ConditionKind.DISTANCE_KM,
    }
)
"""Kinds whose smaller figure is the stricter one."""
WHOLE_KINDS: Final = DAY_KINDS | {ConditionKind.LOT, ConditionKind.DISTANCE_KM}
CAPACITY_CODES: Final[Mapping[str, str]] = MappingProxyType(
    {"余力あり": "free", "調整できる": "adjustable", "余力なし": "full"}
)
DRAWING_FORMAT_CODES: Final[Mapping[str, str]] = MappingProxyType(
    {"紙": "paper", "PDF": "pdf", "DXF": "dxf", "STEP": "step"}
)
MEETING_MODE_CODES: Final[Mapping[str, str]] = MappingProxyType({"Web": "web", "対面": "in_person"})
LONGEST_WORD: Final = 100
_LARGEST: Final = 9_999_999_999
_SMALLEST_STEP: Final = Decimal("0.0001")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_SEPARATORS = re.compile(r"[、,;；]")
# What people write around the figure; the kind says whether it is a least or a most.
_AROUND_NUMBER = re.compile(r"^(?:±|φ|Φ|Ra|約)+|(?:以内|以下|以上|まで)$", re.IGNORECASE)
_UNIT_SPELLINGS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "mm": ("mm", "ミリ"),
        "kg": ("kg", "キロ"),
        "個": ("個", "本", "枚", "台", "セット", "ヶ"),
        "μm": ("μm", "um", "ミクロン", "a"),
        "日": ("日間", "日"),
        "km": ("km", "キロ"),
    }
)


@dataclass(frozen=True, slots=True)
class ConditionDraft:
    """One condition: a number in the unit of the kind, or a code or word."""

    level: ConditionLevel
    kind: ConditionKind
    number: Decimal | None = None
    text: str | None = None


def stored_draft(
    level: ConditionLevel, kind: ConditionKind, number: Decimal | None, text: str | None
) -> ConditionDraft:
    """Return a condition from its columns; the database fills numbers up with zeros."""
    return ConditionDraft(
        level, kind, number=None if number is None else number.normalize() + 0, text=text
    )


def parse_conditions(
    kind: ConditionKind, level: ConditionLevel, text: str
) -> tuple[ConditionDraft, ...]:
    """Return the conditions that a text names; words may be several, split by 、 or a comma.

    Raises:
        InvalidError: the number is none or not positive, or a word is unknown where only
            known ones can be compared.
    """
    typed = normalize_width(text)
    if not typed:
        return ()
    if kind in NUMBER_KINDS:
        return (ConditionDraft(level, kind, number=_parse_number(kind, typed)),)
    words = dict.fromkeys(_WORDS[kind](word) for word in _split(typed))
    return tuple(ConditionDraft(level, kind, text=word) for word in words)


def write_conditions(conditions: Iterable[ConditionDraft]) -> str:
    """Return the text that `parse_conditions` reads back: Japanese names, no units."""
    return "、".join(_write_value(condition) for condition in conditions)


def find_materials(text: str) -> tuple[str, ...]:
    """Return the materials that a text names: designations, family codes, else the words."""
    return tuple(dict.fromkeys(_find_material(word) for word in _split(normalize_width(text))))


def write_material(code: str) -> str:
    """Return the name of a material as people write it: SUS304, ステンレス."""
    return _name(get_family, code)


def _split(text: str) -> list[str]:
    return [word for piece in _SEPARATORS.split(text) if (word := piece.strip())]


def _parse_number(kind: ConditionKind, typed: str) -> Decimal:
    bare = _strip_number(kind, typed)
    if not _NUMBER.fullmatch(bare):
        raise InvalidError(mark_text("数字で入力してください。例：0.01"))
    number = Decimal(bare)
    if number <= 0:
        raise InvalidError(mark_text("0より大きい数字を入力してください。"))
    if number > _LARGEST:
        raise InvalidError(mark_text("数字が大きすぎます。"))
    if number < _SMALLEST_STEP:
        raise InvalidError(mark_text("小数は4けたまでで入力してください。例：0.005"))
    if kind in WHOLE_KINDS and number != number.to_integral_value():
        raise InvalidError(mark_text("整数で入力してください。例：100"))
    return number.quantize(_SMALLEST_STEP).normalize() + 0


def _strip_number(kind: ConditionKind, typed: str) -> str:
    bare = re.sub(r"[,\s]", "", typed)
    bare = _AROUND_NUMBER.sub("", _AROUND_NUMBER.sub("", bare))
    # NFKC turns the micro sign into the Greek letter; both look the same to the one who typed.
    folded = bare.casefold().replace("µ", "μ")
    for spelling in _UNIT_SPELLINGS[UNITS[kind]]:
        if folded.endswith(spelling):
            return folded.removesuffix(spelling)
    return folded


def _find_process(word: str) -> str:
    found = find_process(word)
    if found is None:
        raise InvalidError(
            mark_text(
                "「%(word)s」という加工は一覧にありません。"
                "「フライス加工」「板金」のような名前で入力してください。"
            ),
            word=word,
        )
    return found.code


def _find_material(word: str) -> str:
    """Return a designation or a family code; a word that is neither stays as it is."""
    material = find_material(word)
    if material is not None:
        return material.code
    family = family_of(word)
    # A symbol that is not listed (SUS999) still says more than its family.
    if family is not None and not re.search(r"[A-Z0-9]", word.upper()):
        return family.code
    return _short(word)


def _find_certificate(word: str) -> str:
    found = find_certificate(word)
    return found.code if found is not None else _short(word)


def _find_prefecture(word: str) -> str:
    found = find_prefecture(word)
    if found is None:
        raise InvalidError(mark_text("「%(word)s」という都道府県はありません。例：岩手県"), word=word)
    return found.code


def _find_region(word: str) -> str:
    wanted = word.removesuffix("地方").casefold()
    for prefecture in list_prefectures():
        if wanted in {prefecture.region_ja.casefold(), prefecture.region_en.casefold()}:
            return prefecture.region_ja
    raise InvalidError(
        mark_text("地方は次のどれかを入力してください：%(choices)s"), choices="、".join(list_regions())
    )


def list_regions() -> tuple[str, ...]:
    """Return the regions from north to south, by their Japanese names."""
    return tuple(dict.fromkeys(prefecture.region_ja for prefecture in list_prefectures()))


def _choose(codes: Mapping[str, str]) -> Callable[[str], str]:
    def choose(word: str) -> str:
        for name, code in codes.items():
            if word.casefold() in {name.casefold(), code}:
                return code
        raise InvalidError(
            mark_text("次のどれかを入力してください：%(choices)s"), choices="、".join(codes)
        )

    return choose


def _short(word: str) -> str:
    if len(word) > LONGEST_WORD:
        raise InvalidError(mark_text("%(limit)s文字までで入力してください。"), limit=LONGEST_WORD)
    return word


_WORDS: Final[Mapping[ConditionKind, Callable[[str], str]]] = MappingProxyType(
    {
        ConditionKind.PROCESS: _find_process,
        ConditionKind.MATERIAL: _find_material,
        ConditionKind.CERTIFICATE: _find_certificate,
        ConditionKind.CAPACITY: _choose(CAPACITY_CODES),
        ConditionKind.PREFECTURE: _find_prefecture,
        ConditionKind.REGION: _find_region,
        ConditionKind.DRAWING_FORMAT: _choose(DRAWING_FORMAT_CODES),
        ConditionKind.MEETING_MODE: _choose(MEETING_MODE_CODES),
    }
)


def _write_value(condition: ConditionDraft) -> str:
    if condition.number is not None:
        text = f"{condition.number:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    code = condition.text or ""
    if condition.kind is ConditionKind.PROCESS:
        return _name(get_process, code)
    if condition.kind is ConditionKind.MATERIAL:
        return write_material(code)
    if condition.kind is ConditionKind.CERTIFICATE:
        return _name(get_certificate, code)
    if condition.kind is ConditionKind.PREFECTURE:
        return _name(get_prefecture, code)
    for names in (CAPACITY_CODES, DRAWING_FORMAT_CODES, MEETING_MODE_CODES):
        for name, known in names.items():
            if code == known:
                return name
    return code


def _name(get: Callable[[str], object], code: str) -> str:
    try:
        return str(getattr(get(code), "ja", code))
    except KeyError:
        return code
