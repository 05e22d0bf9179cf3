"""Katakana in plain Hepburn letters, for the English names and domains of fictional companies."""

import re

_ROWS = {
    "": "アイウエオ", "k": "カキクケコ", "s": "サシスセソ", "t": "タチツテト", "n": "ナニヌネノ",
    "h": "ハヒフヘホ", "m": "マミムメモ", "r": "ラリルレロ", "g": "ガギグゲゴ", "z": "ザジズゼゾ",
    "d": "ダヂヅデド", "b": "バビブベボ", "p": "パピプペポ",
}  # fmt: skip
_LETTERS = {
    kana: row + vowel for row, line in _ROWS.items() for kana, vowel in zip(line, "aiueo", strict=True)
}
_LETTERS |= {
    "シ": "shi", "チ": "chi", "ツ": "tsu", "フ": "fu", "ジ": "ji", "ヂ": "ji", "ヅ": "zu",
    "ヤ": "ya", "ユ": "yu", "ヨ": "yo", "ワ": "wa", "ヲ": "o", "ン": "n", "ヴ": "v",
}  # fmt: skip
_SMALL_Y = {"ャ": "a", "ュ": "u", "ョ": "o"}
_SMALL_VOWELS = {"ァ": "a", "ィ": "i", "ゥ": "u", "ェ": "e", "ォ": "o"}


def romaji(kana: str) -> str:
    """Return the reading in lower-case letters; long vowels are written once.

    >>> romaji("セイサクショ"), romaji("コウギョウ"), romaji("テッコウショ")
    ('seisakusho', 'kogyo', 'tekkosho')
    """
    letters = ""
    doubled = False
    for sign in kana:
        if sign in _SMALL_Y:
            stem = letters[:-1]
            letters = stem + ("" if stem.endswith(("sh", "ch", "j")) else "y") + _SMALL_Y[sign]
        elif sign in _SMALL_VOWELS:
            letters = letters.rstrip("aiueo") + _SMALL_VOWELS[sign]
        elif sign == "ッ":
            doubled = True
        elif sign in _LETTERS:
            letter = _LETTERS[sign]
            letters += ("t" if letter.startswith("ch") else letter[0]) * doubled + letter
            doubled = False
    return re.sub(r"ou|oo", "o", letters).replace("uu", "u")
