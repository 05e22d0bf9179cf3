"""Forms of personal data."""

from flask_babel import lazy_gettext as _l

from sme_match.privacy.enums import RetentionClass
from sme_match.privacy.labels import LABELS
from sme_match.privacy.retention import MOST_YEARS, RULES
from sme_match.web.fields import Form, MultilineField, TextField, WholeNumberField, required

REASON_LENGTH = 200


class StopForm(Form):
    reason = TextField(
        _l("申出の内容"),
        limit=REASON_LENGTH,
        description=_l("例：2026年12月1日に電話で、退職のため連絡をやめてほしいとの申出"),
        validators=[required(_l("申出の内容を入力してください。"))],
    )


class PurposeForm(Form):
    text = MultilineField(
        _l("利用目的"),
        limit=5000,
        description=_l("担当者の情報を何に使うかを、具体的に書いてください。"),
        validators=[required(_l("利用目的を入力してください。"))],
    )


class RetentionForm(Form):
    """A number of years for each kind."""


for _kind, _rule in RULES.items():
    setattr(
        RetentionForm,
        _kind.value,
        WholeNumberField(
            LABELS[RetentionClass][_kind],
            minimum=_rule.least,
            maximum=MOST_YEARS,
            unit=_l("年"),
            validators=[required(_l("年数を入力してください。"))],
        ),
    )
