"""The mails about meetings: what each side reads, and the calendar entry that goes with it.

Everything is written for one reader. What the reader must not know yet (the name of an anonymous
buyer) or not at all (who declined) is not in the facts the texts are made of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sme_match.companies.enums import ContactKind
from sme_match.companies.models import Company, Contact
from sme_match.core.clock import to_jst
from sme_match.core.errors import InvalidError
from sme_match.core.fiscal_year import format_date_ja
from sme_match.meetings.enums import MeetingChannel, Party
from sme_match.meetings.ical import Attendee, CalendarEntry
from sme_match.meetings.models import Meeting
from sme_match.meetings.policy import is_buyer_revealed
from sme_match.meetings.reminders import ReminderKind
from sme_match.needs.models import Need
from sme_match.notifications.services import check_address
from sme_match.support_bodies.models import SupportBody

CHANNELS = {
    MeetingChannel.WEB: "Web商談（オンライン）",
    MeetingChannel.IN_PERSON: "対面",
    MeetingChannel.PHONE: "電話",
}
CHANNELS_EN = {
    MeetingChannel.WEB: "online",
    MeetingChannel.IN_PERSON: "in person",
    MeetingChannel.PHONE: "by phone",
}
HIDDEN_BUYER = "発注企業（社名は、双方で日時が決まったときにお知らせします）"
HIDDEN_BUYER_EN = "the buyer (named once both sides agree on a time)"
LINK_PLACEHOLDER = "（ここに、宛先ごとの返信用リンクが入ります）"
NO_PERSON = "ご担当者"

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where this installation is reached, and where its rooms are."""

    base_url: str
    room_base_url: str

    @property
    def host(self) -> str:
        """Return the name that calendar entries carry."""
        return urlsplit(self.base_url).hostname or "sme-match.invalid"

    @property
    def connection_test_url(self) -> str:
        """Return the page on which everybody can try out the connection."""
        return f"{self.base_url}/meetings/connection-test"

    def reply_url(self, token: str) -> str:
        """Return the page on which a side answers without signing in."""
        return f"{self.base_url}/reply/{token}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What one side may read about a meeting."""

    company: Company
    contact: Contact | None
    body: SupportBody
    need: Need
    partner: str
    partner_en: str
    channel: MeetingChannel
    place: str
    """The room's link, the address, or who calls whom."""

    @property
    def person(self) -> str:
        """Return whom the mail addresses."""
        return self.contact.name if self.contact else NO_PERSON

    @property
    def address(self) -> str:
        """Return where the mail goes; empty when the side has no address that can be written to."""
        try:
            return check_address(self.contact.email) if self.contact else ""
        except InvalidError:
            return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail to one side, ready to be queued or shown before it is sent."""

    company_name: str
    to_name: str
    to_address: str
    subject: str
    text: str


def facts_for(meeting: Meeting, party: Party) -> Facts:
    """Return what this side may read about the meeting."""
    if party is Party.BUYER:
        company, contact, partner = meeting.buyer, meeting.buyer_contact, meeting.company.name
        partner_en = meeting.company.name_en or meeting.company.name
    else:
        company, contact = meeting.company, meeting.company_contact
        revealed = is_buyer_revealed(meeting)
        partner = meeting.buyer.name if revealed else HIDDEN_BUYER
        partner_en = (meeting.buyer.name_en or meeting.buyer.name) if revealed else HIDDEN_BUYER_EN
    return Facts(
        company=company,
        contact=contact or main_contact(company),
        body=meeting.body,
        need=meeting.need,
        partner=partner,
        partner_en=partner_en,
        channel=meeting.channel,
        place=meeting.room_url or meeting.venue,
    )


def main_contact(company: Company) -> Contact | None:
    """Return whom to write to when nobody was chosen: a person with a mail address before others."""
    people = sorted(company.contacts, key=lambda person: (not person.email, person.id))
    by_kind = [person for person in people if person.kind is ContactKind.MAIN and person.email]
    return next(iter([*by_kind, *people]), None)


def compose_request(
    facts: Facts, spans: Sequence[Span], *, answer_by: datetime, link: str, replaces: bool = False
) -> Letter:
    """Ask a side which of the offered times suit it."""
    minutes = (spans[0][1] - spans[0][0]) // timedelta(minutes=1)
    times = "\n".join(f"  {n}. {span_ja(span)}" for n, span in enumerate(spans, start=1))
    times_en = "\n".join(f"  {n}. {span_en(span)}" for n, span in enumerate(spans, start=1))
    last = to_jst(answer_by - timedelta(minutes=1))
    opening = (
        "先にご案内した商談の日時を、改めて調整しています。前の日時はなかったものとしてください。"
        if replaces
        else "次の発注案件について、1対1の商談をご案内します。"
    )
    text = f"""{opening}

