"""The names of the parts that figures are taken apart into, and of what a filter chooses."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from flask_babel import lazy_gettext as _l

from sme_match.statistics.dimensions import Dimension
from sme_match.statistics.filters import UNKNOWN, StatisticsFilter
from sme_match.statistics.frames import LOTS, SIZES, Side
from sme_match.web.languages import current_language
from sme_match.web.languages import message as _
from sme_match.web.names import (
    agglomeration_name,
    jsic_name,
    municipality_name,
    prefecture_name,
    process_name,
)

__all__ = ["LOTS", "SIZES", "_"]

KEPT_TITLES = 4096
SIDES: Mapping[Side, object] = {
    Side.SME: _l("受注側企業の所在地"),
    Side.BUYER: _l("発注企業の所在地"),
}
DIMENSIONS: Mapping[Dimension, object] = {
    Dimension.PREFECTURE: _l("都道府県"),
    Dimension.MUNICIPALITY: _l("市区町村"),
    Dimension.PROCESS: _l("工程"),
    Dimension.INDUSTRY: _l("業種（発注企業）"),
    Dimension.LOT: _l("ロット（発注案件）"),
    Dimension.SIZE: _l("従業者数（受注側企業）"),
    Dimension.AGGLOMERATION: _l("産業集積の型（受注側企業）"),
}


def industry_title(code: str | None) -> str:
    """Return the industry of a code; words for none."""
    return _("業種が不明") if code in {None, UNKNOWN} else jsic_name(str(code))


def process_title(code: str | None) -> str:
    """Return the process of a code; words for none."""
    return _("工程が不明") if code in {None, UNKNOWN} else process_name(str(code))


def prefecture_title(code: str | None) -> str:
    """Return the prefecture of a code; words for none."""
    return _("所在地が不明") if code in {None, UNKNOWN} else prefecture_name(str(code))


def municipality_title(code: str | None) -> str:
    """Return the municipality of a code with its prefecture; words for none."""
    if code in {None, UNKNOWN}:
        return _("市区町村が不明")
    return f"{prefecture_name(str(code)[:2])} {municipality_name(str(code))}"


def agglomeration_title(code: str | None) -> str:
    """Return the type of agglomeration of a code; words for none."""
    return _("集積の型が不明") if code in {None, UNKNOWN} else agglomeration_name(str(code))


def size_title(code: str | None) -> str:
    """Return the class of firms of its lower bound; words for none."""
    return _band(code, SIZES, _("従業者数が不明"), _("人"))


def lot_title(code: str | None) -> str:
    """Return the class of lots of its lower bound; words for none."""
    return _band(code, LOTS, _("ロットが不明"), _("個"))


def title_of(dimension: Dimension, code: str | None) -> str:
    """Return the name of one part of a dimension."""
    return _title_of(current_language(), dimension, code)


@lru_cache(KEPT_TITLES)
def _title_of(language: str, dimension: Dimension, code: str | None) -> str:
    """Return a name, kept: a page has some hundred of them."""
    del language
    return _TITLES[dimension](code)


def narrowing_facts(filters: StatisticsFilter) -> list[tuple[str, str]]:
    """Return what a filter chooses, as titles and words."""
    facts = [
        (str(DIMENSIONS[dimension]), title_of(dimension, code))
        for dimension in Dimension
        if (code := getattr(filters, dimension.value))
        and dimension not in {Dimension.PREFECTURE, Dimension.MUNICIPALITY}
    ]
    other = Side.BUYER if filters.side is Side.SME else Side.SME
    places = [
        (filters.side, filters.prefecture, prefecture_title),
        (filters.side, filters.municipality, municipality_title),
        (other, filters.partner, prefecture_title),
    ]
    return facts + [(str(SIDES[side]), title(code)) for side, code, title in places if code]


def _band(code: str | None, starts: tuple[int, ...], unknown: str, unit: str) -> str:
    if not (code and code.isascii() and code.isdigit() and int(code) in starts):
        return unknown
    place = starts.index(int(code))
    first = starts[place]
    if place + 1 == len(starts):
        return _("%(first)s%(unit)s以上", first=f"{first:,}", unit=unit)
    last = starts[place + 1] - 1
    if first == last:
        return f"{first:,}{unit}"
    return _("%(first)s〜%(last)s%(unit)s", first=f"{first:,}", last=f"{last:,}", unit=unit)


_TITLES: Mapping[Dimension, Callable[[str | None], str]] = {
    Dimension.PREFECTURE: prefecture_title,
    Dimension.MUNICIPALITY: municipality_title,
    Dimension.PROCESS: process_title,
    Dimension.INDUSTRY: industry_title,
    Dimension.LOT: lot_title,
    Dimension.SIZE: size_title,
    Dimension.AGGLOMERATION: agglomeration_title,
}
