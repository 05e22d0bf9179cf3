"""Text as people type it in Japanese offices: width, spaces, marked messages."""

import re
import unicodedata

_SPACES = re.compile(r"\s+")
_CJK = r"[\u3040-\u30ff\u3400-\u9fff]"
# Text copied out of PDF files carries spaces inside Japanese words ("モ リブデン").
_SPACE_IN_CJK = re.compile(rf"(?<={_CJK}) (?={_CJK})")
_HYPHENS = re.compile(r"[‐‑‒–—―−ー－ｰ]")


def mark_text(text: str) -> str:
    """Mark a message for the translation catalogue without translating it here.

    Parts that know no web name their messages with this; the web layer translates them.
    """
    return text


def normalize_width(text: str) -> str:
    """Return the text in NFKC with single spaces and no space at either end.

    >>> normalize_width("　ＡＢＣ　ｱﾙﾐ ")
    'ABC アルミ'
    """
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", text)).strip()


def normalize_multiline(text: str) -> str:
    """Like `normalize_width`, line by line; blank lines at the ends fall away."""
    lines = (normalize_width(line) for line in text.replace("\r\n", "\n").split("\n"))
    return "\n".join(lines).strip("\n")


def close_cjk_gaps(text: str) -> str:
    """Remove single spaces between two Japanese characters."""
    return _SPACE_IN_CJK.sub("", text)


def digits_only(text: str) -> str:
    """Return the ASCII digits of a number typed with any width, hyphens or spaces."""
    return re.sub(r"[^0-9]", "", normalize_width(text))


def normalize_hyphens(text: str) -> str:
    """Return the text with every dash-like character as an ASCII hyphen (phone, postal code)."""
    return _HYPHENS.sub("-", normalize_width(text))


def fold_for_search(text: str) -> str:
    """Return the form under which names are compared: NFKC, lower case, no company-form words.

    >>> fold_for_search("㈱ みやぎ精密") == fold_for_search("株式会社みやぎ精密")
    True
    """
    folded = normalize_width(text).casefold()
    folded = re.sub(r"株式会社|有限会社|合同会社|合資会社|合名会社|\((?:株|有|同)\)", "", folded)
    return re.sub(r"\s+", "", folded)
