"""Japan Standard Industrial Classification, 14th revision (JSIC, 日本標準産業分類).

All divisions and major groups; manufacturing (division E) down to the detailed class.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from sme_match.reference.lookup import Entry, NameIndex
from sme_match.reference.tables import read_rows

MANUFACTURING = "E"


class JSICLevel(StrEnum):
    """How fine a class is: A, 24, 244, 2446."""

    DIVISION = "division"
    MAJOR_GROUP = "major_group"
    GROUP = "group"
    DETAIL = "detail"


@dataclass(frozen=True, slots=True)
class JSICClass(Entry):
    """One class of industry."""

    level: JSICLevel
    parent_code: str | None


@cache
def _all() -> dict[str, JSICClass]:
    return {
        row["code"]: JSICClass(
            code=row["code"],
            ja=row["ja"],
            en=row["en"],
            level=JSICLevel(row["level"]),
            parent_code=row["parent"] or None,
        )
        for row in read_rows("jsic14.csv")
    }


def get_jsic(code: str) -> JSICClass:
    """Return the class of a code.

    Raises:
        KeyError: There is no such code here.
    """
    return _all()[code]


@cache
def list_jsic(level: JSICLevel, within: str | None = None) -> tuple[JSICClass, ...]:
    """Return the classes of one level, or those of them that lie in the class `within`.

    Raises:
        KeyError: There is no class `within`.
    """
    if within is not None:
        get_jsic(within)
    return tuple(
        entry
        for entry in _all().values()
        if entry.level == level and (within is None or within in _path_codes(entry))
    )


def list_major_groups(division: str | None = None) -> tuple[JSICClass, ...]:
    """Return the two-digit major groups, as a company states its industry."""
    return list_jsic(JSICLevel.MAJOR_GROUP, division)


def jsic_path(code: str) -> tuple[JSICClass, ...]:
    """Return the class and all above it, the division first.

    Raises:
        KeyError: There is no such code here.
    """
    return tuple(get_jsic(step) for step in reversed(_path_codes(get_jsic(code))))


def _path_codes(entry: JSICClass) -> list[str]:
    codes = [entry.code]
    while entry.parent_code is not None:
        entry = get_jsic(entry.parent_code)
        codes.append(entry.code)
    return codes


def _codes(entry: JSICClass) -> tuple[str, ...]:
    """Codes as people write them: 24, E24, 9 for 09."""
    if entry.level == JSICLevel.DIVISION:
        return (entry.code,)
    division = _path_codes(entry)[-1]
    short = (entry.code.lstrip("0"),) if entry.level == JSICLevel.MAJOR_GROUP else ()
    return (entry.code, f"{division}{entry.code}", *short)


def _names(entry: JSICClass) -> tuple[str, ...]:
    # The administrative classes of every major group share their names.
    if entry.ja.startswith(("管理、補助的", "主として管理事務", "その他の管理、補助的")):
        return ()
    return (entry.ja, entry.ja.removesuffix("業"), entry.ja.removesuffix("製造業"), entry.en)


@cache
def _index() -> NameIndex[JSICClass]:
    def names_at(level: JSICLevel, entry: JSICClass) -> tuple[str, ...]:
        return _names(entry) if entry.level == level else ()

    # A group with one detailed class shares its name with it; the broader one is meant.
    return NameIndex(
        _all().values(),
        _codes,
        lambda entry: names_at(JSICLevel.DIVISION, entry),
        lambda entry: names_at(JSICLevel.MAJOR_GROUP, entry),
        lambda entry: names_at(JSICLevel.GROUP, entry),
        lambda entry: names_at(JSICLevel.DETAIL, entry),
    )


def find_jsic(text: str) -> JSICClass | None:
    """Return the class meant by a code or name, the broadest of that name, or None."""
    return _index().find(text)
