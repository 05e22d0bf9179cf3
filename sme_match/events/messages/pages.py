"""The mail that brings a participant the link to its own page of an event."""

from sme_match.core.fiscal_year import format_date_ja
from sme_match.events.models import Event
from sme_match.meetings.messages import Site

PAGE_PLACEHOLDER = "（ここに、宛先ごとの専用ページのリンクが入ります）"


def page_url(site: Site, token: str) -> str:
    """Return the address of the page that a participant's link opens."""
    return f"{site.base_url}/attend/{token}"


def compose_page(event: Event, *, link: str) -> tuple[str, str]:
    """Return subject and text: one link for the timetable, the rooms and the day."""
    days = "、".join(format_date_ja(day.date) for day in event.days)
    phone = event.desk_phone or event.body.phone
    text = f"""{event.name}（{days}）の、貴社専用のページをお送りします。

{link}

・時間割を確かめ、「この時間割で参加する」か、ご都合の悪い商談をお知らせください。
・当日は、このページから商談の部屋に入れます（商談の15分前から）。ログインはいりません。
・代わりの方が出席されるときも、このページでお知らせください。

時刻はすべて日本時間（JST, UTC+9）です。
当日の電話：{phone}

[English] This is your own page of {event.name_en or event.name}: your timetable (Japan Standard Time,
UTC+9), the meeting rooms (from 15 minutes before each meeting) and the phone of the desk: {phone}.
No sign-in is needed."""
    return f"{event.name}：貴社の時間割と当日のページ", text
