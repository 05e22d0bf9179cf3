"""Numbers with a unit: quantities to compare, not words to search for."""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from sme_match.matching.engine.normal import normalize


class Quantity(NamedTuple):
    """An amount in its base unit and the half-open place of its number in the original text."""

    value: float
    unit: str
    start: int
    end: int


# Base unit -> spellings in normalised text, each with the factor to the base unit.
_LATIN_UNITS: Final[Mapping[str, Mapping[str, float]]] = {
    "mm": {"mm": 1, "cm": 10, "m": 1_000, "km": 1e6, "μm": 1e-3, "um": 1e-3, "nm": 1e-6, "inch": 25.4},
    "m2": {"mm2": 1e-6, "cm2": 1e-4, "m2": 1},
    "l": {"ml": 1e-3, "cc": 1e-3, "cm3": 1e-3, "l": 1, "m3": 1_000},
    "kg": {"mg": 1e-6, "g": 1e-3, "kg": 1, "ton": 1_000, "tons": 1_000},
    "t": {"t": 1},  # A tonne, or the thickness of a sheet.
    "個": dict.fromkeys(
        ["ea", "se", "set", "sets", "st", "pc", "pcs", "kt", "pr", "gl", "rl", "ro", "sh", "hd", "bx"],
        1,
    ),
    "v": {"v": 1, "kv": 1_000},
    "w": {"w": 1, "kw": 1_000},
    "hz": {"hz": 1, "khz": 1e3, "mhz": 1e6, "ghz": 1e9},
    "pa": {"pa": 1, "kpa": 1e3, "mpa": 1e6},
    "n": {"n": 1, "kn": 1e3},
    "rpm": {"rpm": 1},
    "°c": {"°c": 1},
}
# 品目, 件 and 式 count the lines of an order, not what is made; they stay words.
_JAPANESE_UNITS: Final[Mapping[str, Mapping[str, float]]] = {
    "mm": {
        "ミリメートル": 1,
        "ミリ": 1,
        "センチメートル": 10,
        "センチ": 10,
        "メートル": 1_000,
        "マイクロメートル": 1e-3,
        "ミクロン": 1e-3,
        "μ": 1e-3,
        "インチ": 25.4,
    },
    "m2": {"平方メートル": 1, "平米": 1},
    "l": {"ミリリットル": 1e-3, "リットル": 1, "立方メートル": 1_000, "立米": 1_000},
    "kg": {"ミリグラム": 1e-6, "グラム": 1e-3, "キログラム": 1, "キロ": 1, "トン": 1_000},
    "個": dict.fromkeys([*"個本枚台点組箱袋缶双着足冊束巻", "セット"], 1),
    "日": {"日": 1, "日間": 1, "週": 7, "週間": 7},
    "月": dict.fromkeys(["か月", "ヶ月", "カ月", "ヵ月", "箇月", "か月間", "ヶ月間", "カ月間"], 1),
    "年": {"年": 1, "年間": 1},
    "時間": {"時間": 1},
    "秒": {"秒": 1, "分間": 60},
    "人": {"人": 1, "名": 1},
    "回": {"回": 1},
    "円": {"円": 1},
    "ロット": {"ロット": 1},
    "%": {"%": 1, "パーセント": 1},
    "°": {"°": 1, "度": 1},
    "w": {"ワット": 1, "キロワット": 1_000},
    "v": {"ボルト": 1},
}
# What begins another word when this follows: 2台車, 3本体, 1組立, 5トンネル, 2円筒.
_NO_UNIT_BEFORE: Final[Mapping[str, str]] = {
    "個": "別人室性", "本": "体社格数", "台": "車座所紙", "点": "検火灯滴線", "組": "立み合織成",
    "箱": "型", "缶": "詰", "双": "方腕眼", "着": "色火磁脱床手", "巻": "線き取", "足": "場回踏",
    "日": "本程報時常用", "年": "式型代度", "人": "工員体形材間", "名": "称板刺義", "回": "転路線収生",
    "円": "筒形板錐弧盤柱周", "度": "目", "トン": "ネボ",
}  # fmt: skip
_FACTORS: Final[Mapping[str, tuple[str, float]]] = {
    spelling: (unit, factor)
    for units in (_LATIN_UNITS, _JAPANESE_UNITS)
    for unit, spellings in units.items()
    for spelling, factor in spellings.items()
}
_MAGNITUDES: Final[Mapping[str, float]] = {"": 1, "百": 1e2, "千": 1e3, "万": 1e4, "億": 1e8}


def _unit(spelling: str) -> str:
    """Return the regular expression of a spelling where it ends as a word."""
    if spelling.isascii() or spelling == "μm":
        return rf"{spelling}(?![a-z0-9])"
    following = _NO_UNIT_BEFORE.get(spelling)
    return f"{spelling}(?![{following}])" if following else spelling


_NUMBER: Final = r"\d+(?:,\d{3})*(?:\.\d+)?(?:/\d{1,3})?"
_NUMBERS: Final = rf"(?<![a-z0-9])(?<!\d[.,])(?:{_NUMBER}[ ]?[x×*~-][ ]?){{0,3}}{_NUMBER}[百千万億]?"
_UNIT: Final = "|".join(map(_unit, sorted(_FACTORS, key=len, reverse=True)))
QUANTITY: Final = rf"{_NUMBERS}[ ]?(?:{_UNIT})"
"""Matches a number, a range (10~20mm) or dimensions (300x200mm) with their unit."""

_QUANTITY: Final = re.compile(rf"({_NUMBERS})[ ]?({_UNIT})")
_AMOUNT: Final = re.compile(rf"({_NUMBER})([百千万億]?)")


def quantities(text: str) -> Iterator[Quantity]:
    """Yield the amounts that a text names, in base units (mm, kg, l, 個, 日 …).

    Each number of a range or of dimensions has the unit at their end.
    """
    normal = normalize(text)
    for match in _QUANTITY.finditer(normal.text):
        unit, factor = _FACTORS[match[2]]
        for amount in _AMOUNT.finditer(match[1]):
            number, _, divisor = amount[1].replace(",", "").partition("/")
            value = float(number) / (float(divisor or 1) or 1) * _MAGNITUDES[amount[2]]
            place = normal.place(match.start() + amount.start(), match.start() + amount.end())
            yield Quantity(value * factor, unit, *place)
