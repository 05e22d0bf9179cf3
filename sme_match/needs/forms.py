"""Forms of needs."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, HiddenField
from wtforms.validators import ValidationError

from sme_match.companies.enums import MeetingMode
from sme_match.companies.labels import MEETING_MODES
from sme_match.companies.models import Company
from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text
from sme_match.needs.conditions import (
    LONGEST_WORD,
    ConditionDraft,
    find_materials,
    parse_conditions,
    write_conditions,
    write_material,
)
from sme_match.needs.enums import (
    ConditionKind,
    ConditionLevel,
    DrawingRelease,
    NeedKind,
)
from sme_match.needs.labels import (
    CONDITION_KINDS,
    CONDITION_LEVELS,
    DRAWING_RELEASES,
    NEED_KINDS,
)
from sme_match.needs.models import Need
from sme_match.needs.queries import Owner, Receiver, read_id
from sme_match.needs.services import MOST_SMES_WANTED, NeedDraft, as_drafts
from sme_match.reference.processes import list_process_groups, list_processes
from sme_match.web.errors import message_of
from sme_match.web.fields import (
    ChoiceField,
    DayField,
    EditForm,
    Form,
    MultilineField,
    TextField,
    WholeNumberField,
    required,
)
from sme_match.web.labels import choices
from sme_match.web.languages import current_language

WORDS_LIMIT = 5 * LONGEST_WORD
MOST_DAYS = 365

USUAL_KINDS = (
    ConditionKind.PROCESS,
    ConditionKind.MATERIAL,
    ConditionKind.SIZE_MM,
    ConditionKind.TOLERANCE_MM,
    ConditionKind.LOT,
    ConditionKind.LEAD_TIME_DAYS,
    ConditionKind.CERTIFICATE,
)
RARE_KINDS = tuple(kind for kind in ConditionKind if kind not in USUAL_KINDS)
EXAMPLES = {
    ConditionKind.PROCESS: _l("例：フライス加工、研削"),
    ConditionKind.MATERIAL: _l("例：SUS304、アルミ"),
    ConditionKind.SIZE_MM: _l("いちばん長い辺。この大きさを加工できること"),
    ConditionKind.WEIGHT_KG: _l("1個の重さ。この重さを扱えること"),
    ConditionKind.LOT: _l("1回の数量。この数量で受けられること"),
    ConditionKind.TOLERANCE_MM: _l("±この値より細かくできること。例：0.02"),
    ConditionKind.ROUGHNESS_RA_UM: _l("この値より滑らかにできること。例：0.8"),
    ConditionKind.CERTIFICATE: _l("例：ISO 9001、JIS Q 9100"),
    ConditionKind.LEAD_TIME_DAYS: _l("この日数までに納められること"),
    ConditionKind.PROTOTYPE_LEAD_TIME_DAYS: _l("この日数までに試作できること"),
    ConditionKind.CAPACITY: _l("余力あり、調整できる のどちらか"),
    ConditionKind.PREFECTURE: _l("企業のある都道府県。例：岩手県"),
    ConditionKind.REGION: _l("企業のある地方。例：東北"),
    ConditionKind.DISTANCE_KM: _l(
        "納入場所（なければ発注企業の所在地）からの直線距離。この距離の中に企業があること"
    ),
    ConditionKind.DRAWING_FORMAT: _l("紙、PDF、DXF、STEP"),
    ConditionKind.MEETING_MODE: _l("Web、対面。両方できることが条件なら「Web、対面」"),
}


def condition_name(level: ConditionLevel, kind: ConditionKind) -> str:
    """Return the name of the field for conditions of a kind."""
    return f"{level.value}_{kind.value}"


def _readable(kind: ConditionKind, level: ConditionLevel) -> Callable[[Form, Field], None]:
    def check(form: Form, field: Field) -> None:
        del form
        try:
            parse_conditions(kind, level, field.data or "")
        except InvalidError as error:
            raise ValidationError(message_of(error)) from None

    return check


class NeedForm(EditForm):
    buyer_id = HiddenField(_l("発注企業"))
    buyer_text = TextField(
        _l("発注企業をさがす"), limit=100, description=_l("企業名やフリガナの一部で。例：トウホク")
    )
    buyer_anonymous = BooleanField(
        _l("企業名を伏せる"),
        description=_l(
            "受託側には、双方が商談に合意するまで企業名を見せません。共有した支援機関にも見せません。"
        ),
    )
    owner_id = ChoiceField(_l("担当者"))
    title = TextField(
        _l("件名"),
        limit=150,
        description=_l("何を作るかが分かるように。例：ステンレス製バルブ部品の切削"),
        validators=[required(_l("件名を入力してください。"))],
    )
    description = MultilineField(
        _l("内容"),
        limit=10_000,
        description=_l("部品の用途、形、加工の要点など。この文章の言葉で企業を探します。"),
    )
    outsourcing_reason = TextField(_l("外に出す理由"), limit=300)
    process_code = ChoiceField(_l("主な加工・工程"))
    materials = TextField(_l("材質"), limit=WORDS_LIMIT, description=_l("例：SUS304、A5052"))
    kind = ChoiceField(_l("種類"))
    lot_quantity = WholeNumberField(_l("1回の数量"), unit=_l("個"), minimum=1)
    monthly_quantity = WholeNumberField(_l("月の数量"), unit=_l("個"), minimum=1)
    yearly_quantity = WholeNumberField(_l("年の数量"), unit=_l("個"), minimum=1)
    treatment = TextField(_l("処理・仕上げ"), limit=200, description=_l("例：無電解ニッケルめっき"))
    due_on = DayField(_l("希望納期"))
    delivery_place = TextField(_l("納入場所"), limit=100)
    price_band = TextField(_l("希望価格"), limit=100, description=_l("例：1個 3,000円まで"))
    drawings = ChoiceField(_l("図面"))
    payment_days = WholeNumberField(
        _l("支払期日"),
        unit=_l("日"),
        minimum=1,
        maximum=MOST_DAYS,
        description=_l("受領した日から数えて。取適法により60日以内です。"),
    )
    sme_wanted = WholeNumberField(
        _l("商談したい社数"), unit=_l("社"), minimum=1, maximum=MOST_SMES_WANTED, default=3
    )
    meeting_mode = ChoiceField(_l("商談の方法"), default=MeetingMode.WEB.value)
    expires_on = DayField(_l("回答期限"), description=_l("発注企業が提案を受け付ける最後の日"))

    def __init__(self, owners: Sequence[Owner]) -> None:
        super().__init__()
        language = current_language()
        self.owner_id.choices = [
            ("", _l("決めていない")),
            *((str(user.id), user.name) for user in owners),
        ]
        self.process_code.choices = {
            _("まだ決めていないとき"): [("", _("決めていない"))],
            **{
                group.name(language): [
                    (process.code, process.name(language)) for process in list_processes(group.code)
                ]
                for group in list_process_groups()
            },
        }
        self.kind.choices = choices(NEED_KINDS, empty=_l("決めていない"))
        self.drawings.choices = choices(DRAWING_RELEASES, empty=_l("決めていない"))
        self.meeting_mode.choices = choices(MEETING_MODES)

    def show(self, record: object) -> None:
        """Fill the form from a need with its conditions."""
        super().show(record)
        need = cast("Need", record)
        self.buyer_id.data = str(need.buyer_id)
        self.buyer_text.data = ""
        self.owner_id.data = str(need.owner_id) if need.owner_id else ""
        self.keep_owner(need.owner_id)
        self.materials.data = "、".join(write_material(code) for code in need.materials)
        self.kind.data = need.kind.value if need.kind else ""
        self.drawings.data = need.drawings.value if need.drawings else ""
        self.meeting_mode.data = need.meeting_mode.value
        stored = as_drafts(need.conditions)
        for level in ConditionLevel:
            for kind in ConditionKind:
                chosen = [item for item in stored if (item.level, item.kind) == (level, kind)]
                self[condition_name(level, kind)].data = write_conditions(chosen)

    def show_copy(self, need: Need, *, today: date) -> None:
        """Fill the form for a new need like another one; days that have passed are left out."""
        self.show(need)
        for field in (self.due_on, self.expires_on):
            if field.data is not None and field.data < today:
                field.process_data(None)

    def keep_owner(self, owner_id: int | None) -> None:
        """Accept the person in charge who is stored, even one who has left since."""
        known = {choice[0] for choice in self.owner_id.choices}
        if owner_id is not None and str(owner_id) not in known:
            self.owner_id.choices.append((str(owner_id), _l("いまの担当者")))

    def chosen_buyer_id(self) -> int | None:
        """Return the id that was chosen; None when there is none or it is odd."""
        return read_id(self.buyer_id.data or "")

    def draft(self) -> NeedDraft:
        """Return what was typed as plain values.

        Raises:
            InvalidError: for a missing buyer or an unknown material, naming the field.
        """
        buyer_id = self.chosen_buyer_id()
        if buyer_id is None:
            raise InvalidError(mark_text("発注企業を選んでください。"), field="buyer_text")
        return NeedDraft(
            buyer_id=buyer_id,
            buyer_anonymous=self.buyer_anonymous.data,
            owner_id=int(self.owner_id.data) if self.owner_id.data else None,
            title=self.title.data,
            description=self.description.data,
            outsourcing_reason=self.outsourcing_reason.data,
            process_code=self.process_code.data,
            materials=self._materials(),
            kind=NeedKind(self.kind.data) if self.kind.data else None,
            lot_quantity=self.lot_quantity.data,
            monthly_quantity=self.monthly_quantity.data,
            yearly_quantity=self.yearly_quantity.data,
            treatment=self.treatment.data,
            due_on=self.due_on.data,
            delivery_place=self.delivery_place.data,
            price_band=self.price_band.data,
            drawings=DrawingRelease(self.drawings.data) if self.drawings.data else None,
            payment_days=self.payment_days.data,
            sme_wanted=self.sme_wanted.data or 3,
            meeting_mode=MeetingMode(self.meeting_mode.data),
            expires_on=self.expires_on.data,
            conditions=self._conditions(),
        )

    def _materials(self) -> tuple[str, ...]:
        try:
            return find_materials(self.materials.data)
        except InvalidError as error:
            raise InvalidError(error.message, field="materials", **error.values) from None

    def _conditions(self) -> tuple[ConditionDraft, ...]:
        return tuple(
            condition
            for kind in ConditionKind
            for level in ConditionLevel
            for condition in parse_conditions(kind, level, self[condition_name(level, kind)].data)
        )

    def condition_rows(
        self, kinds: Sequence[ConditionKind]
    ) -> list[tuple[ConditionKind, Field, Field]]:
        """Return kind, must field and wish field of each row of the form."""
        return [
            (
                kind,
                self[condition_name(ConditionLevel.MUST, kind)],
                self[condition_name(ConditionLevel.WISH, kind)],
            )
            for kind in kinds
        ]

    def opens_rare_conditions(self) -> bool:
        """Whether one of the conditions behind the fold is filled or wrong."""
        return any(
            field.data or field.errors
            for __, *pair in self.condition_rows(RARE_KINDS)
            for field in pair
        )


def _label(level: ConditionLevel, kind: ConditionKind) -> object:
    return _l("%(kind)s（%(level)s）", kind=CONDITION_KINDS[kind], level=CONDITION_LEVELS[level])


# One field for each kind and level, so that a need can demand ±0.05 and wish for ±0.02.
for _kind in ConditionKind:
    for _level in ConditionLevel:
        _field = TextField(
            _label(_level, _kind), limit=WORDS_LIMIT, validators=[_readable(_kind, _level)]
        )
        setattr(NeedForm, condition_name(_level, _kind), _field)


class ShareForm(Form):
    body_id = ChoiceField(
        _l("共有する支援機関"), validators=[required(_l("共有する支援機関を選んでください。"))]
    )

    def __init__(self, receivers: Sequence[Receiver]) -> None:
        super().__init__()
        self.offer(receivers)

    def offer(self, receivers: Sequence[Receiver]) -> None:
        """Set the bodies to choose from."""
        self.body_id.choices = [
            ("", _l("選んでください")),
            *((str(body.id), body.name) for body in receivers),
        ]

    def chosen_body_id(self) -> int | None:
        """Return the id that was chosen."""
        text = self.body_id.data or ""
        return int(text) if text in {choice[0] for choice in self.body_id.choices} and text else None


def buyer_choices(buyers: Sequence[Company], chosen: Company | None) -> list[Company]:
    """Return the buyers to offer: the chosen one first, each once."""
    rest = [buyer for buyer in buyers if chosen is None or buyer.id != chosen.id]
    return [chosen, *rest] if chosen is not None else rest
