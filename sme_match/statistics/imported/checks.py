"""What is asked before the rows of a file join an official series. Pure.

A row that cannot be right is refused; what may be right but often is not (another value than the one
that is kept, a jump, a year that does not add up to the whole country) is asked about and stays out
until somebody says that it is right.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from sme_match.core.text import mark_text
from sme_match.registers.description import Finding, Note
from sme_match.registers.enums import RowAction
from sme_match.statistics.imported.columns import NATIONAL
from sme_match.tables.columns import CellError, ParsedRow

JUMP = 2
"""A figure this many times the one before it, or this part of it, is asked about: the usual mistakes
are a wrong unit (a factor of 10 and more) and shifted rows."""
PREFECTURES = 47
NAMED_ROWS = 3
_ROUNDING = Decimal(PREFECTURES + 1) / 2
"""By how many of the last digit a sum may differ: each of 47 figures and the whole are rounded."""


class Key(NamedTuple):
    """What one figure of a series is of."""

    prefecture: str
    industry: str
    year: int
    basis: str


class Whole(NamedTuple):
    """What the prefectures are added up for."""

    industry: str
    year: int
    basis: str


@dataclass(frozen=True, slots=True)
class Stored:
    """A figure that the series has already."""

    id: int
    version: int
    value: Decimal


def key_of(values: Mapping[str, object]) -> Key:
    """Return what the figure of a row is of; columns that the file lacks count as empty."""
    return Key(
        str(values["prefecture"]),
        str(values.get("industry") or ""),
        int(str(values["year"])),
        str(values.get("basis") or ""),
    )


def check_rows(
    rows: Sequence[ParsedRow],
    stored: Mapping[Key, Stored],
    *,
    breaks: Collection[int] = (),
    this_year: int,
) -> list[Finding]:
    """Return what is to be said about each row that could be read, in their order."""
    keys = [key_of(row.values) for row in rows]
    same: dict[Key, list[int]] = defaultdict(list)
    for key, row in zip(keys, rows, strict=True):
        same[key].append(row.number)
    figures = {
        key: value
        for key, row in zip(keys, rows, strict=True)
        if isinstance(value := row.values.get("value"), Decimal) and len(same[key]) == 1
    }
    known = {key: each.value for key, each in stored.items()} | figures
    sums = _mismatches(known, figures)
    neighbours = _Neighbours(known, breaks)
    findings = []
    for key, row in zip(keys, rows, strict=True):
        if len(same[key]) > 1:
            findings.append(_refused(row, same[key]))
        elif key.year > this_year:
            findings.append(_error(row, "year", mark_text("まだ来ていない年です。")))
        elif key not in figures or key.prefecture == NATIONAL:
            findings.append(Finding(action=RowAction.KEEP))
        else:
            notes = [*neighbours.notes(key), *sums.get(Whole(*key[1:]), ())]
            findings.append(_found(row, figures[key], stored.get(key), notes))
    return findings


def _found(row: ParsedRow, value: Decimal, known: Stored | None, notes: list[Note]) -> Finding:
    if known is not None and known.value == value:
        return Finding(action=RowAction.KEEP)
    if known is not None:
        notes.insert(
            0, Note(mark_text("登録済みの値（%(value)s）と違います。"), {"value": _said(known.value)})
        )
    if value < 0:
        notes.append(Note(mark_text("マイナスの値です。")))
    change = RowAction.CREATE if known is None else RowAction.UPDATE
    return Finding(
        values=row.values,
        notes=tuple(notes),
        known_id=known.id if known else None,
        known_version=known.version if known else None,
        action=RowAction.SKIP if notes else change,
        choices=(RowAction.SKIP, change) if notes else (),
    )


def _refused(row: ParsedRow, same: Sequence[int]) -> Finding:
    others = [str(number) for number in same[: NAMED_ROWS + 1] if number != row.number]
    return _error(
        row,
        "prefecture",
        mark_text("%(rows)s行目と同じ年・都道府県・産業・基準です。どちらか一つにしてください。"),
        rows="、".join(others[:NAMED_ROWS]),
    )


def _error(row: ParsedRow, column: str, message: str, **values: object) -> Finding:
    titles = {"year": "年", "prefecture": "都道府県コード"}
    return Finding(errors=(CellError(titles[column], str(row.values[column]), message, values),))


def _mismatches(known: Mapping[Key, Decimal], figures: Iterable[Key]) -> dict[Whole, list[Note]]:
    """Return the years of the file whose prefectures do not add up to the whole country."""
    wholes = {Whole(*key[1:]) for key in figures}
    parts: dict[Whole, list[Decimal]] = defaultdict(list)
    for key, value in known.items():
        if key.prefecture != NATIONAL and Whole(*key[1:]) in wholes:
            parts[Whole(*key[1:])].append(value)
    found: dict[Whole, list[Note]] = {}
    for whole in wholes:
        national = known.get(Key(NATIONAL, *whole))
        if national is None or not parts[whole]:
            continue
        total, unit = sum(parts[whole]), _last_digit([national, *parts[whole]])
        if abs(total - national) > _ROUNDING * unit:
            message = mark_text(
                "%(year)s年は、都道府県の合計（%(sum)s）が全国の値（%(national)s）と合いません。"
                "値のない都道府県：%(missing)s"
            )
            values = {
                "year": str(whole.year),
                "sum": _said(Decimal(total)),
                "national": _said(national),
                "missing": PREFECTURES - len(parts[whole]),
            }
            found[whole] = [Note(message, values)]
    return found


class _Neighbours:
    """The figure before each, of the same prefecture and industry on the same basis."""

    def __init__(self, known: Mapping[Key, Decimal], breaks: Collection[int]) -> None:
        self._known, self._breaks = known, sorted(breaks)
        self._years: dict[tuple[str, str, str], list[int]] = defaultdict(list)
        for key in sorted(known, key=lambda key: key.year):
            self._years[key.prefecture, key.industry, key.basis].append(key.year)

    def notes(self, key: Key) -> list[Note]:
        """Return what is to be said about the change from the year before, where there is one."""
        years = self._years[key.prefecture, key.industry, key.basis]
        place = bisect_left(years, key.year)
        if place == 0 or self._is_cut(years[place - 1], key.year):
            return []
        before, now = self._known[key._replace(year=years[place - 1])], self._known[key]
        if before <= 0 or 1 / Decimal(JUMP) < now / before < JUMP:
            return []
        message = mark_text("%(year)s年の値（%(before)s）から大きく変わっています（%(now)s）。")
        values = {"year": str(years[place - 1]), "before": _said(before), "now": _said(now)}
        return [Note(message, values)]

    def _is_cut(self, before: int, now: int) -> bool:
        return any(before < each <= now for each in self._breaks)


def _last_digit(values: Iterable[Decimal]) -> Decimal:
    """Return the unit of the finest figure: 1 for whole numbers, 0.1 for one decimal."""
    exponents = [value.normalize().as_tuple().exponent for value in values]
    return Decimal(10) ** min(0, *(each for each in exponents if isinstance(each, int)))


def _said(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
