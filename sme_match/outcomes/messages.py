"""The mails that ask both sides what came of a meeting."""

from sme_match.core.clock import to_jst
from sme_match.core.fiscal_year import format_date_ja
from sme_match.meetings.enums import Party
from sme_match.meetings.messages import Letter, facts_for
from sme_match.meetings.models import Meeting


def compose_report_request(
    meeting: Meeting, party: Party, *, months_after: int, link: str, again: bool = False
) -> Letter:
    """Ask one side for its report: on the day of the meeting, or some months later, or once more."""
    facts = facts_for(meeting, party)
    held = format_date_ja(to_jst(meeting.starts_at).date()) if meeting.starts_at else ""
    if months_after:
        opening = f"{months_after}か月前（{held}）の商談について、その後のようすをお聞かせください。"
        subject = f"商談の{months_after}か月後のようす"
    else:
        opening = (
            f"本日は、商談（{held}）にご参加いただき、ありがとうございました。結果をお聞かせください。"
        )
        subject = "商談の結果のご報告のお願い"
    if again:
        opening += "（行きちがいでしたら、お許しください。お電話で伺うこともできます。）"
        subject = f"再度のお願い：{subject}"
    text = f"""{facts.company.name}
{facts.person} 様

いつもお世話になっております。{facts.body.name}です。

{opening}

  案件：{facts.need.title}（{facts.need.number}）
  相手：{facts.partner}

次のリンクから、1分ほどで報告できます。ログインはいりません。
報告の内容を、そのまま相手の企業に伝えることはありません。成約しなかった理由は、何件かをまとめ、
名前を出さずに、受託側の企業への助言に使います。
{link}

[English] Please tell us what came of this meeting with {facts.partner_en}. \
The link takes about one minute; no sign-in is needed.

--
{facts.body.name}（窓口）
電話 {facts.body.phone}（{facts.body.desk_hours}）
メール {facts.body.email}
"""
    return Letter(
        company_name=facts.company.name,
        to_name=f"{facts.company.name} {facts.person}",
        to_address=facts.address,
        subject=f"【{facts.body.short_name or facts.body.name}】{subject}（{facts.need.title}）",
        text=text,
    )