{_about(facts)}
  長さ：{minutes}分

候補の日時（日本時間 JST, UTC+9）
{times}

次のリンクを開き、日時ごとに「できる」「できない」をお選びください。ログインはいりません。
ほかの日時のご希望や辞退も、同じ画面でお知らせいただけます。
{link}

回答期限：{format_date_ja(last.date())}まで（日本時間）
双方の日時が合うとすぐに決まり、確定のお知らせをお送りします。それまではお返事を変えられます。

[English] Please choose among these times (Japan Standard Time, UTC+9), {minutes} minutes, \
{CHANNELS_EN[facts.channel]}, with {facts.partner_en}:
{times_en}
Open the link above to answer until {last:%Y-%m-%d} (JST). No sign-in is needed."""
    subject = "商談の日時の再調整" if replaces else "商談のご案内"
    return _letter(facts, f"{subject}（{facts.need.title}）", text)


def compose_confirmation(
    facts: Facts, span: Span, *, site: Site, moved_from: Span | None = None
) -> Letter:
    """Tell a side the time and the place that now stand."""
    opening = "商談の日時が決まりました。"
    if moved_from is not None:
        opening = f"商談の予定が変わりました。\n  変更前：{span_ja(moved_from)}"
        if moved_from == span:
            opening = "商談の方法・場所が変わりました。日時は変わりません。"
    subject = "商談が決まりました" if moved_from is None else "商談の予定が変わりました"
    text = f"""{opening}

{_appointment(facts, span)}

添付の予定（invite.ics）を開くと、お使いの予定表に入ります。
{_test_line(facts, site)}ご都合が悪くなったときは、このメールに返信するか、下の窓口へお電話ください。

{_appointment_en(facts, span)}"""
    return _letter(facts, f"{subject}：{short_ja(span)}（{facts.need.title}）", text)


def compose_reminder(facts: Facts, span: Span, *, kind: ReminderKind, site: Site) -> Letter:
    """Remind a side of a meeting that comes soon."""
    when = {
        ReminderKind.THREE_DAYS: "商談の3日前になりました。",
        ReminderKind.ONE_DAY: "商談は明日です。",
        ReminderKind.QUARTER_HOUR: "商談はまもなく（15分後に）始まります。",
    }[kind]
    text = f"""{when}

{_appointment(facts, span)}

{_test_line(facts, site)}つながらないとき・遅れるときは、すぐに下の窓口へお電話ください。
  {facts.body.name} {facts.body.phone}

{_appointment_en(facts, span)}"""
    return _letter(facts, f"商談のお知らせ：{short_ja(span)}（{facts.need.title}）", text)


def compose_cancellation(facts: Facts, span: Span | None, *, reason: str) -> Letter:
    """Tell a side that the meeting or the request no longer stands."""
    when = f"\n  日時：{span_ja(span)}" if span else ""
    text = f"""次の商談は、取りやめになりました。

{_about(facts)}{when}
  理由：{reason}

予定表に入れている場合は、添付の予定を開くと取り消されます。
ご迷惑をおかけしますが、よろしくお願いいたします。

[English] This meeting has been cancelled{f": {span_en(span)} (JST, UTC+9)" if span else ""}."""
    return _letter(facts, f"商談の取りやめ（{facts.need.title}）", text)


def compose_postponement(facts: Facts, span: Span) -> Letter:
    """Tell a side that the meeting is put off; new times will follow."""
    text = f"""次の商談は、延期になりました。新しい日時は、改めてご案内します。

{_about(facts)}
  延期前の日時：{span_ja(span)}

[English] The meeting of {span_en(span)} (JST, UTC+9) has been postponed. New times will follow."""
    return _letter(facts, f"商談の延期（{facts.need.title}）", text)


def compose_closing(facts: Facts) -> Letter:
    """Tell a side that no meeting comes about, without saying who declined."""
    text = f"""ご案内していた次の商談は、今回は見送りとなりました。

{_about(facts)}

お時間をいただき、ありがとうございました。またの機会に、よろしくお願いいたします。

