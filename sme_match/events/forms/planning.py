"""Forms of the plan of an event."""

import re
from collections.abc import Sequence
from datetime import date
from typing import cast

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectMultipleField

from sme_match.core.clock import jst_date, last_jst_date, parse_time
from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text, normalize_width
from sme_match.events.enums import EventMode
from sme_match.events.labels import MODES
from sme_match.events.models import Event
from sme_match.events.services.planning import (
    MOST_MEETINGS,
    MOST_PER_NEED,
    MOST_ROOMS,
    EventDraft,
    rules_of,
)
from sme_match.events.slots import MOST_CHANGE_OVER, MOST_DAYS, SLOT_MINUTES, STEP, Break, DayRule
from sme_match.support_bodies.models import SupportBody
from sme_match.web.fields import (
    ChoiceField,
    DayField,
    EditForm,
    MultilineField,
    TextField,
    WholeNumberField,
    required,
)
from sme_match.web.labels import choices
from sme_match.web.routing import is_record_number

_SPAN = re.compile(r"\s*[-–—~〜～]\s*|\s*から\s*")
_BETWEEN = re.compile(r"[、,;・\s]*(?:、|,|;|・|と|および)[、,;・\s]*|\s{2,}")


class EventForm(EditForm):
    name = TextField(
        _l("商談会の名前"), limit=100, validators=[required(_l("商談会の名前を入力してください。"))]
    )
    name_en = TextField(_l("英語の名前"), limit=200)
    summary = MultilineField(
        _l("案内文"), limit=2000, description=_l("参加企業の画面と募集のメールに出ます。")
    )
    mode = ChoiceField(_l("方法"), choices=choices(MODES), default=EventMode.WEB.value)
    venue = TextField(_l("会場"), limit=200, description=_l("対面のある商談会では必ず入力します。"))
    desk_phone = TextField(_l("当日につながる電話"), limit=20)
    host_ids = SelectMultipleField(
        _l("いっしょに主催する支援機関"),
        description=_l("選んだ支援機関の企業も参加できます。"),
        validate_choice=False,
    )
    call_from = DayField(
        _l("受託側の申込の始まり"), validators=[required(_l("申込の始まりの日を入力してください。"))]
    )
    call_until = DayField(
        _l("受託側の申込の締切"),
        description=_l("この日の終わり（日本時間）まで受け付けます。"),
        validators=[required(_l("申込の締切の日を入力してください。"))],
    )
    answer_until = DayField(
        _l("委託側の回答期限"),
        description=_l("この日の終わりまでに回答のない依頼は、期限切れになります。"),
        validators=[required(_l("委託側の回答期限を入力してください。"))],
    )
    slot_minutes = WholeNumberField(
        _l("1コマの長さ"), unit=_l("分"), default=20, minimum=SLOT_MINUTES[0], maximum=SLOT_MINUTES[1]
    )
    change_over_minutes = WholeNumberField(
        _l("入れ替えの時間"), unit=_l("分"), default=STEP, maximum=MOST_CHANGE_OVER
    )
    sme_limit = WholeNumberField(
        _l("受託側1社の商談の上限"), unit=_l("回"), default=4, minimum=1, maximum=MOST_MEETINGS
    )
    buyer_limit = WholeNumberField(
        _l("委託側1社の商談の上限"),
        unit=_l("回"),
        minimum=1,
        maximum=MOST_MEETINGS,
        description=_l("空欄なら、コマの数まで。"),
    )
    floor = WholeNumberField(
        _l("受託側1社の最低の回数"),
        unit=_l("回"),
        default=1,
        maximum=MOST_MEETINGS,
        description=_l("参加が決まった受託側は、どの企業もこの回数は会えるように組みます。"),
    )
    rooms = WholeNumberField(
        _l("同時に使える会議室・席"),
        minimum=1,
        maximum=MOST_ROOMS,
        description=_l("空欄なら、いくつでも。"),
    )
    hosted_rooms = WholeNumberField(
        _l("機材のある部屋"),
        default=0,
        maximum=MOST_ROOMS,
        description=_l("機材のない企業が使う、支援機関の部屋の数。"),
    )
    helpers = WholeNumberField(
        _l("付き添う人"),
        unit=_l("人"),
        default=0,
        maximum=MOST_ROOMS,
        description=_l("同時に付き添える人の数。"),
    )
    candidates_per_need = WholeNumberField(
        _l("案件ごとの候補の数"), unit=_l("社"), default=10, minimum=1, maximum=MOST_PER_NEED
    )
    skip_met = BooleanField(
        _l("12か月以内に商談した組合せを候補から外す"),
        description=_l("外さないときも、画面に「商談済み」と出ます。"),
    )

    def __init__(self, bodies: Sequence[SupportBody]) -> None:
        super().__init__()
        self.host_ids.choices = [(str(body.id), body.name) for body in bodies]
        self._rows: list[int] = []

    def rows(self) -> list[int]:
        """Return the numbers of the rows of days."""
        return list(range(1, MOST_DAYS + 1))

    def show(self, record: object) -> None:
        """Fill the form from an event."""
        super().show(record)
        event = cast("Event", record)
        self.mode.data = event.mode.value
        self.host_ids.data = [str(host.body_id) for host in event.hosts]
        for field, at in (
            (self.call_from, event.sme_call_from),
            (self.call_until, event.sme_call_until),
            (self.answer_until, event.buyer_answer_until),
        ):
            ends = field is not self.call_from
            field.process_data(last_jst_date(at) if ends else jst_date(at))
        days = rules_of(event)
        for number, day in enumerate(days[:MOST_DAYS], start=1):
            self.slot_minutes.data = day.slot_minutes
            self.change_over_minutes.data = day.change_over_minutes
            self[f"date_{number}"].process_data(day.date)
            self[f"opens_{number}"].data = f"{day.opens_at:%H:%M}"
            self[f"closes_{number}"].data = f"{day.closes_at:%H:%M}"
            self[f"breaks_{number}"].data = "、".join(
                f"{each.starts:%H:%M}-{each.ends:%H:%M}" for each in day.breaks
            )

    def draft(self) -> EventDraft:
        """Return what was typed as plain values.

        Raises:
            InvalidError: naming the field that cannot be read.
        """
        return EventDraft(
            name=self.name.data,
            name_en=self.name_en.data,
            summary=self.summary.data,
            mode=EventMode(self.mode.data),
            venue=self.venue.data,
            desk_phone=self.desk_phone.data,
            call_from=cast("date", self.call_from.data),
            call_until=cast("date", self.call_until.data),
            answer_until=cast("date", self.answer_until.data),
            rooms=self.rooms.data,
            hosted_rooms=self.hosted_rooms.data or 0,
            helpers=self.helpers.data or 0,
            sme_limit=_number(self.sme_limit),
            buyer_limit=self.buyer_limit.data,
            floor=self.floor.data or 0,
            candidates_per_need=_number(self.candidates_per_need),
            skip_met=self.skip_met.data,
            host_ids=tuple(int(text) for text in self.host_ids.data or () if is_record_number(text)),
            days=self._days(),
        )

    def refuse(self, error: InvalidError) -> None:
        """Show a refusal beside its field; days are named by their place among the filled rows."""
        name, _, place = (error.field or "").rpartition("_")
        if place.isdecimal() and 0 < int(place) <= len(self._rows):
            error.field = f"{name}_{self._rows[int(place) - 1]}"
        super().refuse(error)

    def _days(self) -> tuple[DayRule, ...]:
        slot, change = _number(self.slot_minutes), self.change_over_minutes.data or 0
        self._rows = [number for number in self.rows() if self._is_filled(number)]
        days = []
        for place, number in enumerate(self._rows, start=1):
            day = self[f"date_{number}"].data
            if day is None:
                raise InvalidError(mark_text("日付を入力してください。"), field=f"date_{place}")
            days.append(
                DayRule(
                    date=day,
                    opens_at=parse_time(self[f"opens_{number}"].data, field=f"opens_{place}"),
                    closes_at=parse_time(self[f"closes_{number}"].data, field=f"closes_{place}"),
                    slot_minutes=slot,
                    change_over_minutes=change,
                    breaks=parse_breaks(self[f"breaks_{number}"].data, field=f"breaks_{place}"),
                )
            )
        return tuple(days)

    def _is_filled(self, number: int) -> bool:
        names = ("opens", "closes", "breaks")
        return self[f"date_{number}"].data is not None or any(
            self[f"{name}_{number}"].data for name in names
        )


