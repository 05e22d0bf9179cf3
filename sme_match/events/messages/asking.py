"""The mails that ask a buyer whom it wants to meet, and remind it."""

from sme_match.core.clock import last_jst_date
from sme_match.core.fiscal_year import format_date_ja
from sme_match.events.messages.standing import event_line
from sme_match.events.models import Event


def ask_buyer(event: Event, link: str, *, days_left: int | None = None) -> tuple[str, str]:
    """Ask for must, want or no to each candidate; `days_left` makes it a reminder."""
    last = last_jst_date(event.buyer_answer_until)
    opening = (
        "次の商談会で、会いたい企業をお選びください。"
        if days_left is None
        else f"商談会の候補企業へのご回答の期限まで、あと{days_left}日になりました。"
    )
    subject = "会いたい企業をお選びください" if days_left is None else "ご回答の期限が近づいています"
    return (
        f"{subject}（{event.name}）",
        f"""{opening}

{event_line(event)}

次のリンクを開き、企業ごとに「ぜひ会いたい」「会ってもよい」「会わない」をお選びください。
ログインはいりません。期限までは、何度でも変えられます。
{link}

回答期限：{format_date_ja(last)}まで（日本時間）
期限までにご回答がないときは、この依頼は期限切れになります。

[English] Please open the link above and say for each company whether you must, want to or do not
want to meet it, until {last:%Y-%m-%d} (JST). No sign-in is needed.""",
    )