[English] The proposed meeting will not take place this time. Thank you for your time."""
    return _letter(facts, f"商談の見送りのお知らせ（{facts.need.title}）", text)


def compose_expiry(facts: Facts) -> Letter:
    """Tell a side that the time to answer is over."""
    text = f"""次の商談は、期限までにお返事がそろわなかったため、いったん締め切りました。

{_about(facts)}

お返事をいただいた方には、お礼を申し上げます。支援機関の担当者が、改めてご連絡します。
商談をご希望のときは、下の窓口へお知らせください。

[English] The request has expired because not all answers arrived in time. We will be in touch."""
    return _letter(facts, f"商談の回答期限が過ぎました（{facts.need.title}）", text)


def calendar_entry(meeting: Meeting, party: Party, span: Span, *, now: datetime) -> CalendarEntry:
    """Return the meeting as this side's calendar shows it.

    The other side's addresses are left out: a company chooses who sees its contacts.
    """
    facts = facts_for(meeting, party)
    sme = meeting.company.name
    buyer = meeting.buyer.name if party is Party.BUYER or is_buyer_revealed(meeting) else "発注企業"
    attendees = (Attendee(name=facts.person, address=facts.address),) if facts.address else ()
    return CalendarEntry(
        uid=meeting.calendar_uid,
        sequence=meeting.calendar_sequence,
        stamped_at=now,
        starts_at=span[0],
        ends_at=span[1],
        summary=f"商談：{sme} × {buyer}（{meeting.need.title}）",
        organizer=Attendee(name=meeting.body.name, address=meeting.body.email),
        description=f"{_about(facts)}\n\n窓口：{_desk(meeting.body)}",
        location=facts.place or CHANNELS[meeting.channel],
        url=meeting.room_url,
        attendees=attendees,
    )


def span_ja(span: Span) -> str:
    """Return day, start and end in Japan: 2026年12月10日（木）10:00–10:30."""
    start, end = to_jst(span[0]), to_jst(span[1])
    return f"{format_date_ja(start.date())}{start:%H:%M}–{end:%H:%M}"


def span_en(span: Span) -> str:
    """Return day, start and end in Japan: Thu 2026-12-10 10:00–10:30."""
    start, end = to_jst(span[0]), to_jst(span[1])
    return f"{WEEKDAYS_EN[start.weekday()]} {start:%Y-%m-%d %H:%M}–{end:%H:%M}"


def short_ja(span: Span) -> str:
    """Return day and start for a subject line."""
    start = to_jst(span[0])
    return f"{start.month}月{start.day}日 {start:%H:%M}（日本時間）"


# Not %a: it would follow the locale of the server.
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _letter(facts: Facts, subject: str, text: str) -> Letter:
    return Letter(
        company_name=facts.company.name,
        to_name=f"{facts.company.name} {facts.person}",
        to_address=facts.address,
        subject=f"【{facts.body.short_name or facts.body.name}】{subject}",
        text=f"""{facts.company.name}
{facts.person} 様

いつもお世話になっております。{facts.body.name}です。

{text}

--
{_desk(facts.body)}
""",
    )


def _about(facts: Facts) -> str:
    return f"""  案件：{facts.need.title}（{facts.need.number}）
  相手：{facts.partner}
  方法：{CHANNELS[facts.channel]}"""


def _appointment(facts: Facts, span: Span) -> str:
    names = {
        MeetingChannel.WEB: "入室リンク",
        MeetingChannel.IN_PERSON: "場所",
        MeetingChannel.PHONE: "電話",
    }
    place = f"\n  {names[facts.channel]}：{facts.place}" if facts.place else ""
    return f"""  日時：{span_ja(span)} 日本時間（JST, UTC+9）
{_about(facts)}{place}"""


def _appointment_en(facts: Facts, span: Span) -> str:
    place = f"\nWhere: {facts.place}" if facts.place else ""
    return f"""[English] {span_en(span)} Japan Standard Time (JST, UTC+9), {CHANNELS_EN[facts.channel]}
With: {facts.partner_en}{place}"""


def _test_line(facts: Facts, site: Site) -> str:
    if facts.channel is not MeetingChannel.WEB:
        return ""
    return f"接続の確認は、いつでも次のページでできます。\n{site.connection_test_url}\n"


def _desk(body: SupportBody) -> str:
    return f"{body.name}（窓口）\n電話 {body.phone}（{body.desk_hours}）\nメール {body.email}"
