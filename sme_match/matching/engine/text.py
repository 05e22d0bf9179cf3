"""From free Japanese and English text to terms that know where they stand in it.

Three analyzers feed the index: words, Japanese character n-grams and Latin character n-grams.
"""

import re
import sys
import threading
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from sudachipy import (  # type: ignore[import-untyped]  # ships stubs without a py.typed mark
    Dictionary,
    Morpheme,
    SplitMode,
    Tokenizer,
)

from sme_match.matching.engine.normal import (
    CJK,
    CJK_RUN,
    FINAL_LONG_VOWEL,
    NormalText,
    Token,
    normalize,
    without,
)
from sme_match.matching.engine.quantities import QUANTITY

# Sudachi refuses input above 49,149 bytes; a Japanese character takes three bytes in UTF-8.
SUDACHI_CHARACTERS: Final = 12_000
_CACHED_TEXTS: Final = 65_536
# Explaining thirty companies reads each need and profile again and again, with their places.
_CACHED_PLACES: Final = 2_000

CJK_GRAMS: Final = (1, 2)
LATIN_GRAMS: Final = (3, 4, 5)


# Terms that neither Sudachi nor a plain word rule keeps whole: it reads SUS304 as sus + 304 and
# M3 as a cubic metre. Named groups say how the surface becomes a term; the first match wins.
# Look-aheads are bounded so that no text takes more than linear time.
_LATIN: Final = r"a-zß-öø-ɏḁ-ỿ"
_NUMBER: Final = r"\d+(?:,\d{3})*(?:\.\d+)?"
_PROTECTED: Final = re.compile(
    rf"""
    (?P<standard>(?<![a-z])(?:jis|iso|iatf|as|en|astm|din|nadcap|mil)(?:/?(?:ts|iec))?
        [ -]?[a-z]?[ -]?\d{{2,6}}(?:-\d+)?(?![a-z0-9]))(?::\d{{4}})?
    | (?P<tolerance>(?:±|\+/-)[ ]?{_NUMBER})[ ]?(?P<tolerance_unit>mm|ミリ|μm?|um|ミクロン)?
    | (?P<size>φ[ ]?{_NUMBER})[ ]?(?:mm|ミリ)?
    | (?P<roughness>(?<![a-z])r[az][ ]?\d+(?:\.\d+)?)
    | (?P<axes>[2-9五三四][ ]?軸)
    | (?P<lot>(?<!\d)\d{{1,6}}[ ]?(?:個|本|枚|台|点)(?:から|より|~))
    | (?P<quantity>{QUANTITY})
    | (?P<code>(?<![a-z0-9])(?=[a-z0-9/-]{{0,40}}\d)(?=[a-z0-9/-]{{0,40}}[a-z])
        [a-z0-9]+(?:[-/][a-z0-9]+)*)
    | (?P<word>[{_LATIN}]+)
    | (?P<japanese>[{CJK}]+)
    """,
    re.VERBOSE,
)
_CODE_PART: Final = re.compile(r"[a-z0-9]+")
_AXES: Final = str.maketrans("三四五", "345")

# Grammar words of English; Japanese ones fall away by their part of speech.
_STOP_WORDS: Final = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be by can for from in into is it of on or our that the their this to "
        "up we which will with you your",
    )
)
_CONTENT: Final = frozenset({"名詞", "動詞", "形容詞", "形状詞"})
_EMPTY_KINDS: Final = frozenset({"数詞", "助動詞語幹", "非自立可能"})


@lru_cache(maxsize=1)
def _dictionary() -> Dictionary:
    return Dictionary()


# A Sudachi Tokenizer must not be shared between threads; a Dictionary may.
_per_thread = threading.local()


def _tokenizer() -> Tokenizer:
    """Return this thread's tokenizer; loading it waits until the first text."""
    if not hasattr(_per_thread, "tokenizer"):
        _per_thread.tokenizer = _dictionary().tokenizer(mode=SplitMode.A)
    return _per_thread.tokenizer


