"""Forms of applications of SMEs and of the part of buyers."""

from collections.abc import Iterable, Sequence
from typing import cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectMultipleField

from sme_match.companies.models import Company, Contact
from sme_match.core.clock import to_jst
from sme_match.events.enums import Equipment, EventMode
from sme_match.events.labels import EQUIPMENTS, MODES
from sme_match.events.models import Event, EventSlot, Participant
from sme_match.events.queries.participants import Wishable
from sme_match.events.services.applying import MOST_WISHES, Application, Wish
from sme_match.events.services.deciding import BuyerDraft
from sme_match.web.fields import (
    ChoiceField,
    Form,
    MultilineField,
    TextField,
    WholeNumberField,
    required,
)
from sme_match.web.formats import day
from sme_match.web.labels import choices
from sme_match.web.routing import is_record_number

MOST_LANES = 9


class _PartForm(Form):
    attendee = TextField(_l("当日出席する方"), limit=200)
    day_phone = TextField(
        _l("当日つながる電話番号"),
        limit=20,
        description=_l("つながらないときに、支援機関がかけます。相手の企業には見せません。"),
    )
    mode = ChoiceField(_l("方法"))
    free = SelectMultipleField(
        _l("会えるコマ"),
        description=_l("会えない時間だけ、印を外してください。時刻は日本時間です。"),
        validate_choice=False,
    )

    equipment = RadioField(
        _l("参加する場所"),
        choices=choices(EQUIPMENTS),
        default=Equipment.OWN.value,
        description=_l("カメラとマイクのあるパソコンがないときは、支援機関の部屋を使えます。"),
    )
    needs_helper = BooleanField(
        _l("操作に付き添ってほしい"), description=_l("支援機関の人がそばで手伝います。")
    )
    avoid = SelectMultipleField(
        _l("会いたくない企業"),
        description=_l("担当の支援機関だけが見ます。ほかのだれにも伝わりません。"),
        validate_choice=False,
    )
    avoid_reason = TextField(_l("その理由"), limit=300)

    def offer_event(self, event: Event) -> None:
        """Offer the slots and the ways of meeting of the event; all slots are free at first."""
        one_day = len(event.days) == 1
        self.free.choices = [(str(slot.id), _span(slot, one_day=one_day)) for slot in event.slots]
        modes = {mode: word for mode, word in MODES.items() if event.mode in (EventMode.BOTH, mode)}
        self.mode.choices = choices(modes)
        if not self.is_submitted():
            self.free.data = [str(slot.id) for slot in event.slots]
            self.mode.data = event.mode.value

    def show_part(self, part: Participant) -> None:
        """Fill the form from what was said before."""
        self.show(part)
        self.mode.data = part.mode.value
        self.equipment.data = part.equipment.value
        self.avoid.data = [str(row.company_id) for row in part.avoids]
        self.avoid_reason.data = next((row.reason for row in part.avoids), "")
        taken = {row.slot_id for row in part.unavailable}
        self.free.data = [value for value, _ in self.free.choices if int(value) not in taken]

    def offer_avoidable(self, companies: Iterable[Company]) -> None:
        """Offer companies that need not be met."""
        self.avoid.choices = [(str(company.id), company.name) for company in companies]

    def avoids(self) -> tuple[tuple[int, str], ...]:
        """Return whom the company does not want to meet, with the reason."""
        chosen = self.avoid.data or ()
        return tuple(
            (int(value), self.avoid_reason.data) for value, _ in self.avoid.choices if value in chosen
        )

    def unavailable(self) -> frozenset[int]:
        """Return the slots without a mark."""
        free = set(self.free.data or ())
        return frozenset(int(value) for value, _ in self.free.choices if value not in free)


