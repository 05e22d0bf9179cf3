"""The vocabulary of the demonstration region, read from the files under data/."""

import csv
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sme_match.companies.enums import AgglomerationType

_FOLDER = Path(__file__).resolve().parent / "data"


@dataclass(frozen=True, slots=True)
class Word:
    """A name and its reading in katakana."""

    text: str
    kana: str


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of a company name: 精密, セイミツ, its short form and its English."""

    text: str
    kana: str
    short: str
    en: str


@dataclass(frozen=True, slots=True)
class Trade:
    """What companies of one process have, make and say; see the first file of trades."""

    code: str
    label: str
    weight: list[int]
    names: str
    jsic: list[str]
    side: list[str]
    materials: list[str]
    tolerance: list[float]
    ra: list[float]
    size_min: list[float]
    size_max: list[float]
    weight_kg: list[float]
    lot: str
    lead: list[int]
    machines: list[str]
    inspection: list[str]
    parts: list[str]
    facts: list[str]


@dataclass(frozen=True, slots=True)
class Place:
    """A municipality where companies sit, with made-up neighbourhoods."""

    code: str
    weight: int
    postal: str
    agglomeration: AgglomerationType
    towns: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class BuyerWords:
    """One fictional buyer."""

    body: str
    name: str
    kana: str
    short: str
    name_en: str
    prefecture: str
    municipality: str
    jsic: str
    sector: str
    employees: int
    capital: int
    founded: int
    anonymous: bool


@dataclass(frozen=True, slots=True)
class BodyWords:
    """One fictional support body and its people."""

    prefecture: str
    name: str
    name_en: str
    short_name: str
    phone: str
    domain: str
    shares_with: str
    coordinators: list[Word]
    lead: Word


@dataclass(frozen=True, slots=True)
class NeedPattern:
    """A hand-made pattern of needs; `slots` are the lists its placeholders draw from."""

    sectors: list[str]
    process: str
    english: bool
    materials: list[list[str]]
    titles: list[str]
    texts: list[str]
    reasons: list[str]
    kind: str
    treatments: list[str]
    must: list[list[Any]]
    wish: list[list[Any]]
    slots: dict[str, list[Any]]


@cache
def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / name).read_text(encoding="utf-8"))


def _rows(name: str) -> list[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _word(text: str) -> Word:
    return Word(*text.split("|"))


@cache
def trades() -> dict[str, Trade]:
    """Return the trades by process code."""
    found = _toml("processes_metal.toml") | _toml("processes_other.toml")
    return {code: Trade(code=code, **values) for code, values in found.items()}


@cache
def places(prefecture_code: str) -> list[Place]:
    """Return the municipalities of a prefecture where the companies sit."""
    return [
        Place(
            code=row["code"],
            weight=int(row["weight"]),
            postal=row["postal"],
            agglomeration=AgglomerationType(row["agglomeration"]),
            towns=(row["town1"], row["town2"], row["town3"]),
        )
        for row in _rows("places.csv")
        if row["code"].startswith(prefecture_code)
    ]


@cache
def buyers() -> list[BuyerWords]:
    """Return all buyers."""
    return [
        BuyerWords(
            body=row["body"],
            name=row["name"],
            kana=row["kana"],
            short=row["short"],
            name_en=row["name_en"],
            prefecture=row["prefecture"],
            municipality=row["municipality"],
            jsic=row["jsic"],
            sector=row["sector"],
            employees=int(row["employees"]),
            capital=int(row["capital"]),
            founded=int(row["founded"]),
            anonymous=row["anonymous"] == "1",
        )
        for row in _rows("buyers.csv")
    ]


@cache
def bodies() -> list[BodyWords]:
    """Return the four bodies."""
    return [
        BodyWords(
            **item
            | {
                "coordinators": [_word(person) for person in item["coordinators"]],
                "lead": _word(item["lead"]),
            }
        )
        for item in _toml("bodies.toml")["body"]
    ]


_PATTERN_KEYS = frozenset(
    {"sectors", "process", "english", "materials", "titles", "texts", "reason", "kind"}
    | {"treatment", "must", "wish"}
)


@cache
def need_patterns() -> list[NeedPattern]:
    """Return the patterns of needs."""
    items = _toml("needs_machining.toml")["need"] + _toml("needs_various.toml")["need"]
    return [_pattern(item) for item in items]


@cache
def chain_pattern() -> NeedPattern:
    """Return the pattern of the need that takes several companies."""
    return _pattern(_toml("needs_chain.toml")["need"][0])


def _pattern(item: dict[str, Any]) -> NeedPattern:
    return NeedPattern(
        sectors=item["sectors"],
        process=item["process"],
        english=item.get("english", False),
        materials=item["materials"],
        titles=item["titles"],
        texts=item["texts"],
        reasons=item["reason"],
        kind=item["kind"],
        treatments=item["treatment"],
        must=item["must"],
        wish=item["wish"],
        slots={key: values for key, values in item.items() if key not in _PATTERN_KEYS},
    )


@cache
def _names() -> dict[str, Any]:
    return _toml("names.toml")


@cache
def company_stems(prefecture_code: str) -> list[Word]:
    """Return what company names of a prefecture begin with."""
    names = _names()
    local = [*names["stems"][prefecture_code] * 2, *names["local_families"][prefecture_code]]
    return [_word(text) for text in [*local, *names["stems_common"]]]


@cache
def endings(kind: str) -> list[Ending]:
    """Return what company names of a trade end with."""
    return [Ending(*text.split("|")) for text in _names()["endings"][kind]]


@cache
def families(prefecture_code: str) -> list[Word]:
    """Return family names; those of the region are the more frequent ones."""
    names = _names()
    local = names["local_families"].get(prefecture_code, [])
    return [_word(text) for text in [*local * 4, *names["families"]]]


@cache
def given_names() -> list[Word]:
    """Return given names."""
    return [_word(text) for text in _names()["given"]]


@cache
def positions(*, deputy: bool) -> list[str]:
    """Return what stands on business cards."""
    found: list[str] = _names()["deputy_positions" if deputy else "main_positions"]
    return found


@cache
def sentences(group: str, part: str = "") -> list[str]:
    """Return the sentences of a group (`openers`) or of one part of it (`outcome`, `sme_comments`)."""
    found = _toml("texts.toml")[group]
    chosen: list[str] = found[part] if part else found
    return chosen
