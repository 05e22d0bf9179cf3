"""Forms of meetings."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import cast

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField

from sme_match.companies.models import Contact
from sme_match.core.clock import from_jst, to_jst
from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text
from sme_match.meetings.enums import Answer, MeetingChannel, Origin, ReplyKind
from sme_match.meetings.errors import OffersRefusedError
from sme_match.meetings.labels import CHANNELS, ORIGINS
from sme_match.meetings.models import Meeting, MeetingOffer
from sme_match.meetings.offers import MINUTES, MOST_OFFERS, OfferPlan
from sme_match.meetings.services.opening import MeetingDraft, PlaceDraft
from sme_match.meetings.services.replying import ReplyDraft
from sme_match.web.errors import message_of
from sme_match.web.fields import (
    ChoiceField,
    DayField,
    EditForm,
    Form,
    MultilineField,
    TextField,
    one_of,
    required,
)
from sme_match.web.labels import choices

ID_DIGITS = 9
FIRST_HOUR, LAST_HOUR = 7, 21
TIMES = [
    (f"{hour:02}:{minute:02}", f"{hour}:{minute:02}")
    for hour in range(FIRST_HOUR, LAST_HOUR + 1)
    for minute in (0, 15, 30, 45)
]
LENGTHS = [(str(minutes), _l("%(n)s分", n=minutes)) for minutes in MINUTES]
TIME_CHOICES = [("", _l("時刻")), *TIMES]


def minutes_field() -> RadioField:
    """Return the choice of how long the meeting takes."""
    return RadioField(
        _l("商談の長さ"),
        choices=LENGTHS,
        default="30",
        validate_choice=False,
        validators=[one_of(_l("商談の長さを選んでください。"))],
    )


def channel_field() -> RadioField:
    """Return the choice of how the sides meet."""
    return RadioField(
        _l("方法"),
        choices=choices(CHANNELS),
        default=MeetingChannel.WEB.value,
        validate_choice=False,
        validators=[one_of(_l("方法を選んでください。"))],
    )


class PlaceFields(Form):
    channel = channel_field()
    room_url = TextField(
        _l("会議のリンク（Zoom・Teams・Meet など）"),
        limit=500,
        description=_l("空のままなら、会議室を自動で作ります。"),
    )
    venue = TextField(
        _l("場所・電話番号"), limit=200, description=_l("対面なら会う場所、電話ならかける側と番号。")
    )

    def place(self) -> PlaceDraft:
        """Return how and where the sides shall meet."""
        return PlaceDraft(
            channel=MeetingChannel(self.channel.data),
            room_url=self.room_url.data,
            venue=self.venue.data,
        )


class PlaceForm(PlaceFields, EditForm):
    def show(self, record: object) -> None:
        """Fill the form; the link of a room of our own is not typed in again."""
        super().show(record)
        if isinstance(record, Meeting):
            self.channel.data = record.channel.value


class OffersForm(EditForm):
    minutes = minutes_field()
    answer_on = DayField(
        _l("回答期限"),
        description=_l("この日の終わり（日本時間）まで返事を受け付けます。"),
        validators=[required(_l("回答期限を入力してください。"))],
    )

    def rows(self) -> list[tuple[int, DayField, SelectField]]:
        """Return the rows of the form: number, day and time."""
        return [(n, self[f"day_{n}"], self[f"time_{n}"]) for n in range(1, MOST_OFFERS + 1)]

    def offers(self) -> OfferPlan:
        """Return the offered times in the order of the rows; empty rows are left out.

        Raises:
            InvalidError: when a row has a day without a time or the other way round.
        """
        starts = [start for _, start in self._filled()]
        return OfferPlan(
            starts=starts, minutes=int(self.minutes.data), answer_on=cast("date", self.answer_on.data)
        )

    def _filled(self) -> list[tuple[int, datetime]]:
        filled = []
        for n, day, at in self.rows():
            if day.data is None and not at.data:
                continue
            if day.data is None:
                raise InvalidError(mark_text("日付を入力してください。"), field=day.name)
            if not at.data:
                raise InvalidError(mark_text("時刻を選んでください。"), field=at.name)
            filled.append((n, from_jst(day.data, time.fromisoformat(at.data))))
        return filled

    def refuse_offers(self, error: OffersRefusedError) -> None:
        """Show beside each row why its time cannot be offered."""
        numbers = [n for n, _ in self._filled()]
        for problem in error.problems:
            field = self[f"day_{numbers[problem.index]}"]
            field.errors = [*field.errors, message_of(problem.error)]

    def suggest(self, offers: Iterable[MeetingOffer], *, now: datetime) -> None:
        """Fill in the times of an earlier request that are still to come."""
        coming = [offer for offer in offers if offer.withdrawn_at is None and offer.starts_at > now]
        for (_, day, at), offer in zip(self.rows(), coming, strict=False):
            local = to_jst(offer.starts_at)
            day.process_data(local.date())
            at.data = f"{local:%H:%M}"


for _n in range(1, MOST_OFFERS + 1):
    setattr(OffersForm, f"day_{_n}", DayField(_l("候補%(n)s", n=_n)))
    setattr(
        OffersForm,
        f"time_{_n}",
        ChoiceField(_l("候補%(n)sの時刻", n=_n), choices=TIME_CHOICES),
    )


class MeetingForm(OffersForm, PlaceFields):
    origin = ChoiceField(_l("きっかけ"), choices=choices(ORIGINS), default=Origin.SYSTEM.value)
    company_contact_id = ChoiceField(_l("受託側の担当者"))
    buyer_contact_id = ChoiceField(_l("委託側の担当者"))

    def offer_contacts(self, sme: Iterable[Contact], buyer: Iterable[Contact]) -> None:
        """Name the people who can be written to."""
        for field, people in ((self.company_contact_id, sme), (self.buyer_contact_id, buyer)):
            field.choices = [(str(person.id), _named(person)) for person in people]
            if not field.choices:
                field.choices = [("", _l("担当者が登録されていません"))]

    def draft(self) -> MeetingDraft:
        """Return what was arranged as plain values.

        Raises:
            InvalidError: for a row of times that is half filled.
        """
        return MeetingDraft(
            place=self.place(),
            offers=self.offers(),
            origin=Origin(self.origin.data),
            company_contact_id=_number(self.company_contact_id.data),
            buyer_contact_id=_number(self.buyer_contact_id.data),
        )


def _named(person: Contact) -> str:
    return f"{person.name}（{person.email}）" if person.email else person.name


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) <= ID_DIGITS else None


class MoveForm(EditForm):
    day = DayField(_l("新しい日"), validators=[required(_l("日付を入力してください。"))])
    time = ChoiceField(
        _l("開始時刻（日本時間）"),
        choices=TIME_CHOICES,
        validators=[required(_l("時刻を選んでください。"))],
    )
    minutes = minutes_field()

    def starts_at(self) -> datetime:
        """Return the new start."""
        return from_jst(cast("date", self.day.data), time.fromisoformat(self.time.data))


class CancelForm(EditForm):
    reason = TextField(
        _l("取りやめる理由"),
        limit=300,
        description=_l("双方へのメールに、このまま入ります。"),
        validators=[required(_l("取りやめる理由を入力してください。"))],
    )


class ReplyForm(Form):
    kind = ChoiceField(
        _l("お返事"), choices=[(kind.value, kind.value) for kind in ReplyKind], default="times"
    )
    note = MultilineField(_l("ひとこと"), limit=300)
    said_by = TextField(_l("答えた人"), limit=100, description=_l("電話などで返事をくれた方の名前。"))

    def draft(self, texts: dict[str, str], *, name: str) -> ReplyDraft:
        """Return the reply; `texts` holds the answer to each offered time as `offer_<id>`."""
        return ReplyDraft(
            kind=ReplyKind(self.kind.data),
            answers=read_answers(texts),
            note=self.note.data,
            said_by=name,
        )


def read_answers(texts: dict[str, str]) -> dict[int, Answer]:
    """Return the answers of the request by the offer's id; anything odd is left out."""
    prefix = "offer_"
    return {
        int(name.removeprefix(prefix)): Answer(value)
        for name, value in texts.items()
        if name.startswith(prefix) and name.removeprefix(prefix).isdecimal() and value in set(Answer)
    }
