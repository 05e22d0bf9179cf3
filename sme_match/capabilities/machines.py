"""Machines as one line each: 種類 / メーカー / 型式 / 台数, written as people write it.

Only the type is needed. What cannot be told apart stays in the type or the model; nothing is lost.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sme_match.core.text import normalize_multiline

COUNT_UNIT = "台"

# The comma of 1,000 separates nothing.
_SEPARATORS = re.compile(r"\s*(?:[/、;\t|]|,(?!(?<=\d,)\d{3}(?!\d)))\s*")
_UNIT = r"(?:台|基|機|セット|units?|sets?)"
_COUNT = re.compile(rf"(?:[x×*]\s*(\d{{1,4}})\s*{_UNIT}?|(\d{{1,4}})\s*{_UNIT})", re.IGNORECASE)
_COUNT_AT_END = re.compile(
    rf"(?P<rest>.*?)[\s(]+(?:[x×*]\s*(\d{{1,4}})\s*{_UNIT}?|(\d{{1,4}})\s*{_UNIT})\)?", re.IGNORECASE
)
_PLAIN_NUMBER = re.compile(r"\d{1,4}")
_COUNT_PLACE = 3


def parse_machines(text: str) -> list[dict[str, Any]]:
    """Return one item (type, maker, model, count) for each line that says something.

    >>> parse_machines("5軸マシニング／DMG森精機／DMU50／2台")
    [{'type': '5軸マシニング', 'maker': 'DMG森精機', 'model': 'DMU50', 'count': 2}]
    """
    return [
        _parse_line(line) for line in normalize_multiline(text).splitlines() if line.strip(" /、,;|")
    ]


def format_machines(machines: Iterable[Mapping[str, Any]]) -> str:
    """Return the lines that `parse_machines` reads back as the same items."""
    return "\n".join(format_machine(machine) for machine in machines)


def format_machine(machine: Mapping[str, Any]) -> str:
    """Return one machine as a line; empty parts at the end fall away."""
    parts = [str(machine.get(key) or "") for key in ("type", "maker", "model")]
    while parts and not parts[-1]:
        parts.pop()
    count = machine.get("count")
    return " / ".join([*parts, f"{count}{COUNT_UNIT}"] if count else parts)


def _parse_line(line: str) -> dict[str, Any]:
    parts = _SEPARATORS.split(line.strip())
    count: int | None = None
    if len(parts) > 1:
        count = _as_count(parts[-1], is_fourth=len(parts) > _COUNT_PLACE)
        if count is not None:
            parts.pop()
    if count is None:
        parts[-1], count = _split_count(parts[-1])
    kind, maker, *rest = [*parts, ""] if len(parts) == 1 else parts
    return {
        "type": kind,
        "maker": maker,
        "model": "/".join(part for part in rest if part),
        "count": count,
    }


def _as_count(part: str, *, is_fourth: bool) -> int | None:
    """Return the number of a part that says how many; a bare number counts in the fourth place."""
    match = _COUNT.fullmatch(part)
    if match:
        return int(match[1] or match[2])
    return int(part) if is_fourth and _PLAIN_NUMBER.fullmatch(part) else None


def _split_count(part: str) -> tuple[str, int | None]:
    match = _COUNT_AT_END.fullmatch(part)
    if match is None:
        return part, None
    return match["rest"].strip(), int(match[2] or match[3])
