"""Forms of statistics: targets of a fiscal year, closing it, what is known of an official series."""

import re
from collections.abc import Mapping
from decimal import Decimal

from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from sme_match.outcomes.forms import YenField
from sme_match.statistics.imported.columns import FIRST_YEAR, LAST_YEAR
from sme_match.statistics.imported.services import SeriesDraft
from sme_match.statistics.key_figures import Unit
from sme_match.statistics.models import OfficialSeries
from sme_match.statistics.yearly.definitions import ALL_DEFINITIONS
from sme_match.statistics.yearly.figures import TARGET_KEYS, UNITS
from sme_match.web.fields import EditForm, Form, NumberField, TextField, WholeNumberField, required

PER_CENT = 100
MOST_YEN = 10**12
_UNITS = {"introduced": _l("組"), "smes": _l("社"), "new_smes": _l("社")}


def _target_field(key: str) -> object:
    title = _l(ALL_DEFINITIONS[key].title)
    if UNITS[key] is Unit.YEN:
        return YenField(
            title,
            unit=_l("円"),
            maximum=MOST_YEN,
            description=_l("税抜き。「3000万円」のようにも書けます。"),
        )
    if UNITS[key] is Unit.RATE:
        return NumberField(title, unit="%")
    return WholeNumberField(title, unit=_UNITS.get(key, _l("件")))


class TargetForm(EditForm):
    """A field for each figure that can have a target; an empty one has none."""

    def targets(self) -> dict[str, float]:
        """Return the targets that were typed, shares as fractions of 1."""
        found: dict[str, float] = {}
        for key in TARGET_KEYS:
            value: Decimal | int | None = self[key].data
            if value is not None:
                found[key] = float(value / PER_CENT) if UNITS[key] is Unit.RATE else int(value)
        return found

    def show_targets(self, targets: Mapping[str, float]) -> None:
        """Fill the fields with what is kept."""
        for key in TARGET_KEYS:
            value: float | Decimal | None = targets.get(key)
            if value is not None and UNITS[key] is Unit.RATE:
                value = Decimal(str(round(float(value) * PER_CENT, 4)))
            self[key].process_data(value)


for _key in TARGET_KEYS:
    setattr(TargetForm, _key, _target_field(_key))


class CloseYearForm(Form):
    note = TextField(
        _l("確定する理由・メモ"),
        limit=300,
        description=_l("2回目からは必ず入力してください。例：9月に届いた報告を入れて訂正"),
    )


_YEARS = re.compile(r"[、,\s]+")
_SAY = _l("入力してください。")


class SeriesForm(EditForm):
    title = TextField(
        _l("系列の名前"),
        limit=100,
        description=_l("例：製造業の実質付加価値額（R-JIP 2017）"),
        validators=[required(_SAY)],
    )
    title_en = TextField(_l("英語の名前"), limit=200)
    publisher = TextField(
        _l("公表した機関と調査の名前"),
        limit=200,
        description=_l("例：経済産業研究所「R-JIPデータベース2017」"),
        validators=[required(_SAY)],
    )
    basis = TextField(
        _l("範囲と基準"),
        limit=300,
        description=_l("例：年度、実質、2000年価格。従業者4人以上の事業所"),
        validators=[required(_SAY)],
    )
    unit = TextField(
        _l("単位"),
        limit=20,
        description=_l("例：百万円、人、事業所。金額は億円に直して表示します。"),
        validators=[required(_SAY)],
    )
    licence = TextField(
        _l("利用の条件"),
        limit=200,
        description=_l("例：政府標準利用規約（第2.0版）。表とグラフの下に必ず出します。"),
        validators=[required(_SAY)],
    )
    source = TextField(
        _l("入手元"),
        limit=500,
        description=_l("ファイルを手に入れたアドレスや資料の名前"),
        validators=[required(_SAY)],
    )
    breaks = TextField(
        _l("前の年と比べられない年"),
        limit=200,
        description=_l("基準や調査の範囲が変わった最初の年。例：1990、2001"),
    )

    def validate_breaks(self, field: TextField) -> None:
        """Refuse what is no year."""
        if any(not FIRST_YEAR <= year <= LAST_YEAR for year in _years(field.data)):
            raise ValidationError(_l("西暦4桁の年を「、」で区切って入力してください。例：1990、2001"))

    def show_series(self, series: OfficialSeries) -> None:
        """Fill the fields with what is kept."""
        self.show(series)
        self.breaks.process_data("、".join(map(str, series.breaks)))

    def draft(self) -> SeriesDraft:
        """Return what was typed."""
        texts = {name: self[name].data for name in SeriesDraft.__slots__ if name != "breaks"}
        return SeriesDraft(**texts, breaks=tuple(_years(self.breaks.data)))


def _years(text: str) -> list[int]:
    """Return the years in a list; 0 stands for what is none."""
    parts = [part.removesuffix("年") for part in _YEARS.split(text) if part]
    return [int(part) if part.isascii() and part.isdigit() and len(part) == 4 else 0 for part in parts]  # noqa: PLR2004 -- the digits of a year
