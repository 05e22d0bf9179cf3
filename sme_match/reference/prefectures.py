"""The 47 prefectures (JIS X 0401)."""

from dataclasses import dataclass
from functools import cache

from sme_match.reference.lookup import Entry, NameIndex
from sme_match.reference.tables import read_rows


@dataclass(frozen=True, slots=True)
class Prefecture(Entry):
    """One prefecture; the position is that of its government office, in degrees (WGS 84)."""

    kana: str
    region_ja: str
    region_en: str
    capital_ja: str
    capital_en: str
    capital_lat: float
    capital_lon: float

    @property
    def short_ja(self) -> str:
        """The name without 都, 府 or 県, as on maps and in conversation."""
        return self.ja if self.ja == "北海道" else self.ja[:-1]

    def region(self, lang: str = "ja") -> str:
        """Return the name of the region it lies in."""
        return self.region_en if lang.casefold().startswith("en") else self.region_ja


@cache
def list_prefectures() -> tuple[Prefecture, ...]:
    """Return all prefectures from north to south."""
    return tuple(
        Prefecture(
            code=row["code"],
            ja=row["ja"],
            en=row["en"],
            kana=row["kana"],
            region_ja=row["region_ja"],
            region_en=row["region_en"],
            capital_ja=row["capital_ja"],
            capital_en=row["capital_en"],
            capital_lat=float(row["capital_lat"]),
            capital_lon=float(row["capital_lon"]),
        )
        for row in read_rows("prefectures.csv")
    )


@cache
def _by_code() -> dict[str, Prefecture]:
    return {prefecture.code: prefecture for prefecture in list_prefectures()}


def get_prefecture(code: str) -> Prefecture:
    """Return the prefecture of a two-digit code.

    Raises:
        KeyError: There is no such code.
    """
    return _by_code()[code]


def _names(prefecture: Prefecture) -> tuple[str, ...]:
    short_kana = prefecture.kana if prefecture.code == "01" else prefecture.kana[:-2]
    if prefecture.kana.endswith(("と", "ふ")):
        short_kana = prefecture.kana[:-1]
    return (
        prefecture.code,
        prefecture.code.lstrip("0"),
        f"JP-{prefecture.code}",
        prefecture.ja,
        prefecture.short_ja,
        prefecture.kana,
        short_kana,
        prefecture.en,
        f"{prefecture.en} Prefecture",
        f"{prefecture.en}-{_EN_SUFFIX.get(prefecture.ja[-1], '')}",
    )


_EN_SUFFIX = {"都": "to", "府": "fu", "県": "ken"}


@cache
def _index() -> NameIndex[Prefecture]:
    return NameIndex(list_prefectures(), _names)


def find_prefecture(text: str) -> Prefecture | None:
    """Return the prefecture meant by a code or name (岩手, 岩手県, Iwate, 03, ３), or None."""
    return _index().find(text)
