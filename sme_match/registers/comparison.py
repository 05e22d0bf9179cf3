"""Whether a file says what is registered already, whatever the width of its letters."""

import re

from sme_match.core.text import normalize_multiline
from sme_match.tables.writing import GETA

# One character may become several when its width is normalised (㎜ is mm).
_LOST_CHARACTER = ".{1,4}"
# Unicode has two characters where old Japanese encodings have one.
_TWINS = str.maketrans("〜−—‖", "~-―∥")


def says_the_same(stored: object, stated: object) -> bool:
    """Compare a stored value with one that was read from a file.

    Reading normalises the width of letters; a text that was stored before it was normalised, or by
    another way, is no change because of that. Neither is the mark that an export leaves where its
    encoding lacks a character.

    >>> says_the_same("加工（切削）", "加工(切削)")
    True
    """
    if stored == stated:
        return True
    if isinstance(stored, str) and isinstance(stated, str):
        return _same_text(_fold(stored), _fold(stated))
    if isinstance(stored, list | tuple) and isinstance(stated, list | tuple):
        return len(stored) == len(stated) and all(map(says_the_same, stored, stated))
    if isinstance(stored, dict) and isinstance(stated, dict):
        names = stored.keys() | stated.keys()
        return all(says_the_same(stored.get(name) or "", stated.get(name) or "") for name in names)
    return False


def _fold(text: str) -> str:
    return normalize_multiline(text).translate(_TWINS)


def _same_text(stored: str, stated: str) -> bool:
    if GETA not in stated or GETA in stored:
        return stored == stated
    pattern = _LOST_CHARACTER.join(re.escape(part) for part in stated.split(GETA))
    return re.fullmatch(pattern, stored) is not None
