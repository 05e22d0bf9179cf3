"""Cities, towns, villages and wards (JIS X 0402), and where a typed address lies."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from sme_match.core.text import normalize_width
from sme_match.reference.lookup import Entry, NameIndex
from sme_match.reference.prefectures import Prefecture, get_prefecture, list_prefectures
from sme_match.reference.tables import read_rows

CODE_LENGTH = 5
# Characters of place names that offices and maps write in two ways.
_VARIANTS = str.maketrans("竈檮惠條龍鰺﨑槗邉濵", "釜梼恵条竜鯵崎橋辺浜")


@dataclass(frozen=True, slots=True)
class Municipality(Entry):
    """A municipality, or a ward of a designated city under its city (`city_code`).

    `county_ja` is the 郡 of towns and villages; it tells the two 泊村 of Hokkaido apart.
    """

    prefecture_code: str
    kana: str
    county_ja: str
    city_code: str | None

    @property
    def is_ward(self) -> bool:
        """Whether it is a ward of a designated city, whose name begins with that of the city."""
        return self.city_code is not None

    @property
    def official_code(self) -> str:
        """The six-digit code of the Ministry, which ends with a check digit."""
        weights = range(CODE_LENGTH + 1, 1, -1)
        total = sum(int(digit) * weight for digit, weight in zip(self.code, weights, strict=True))
        return f"{self.code}{(11 - total % 11) % 10}"


@dataclass(frozen=True, slots=True)
class Address:
    """A typed address, taken apart as far as its beginning is known."""

    prefecture: Prefecture | None
    municipality: Municipality | None
    rest: str


@cache
def _all() -> tuple[Municipality, ...]:
    return tuple(
        Municipality(
            code=row["code"],
            ja=row["ja"],
            en=row["en"],
            prefecture_code=row["prefecture_code"],
            kana=row["kana"],
            county_ja=row["county_ja"],
            city_code=row["city_code"] or None,
        )
        for row in read_rows("municipalities.csv")
    )


@cache
def list_municipalities(prefecture_code: str | None = None) -> tuple[Municipality, ...]:
    """Return the municipalities of one prefecture (or of all) in the order of their codes.

    Designated cities are followed by their wards, so that a form can offer both.

    Raises:
        KeyError: There is no such prefecture.
    """
    if prefecture_code is None:
        return _all()
    get_prefecture(prefecture_code)
    return tuple(place for place in _all() if place.prefecture_code == prefecture_code)


@cache
def _by_code() -> dict[str, Municipality]:
    return {place.code: place for place in _all()}


def get_municipality(code: str) -> Municipality:
    """Return the municipality of a five-digit code.

    Raises:
        KeyError: There is no such code.
    """
    return _by_code()[code]


def _full_names(place: Municipality) -> Iterator[str]:
    for name in (place.ja, f"{place.county_ja}{place.ja}"):
        yield name
        yield name.translate(_VARIANTS)


def _exact_names(place: Municipality) -> Iterator[str]:
    yield from (place.code, place.official_code, place.kana, place.en)
    yield from _full_names(place)


def _loose_names(place: Municipality) -> Iterator[str]:
    """Yield names without 市, 町, 村, and those of wards without their city."""
    if place.city_code is not None:
        city = get_municipality(place.city_code)
        yield place.ja.removeprefix(city.ja)
        yield place.en.removeprefix(city.en)
        yield place.kana.removeprefix(city.kana)
        return
    yield place.ja[:-1]
    yield place.ja[:-1].translate(_VARIANTS)
    yield place.en.rpartition("-")[0]


@cache
def _index(prefecture_code: str | None) -> NameIndex[Municipality]:
    return NameIndex(list_municipalities(prefecture_code), _exact_names, _loose_names)


@cache
def _full_name_index(prefecture_code: str | None) -> NameIndex[Municipality]:
    return NameIndex(list_municipalities(prefecture_code), _full_names)


@cache
def _longest_name() -> int:
    return max(len(name) for place in _all() for name in _full_names(place))


def find_municipality(text: str, prefecture_code: str | None = None) -> Municipality | None:
    """Return the municipality meant by a code or name, or None when none or several fit.

    A prefecture in front of the name is understood (岩手県北上市). Without a prefecture a
    name that occurs in several of them (府中市) finds nothing.
    """
    prefecture, rest = _split_prefecture(normalize_width(text))
    if prefecture is not None and rest and prefecture_code in (None, prefecture.code):
        found = _index(prefecture.code).find(rest.translate(_VARIANTS))
        if found is not None:
            return found
    index = _index(prefecture_code)
    return index.find(text) or index.find(normalize_width(text).translate(_VARIANTS))


def split_address(text: str, prefecture_code: str | None = None) -> Address:
    """Take the prefecture and the municipality off the front of an address.

    What is not recognised stays in `rest`, so nothing of the address is lost.
    """
    whole = normalize_width(text)
    prefecture, rest = _split_prefecture(whole)
    if prefecture is None and prefecture_code is not None:
        prefecture = get_prefecture(prefecture_code)
    index = _full_name_index(None if prefecture is None else prefecture.code)
    for length in range(min(len(rest), _longest_name() + 2), 1, -1):
        municipality = index.find(rest[:length].translate(_VARIANTS))
        if municipality is not None:
            return Address(
                prefecture=get_prefecture(municipality.prefecture_code),
                municipality=municipality,
                rest=rest[length:].lstrip(),
            )
    return Address(prefecture=prefecture, municipality=None, rest=rest)


def _split_prefecture(text: str) -> tuple[Prefecture | None, str]:
    for prefecture in list_prefectures():
        if text.startswith(prefecture.ja):
            return prefecture, text.removeprefix(prefecture.ja).lstrip()
    return None, text
