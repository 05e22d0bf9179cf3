"""The monthly mail to leads, in their language. Mails are written outside of any page."""

from collections.abc import Mapping, Sequence
from datetime import date

from sme_match.accounts.models import User
from sme_match.home.enums import Waiting
from sme_match.home.queries.waiting import WaitingCount
from sme_match.statistics.definitions import DEFINITIONS
from sme_match.statistics.key_figures import KeyFigure, Unit

_PERCENT = 100
FIGURES_EN: Mapping[str, str] = {
    "meetings": "Meetings held",
    "quote_rate": "Share that came to a quote",
    "deals": "Deals",
    "total_yen": "Amount contracted",
    "first_order_yen": "First orders",
    "prospects": "Prospects (not among deals)",
    "needs": "Needs of buyers",
    "proposals": "Pairs proposed",
    "smes": "SMEs that took part",
    "buyers": "Buyers that took part",
    "crossing_meetings": "Meetings across a prefecture border",
    "crossing_deals": "Deals across a prefecture border",
    "unreported": "Meetings without a known result",
}
WAITING_NAMES: Mapping[Waiting, tuple[str, str]] = {
    Waiting.NEEDS_WITHOUT_PROPOSAL: ("提案が1件も無い発注案件", "Needs without a proposal"),
    Waiting.MEETINGS_EXPIRED: ("回答の期限が過ぎた商談", "Meetings whose answers are overdue"),
    Waiting.MEETINGS_AWAITING_RESULT: (
        "終わった商談で、実施したかどうかが未記録",
        "Past meetings nobody has recorded",
    ),
    Waiting.REPORTS_OVERDUE: ("結果の報告がまだの商談", "Meetings without a report"),
    Waiting.DISAGREEMENTS: ("報告が食い違っている商談", "Meetings told differently by the two sides"),
    Waiting.FOLLOW_UPS_DUE: ("追跡の時期が来た商談", "Follow-ups that are due"),
    Waiting.STALE_COMPANIES: (
        "1年以上確かめていない企業の情報",
        "Company profiles not confirmed for a year",
    ),
    Waiting.WORDS_TO_REVIEW: ("確かめを待つ用語の提案", "Proposed words to review"),
}


def compose_digest(
    user: User,
    month: date,
    figures: Sequence[KeyFigure],
    waiting: Sequence[WaitingCount],
    *,
    base_url: str,
    stop: str,
) -> tuple[str, str]:
    """Return subject and text of a lead's digest about one month."""
    if user.language == "en":
        return _english(user, month, figures, waiting, base_url=base_url, stop=stop)
    lines = [
        f"  ・{DEFINITIONS[f.key].title}：{_shown(f, f.current.value)}"
        f"（前の月 {_shown(f, f.previous.value)}）"
        for f in figures
    ]
    open_things = [f"  ・{WAITING_NAMES[each.waiting][0]}：{each.count}件" for each in waiting]
    text = f"""{user.name} 様

{month.year}年{month.month}月のまとめをお送りします。

■ 前の月からいちばん変わった数字
{chr(10).join(lines) or "  変わった数字はありません。"}
  くわしく見る（数え方と記録）：{base_url}/statistics/?period=m{month:%Y-%m}

■ 支援機関で待っているもの
{chr(10).join(open_things) or "  待っているものはありません。"}
  一覧：{base_url}/

数字は、このメールを作ったときの記録で数えました。報告が届くと変わります。見込みは成約に足していません。

このメールを止める：{stop}
（アカウントのページでも、止めたり、また受け取ったりできます。）
"""
    return f"【ものづくり商談ナビ】{month.year}年{month.month}月のまとめ", text


def _english(
    user: User,
    month: date,
    figures: Sequence[KeyFigure],
    waiting: Sequence[WaitingCount],
    *,
    base_url: str,
    stop: str,
) -> tuple[str, str]:
    lines = [
        f"  - {FIGURES_EN[f.key]}: {_shown(f, f.current.value, english=True)} "
        f"(month before: {_shown(f, f.previous.value, english=True)})"
        for f in figures
    ]
    open_things = [f"  - {WAITING_NAMES[each.waiting][1]}: {each.count}" for each in waiting]
    text = f"""Dear {user.name},

this is the summary of {month:%Y-%m}.

* The figures that changed most from the month before
{chr(10).join(lines) or "  No figure changed."}
  Details, definitions and records: {base_url}/statistics/?period=m{month:%Y-%m}

* What waits at your support body
{chr(10).join(open_things) or "  Nothing waits."}
  Lists: {base_url}/

Figures are counted from the records known when this mail was written. Prospects are never added
to deals.

Stop this mail: {stop}
(You can stop it and begin again on the page of your account, too.)
"""
    return f"[Monozukuri Meeting Navigator] Summary of {month:%Y-%m}", text


def _shown(figure: KeyFigure, value: float | None, *, english: bool = False) -> str:
    if value is None:
        return "—"
    if figure.unit is Unit.RATE:
        return f"{value * _PERCENT:.1f}%"
    if figure.unit is Unit.YEN:
        return f"JPY {value:,.0f}" if english else f"{value:,.0f}円"
    if english:
        return f"{value:,.0f}"
    unit = {"smes": "社", "buyers": "社", "proposals": "組"}.get(figure.key, "件")
    return f"{value:,.0f}{unit}"
