"""Whether a file says what is registered already, whatever the width of its letters."""

from sme_match.core.text import normalize_multiline


def says_the_same(stored: object, stated: object) -> bool:
    """Compare a stored value with one that was read from a file.

    Reading normalises the width of letters; a text that was stored before it was normalised, or by
    another way, is no change because of that.

    >>> says_the_same("加工（切削）", "加工(切削)")
    True
    """
    if stored == stated:
        return True
    if isinstance(stored, str) and isinstance(stated, str):
        return normalize_multiline(stored) == normalize_multiline(stated)
    if isinstance(stored, list | tuple) and isinstance(stated, list | tuple):
        return len(stored) == len(stated) and all(map(says_the_same, stored, stated))
    if isinstance(stored, dict) and isinstance(stated, dict):
        names = stored.keys() | stated.keys()
        return all(says_the_same(stored.get(name) or "", stated.get(name) or "") for name in names)
    return False
