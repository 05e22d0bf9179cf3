"""The form of one capability with all its fields, and the fields that steps share with it."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField

from sme_match.capabilities.enums import CapacityState
from sme_match.capabilities.labels import CAPACITY_STATES, DRAWING_FORMATS
from sme_match.capabilities.machines import format_machines, parse_machines
from sme_match.capabilities.materials import parse_materials
from sme_match.capabilities.models import Capability
from sme_match.capabilities.services import LIMITS, CapabilityDraft
from sme_match.reference.processes import list_process_groups, list_processes
from sme_match.web.fields import (
    ChoiceField,
    DayField,
    EditForm,
    MultilineField,
    NumberField,
    TextField,
    WholeNumberField,
    required,
)
from sme_match.web.labels import choices
from sme_match.web.languages import current_language
from sme_match.web.names import material_name

YES, NO = "yes", "no"


def measured(name: str, label: object, **more: Any) -> NumberField:  # noqa: ANN401 -- passed on
    """Return a field for a measured number within the limits of the rule."""
    low, high = LIMITS[name]
    return NumberField(label, minimum=low, maximum=high, **more)


def whole(name: str, label: object, **more: Any) -> WholeNumberField:  # noqa: ANN401 -- passed on
    """Return a field for a whole number within the limits of the rule."""
    low, high = LIMITS[name]
    return WholeNumberField(label, minimum=low, maximum=high, **more)


def process_choices() -> dict[str, list[tuple[str, object]]]:
    """Return the processes under their groups, an empty choice first."""
    language = current_language()
    found: dict[str, list[tuple[str, object]]] = {"": [("", _("選んでください"))]}
    for group in list_process_groups():
        found[group.name(language)] = [
            (process.code, process.name(language)) for process in list_processes(group.code)
        ]
    return found


class CapabilityForm(EditForm):
    process_code = ChoiceField(
        _l("加工の種類"), validators=[required(_l("加工の種類を選んでください。"))]
    )
    description = MultilineField(
        _l("得意なこと"),
        limit=2000,
        description=_l("ふだんの言葉で。発注企業は、この文章の言葉で探します。"),
    )
    materials = MultilineField(
        _l("加工できる材料"),
        limit=2000,
        description=_l("読点（、）で区切ってください。例：SUS304、アルミ、チタン"),
    )
    in_house = ChoiceField(_l("加工する場所"), default=YES)
    size_min_mm = measured("size_min_mm", _l("最小の寸法"), unit=_l("mm"))
    size_max_mm = measured("size_max_mm", _l("最大の寸法"), unit=_l("mm"))
    weight_max_kg = measured("weight_max_kg", _l("最大の重さ"), unit=_l("kg"))
    tolerance_mm = measured(
        "tolerance_mm", _l("寸法の公差（±）"), unit=_l("mm"), description=_l("ふだんの仕事で守れる値")
    )
    it_grade = whole("it_grade", _l("IT等級"))
    roughness_ra_um = measured("roughness_ra_um", _l("表面の粗さ Ra"), unit=_l("μm"))
    lot_min = whole("lot_min", _l("最小ロット"), unit=_l("個"))
    lot_sweet = whole("lot_sweet", _l("得意なロット"), unit=_l("個"))
    lot_max = whole("lot_max", _l("最大ロット"), unit=_l("個"))
    lead_time_days = whole("lead_time_days", _l("納期の目安"), unit=_l("日間"))
    prototype_lead_time_days = whole(
        "prototype_lead_time_days", _l("試作の納期の目安"), unit=_l("日間")
    )
    part_numbers_per_month = whole("part_numbers_per_month", _l("1か月の品番の数"), unit=_l("品番"))
    average_lot = whole("average_lot", _l("平均のロット"), unit=_l("個"))
    setup_minutes = whole("setup_minutes", _l("段取りの時間"), unit=_l("分"))
    repeat_rate_percent = whole("repeat_rate_percent", _l("くり返し品の割合"), unit=_l("%"))
    quote_days = whole("quote_days", _l("単品の見積もりにかかる日数"), unit=_l("日間"))
    drawing_formats = SelectMultipleField(_l("受け取れる図面"))
    prototype_to_series = ChoiceField(_l("試作から量産まで"))
    machines = MultilineField(
        _l("設備・機械"),
        limit=5000,
        description=_l("1行に1台ずつ。例：5軸マシニング / DMG森精機 / DMU50 / 2台"),
    )
    inspection = TextField(_l("検査の設備"), limit=500, description=_l("例：三次元測定機、表面粗さ計"))
    capacity = ChoiceField(_l("受注余力"))
    capacity_until_on = DayField(_l("その見込みの期限"))

    def __init__(self) -> None:
        super().__init__()
        self.process_code.choices = process_choices()
        self.in_house.choices = [(YES, _("自社の中で")), (NO, _("協力会社で"))]
        self.drawing_formats.choices = choices(DRAWING_FORMATS)
        self.prototype_to_series.choices = [
            ("", _("決めていない")),
            (YES, _("続けて受けられる")),
            (NO, _("試作のみ、または量産のみ")),
        ]
        self.capacity.choices = choices(CAPACITY_STATES, empty=_("決めていない"))

    def show(self, record: object) -> None:
        super().show(record)
        capability = cast("Capability", record)
        for name, shown in _SHOWN.items():
            if name in self:
                self[name].data = shown(capability)

    def values(self) -> dict[str, Any]:
        """Return what was typed, by the field of the draft; only of fields that the page has."""
        own = {"csrf_token", "version"}
        return {
            field.name: _TAKEN.get(field.name, _as_typed)(field.data)
            for field in self
            if field.name not in own
        }

    def draft(self) -> CapabilityDraft:
        """Return what was typed as plain values."""
        return CapabilityDraft(**self.values())


_SHOWN: Mapping[str, Callable[[Capability], str]] = {
    "in_house": lambda row: YES if row.in_house else NO,
    "materials": lambda row: "、".join(material_name(each) for each in row.materials),
    "machines": lambda row: format_machines(row.machines),
    "capacity": lambda row: row.capacity.value if row.capacity else "",
    "prototype_to_series": lambda row: {None: "", True: YES, False: NO}[row.prototype_to_series],
}
_TAKEN: Mapping[str, Callable[[Any], Any]] = {
    "in_house": lambda text: text != NO,
    "materials": lambda text: list(parse_materials(text).values),
    "machines": parse_machines,
    "capacity": lambda text: CapacityState(text) if text else None,
    "prototype_to_series": lambda text: {"": None, YES: True, NO: False}[text],
}


def _as_typed(value: Any) -> Any:  # noqa: ANN401 -- whatever the field holds
    return value
