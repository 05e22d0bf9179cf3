"""Concepts of the trade found in a text, whatever language and spelling name them.

The longest name at a place counts: マシニングセンタ is not マシニング. A name brings the broader
concepts along, so that a need for ステンレス finds a profile that says SUS304.
"""

import re
import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Final, NamedTuple

from sme_match.matching.engine.normal import CJK_RUN, NormalText, Token, normalize
from sme_match.matching.engine.spelling import Unit, spell, spelling_of
from sme_match.matching.engine.text import word_borders

_CACHED_TEXTS: Final = 65_536
_CACHED_PLACES: Final = 2_000
_DIGEST_LENGTH: Final = 16
# Names of so few Latin letters mean something else in small letters, or inside a part number.
_CAPITALS_UP_TO: Final = 2
_ACRONYM_UP_TO: Final = 3


@dataclass(frozen=True, slots=True)
class Concept:
    """A thing of the trade; `kind` is process, material, machine, certificate or trade.

    `labels` are all its names in Japanese and English; `broader` are codes of concepts that it
    belongs to.
    """

    code: str
    kind: str
    labels: tuple[str, ...]
    broader: tuple[str, ...] = ()


class _Name(NamedTuple):
    """One label of one concept, normalised."""

    code: str
    text: str
    is_material: bool


class _Node:
    """A place in the tree of names: the units that go on, and the names that end here."""

    __slots__ = ("ends", "nexts")

    def __init__(self) -> None:
        self.nexts: dict[str, _Node] = {}
        self.ends: list[_Name] = []


class Thesaurus:
    """Immutable; the order of the concepts does not matter. Safe to read from several threads.

    Raises:
        ValueError: A code is double, a broader concept is unknown or its own broader one, or a
            label holds nothing to look for.
    """

    def __init__(self, concepts: Iterable[Concept]) -> None:
        ordered = sorted(concepts, key=lambda concept: concept.code)
        self._concepts = {concept.code: concept for concept in ordered}
        if len(self._concepts) != len(ordered):
            raise ValueError("two concepts have the same code")
        self._with_broader = _closures(self._concepts)
        self._root = _Node()
        for concept in ordered:
            for label in concept.labels:
                self._add(concept, label)
        self.digest = _digest(ordered)
        self._places = lru_cache(maxsize=_CACHED_PLACES)(self._read)
        self._terms = lru_cache(maxsize=_CACHED_TEXTS)(self._name)

    def __reduce__(self) -> tuple[object, ...]:
        """Send the concepts to another process, which reads them anew."""
        return type(self), (tuple(self._concepts.values()),)

    def _add(self, concept: Concept, label: str) -> None:
        text = normalize(label).text
        node = self._root
        keys = spelling_of(label)
        if not any(key.isalnum() for key in keys):
            raise ValueError(f"the label {label!r} of {concept.code} holds nothing to look for")
        for key in keys:
            node = node.nexts.setdefault(key, _Node())
        node.ends.append(_Name(concept.code, text, is_material=concept.kind == "material"))

    def labels_of(self, code: str) -> tuple[str, ...]:
        """Return all names of a concept as they were given.

        Raises:
            KeyError: There is no such concept.
        """
        return self._concepts[code].labels

    def broader_of(self, code: str) -> tuple[str, ...]:
        """Return the concepts that a concept belongs to, at any distance.

        Raises:
            KeyError: There is no such concept.
        """
        return self._with_broader[code][1:]

    def owners(self, label: str) -> tuple[str, ...]:
        """Return the concepts of which this is a name, in any of its spellings."""
        node: _Node | None = self._root
        for key in spelling_of(label):
            if node is None:
                break
            node = node.nexts.get(key)
        return tuple(sorted({name.code for name in node.ends})) if node else ()

    def tokens(self, text: str) -> tuple[Token, ...]:
        """Return the concepts named in the text, each with its broader ones, at their places."""
        return self._places(text)

    def terms(self, text: str) -> tuple[str, ...]:
        """Return the terms of `tokens`; remembered for more texts, for they take less room."""
        return self._terms(text)

    def _name(self, text: str) -> tuple[str, ...]:
        return tuple(sys.intern(token.term) for token in self._read(text))

    def _read(self, text: str) -> tuple[Token, ...]:
        page = _Page(text)
        units = page.units
        tokens: list[Token] = []
        place = 0
        while place < len(units):
            found = self._longest(page, place)
            if found is None:
                place += 1
                continue
            codes, end = found
            start = units[place].start
            terms = dict.fromkeys(term for code in codes for term in self._with_broader[code])
            tokens.extend(page.normal.token(term, start, end) for term in terms)
            while place < len(units) and units[place].start < end:
                place += 1
        return tuple(tokens)

    def _longest(self, page: "_Page", first: int) -> tuple[list[str], int] | None:
        """Return the concepts of the longest name beginning with a unit, and where it ends."""
        node, ways = self._root, []
        for last in range(first, len(page.units)):
            following = node.nexts.get(page.units[last].key)
            if following is None:
                break
            node = following
            if node.ends:
                ways.append((last, node.ends))
        for last, names in reversed(ways):
            ends = {name.code: page.end_of(name, first, last) for name in names}
            places = [end for end in ends.values() if end is not None]
            if places:
                return [code for code, end in ends.items() if end is not None], max(places)
        return None