class ApplicationForm(_PartForm):
    lanes = WholeNumberField(
        _l("同時に商談できる人数"),
        unit=_l("人"),
        default=1,
        minimum=1,
        maximum=MOST_LANES,
        description=_l("2人以上が別々に商談できるときだけ増やします。"),
    )
    pr_text = MultilineField(
        _l("自社の紹介"), limit=500, description=_l("得意なこと、見てほしいこと。ふだんの言葉で。")
    )

    def offer(self, event: Event, wishable: Sequence[Wishable], avoidable: Sequence[Company]) -> None:
        """Offer slots, needs to wish for, and companies to avoid."""
        self.offer_event(event)
        hidden = _("社名は非公開")
        needs = [(each.key, f"{each.need.title}（{each.buyer_name or hidden}）") for each in wishable]
        for rank in self.ranks():
            self[f"wish_{rank}"].choices = [("", _("選ばない")), *needs]
        self.offer_avoidable(avoidable)

    def show_all(self, part: Participant) -> None:
        """Fill the form from an earlier application."""
        self.show_part(part)
        for rank, wish in enumerate(part.wishes[:MOST_WISHES], start=1):
            field = self[f"wish_{rank}"]
            field.data = str(wish["need"])
            if field.data not in [value for value, _ in field.choices]:
                field.choices.append((field.data, _("（参加しなくなった相手）")))
            self[f"reason_{rank}"].data = wish["reason"]

    def ranks(self) -> range:
        """Return the numbers of the wishes."""
        return range(1, MOST_WISHES + 1)

    def has_reasons(self) -> bool:
        """Whether a reason was typed, also for a partner who is gone meanwhile."""
        return any(self[f"reason_{rank}"].data for rank in self.ranks())

    def application(self) -> Application:
        """Return what was typed as plain values."""
        return Application(
            attendee=self.attendee.data,
            day_phone=self.day_phone.data,
            lanes=self.lanes.data or 1,
            mode=EventMode(self.mode.data),
            equipment=Equipment(self.equipment.data),
            needs_helper=self.needs_helper.data,
            pr_text=self.pr_text.data,
            unavailable=self.unavailable(),
            wishes=tuple(self._wishes()),
            avoids=self.avoids(),
        )

    def _wishes(self) -> list[Wish]:
        found = []
        for rank in self.ranks():
            need = self[f"wish_{rank}"].data or ""
            if is_record_number(need):
                found.append(Wish(int(need), self[f"reason_{rank}"].data))
        return found


for _n in range(1, MOST_WISHES + 1):
    setattr(ApplicationForm, f"wish_{_n}", ChoiceField(_l("第%(n)s希望", n=_n), validate_choice=False))
    setattr(
        ApplicationForm,
        f"reason_{_n}",
        TextField(_l("第%(n)s希望の理由", n=_n), limit=300),
    )


class BuyerForm(_PartForm):
    lanes = WholeNumberField(_l("同時に開く席（レーン）"), default=1, minimum=1, maximum=MOST_LANES)
    meeting_limit = WholeNumberField(_l("この企業の商談の上限"), unit=_l("回"), minimum=1, maximum=60)
    contact_id = ChoiceField(_l("連絡する担当者"))

    def offer(self, event: Event, people: Sequence[Contact], avoidable: Sequence[Company]) -> None:
        """Offer slots, people, and companies to avoid."""
        self.offer_event(event)
        self.offer_avoidable(avoidable)
        self.contact_id.choices = [
            ("", _("主な担当者")),
            *(
                (str(person.id), f"{person.name}（{person.email}）" if person.email else person.name)
                for person in people
            ),
        ]

    def show_all(self, part: Participant) -> None:
        """Fill the form from what stands."""
        self.show_part(part)
        self.contact_id.data = str(part.contact_id) if part.contact_id else ""

    def draft(self) -> BuyerDraft:
        """Return what was typed as plain values."""
        return BuyerDraft(
            lanes=self.lanes.data or 1,
            meeting_limit=cast("int | None", self.meeting_limit.data),
            mode=EventMode(self.mode.data),
            equipment=Equipment(self.equipment.data),
            needs_helper=self.needs_helper.data,
            attendee=self.attendee.data,
            day_phone=self.day_phone.data,
            avoids=self.avoids(),
            contact_id=int(self.contact_id.data) if self.contact_id.data else None,
            unavailable=self.unavailable(),
        )


class ReasonForm(Form):
    reason = TextField(_l("理由"), limit=300, validators=[required(_l("理由を入力してください。"))])


class AcceptForm(Form):
    """Accepting needs nothing but the button."""


def _span(slot: EventSlot, *, one_day: bool) -> str:
    times = f"{to_jst(slot.starts_at):%H:%M}–{to_jst(slot.ends_at):%H:%M}"
    return times if one_day else f"{day(slot.starts_at)} {times}"
