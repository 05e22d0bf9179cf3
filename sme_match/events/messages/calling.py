"""The mail that tells SMEs that an event calls for applications."""

from sme_match.core.clock import last_jst_date
from sme_match.core.fiscal_year import format_date_ja
from sme_match.events.messages.standing import event_line
from sme_match.events.models import Event


def compose_call(event: Event, *, link: str) -> tuple[str, str]:
    """Say what the event is, until when to apply, and where; whoever cannot, phones."""
    last = last_jst_date(event.sme_call_until)
    summary = f"{event.summary}\n\n" if event.summary else ""
    return (
        f"商談会の参加企業を募集しています（{event.name}）",
        f"""次の商談会の申込の受付を始めました。

{event_line(event)}
  申込の締切：{format_date_ja(last)}まで（日本時間）

{summary}お申し込みは、次のページからできます（ログインが必要です）。
{link}

ページでの申込がむずかしいときは、下の窓口へお電話ください。代わりに入力します。

[English] Applications to "{event.name_en or event.name}" are open until {last:%Y-%m-%d} (JST).
Apply on the page above, or phone the desk below.""",
    )
