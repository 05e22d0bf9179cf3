"""One spelling for what people write in many: widths, old characters, dashes, gaps."""

import re
import unicodedata
from typing import Final, NamedTuple

from sme_match.matching.engine.characters import MODERN_FORMS


class Token(NamedTuple):
    """A term and its half-open place in the original text."""

    term: str
    start: int
    end: int


class NormalText(NamedTuple):
    """Normalised text with, for each character, its half-open place in the original."""

    text: str
    starts: tuple[int, ...] | range
    ends: tuple[int, ...] | range

    def token(self, term: str, start: int, end: int) -> Token:
        """Return the term with its place translated to the original text."""
        return Token(term, *self.place(start, end))

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return the place in the original text of a non-empty piece of the normalised one."""
        return self.starts[start], self.ends[end - 1]


CJK: Final = (
    r"\u3005\u3041-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
)
"""Kana and ideographs, for a character class of a regular expression."""
CJK_RUN: Final = re.compile(rf"[{CJK}]+")

# A sound mark may stand apart from its kana: half-width (ｶﾞ), combining, or torn off by a
# PDF ("カ ゙ス"); it belongs to the character before it.
_CLUSTER: Final = re.compile(
    r"[ぁ-ゖァ-ヺｦ-ﾝ] ?[\u3099-\u309cﾞﾟ]|[^\x00-\x7f][\u0300-\u036f]+|.", re.DOTALL
)
_SOUND_MARKS: Final = str.maketrans({"゛": "\u3099", "゜": "\u309a", "ﾞ": "\u3099", "ﾟ": "\u309a"})
_TORN_MARK: Final = re.compile(r"[゛゜\u3099\u309a]")
_MARK: Final = re.compile(r"[\u0300-\u036f\u3099-\u309cﾞﾟ]")
_GAP: Final = re.compile(rf"(?<=[{CJK}])[ \t\u3000]+(?=[{CJK}])")
# "コントロ-ル": a hyphen typed for the long vowel.
_LONG_VOWEL: Final = re.compile(r"(?<=[ァ-ヺー])-(?![0-9a-z])")
# A katakana word of three sounds or more may or may not write its last long vowel
# (センタ, センター; JIS Z 8301 leaves it out); a shorter one is another word without it (カバー).
FINAL_LONG_VOWEL: Final = re.compile(r"(?<=[ァ-ヺー][ァ-ヺー][ァ-ヺ])ー(?![ァ-ヺー])")
_ONE_TO_ONE: Final = (
    MODERN_FORMS
    | str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
    | str.maketrans(dict.fromkeys("øØΦ⌀", "φ"))
    | str.maketrans({"〜": "~"})
)


class _Alone(dict[int, str]):
    """For `str.translate`: each character normalised alone, worked out once."""

    def __missing__(self, character: int) -> str:
        return self.setdefault(character, unicodedata.normalize("NFKC", chr(character)).lower())


_ALONE: Final = _Alone()


def normalize(text: str) -> NormalText:
    """Return the text in NFKC, lower case and modern characters, gaps inside Japanese closed.

    Each original character is normalised alone (with its sound mark), so that every
    character of the result can be marked in the text that the user wrote.
    """
    plain = text.lower()
    if (
        len(plain) != len(text)
        or not unicodedata.is_normalized("NFKC", plain)
        or _TORN_MARK.search(plain)
    ):
        plain = "" if _MARK.search(text) else text.translate(_ALONE)
    places: tuple[tuple[int, ...] | range, tuple[int, ...] | range]
    if len(plain) == len(text):
        places = (range(len(text)), range(1, len(text) + 1))
    else:
        pieces: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        for match in _CLUSTER.finditer(text):
            cluster = match.group()
            if len(cluster) > 1:
                cluster = cluster.replace(" ", "").translate(_SOUND_MARKS)
                piece = unicodedata.normalize("NFKC", cluster).lower()
            else:
                piece = _ALONE[ord(cluster)]
            pieces.append(piece)
            starts.extend([match.start()] * len(piece))
            ends.extend([match.end()] * len(piece))
        plain, places = "".join(pieces), (tuple(starts), tuple(ends))
    plain = _LONG_VOWEL.sub("ー", plain.translate(_ONE_TO_ONE))
    return without(NormalText(plain, *places), _GAP)


def without(normal: NormalText, pattern: re.Pattern[str]) -> NormalText:
    """Drop what the pattern matches ("モ リブデン"); the rest keeps its places."""
    gaps = [match.span() for match in pattern.finditer(normal.text)]
    if not gaps:
        return normal
    dropped = {place for start, end in gaps for place in range(start, end)}
    kept = [place for place in range(len(normal.text)) if place not in dropped]
    return NormalText(
        "".join(normal.text[place] for place in kept),
        tuple(normal.starts[place] for place in kept),
        tuple(normal.ends[place] for place in kept),
    )
