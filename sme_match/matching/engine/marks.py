"""Places to mark in a text: joined where they touch, and cut out with a piece of the text."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, NamedTuple

from sme_match.matching.engine.documents import Passage

EXCERPT_CHARACTERS: Final = 120
_EXCERPT_LEAD: Final = 20


class Mark(NamedTuple):
    """A half-open place in a named field."""

    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of the profile's best line; marks are half-open places in `text`."""

    field: str
    start: int
    text: str
    marks: tuple[tuple[int, int], ...]


def merged(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Join marks of each field that overlap or touch; fields in the order in which they come."""
    by_field: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for name, start, end in marks:
        by_field[name].append((start, end))
    return tuple(
        Mark(name, start, end) for name, spans in by_field.items() for start, end in merge(spans)
    )


def merge(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join half-open spans that overlap or touch, in order."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _window(text: str, spans: list[tuple[int, int]]) -> int:
    """Return where the excerpt begins so that most marked characters are in it."""
    if len(text) <= EXCERPT_CHARACTERS or not spans:
        return 0
    inside = bytearray(len(text))
    for start, end in spans:
        inside[start:end] = b"\1" * (end - start)
    before = [0, *accumulate(inside)]
    latest = len(text) - EXCERPT_CHARACTERS
    starts = [min(max(start - _EXCERPT_LEAD, 0), latest) for start, _ in spans]
    return max(starts, key=lambda first: (before[first + EXCERPT_CHARACTERS] - before[first], -first))


def longest(by_field: Mapping[str, Iterable[tuple[int, int]]]) -> tuple[Mark, ...]:
    """Return the longest stretches that the spans of all fields join to."""
    joined = {name: merge(spans) for name, spans in by_field.items()}
    length = max(end - start for spans in joined.values() for start, end in spans)
    return tuple(
        Mark(name, start, end)
        for name, spans in joined.items()
        for start, end in spans
        if end - start == length
    )


def excerpt_of(passage: Passage, marks: Iterable[Mark]) -> Excerpt:
    """Return the part of a line that holds most of the marks."""
    spans = [
        (mark.start - passage.start, mark.end - passage.start)
        for mark in marks
        if mark.field == passage.field
        and passage.start <= mark.start
        and mark.end <= passage.start + len(passage.text)
    ]
    first = _window(passage.text, spans)
    text = passage.text[first : first + EXCERPT_CHARACTERS]
    inside = [
        (max(start - first, 0), min(end - first, len(text)))
        for start, end in spans
        if start < first + len(text) and end > first
    ]
    return Excerpt(passage.field, passage.start + first, text, tuple(inside))