@lru_cache(maxsize=_CACHED_PLACES)
def word_tokens(text: str) -> tuple[Token, ...]:
    """Return the words of the text with their places.

    Standards, grades, dimensions and part codes stay whole; Latin words are lightly stemmed;
    Japanese runs are split by Sudachi into short units in their dictionary form.
    """
    normal = normalize(text)
    tokens: list[Token] = []
    for match in _PROTECTED.finditer(normal.text):
        kind = match.lastgroup
        surface, start, end = match.group(), match.start(), match.end()
        if kind == "japanese":
            tokens.extend(normal.token(*place) for place in _japanese_words(surface, start))
        elif kind == "word":
            if surface not in _STOP_WORDS:
                tokens.append(normal.token(stem(surface), start, end))
        elif kind == "code":
            tokens.extend(normal.token(*place) for place in _code_terms(surface, start))
        elif kind != "quantity":
            tokens.append(normal.token(_protected_term(match), start, end))
    return tuple(tokens)


def _protected_term(match: re.Match[str]) -> str:
    if match["tolerance"]:
        number = float(match["tolerance"].lstrip("±+/- ").replace(",", ""))
        micrometres = match["tolerance_unit"] not in (None, "mm", "ミリ")
        return f"±{number / 1000 if micrometres else number:g}"
    surface = next(value for value in match.groups() if value)
    return re.sub(r"[ ,]|(?<=[a-z])-(?=\d)", "", surface).translate(_AXES)


def _code_terms(surface: str, start: int) -> Iterator[tuple[str, int, int]]:
    """Yield a part code whole, then its parts ("lm500-g07", "lm500", "g07")."""
    yield surface, start, start + len(surface)
    parts = list(_CODE_PART.finditer(surface))
    if len(parts) > 1:
        for part in parts:
            if not part.group().isdigit() and part.group() not in _STOP_WORDS:
                yield part.group(), start + part.start(), start + part.end()


def _japanese_words(surface: str, start: int) -> Iterator[tuple[str, int, int]]:
    for offset in range(0, len(surface), SUDACHI_CHARACTERS):
        base = start + offset
        for term, begin, end in _segment(surface[offset : offset + SUDACHI_CHARACTERS]).words:
            yield term, base + begin, base + end


class _Segments(NamedTuple):
    """The content words of a Japanese run with their places, and where any word begins."""

    words: tuple[tuple[str, int, int], ...]
    borders: tuple[int, ...]


@lru_cache(maxsize=_CACHED_TEXTS)
def _segment(run: str) -> _Segments:
    """Split a Japanese run; remembered, for shops share their phrases."""
    morphemes = list(_tokenizer().tokenize(run))
    return _Segments(
        tuple(
            (sys.intern(_dictionary_form(morpheme)), morpheme.begin(), morpheme.end())
            for morpheme in morphemes
            if _is_content(morpheme)
        ),
        tuple(morpheme.begin() for morpheme in morphemes),
    )


def word_borders(run: str) -> frozenset[int]:
    """Return the places in a Japanese run of normalised text where a word begins or ends."""
    pieces = range(0, len(run), SUDACHI_CHARACTERS)
    return frozenset(
        offset + border
        for offset in pieces
        for border in _segment(run[offset : offset + SUDACHI_CHARACTERS]).borders
    ) | {len(run)}


def _dictionary_form(morpheme: Morpheme) -> str:
    """Return Sudachi's form; it knows センタ as センター, but not ローラ as ローラー."""
    return FINAL_LONG_VOWEL.sub("", morpheme.normalized_form().lower())


_content_by_id: Final[dict[int, bool]] = {}


def _is_content(morpheme: Morpheme) -> bool:
    """Tell whether the part of speech carries meaning; asked once per part of speech."""
    known = _content_by_id.get(morpheme.part_of_speech_id())
    if known is None:
        kind, *details = morpheme.part_of_speech()
        known = kind in _CONTENT and _EMPTY_KINDS.isdisjoint(details)
        _content_by_id[morpheme.part_of_speech_id()] = known
    return known


