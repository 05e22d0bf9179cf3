"""Why a profile was found: similarities per readable term, and the places to mark in both texts."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from operator import itemgetter
from typing import Final, NamedTuple

from sme_match.matching.engine.documents import Document, Passage
from sme_match.matching.engine.index import Index, Place
from sme_match.matching.engine.lexicon import Query
from sme_match.matching.engine.normal import Token, normalize
from sme_match.matching.engine.text import word_tokens

EXCERPT_CHARACTERS: Final = 120
_EXCERPT_LEAD: Final = 20
_GRAM_BLOCKS: Final = ("cjk", "latin")
_CONCEPTS: Final = "concept"
# Sets entries for concepts apart from those for words; no text holds it.
_CONCEPT_MARK: Final = "\0"


class Mark(NamedTuple):
    """A half-open place in a named field."""

    field: str
    start: int
    end: int


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
class Excerpt:
    """A piece of the profile's best line; marks are half-open places in `text`."""

    field: str
    start: int
    text: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The similarities of the terms sum to `similarity`; strongest term first."""

    similarity: float
    terms: tuple[TermSimilarity, ...]
    query_marks: tuple[Mark, ...]
    document_marks: tuple[Mark, ...]
    excerpt: Excerpt | None


class Explainer:
    """Explains many profiles against one need; what concerns the need alone is done once.

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
        self._shares = {
            term: {group: weight / sum(groups.values()) for group, weight in groups.items()}
            for term, groups in weights.items()
        }

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
        found = segment.contributions(self._query, place.place, line, self._index.lexicon)
        similarities: dict[str, float] = defaultdict(float)
        matched: dict[tuple[str, str], tuple[str, ...]] = {}
        for block, term, value in found:
            shares = self._shares.get((block, term), {})
            matched[block, term] = tuple(shares)
            for group, share in shares.items():
                similarities[group] += value * share
        document = segment.documents[place.place]
        counterparts = self._counterparts(document, matched)
        self._fold_same_words(similarities, counterparts)
        ordered = sorted(similarities, key=lambda group: (-similarities[group], group))
        marks = _merged(mark for group in ordered for mark in counterparts[group].marks)
        return Explanation(
            similarity=sum(contribution.similarity for contribution in found),
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
            query_marks=_merged(mark for group in ordered for mark in self._places[group]),
            document_marks=marks,
            excerpt=None if line < 0 else _excerpt(segment.passage(place.place, line), marks),
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
                and _plain(self._labels[group]) == _plain(counterparts[group].surface)
            ):
                value = similarities.pop(group)
                for word in here:
                    similarities[word] += value / len(here)

    def _counterparts(
        self, document: Document, matched: Mapping[tuple[str, str], tuple[str, ...]]
    ) -> dict[str, "_Counterpart"]:
        """Return where each entry of the need is found in the profile.

        A word is marked where the profile has the same word; only where it has none, the longest
        common pieces are marked.
        """
        marks: dict[Relation, dict[str, list[Mark]]] = defaultdict(lambda: defaultdict(list))
        for name, text in document.fields.items():
            for block, analyzer in self._analyzers.items():
                tokens = analyzer.tokens(text)
                around = _terms_at(tokens) if block == _CONCEPTS else {}
                for token in tokens:
                    for group in matched.get((block, token.term), ()):
                        relation = Relation.SAME if block == "word" else Relation.PART
                        if block == _CONCEPTS:
                            there = around[token.start, token.end]
                            relation = self._kinship(token.term, self._concepts[group], there)
                        marks[relation][group].append(Mark(name, token.start, token.end))
        found = {}
        for group in {group for groups in marks.values() for group in groups}:
            relation = next(each for each in Relation if group in marks[each])
            places = marks[relation][group]
            if relation is Relation.PART:
                places = _longest(places)
            found[group] = _Counterpart(tuple(places), _surface(document, places), relation)
        return found

    def _kinship(self, term: str, here: set[str], there: set[str]) -> Relation:
        """Tell how two names stand to each other that share a concept or a broader one of both."""
        broader_of = self._index.lexicon.thesaurus.broader_of
        named = (all(term not in broader_of(other) for other in names) for names in (here, there))
        return Relation.ALIKE if any(named) else Relation.KIN


class _Counterpart(NamedTuple):
    marks: tuple[Mark, ...]
    surface: str
    relation: Relation


def _terms_at(tokens: Iterable[Token]) -> dict[tuple[int, int], set[str]]:
    terms: dict[tuple[int, int], set[str]] = defaultdict(set)
    for token in tokens:
        terms[token.start, token.end].add(token.term)
    return terms


def _owners_of(token: Token, owners: Mapping[int, list[str]]) -> list[str]:
    """Return the words on which a token lies."""
    places = range(token.start, token.end)
    return list(dict.fromkeys(word for place in places for word in owners.get(place, ())))


def _plain(text: str) -> str:
    return normalize(text).text


def _excerpt(passage: Passage, marks: Iterable[Mark]) -> Excerpt:
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


def _longest(marks: list[Mark]) -> list[Mark]:
    merged = _merged(marks)
    length = max(mark.end - mark.start for mark in merged)
    return [mark for mark in merged if mark.end - mark.start == length]


def _surface(document: Document, marks: Iterable[Mark]) -> str:
    """Return the most frequent wording at these places, the first of equals."""
    wordings = Counter(document.fields[mark.field][mark.start : mark.end] for mark in marks)
    return wordings.most_common(1)[0][0] if wordings else ""


def _merged(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    by_field: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for mark in marks:
        by_field[mark.field].append((mark.start, mark.end))
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
