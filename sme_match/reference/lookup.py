"""What the reference lists share: entries with a Japanese and an English name, found leniently."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

_KATAKANA_TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヴ") + 1)}
# The small ones of place names (金ヶ崎) are written large as often.
_KATAKANA_TO_HIRAGANA |= {ord("ヵ"): ord("か"), ord("ヶ"): ord("け")}
# Spaces, hyphens, brackets and the long vowel mark are written or left out at will.
_OPTIONAL = re.compile(r"[\s\-‐‑–—−_・,.、。/()\[\]「」:ー~〜]")


def fold_name(text: str) -> str:
    """Return the form under which names of reference entries are compared.

    >>> fold_name("ワイヤーカット") == fold_name("ﾜｲﾔ・ｶｯﾄ")
    True
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _OPTIONAL.sub("", folded).translate(_KATAKANA_TO_HIRAGANA)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a reference list."""

    code: str
    ja: str
    en: str

    def name(self, lang: str = "ja") -> str:
        """Return the English name for any English locale that has one, else the Japanese name."""
        return self.en if lang.casefold().startswith("en") and self.en else self.ja


EntryT = TypeVar("EntryT", bound=Entry)


class NameIndex(Generic[EntryT]):
    """Entries by folded name, in tiers of falling trust.

    A name that several entries of the first matching tier share finds nothing: a wrong
    prefecture or process is worse than a question to the user.
    """

    def __init__(self, entries: Iterable[EntryT], *tiers: Callable[[EntryT], Iterable[str]]) -> None:
        self._tiers: list[dict[str, dict[str, EntryT]]] = [{} for _ in tiers]
        for entry in entries:
            for tier, names_of in zip(self._tiers, tiers, strict=True):
                for name in names_of(entry):
                    tier.setdefault(fold_name(name), {})[entry.code] = entry
        for tier in self._tiers:
            tier.pop("", None)

    def find_all(self, text: str) -> tuple[EntryT, ...]:
        """Return the entries of the first tier that knows the name."""
        key = fold_name(text)
        for tier in self._tiers:
            if key in tier:
                return tuple(tier[key].values())
        return ()

    def find(self, text: str) -> EntryT | None:
        """Return the only entry of that name, or None."""
        found = self.find_all(text)
        return found[0] if len(found) == 1 else None
