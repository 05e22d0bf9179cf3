"""Mails about where a participation stands: accepted, refused, called off."""

from sme_match.core.fiscal_year import format_date_ja
from sme_match.events.models import Event


def event_line(event: Event) -> str:
    """Return name and days of the event as mails name it."""
    days = "、".join(format_date_ja(day.date) for day in event.days)
    return f"  商談会：{event.name}\n  日程：{days}（日本時間）"


def tell_accepted(event: Event) -> tuple[str, str]:
    """Say that the company takes part."""
    return (
        f"参加をお受けしました（{event.name}）",
        f"""次の商談会への参加をお受けしました。

{event_line(event)}

時間割ができましたら、改めてお知らせします。

[English] Your participation in "{event.name_en or event.name}" is accepted. The timetable follows.""",
    )


def tell_refused(event: Event, reason: str) -> tuple[str, str]:
    """Say that the company cannot take part, and why."""
    return (
        f"参加についてのお知らせ（{event.name}）",
        f"""お申し込みをいただいた次の商談会について、今回は参加をお受けできませんでした。

{event_line(event)}
  理由：{reason}

ご不明な点は、下の窓口へお問い合わせください。

[English] We could not accept your application to "{event.name_en or event.name}" this time.
Reason: {reason}""",
    )


def tell_cancelled(event: Event, reason: str) -> tuple[str, str]:
    """Say that the whole event does not take place."""
    return (
        f"中止のお知らせ（{event.name}）",
        f"""次の商談会は中止になりました。

{event_line(event)}
  理由：{reason}

ご参加の準備をいただいていたところ、申し訳ありません。

[English] "{event.name_en or event.name}" has been cancelled. Reason: {reason}""",
    )
