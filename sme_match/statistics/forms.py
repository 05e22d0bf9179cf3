"""Forms of statistics: targets of a fiscal year, closing it."""

from collections.abc import Mapping
from decimal import Decimal

from flask_babel import lazy_gettext as _l

from sme_match.outcomes.forms import YenField
from sme_match.statistics.key_figures import Unit
from sme_match.statistics.yearly.definitions import ALL_DEFINITIONS
from sme_match.statistics.yearly.figures import TARGET_KEYS, UNITS
from sme_match.web.fields import EditForm, Form, NumberField, TextField, WholeNumberField

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