_ENDINGS: Final = (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x"))
_SHORTEST_STEM: Final = 3
_VOWEL: Final = re.compile(r"[aeiouy]")


def stem(word: str) -> str:
    """Return a Latin word without plural, -ing, -ed and final -e.

    Light on purpose: it joins "machining", "machined" and "machines" and leaves short words
    and part names ("assy", "bearing" beside "bearings") recognisable.
    """
    word = _singular(word)
    for ending in ("ing", "ed"):
        base = word.removesuffix(ending)
        if base != word and len(base) >= _SHORTEST_STEM and _VOWEL.search(base):
            word = base[:-1] if base[-1] == base[-2] and base[-1] not in "lsz" else base
            break
    return word[:-1] if len(word) > _SHORTEST_STEM + 1 and word.endswith("e") else word


def _singular(word: str) -> str:
    for ending, replacement in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word.removesuffix(ending) + replacement
    if len(word) > _SHORTEST_STEM and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


_LATIN_RUN: Final = re.compile(rf"[{_LATIN}0-9]+")
_AMOUNT: Final = re.compile(QUANTITY)
_SAYS_NOTHING: Final = re.compile(r"[ぁ-ゖ]+|[ァ-ヿ]")


def _gram_places(text: str, runs: re.Pattern[str], sizes: tuple[int, ...]) -> Iterator[tuple[str, int]]:
    for match in runs.finditer(text):
        run, start = match.group(), match.start()
        for size in sizes:
            for place in range(len(run) - size + 1):
                yield run[place : place + size], start + place


def _gram_text(text: str) -> NormalText:
    """Return the text that is cut into pieces: without amounts and final long vowels."""
    normal = without(normalize(text), FINAL_LONG_VOWEL)
    return normal._replace(text=_AMOUNT.sub(lambda match: " " * len(match.group()), normal.text))


def _gram_tokens(text: str, runs: re.Pattern[str], sizes: tuple[int, ...]) -> list[Token]:
    normal = _gram_text(text)
    return [
        normal.token(gram, place, place + len(gram))
        for gram, place in _gram_places(normal.text, runs, sizes)
    ]


def _gram_terms(text: str, runs: re.Pattern[str], sizes: tuple[int, ...]) -> list[str]:
    return [gram for gram, _ in _gram_places(_plain_gram_text(text), runs, sizes)]


@lru_cache(maxsize=_CACHED_TEXTS)
def _plain_gram_text(text: str) -> str:
    """Return `_gram_text` without places; remembered, for each analyzer asks for it."""
    return _gram_text(text).text


@lru_cache(maxsize=_CACHED_TEXTS)
def _says_something(gram: str) -> bool:
    """Tell whether a gram is more than grammar (hiragana) or a single kana."""
    return not _SAYS_NOTHING.fullmatch(gram)


@lru_cache(maxsize=_CACHED_PLACES)
def cjk_gram_tokens(text: str) -> tuple[Token, ...]:
    """Return pairs of characters and single ideographs of the Japanese runs, with their places.

    A single ideograph often is a word (銅, 管). Grammar in hiragana and a single kana say
    nothing and only blur the ranking and its explanation.
    """
    tokens = _gram_tokens(text, CJK_RUN, CJK_GRAMS)
    return tuple(token for token in tokens if _says_something(token.term))


@lru_cache(maxsize=_CACHED_PLACES)
def latin_gram_tokens(text: str) -> tuple[Token, ...]:
    """Return the 3- to 5-character pieces of the Latin runs, with their places."""
    return tuple(_gram_tokens(text, _LATIN_RUN, LATIN_GRAMS))


def find_grams(text: str, grams: Iterable[str]) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """Yield those of some pieces that stand in a text, with their places.

    They are pieces that `cjk_gram_tokens` or `latin_gram_tokens` know, so that looking for one
    finds just the places at which these cut it.
    """
    normal = _gram_text(text)
    for gram in grams:
        places, place = [], normal.text.find(gram)
        while place >= 0:
            places.append(normal.place(place, place + len(gram)))
            place = normal.text.find(gram, place + 1)
        if places:
            yield gram, places


@lru_cache(maxsize=_CACHED_TEXTS)
def word_terms(text: str) -> tuple[str, ...]:
    """Return the terms of `word_tokens`; remembered, for a profile changes line by line."""
    return tuple(sys.intern(token.term) for token in word_tokens(text))


def cjk_gram_terms(text: str) -> list[str]:
    """Return the terms of `cjk_gram_tokens`."""
    return [gram for gram in _gram_terms(text, CJK_RUN, CJK_GRAMS) if _says_something(gram)]


def latin_gram_terms(text: str) -> list[str]:
    """Return the terms of `latin_gram_tokens`."""
    return _gram_terms(text, _LATIN_RUN, LATIN_GRAMS)
