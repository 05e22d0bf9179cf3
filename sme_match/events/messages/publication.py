"""The mail that tells a participant its published timetable, with all its calendar entries."""

from collections.abc import Sequence
from dataclasses import dataclass

from sme_match.companies.models import Company, Contact
from sme_match.events.messages.letters import address_of
from sme_match.events.models import Event, Participant
from sme_match.meetings.enums import MeetingChannel
from sme_match.meetings.messages import (
    CHANNELS,
    CHANNELS_EN,
    NO_PERSON,
    Letter,
    Site,
    Span,
    main_contact,
    span_en,
    span_ja,
)

ROOM_PLACEHOLDER = "（ここに、商談ごとの入室リンクが入ります）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One meeting as a participant reads it."""

    span: Span
    partner: str
    partner_en: str
    channel: MeetingChannel
    place: str


def compose_timetable(
    event: Event,
    participant: Participant,
    contact: Contact | None,
    lines: Sequence[Line],
    *,
    page: str,
    site: Site,
) -> Letter:
    """Tell a participant when it meets whom, and where; a side without an address gets none.

    Without a chosen `contact` the main one of the company is written to.
    """
    company = participant.company
    contact = contact or main_contact(company)
    person = contact.name if contact else NO_PERSON
    meetings = "\n".join(_line(line) for line in lines)
    meetings_en = "\n".join(
        f"  {span_en(line.span)} {line.partner_en} ({CHANNELS_EN[line.channel]})" for line in lines
    )
    web = any(line.channel is MeetingChannel.WEB for line in lines)
    test = f"接続の確認は、いつでも次のページでできます。\n{site.connection_test_url}\n" if web else ""
    desk = event.desk_phone or event.body.phone
    return Letter(
        company_name=company.name,
        to_name=f"{company.name} {person}",
        to_address=address_of(contact),
        subject=f"【{event.body.short_name or event.body.name}】商談の時間割（{event.name}）",
        text=f"""{company.name}
{person} 様

いつもお世話になっております。{event.body.name}です。

「{event.name}」の時間割が決まりました。日時は日本時間（JST, UTC+9）です。

{meetings}

添付の予定（invite.ics）を開くと、すべての商談がお使いの予定表に入ります。

時間割の確認、ご都合の悪い商談のお知らせ、当日の入室は、貴社専用の次のページでできます。ログインはいりません。
{page}
{test}ご都合が悪くなったときは、上のページかこのメールへの返信で、または下の窓口へお電話ください。
当日の電話：{desk}

[English] Your meetings at {event.name_en or event.name} (Japan Standard Time, UTC+9):
{meetings_en}
Agree to your timetable, say what does not suit you and enter the rooms on your own page above.

--
{event.body.name}（窓口）
電話 {event.body.phone}（{event.body.desk_hours}）
メール {event.body.email}
""",
    )


def partner_line(company: Company) -> tuple[str, str]:
    """Return the name of a partner in Japanese and English."""
    return company.name, company.name_en or company.name


def _line(line: Line) -> str:
    place = f"\n      {line.place}" if line.place else ""
    return f"  {span_ja(line.span)}　{line.partner}（{CHANNELS[line.channel]}）{place}"
