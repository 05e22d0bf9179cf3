"""Why a profile was found: similarities per readable term, and the places to mark in both texts."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sme_match.matching.engine.documents import Document, Passage
from sme_match.matching.engine.index import Index, Place
from sme_match.matching.engine.lexicon import Query
from sme_match.matching.engine.marks import Excerpt, Mark, excerpt_of, longest, merge, merged
from sme_match.matching.engine.normal import Token, normalize
from sme_match.matching.engine.segment import Segment
from sme_match.matching.engine.text import find_grams, word_tokens

_CACHED_SURFACES: Final = 4_096
_GRAM_BLOCKS: Final = ("cjk", "latin")
_WORDS: Final = "word"
_CONCEPTS: Final = "concept"
_PIECES: Final = "piece"
_KINDS: Final = {"word": _WORDS, "concept": _CONCEPTS, **dict.fromkeys(_GRAM_BLOCKS, _PIECES)}
# Sets entries for concepts apart from those for words; no text holds it.
_CONCEPT_MARK: Final = "\0"


class Relation(StrEnum):
    """How a word of the need stands to its counterpart in the profile."""

    SAME = "same"
    """The same word, perhaps written or inflected in another way."""
    ALIKE = "alike"
    """Another word for the same thing, or for a kind of it, as the thesaurus knows (≒)."""
    KIN = "kin"
    """Something else of the same kind: SUS316 for SUS304, both of which are ステンレス."""
    PART = "part"
    """Only pieces of the word are found."""


class TermSimilarity(NamedTuple):
    """What a word of the need adds to the similarity, with its counterpart in the profile.

    `field` is where in the profile the counterpart stands.
    """

    query_term: str
    document_term: str
    similarity: float
    relation: Relation = Relation.SAME
    field: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The similarities of the terms sum to `similarity`; strongest term first."""

    similarity: float
    terms: tuple[TermSimilarity, ...]
    query_marks: tuple[Mark, ...]
    document_marks: tuple[Mark, ...]
    excerpt: Excerpt | None


class _Column(NamedTuple):
    """A term of the need, and how it is divided over the entries to which it belongs."""

    kind: str
    term: str
    shares: Sequence[tuple[str, float]]


