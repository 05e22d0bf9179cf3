"""One spelling for what the trade writes in several ways, unit by unit with its place.

A unit is a Latin word, a number or one other character. メッキ and 鍍金 are written めっき, センター
is センタ, 焼き入れ is 焼入, "five-axis" and "5 axis" are the same two units.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from sme_match.matching.engine.normal import normalize
from sme_match.matching.engine.text import stem

_VARIANTS: Final = {
    "メッキ": "めっき",
    "鍍金": "めっき",
    "熔接": "溶接",
    "鈑金": "板金",
    "鑞": "ろう",
    "成型": "成形",
    "型彫": "形彫",
    "縦型": "立形",
    "縦形": "立形",
    "立型": "立形",
    "横型": "横形",
    "門型": "門形",
    "小型": "小形",
    "大型": "大形",
    "形鋼": "型鋼",
    "ダイキャスト": "ダイカスト",
    "攪拌": "撹拌",
    "孔": "穴",
    **dict.fromkeys(("穴明け", "穴明", "穴開け", "孔明け", "孔明", "孔開け"), "穴あけ"),
    "真ちゅう": "真鍮",
    "半田": "はんだ",
    "ハンダ": "はんだ",
    "ロウ付": "ろう付",
    "ロー付": "ろう付",
    "ろー付": "ろう付",
    "螺子": "ねじ",
    "捻子": "ねじ",
    "ネジ": "ねじ",
    "バネ": "ばね",
    "発条": "ばね",
    "ばり": "バリ",
    "ヘラ": "へら",
    "カシメ": "かしめ",
    "キサゲ": "きさげ",
    "ケガキ": "けがき",
    "罫書": "けがき",
    "ケ書": "けがき",
    "けい素": "ケイ素",
    "珪素": "ケイ素",
    "硅素": "ケイ素",
    "ふっ素": "フッ素",
    "弗素": "フッ素",
    "ふっ化": "フッ化",
    "りん青銅": "リン青銅",
    "燐青銅": "リン青銅",
    "りん酸": "リン酸",
    "燐酸": "リン酸",
    "スズ": "すず",
    "錫": "すず",
    "硝子": "ガラス",
    "護謨": "ゴム",
    "冶具": "治具",
    "ジグ": "治具",
    "キリ穴": "きり穴",
    "廻し": "回し",
    "ヴァ": "バ",
    "ヴィ": "ビ",
    "ヴェ": "ベ",
}
_DIGITS: Final = {kanji: str(number) for number, kanji in enumerate("一二三四五六七八九", start=1)}
_NUMBERS: Final = {
    word: str(number)
    for number, word in enumerate(("two", "three", "four", "five", "six", "seven", "eight", "nine"), 2)
}
_KANJI: Final = r"\u3005\u3400-\u4dbf\u4e00-\u9fff"

# Look-arounds are of fixed width, so that no text takes more than linear time. Endings in
# hiragana between two ideographs or at the end of a word (焼き入れ) are written or left out, as
# are the long vowels of センター, ワイヤー and メモリー.
_UNIT: Final = re.compile(
    rf"""
    (?P<variant>{"|".join(sorted(map(re.escape, _VARIANTS), key=len, reverse=True))})
    | (?P<digit>[一二三四五六七八九](?=軸|次元|面|色|価|相|槽))
    | (?P<silent>(?<=[{_KANJI}])[きりえけみちいしれてめぎげじ](?=[{_KANJI}]|(?![ぁ-ゖ]))
        | (?<=[アァカガサザタダナハバパマヤャラワヮ])ー
        | (?<=[ァ-ヺー]{{3}})ー(?![ァ-ヺー]))
    | (?P<glide>(?<=[イキギシジチニヒビピミリベ])ヤ)
    | (?P<word>[a-zà-ÿ]+)
    | (?P<number>\d+)
    | (?P<gap>[ \t\u3000-]+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)

# British and American spelling, in words long enough to be sure.
_BRITISH: Final = (
    (re.compile(r"mould"), "mold"),
    (re.compile(r"centre"), "center"),
    (re.compile(r"fibre"), "fiber"),
    (re.compile(r"alumini?um"), "aluminum"),
    (re.compile(r"grey"), "gray"),
    (re.compile(r"colour"), "color"),
    (re.compile(r"sulph"), "sulf"),
    (re.compile(r"gauge"), "gage"),
    (re.compile(r"(?<=[a-z]{3})is(?=(?:e|ed|er|ing|ation)s?$)"), "iz"),
)
_DONE: Final = re.compile(r"(?:ings?|ed)$")


class Unit(NamedTuple):
    """One unit in its one spelling, at its half-open place in the text."""

    key: str
    start: int
    end: int


@lru_cache(maxsize=65_536)
def spell_word(word: str) -> str:
    """Return the one spelling of a Latin word, without its ending.

    "Plated" is plating and "machined" machining, but a plate and a machine are neither.
    """
    if word in _NUMBERS:
        return _NUMBERS[word]
    for pattern, usual in _BRITISH:
        word = pattern.sub(usual, word)
    stemmed = stem(word)
    is_done = _DONE.search(word) and not _DONE.search(stemmed)
    return f"{stemmed}ing" if is_done else stemmed


def spell(text: str) -> list[Unit]:
    """Return the units of a normalised text in order.

    Spaces and hyphens are no units; a line break is one, so nothing reaches over it. What is
    left out in one spelling belongs to the unit before it.
    """
    units: list[Unit] = []
    for match in _UNIT.finditer(text):
        kind, surface, (start, end) = match.lastgroup, match.group(), match.span()
        if kind == "gap":
            continue
        if kind == "silent":
            # Never first: a look-behind asked for the character before it.
            units[-1] = units[-1]._replace(end=end)
        elif kind == "variant":
            units.extend(Unit(key, start, end) for key in _VARIANTS[surface])
        elif kind == "word":
            units.append(Unit(spell_word(surface), start, end))
        elif kind == "digit":
            units.append(Unit(_DIGITS[surface], start, end))
        elif kind == "glide":
            units.append(Unit("ア", start, end))
        else:
            units.append(Unit(surface, start, end))
    return units


@lru_cache(maxsize=65_536)
def spelling_of(label: str) -> tuple[str, ...]:
    """Return the units of a label: the same for all spellings of one name."""
    return tuple(unit.key for unit in spell(normalize(label).text))