# A letter or number of the alphabet, as opposed to Japanese writing.
_LATIN: Final = re.compile(r"[a-zà-ÿ0-9]")
_HIRAGANA: Final = re.compile(r"[ぁ-ゖ]")
_SCRIPTS: Final = (
    _LATIN,
    re.compile(r"[ァ-ヺー]"),
    _HIRAGANA,
    re.compile(r"[\u3005\u3400-\u4dbf\u4e00-\u9fff]"),
)
_ELSEWHERE: Final = len(_SCRIPTS)
# "-01" behind a short name, "lm500-" before it: a part number.
_NUMBERED_AFTER: Final = re.compile(r"[-_][a-z]{0,20}[0-9]")
_NUMBERED_BEFORE: Final = re.compile(r"[0-9][a-z0-9]{0,20}[-_]$|[0-9]-[a-z]{1,20}-$")
_LOOK_BACK: Final = 24
# A designation goes on with form and temper (A5052P-H34, SUS304-2B) and with a thickness.
_FORM: Final = re.compile(r"(?:[a-z]{1,3})?(?:-[a-z0-9]{1,6})?(?![a-z0-9])|(?=t[0-9])")
# A series goes on with the grade: SUS321 is a SUS.
_GRADE: Final = re.compile(r"[ -]?[0-9]{2,4}[a-z0-9]{0,6}(?:-[a-z0-9]{1,6})?(?![a-z0-9])")


class _Page:
    """A text being read: its units, and where its words begin and end."""

    def __init__(self, text: str) -> None:
        self._original = text
        self.normal: NormalText = normalize(text)
        self.units: list[Unit] = spell(self.normal.text)
        self._known: dict[int, frozenset[int]] = {}

    @cached_property
    def _runs(self) -> list[tuple[int, int]]:
        return [match.span() for match in CJK_RUN.finditer(self.normal.text)]

    def _borders(self, place: int) -> tuple[int, frozenset[int]]:
        """Return the Japanese run around a place: where it begins, and its word borders."""
        begin, end = self._runs[bisect_right(self._runs, (place, len(self.normal.text))) - 1]
        if begin not in self._known:
            self._known[begin] = word_borders(self.normal.text[begin:end])
        return begin, self._known[begin]

    def _is_border(self, place: int, *, strict: bool = False) -> bool:
        """Tell whether a word may begin or end between two characters.

        Between two Japanese characters of one script Sudachi knows; `strict` asks it between
        scripts as well.
        """
        text = self.normal.text
        if place in (0, len(text)):
            return True
        before, after = _script(text[place - 1]), _script(text[place])
        if _ELSEWHERE in (before, after) or 0 in (before, after):
            return before != after or before == _ELSEWHERE
        if before != after and not strict:
            return True
        begin, borders = self._borders(place)
        return place - begin in borders

    def end_of(self, name: _Name, first: int, last: int) -> int | None:
        """Return where a name ends that stands at these units; None if it is no such name here."""
        start, end = self.units[first].start, self.units[last].end
        text = self.normal.text
        # One ideograph is a name only where it is a word: 銅, but not in 青銅.
        strict = first == last and _script(text[start]) not in (0, _ELSEWHERE)
        if not self._is_border(start, strict=strict):
            return None
        if _LATIN.match(text[end - 1]):
            return self._latin_end(name, start, end)
        return self._japanese_end(self.units[last].start + 1, end, strict=strict)

    def _japanese_end(self, least: int, end: int, *, strict: bool) -> int | None:
        """Return the end: with the inflected rest of the word (磨きます), without the next (研削し)."""
        rest = end
        while rest > least and _HIRAGANA.match(self.normal.text[rest - 1]):
            rest -= 1
        while True:
            if self._is_border(rest, strict=True):
                return rest
            if not _HIRAGANA.match(self.normal.text[rest]):
                break
            rest += 1
        return end if not strict and self._is_border(end) else None

    def _latin_end(self, name: _Name, start: int, end: int) -> int | None:
        text = self.normal.text
        written = text[start:end]
        if name.is_material and len(name.text) > 1:
            goes_on = _FORM if any(each.isdigit() for each in written) else _GRADE
            form = goes_on.match(text, end)
            if form:
                return form.end()
        if not self._is_border(end):
            return None
        if len(name.text) <= _ACRONYM_UP_TO and name.text.isascii() and name.text.isalpha():
            in_number = _NUMBERED_AFTER.match(text, end) or _NUMBERED_BEFORE.search(
                text[max(start - _LOOK_BACK, 0) : start]
            )
            needs_capital = name.is_material or len(name.text) <= _CAPITALS_UP_TO
            if in_number or (needs_capital and not self._is_capital(start)):
                return None
        return end

    def _is_capital(self, start: int) -> bool:
        return self._original[self.normal.starts[start]].isupper()


def _script(character: str) -> int:
    return next(
        (number for number, script in enumerate(_SCRIPTS) if script.match(character)), _ELSEWHERE
    )


def _closures(concepts: dict[str, Concept]) -> dict[str, tuple[str, ...]]:
    """Return for each code itself and everything broader, the nearest first."""
    return {code: (code, *_above(code, concepts)) for code in concepts}


def _above(code: str, concepts: dict[str, Concept]) -> Iterator[str]:
    seen: set[str] = set()
    level = sorted(concepts[code].broader)
    while level:
        for each in level:
            if each not in concepts:
                raise ValueError(f"{code} stands under {each}, which does not exist")
            if each == code:
                raise ValueError(f"{code} stands under itself")
        fresh = [each for each in dict.fromkeys(level) if each not in seen]
        yield from fresh
        seen.update(fresh)
        level = sorted({above for each in fresh for above in concepts[each].broader})


def _digest(ordered: Iterable[Concept]) -> str:
    content = repr(
        [
            (each.code, each.kind, sorted(set(each.labels)), sorted(set(each.broader)))
            for each in ordered
        ]
    )
    return sha256(content.encode()).hexdigest()[:_DIGEST_LENGTH]