_Matched: TypeAlias = Mapping[str, Mapping[str, int]]
"""Kind -> term that need and profile share -> its number in the need."""


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines of a profile, and which of them share which terms with the need."""

    passages: Sequence[Passage]
    numbers: NDArray[np.intp]
    rows: NDArray[np.intp]

    def with_any(self, terms: Iterable[int]) -> Iterator[Passage]:
        """Yield the lines that hold one of these terms, in order."""
        held = np.isin(self.numbers, list(terms))
        for row in np.unique(self.rows[held]).tolist():
            yield self.passages[row]


class Explainer:
    """Explains many profiles against one need; what concerns the need alone is done once.

    Of a profile only those lines are read that share a term with the need, as the index knows.

    Pieces of words are folded into the word of the need on which they lie, in equal parts when
    there are several, so that a reader meets only words that stand in the need. A concept of the
    thesaurus is folded likewise where the profile names it with the same words; where it uses
    others, it is an entry of its own: "旋盤 ≒ turning".
    """

    def __init__(self, index: Index, query: Query) -> None:
        self._index = index
        self._query = query
        self._analyzers = index.lexicon.analyzers
        self._places: dict[str, list[Mark]] = defaultdict(list)
        self._labels: dict[str, str] = {}
        self._words: dict[str, tuple[str, ...]] = {}
        self._concepts: dict[str, set[str]] = defaultdict(set)
        weights: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for name, text in query.document.fields.items():
            weight = index.settings.field_weight(name)
            for block, token, groups in self._read(name, text):
                for group in groups:
                    weights[block, token.term][group] += weight / len(groups)
        self._plain_labels = {group: _plain(self._labels[group]) for group in self._words}
        terms = [index.lexicon.term(column) for column in query.columns.tolist()]
        self._columns = [
            _Column(_KINDS[block], term, tuple(_shares(weights[block, term]))) for block, term in terms
        ]
        self._groups = [[group for group, _ in column.shares] for column in self._columns]
        self._numbers = np.full(index.lexicon.width, -1, dtype=np.int32)
        self._numbers[query.columns] = np.arange(len(query.columns))

    def _read(self, name: str, text: str) -> Iterator[tuple[str, Token, list[str]]]:
        """Yield each token of the need with the entries that it belongs to."""
        owners: dict[int, list[str]] = defaultdict(list)
        for token in word_tokens(text):
            self._note(token.term, name, text, token.start, token.end)
            for place in range(token.start, token.end):
                owners[place].append(token.term)
            yield "word", token, [token.term]
        for block, analyzer in self._analyzers.items():
            if block in _GRAM_BLOCKS:
                yield from self._read_pieces(block, analyzer.tokens(text), owners, name, text)
            elif block == _CONCEPTS:
                for token in analyzer.tokens(text):
                    group = _CONCEPT_MARK + text[token.start : token.end]
                    self._note(group, name, text, token.start, token.end)
                    self._words.setdefault(group, tuple(_owners_of(token, owners)))
                    self._concepts[group].add(token.term)
                    yield block, token, [group]

    def _read_pieces(
        self,
        block: str,
        tokens: Iterable[Token],
        owners: Mapping[int, list[str]],
        name: str,
        text: str,
    ) -> Iterator[tuple[str, Token, list[str]]]:
        homeless = []
        for token in tokens:
            groups = _owners_of(token, owners)
            if groups:
                yield block, token, groups
            else:
                homeless.append(token)
        pieces = merge((token.start, token.end) for token in homeless)
        for start, end in pieces:
            self._note(text[start:end], name, text, start, end)
        for token in homeless:
            start, end = pieces[bisect_right(pieces, token.start, key=itemgetter(0)) - 1]
            yield block, token, [text[start:end]]

    def _note(self, group: str, name: str, text: str, start: int, end: int) -> None:
        self._labels.setdefault(group, text[start:end])
        self._places[group].append(Mark(name, start, end))

    def explain(self, place: Place, line: int) -> Explanation:
        """Return the terms, marks and excerpt for one profile whose best line is known."""
        segment = self._index.segments[place.segment]
        shared, values = segment.contributions(self._query, place.place, line)
        similarities: dict[str, float] = defaultdict(float)
        matched: dict[str, dict[str, int]] = {_WORDS: {}, _CONCEPTS: {}, _PIECES: {}}
        for number, value in zip(shared, values, strict=True):
            kind, term, shares = self._columns[number]
            matched[kind][term] = number
            for group, share in shares:
                similarities[group] += value * share
        document = segment.documents[place.place]
        lines = self._lines(segment, place)
        counterparts = self._counterparts(document, lines, matched)
        self._fold_same_words(similarities, counterparts)
        ordered = sorted(similarities, key=lambda group: (-similarities[group], group))
        marks = merged(mark for group in ordered for mark in counterparts[group].marks)
        return Explanation(
            similarity=sum(values),
            terms=tuple(
                TermSimilarity(
                    self._labels[group],
                    counterparts[group].surface,
                    similarities[group],
                    counterparts[group].relation,
                    counterparts[group].marks[0].field if counterparts[group].marks else "",
                )
                for group in ordered
            ),
            query_marks=merged(mark for group in ordered for mark in self._places[group]),
            document_marks=marks,
            excerpt=(
                None
                if line < 0
                else excerpt_of(lines.passages[line - int(segment.firsts[place.place])], marks)
            ),
        )

    def _lines(self, segment: Segment, place: Place) -> _Lines:
        """Return the lines of a profile with the terms of the need that the index counted there."""
        first, end = segment.firsts[place.place : place.place + 2]
        starts = segment.counts.indptr[first : end + 1]
        numbers = self._numbers[segment.counts.indices[starts[0] : starts[-1]]]
        held = np.flatnonzero(numbers >= 0)
        return _Lines(
            passages=list(segment.documents[place.place].passages()),
            numbers=numbers[held],
            rows=np.searchsorted(starts, held + starts[0], side="right") - 1,
        )

    def _fold_same_words(
        self, similarities: dict[str, float], counterparts: Mapping[str, "_Counterpart"]
    ) -> None:
        """Add a concept that both sides name with the same words to these words."""
        for group, words in self._words.items():
            here = [word for word in words if word in similarities]
            if (
                group in similarities
                and here
                and self._plain_labels[group] == _plain(counterparts[group].surface)
            ):
                value = similarities.pop(group)
                for word in here:
                    similarities[word] += value / len(here)

    def _counterparts(
        self, document: Document, lines: _Lines, matched: _Matched
    ) -> dict[str, "_Counterpart"]:
        """Return where each entry of the need is found in the profile.

        A word is marked where the profile has the same word; only where it has none, the longest
        common pieces are marked.
        """
        found: dict[str, _Counterpart] = {}
        for relation, groups in self._named(lines, matched).items():
            for group in groups.keys() - found.keys():
                places = tuple(groups[group])
                found[group] = _Counterpart(places, _surface(document, places), relation)
        pieces = {
            term: left
            for term, number in matched[_PIECES].items()
            if (left := [group for group in self._groups[number] if group not in found])
        }
        held = lines.with_any(matched[_PIECES][term] for term in pieces)
        for group, spans in _find_pieces(held, pieces).items():
            places = longest(spans)
            found[group] = _Counterpart(places, _surface(document, places), Relation.PART)
        return found

    def _named(self, lines: _Lines, matched: _Matched) -> dict[Relation, dict[str, list[Mark]]]:
        """Return where the profile has the same word, or another name of a concept."""
        marks: dict[Relation, dict[str, list[Mark]]] = {
            relation: defaultdict(list) for relation in Relation
        }
        words, concepts = matched[_WORDS], matched[_CONCEPTS]
        for line in lines.with_any(words.values()):
            for token in word_tokens(line.text):
                for group in self._groups[words[token.term]] if token.term in words else ():
                    marks[Relation.SAME][group].append(_mark(line, token))
        for line in lines.with_any(concepts.values()):
            tokens = self._index.lexicon.thesaurus.tokens(line.text)
            around = _terms_at(tokens)
            for token in tokens:
                for group in self._groups[concepts[token.term]] if token.term in concepts else ():
                    there = around[token.start, token.end]
                    relation = self._kinship(token.term, self._concepts[group], there)
                    marks[relation][group].append(_mark(line, token))
        return marks

    def _kinship(self, term: str, here: set[str], there: set[str]) -> Relation:
        """Tell how two names stand to each other that share a concept or a broader one of both."""
        broader_of = self._index.lexicon.thesaurus.broader_of
        named = (all(term not in broader_of(other) for other in names) for names in (here, there))
        return Relation.ALIKE if any(named) else Relation.KIN


class _Counterpart(NamedTuple):
    marks: tuple[Mark, ...]
    surface: str
    relation: Relation


def _mark(line: Passage, token: Token) -> Mark:
    return Mark(line.field, line.start + token.start, line.start + token.end)


def _find_pieces(
    lines: Iterable[Passage], pieces: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, list[tuple[int, int]]]]:
    """Return for each entry and field where the pieces of the entry stand."""
    found: dict[str, dict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        for piece, places in find_grams(line.text, pieces):
            spans = [(line.start + start, line.start + end) for start, end in places]
            for group in pieces[piece]:
                found[group][line.field] += spans
    return found


def _shares(groups: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """Yield entries with the part of a term that belongs to each."""
    whole = sum(groups.values())
    for group, weight in groups.items():
        yield group, weight / whole


def _terms_at(tokens: Iterable[Token]) -> dict[tuple[int, int], set[str]]:
    terms: dict[tuple[int, int], set[str]] = defaultdict(set)
    for token in tokens:
        terms[token.start, token.end].add(token.term)
    return terms


def _owners_of(token: Token, owners: Mapping[int, list[str]]) -> list[str]:
    """Return the words on which a token lies."""
    places = range(token.start, token.end)
    return list(dict.fromkeys(word for place in places for word in owners.get(place, ())))


@lru_cache(maxsize=_CACHED_SURFACES)
def _plain(text: str) -> str:
    return normalize(text).text


def _surface(document: Document, marks: Iterable[Mark]) -> str:
    """Return the most frequent wording at these places, the first of equals."""
    wordings = [document.fields[name][start:end] for name, start, end in marks]
    return wordings[0] if len(wordings) == 1 else Counter(wordings).most_common(1)[0][0]
