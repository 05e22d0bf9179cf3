"""Text as people type it in Japanese offices: width, spaces, marked messages."""

import re
import unicodedata

_SPACES = re.compile(r"\s+")
_LINE_BREAKS = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# Pasted text brings zero-width characters and control codes that nobody sees; PostgreSQL
# refuses NUL outright.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
)
# Variation selectors choose the shape of one character (葛 with its two forms).
_SELECTORS = re.compile(r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_HYPHENS = re.compile(r"[‐‑‒–—―−─━ー－ｰ]")
_COMPANY_FORM = re.compile(
    r"株式会社|有限会社|合同会社|合資会社|合名会社|\((?:株|有|同|資|名)\)"
    r"|(?:,\s*|\b)co\.?,?\s*(?:ltd|inc)\b\.?|(?:,\s*|\b)(?:ltd|inc|corp|llc|k\.k)\b\.?"
)
# Shapes of one character in names that offices mix; NFKC keeps them apart.
_NAME_VARIANTS = str.maketrans(
    "髙﨑邊邉澤濵濱齋齊廣國櫻眞德瀨嶋嶌龍", "高崎辺辺沢浜浜斎斉広国桜真徳瀬島島竜"
)


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
    # Nothing invisible is printable; most cells of a file are, and are asked for several times.
    visible = text if text.isprintable() else _INVISIBLE.sub("", text)
    return " ".join(unicodedata.normalize("NFKC", visible).split())


def normalize_multiline(text: str) -> str:
    """Like `normalize_width`, line by line; blank lines at the ends fall away."""
    lines = (normalize_width(line) for line in _LINE_BREAKS.split(text))
    return "\n".join(lines).strip("\n")


def digits_only(text: str) -> str:
    """Return the ASCII digits of a number typed with any width, hyphens or spaces."""
    return re.sub(r"[^0-9]", "", normalize_width(text))


def normalize_hyphens(text: str) -> str:
    """Return the text with every dash-like character as an ASCII hyphen (phone, postal code)."""
    return _HYPHENS.sub("-", normalize_width(text))


def fold_for_search(text: str) -> str:
    """Return the form under which names are compared: NFKC, lower case, no company-form words.

    A name that is nothing but a company form keeps it: the empty text would match everything.

    >>> fold_for_search("㈱ みやぎ精密") == fold_for_search("株式会社みやぎ精密")
    True
    """
    folded = _SELECTORS.sub("", normalize_width(text)).casefold().translate(_NAME_VARIANTS)
    return _SPACES.sub("", _COMPANY_FORM.sub("", folded)) or _SPACES.sub("", folded)