for _n in range(1, MOST_DAYS + 1):
    setattr(EventForm, f"date_{_n}", DayField(_l("%(n)s日目", n=_n)))
    setattr(EventForm, f"opens_{_n}", TextField(_l("始まり（%(n)s日目）", n=_n), limit=10))
    setattr(EventForm, f"closes_{_n}", TextField(_l("終わり（%(n)s日目）", n=_n), limit=10))
    setattr(EventForm, f"breaks_{_n}", TextField(_l("休憩（%(n)s日目）", n=_n), limit=100))


class CancelEventForm(EditForm):
    reason = TextField(
        _l("中止の理由"),
        limit=300,
        description=_l("参加企業へのメールに、このまま入ります。"),
        validators=[required(_l("中止の理由を入力してください。"))],
    )


def parse_breaks(text: str, *, field: str) -> tuple[Break, ...]:
    """Return the breaks meant by `12:00-13:00、15:00-15:15`.

    Raises:
        InvalidError: when a part is no span of time.
    """
    breaks = []
    for part in _BETWEEN.split(normalize_width(text)):
        if not part:
            continue
        ends = _SPAN.split(part)
        if len(ends) != 2:  # noqa: PLR2004 -- from and until
            raise InvalidError(
                mark_text("休憩は「12:00-13:00」のように入力してください。"), field=field
            )
        breaks.append(Break(*(parse_time(end, field=field) for end in ends)))
    return tuple(breaks)


def _number(field: WholeNumberField) -> int:
    if field.data is None:
        raise InvalidError(mark_text("数字を入力してください。"), field=field.name)
    return int(field.data)
