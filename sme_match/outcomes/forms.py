"""Forms of outcomes."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField, RadioField, SelectMultipleField

from sme_match.core.text import normalize_width
from sme_match.meetings.enums import AbsentSide, MeetingState
from sme_match.meetings.labels import ABSENT_SIDES
from sme_match.meetings.services.changing import DayRecord
from sme_match.outcomes.amounts import spell_out_yen
from sme_match.outcomes.enums import AmountSource, End, NoDealReason, Reporter, Stage
from sme_match.outcomes.labels import (
    AMOUNT_SOURCES,
    ENDS,
    REASONS,
    REPORTERS,
    SATISFACTION,
    STAGES,
)
from sme_match.outcomes.services.reporting import ReportDraft
from sme_match.web.fields import (
    ChoiceField,
    DayField,
    EditForm,
    Form,
    MultilineField,
    TextField,
    WholeNumberField,
    one_of,
    required,
)
from sme_match.web.labels import choices

RESULTS = {
    MeetingState.HELD: _l("実施した"),
    MeetingState.ABSENT: _l("欠席があった"),
    MeetingState.BROKEN_OFF: _l("途中で中断した"),
    MeetingState.CARRIED_OVER: _l("持ち越す（日時を決めなおす）"),
}


class YenField(WholeNumberField):
    """An amount of yen, also as 300万円 or 1.2億."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read the amount; the raw text stays in the field when it is none."""
        typed = valuelist[0] if valuelist else ""
        try:
            super().process_formdata([spell_out_yen(normalize_width(typed))])
        finally:
            self.raw_text = typed


class AttendanceForm(EditForm):
    result = RadioField(
        _l("商談はどうなりましたか"),
        choices=choices(RESULTS),
        validate_choice=False,
        validators=[one_of(_l("商談がどうなったかを選んでください。"))],
    )
    absent_side = ChoiceField(
        _l("来なかった側"), choices=choices(ABSENT_SIDES, empty=_l("選んでください"))
    )
    absence_told = ChoiceField(_l("事前の連絡"), choices=[("", _l("なかった")), ("y", _l("あった"))])
    reason = TextField(
        _l("理由・メモ"), limit=300, description=_l("中断・持越しのときは入力してください。")
    )

    contact_on = DayField(
        _l("次に連絡する日"), description=_l("持越しのとき。その日になると、トップページに出ます。")
    )

    def day(self) -> DayRecord:
        """Return what became of the meeting."""
        return DayRecord(
            result=MeetingState(self.result.data),
            absent_side=AbsentSide(self.absent_side.data) if self.absent_side.data else None,
            absence_told=self.absence_told.data == "y",
            reason=self.reason.data,
            contact_on=self.contact_on.data,
        )


class ReportForm(Form):
    reporter = ChoiceField(_l("だれの報告ですか"), choices=choices(REPORTERS, empty=""))
    said_by = TextField(_l("答えた人"), limit=100, description=_l("電話などで聞いた方の名前。"))
    stage = RadioField(
        _l("どこまで進みましたか"),
        choices=[(str(int(stage)), word) for stage, word in STAGES.items()],
        validate_choice=False,
        validators=[one_of(_l("どこまで進んだかを選んでください。"))],
    )
    end = RadioField(
        _l("いまの見通し"),
        choices=[("", _l("進行中・継続中")), *choices(ENDS)],
        default="",
        validate_choice=False,
    )
    reasons = SelectMultipleField(
        _l("成約しなかった理由"), choices=choices(REASONS), description=_l("いくつでも。")
    )
    first_order_yen = YenField(
        _l("初回の受注金額"), unit=_l("円"), description=_l("税抜き。「30万円」のようにも書けます。")
    )
    total_yen = YenField(_l("これまでの受注の合計"), unit=_l("円"), description=_l("税抜き。"))
    expected_year_yen = YenField(
        _l("年間の見込み"),
        unit=_l("円"),
        description=_l("まだ決まっていない金額です。成約の金額には加えません。"),
    )
    amount_source = ChoiceField(
        _l("金額をどこで確かめたか"), choices=choices(AMOUNT_SOURCES, empty=_l("選んでください"))
    )
    document = FileField(
        _l("見積書・注文書のファイル"),
        description=_l("PDFか画像。10MBまで。支援機関だけが見られます。"),
    )
    seen_note = TextField(
        _l("だれがどこで何を見たか"),
        limit=300,
        description=_l("例：10月3日に訪問し、佐藤が注文書の写しを見た"),
    )
    amounts_sure = BooleanField(_l("金額に間違いありません"))
    deal_on = DayField(_l("成約した日"))
    satisfaction = RadioField(
        _l("商談の満足度"),
        choices=[("", _l("答えない")), *((str(n), word) for n, word in SATISFACTION.items())],
        default="",
        validate_choice=False,
    )
    next_action = TextField(
        _l("次にすること"), limit=300, description=_l("例：図面を送る、見積りを出す")
    )
    next_action_on = DayField(_l("それはいつ"))
    comment = MultilineField(_l("ひとこと"), limit=1000)

    def draft(self, *, reporter: Reporter | None, name: str) -> ReportDraft:
        """Return the report; without a reporter the coordinator has chosen in whose name it is."""
        return ReportDraft(
            reporter=reporter or Reporter(self.reporter.data),
            said_by=self.said_by.data or name,
            stage=Stage(int(self.stage.data)),
            end=End(self.end.data) if self.end.data in set(End) else None,
            reasons=[NoDealReason(value) for value in self.reasons.data or ()],
            satisfaction=int(self.satisfaction.data)
            if self.satisfaction.data in {str(n) for n in SATISFACTION}
            else None,
            first_order_yen=self.first_order_yen.data,
            expected_year_yen=self.expected_year_yen.data,
            total_yen=self.total_yen.data,
            amount_source=AmountSource(self.amount_source.data) if self.amount_source.data else None,
            deal_on=self.deal_on.data,
            next_action=self.next_action.data,
            next_action_on=self.next_action_on.data,
            comment=self.comment.data,
            amounts_sure=self.amounts_sure.data,
        )


class CloseForm(Form):
    reason = TextField(
        _l("終える理由"),
        limit=300,
        description=_l("例：担当者が退職し、連絡がとれない"),
        validators=[required(_l("終える理由を入力してください。"))],
    )
