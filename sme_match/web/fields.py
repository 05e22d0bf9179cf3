"""Form fields that take what people type in Japanese offices: any width, any hyphen, units."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from sme_match.core.errors import InvalidError
from sme_match.core.text import normalize_multiline, normalize_width
from sme_match.web.errors import message_of

_UNITS = (
    "ミリ",
    "mm",
    "μm",
    "um",
    "kg",
    "キロ",
    "日",
    "個",
    "本",
    "枚",
    "名",
    "人",
    "円",
    "万円",
    "%",
    "年",
    "分",
    "件",
    "社",
    "組",
)
MAX_INTEGER = 2_000_000_000
MAX_DIGITS = len(str(MAX_INTEGER))


class Form(FlaskForm):
    """Base of all forms: CSRF token included; unknown fields of the request are ignored."""

    def show(self, record: object) -> None:
        """Fill the form from a record: each field takes the attribute of its name."""
        for field in self:
            if hasattr(record, field.name):
                field.process_data(getattr(record, field.name))

    def refuse(self, error: InvalidError) -> None:
        """Show a refusal of a use case beside the field it belongs to."""
        if error.field and error.field in self:
            field = self[error.field]
            field.errors = [*field.errors, message_of(error)]
        else:
            self.form_errors.append(message_of(error))


class EditForm(Form):
    """A form on an existing record: it carries the version it was opened with."""

    version = HiddenField()

    def opened_version(self) -> int:
        """Return the version the form was opened with; 0 when it is missing or odd."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else 0


class TextField(StringField):
    """One line, normalised to NFKC; empty text is an empty string. Longer than `limit` is refused."""

    def __init__(self, label: object = None, *, limit: int = 200, **kwargs: Any) -> None:  # noqa: ANN401
        validators = [*kwargs.pop("validators", ()), _length(limit)]
        super().__init__(label, validators=validators, filters=[_line], **kwargs)
        self.limit = limit


class MultilineField(TextAreaField):
    """Several lines, normalised to NFKC."""

    def __init__(self, label: object = None, *, limit: int = 2000, **kwargs: Any) -> None:  # noqa: ANN401
        validators = [*kwargs.pop("validators", ()), _length(limit)]
        super().__init__(label, validators=validators, filters=[_lines], **kwargs)
        self.limit = limit


class NumberField(StringField):
    """A number typed in any width, with thousands separators or a unit behind it."""

    def __init__(
        self,
        label: object = None,
        *,
        minimum: Decimal | int = 0,
        maximum: Decimal | int = MAX_INTEGER,
        unit: object = "",
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(label, **kwargs)
        self.minimum, self.maximum, self.unit = minimum, maximum, unit
        self.raw_text = ""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read the number; the raw text stays in the field when it is none."""
        self.data = None
        self.raw_text = valuelist[0] if valuelist else ""
        text = strip_unit(self.raw_text)
        if not text:
            return
        try:
            number = self.convert(text)
        except (InvalidOperation, ValueError):
            raise ValueError(self.gettext_number()) from None
        if not self.minimum <= number <= self.maximum:
            raise ValueError(
                _l("%(low)sから%(high)sまでの数字を入力してください。")
                % {"low": f"{self.minimum:,}", "high": f"{self.maximum:,}"}
            )
        self.data = number

    def convert(self, text: str) -> Any:  # noqa: ANN401 -- Decimal or int, by subclass
        """Turn the cleaned text into the number."""
        number = Decimal(text)
        if not number.is_finite():
            raise ValueError(text)
        return number

    def gettext_number(self) -> str:
        """Return what to type instead."""
        return str(_l("数字で入力してください。例：0.01"))

    def _value(self) -> str:
        if self.raw_data:
            return self.raw_text
        if self.data is None:
            return ""
        text = f"{self.data:f}" if isinstance(self.data, Decimal) else str(self.data)
        return text.rstrip("0").rstrip(".") if "." in text else text


class WholeNumberField(NumberField):
    """A whole number."""

    def convert(self, text: str) -> int:
        """Turn the cleaned text into an int."""
        return int(text)

    def gettext_number(self) -> str:
        """Return what to type instead."""
        return str(_l("整数で入力してください。例：100"))


class ChoiceField(SelectField):
    """One of a list. A request that leaves it out means the empty choice."""

    def __init__(self, label: object = None, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(label, default=kwargs.pop("default", ""), **kwargs)


class DayField(Field):
    """A day typed as year, month and day in three boxes (the way DADS asks for dates)."""

    def __init__(self, label: object = None, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(label, **kwargs)
        self.texts = ("", "", "")

    def process_data(self, value: date | None) -> None:
        """Show an existing day."""
        self.data = value
        self.texts = (str(value.year), str(value.month), str(value.day)) if value else ("", "", "")

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read the three boxes; what was typed stays in them when it is no day."""
        texts = [normalize_width(text) for text in valuelist[:3]]
        texts += [""] * (3 - len(texts))
        self.texts = (texts[0], texts[1], texts[2])
        self.data = None
        if not any(texts):
            return
        try:
            self.data = date(*(int(text) for text in texts))
        except (ValueError, OverflowError):
            raise ValueError(
                str(_l("年・月・日を数字で入力してください。例：2026 年 12 月 10 日"))
            ) from None


def strip_unit(text: str) -> str:
    """Return a typed number without spaces, separators and the unit behind it."""
    cleaned = (
        normalize_width(text).replace(",", "").replace(" ", "").removeprefix("±").removeprefix("約")
    )
    for unit in sorted(_UNITS, key=len, reverse=True):
        if cleaned.endswith(unit):
            return cleaned.removesuffix(unit)
    return cleaned


def required(message: object) -> Callable[[Form, Field], None]:
    """Return a validator that asks for the value in the given words."""

    def check(form: Form, field: Field) -> None:
        del form
        # A field that could not be read already has its own message.
        if field.data in (None, "", [], ()) and not field.process_errors:
            raise ValidationError(str(message))

    check.field_flags = {"required": True}  # type: ignore[attr-defined]  # read by WTForms
    return check


def one_of(message: object) -> Callable[[Form, Field], None]:
    """Return a validator that refuses what is not among the choices, and nothing chosen at all."""

    def check(form: Form, field: Field) -> None:
        del form
        if field.data not in [value for value, *_ in field.iter_choices()]:
            raise ValidationError(str(message))

    check.field_flags = {"required": True}  # type: ignore[attr-defined]  # read by WTForms
    return check


def _length(limit: int) -> Length:
    return Length(max=limit, message=_l("%(limit)s文字までで入力してください。") % {"limit": limit})


def _line(text: str | None) -> str:
    return normalize_width(text) if text else ""


def _lines(text: str | None) -> str:
    return normalize_multiline(text) if text else ""
