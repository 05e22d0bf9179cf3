"""A small region whose right answers are known."""

from datetime import date
from typing import Final

from hypothesis import strategies as st

from sme_match.matching.engine.documents import Document

TODAY: Final = date(2026, 11, 22)

SHOPS: Final = (
    Document(1, {"process": "旋盤加工", "text": "SUS304の丸物、φ10から。±0.01mm"}, date(2026, 11, 22)),
    Document(
        2, {"process": "精密板金", "text": "ステンレスの曲げとTIG溶接\n1個から"}, date(2025, 11, 22)
    ),
    Document(3, {"process": "めっき", "text": "亜鉛メッキ、アルマイト処理"}, date(2020, 1, 1)),
    Document(4, {"process": "plastics", "text": "injection molding of small housings"}, None),
    Document(5, {"process": "マシニングセンタ", "past": "アルミ治具\n航空機部品 BEARING"}, None),
    Document(6, {}, None),
)

WORDS: Final = (
    "旋盤", "旋削", "SUS304", "ステンレス", "板金", "溶接", "TIG溶接", "鍍金", "めっき", "アルマイト",
    "injection", "moulding", "bearings", "アルミ", "治具", "±0.01", "φ10", "1個から",
    "の", "ラーメン", "\n", "、",
)  # fmt: skip
needs: Final = st.lists(st.sampled_from(WORDS), max_size=8).map(
    lambda words: Document("need", {"title": "".join(words[:3]), "text": " ".join(words[3:])})
)
"""Needs in shop words, some of them unknown to the region."""
