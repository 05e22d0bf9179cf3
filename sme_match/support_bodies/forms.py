"""Forms of support bodies."""

import re
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from sme_match.core.text import normalize_hyphens
from sme_match.reference.prefectures import list_prefectures
from sme_match.support_bodies.services import BodyDraft, DeskDraft
from sme_match.web.fields import ChoiceField, EditForm, TextField, required
from sme_match.web.languages import current_language

SHORT_NAME_LIMIT = 20
_PHONE = re.compile(r"\+?[0-9][0-9()\-, #]{5,18}")


class DeskForm(EditForm):
    phone = TextField(
        _l("窓口の電話番号"),
        limit=20,
        description=_l("うまくいかないときに企業がかける番号です。すべての画面とメールに出ます。"),
        validators=[required(_l("窓口の電話番号を入力してください。"))],
    )
    desk_hours = TextField(
        _l("窓口の受付時間"),
        limit=100,
        description=_l("例：平日 9:00–17:00"),
        validators=[required(_l("窓口の受付時間を入力してください。"))],
    )
    email = TextField(
        _l("窓口のメールアドレス"),
        limit=254,
        description=_l("企業や発注企業がメールに返信すると、ここに届きます。"),
        validators=[required(_l("窓口のメールアドレスを入力してください。"))],
    )

    def validate_phone(self, field: TextField) -> None:
        """Take the number with any hyphen; refuse what nobody can dial."""
        field.data = normalize_hyphens(field.data)
        if field.data and not _PHONE.fullmatch(field.data):
            raise ValidationError(_l("電話番号は「019-000-0000」のように入力してください。"))

    def draft(self) -> DeskDraft:
        """Return what was typed."""
        return DeskDraft(phone=self.phone.data, desk_hours=self.desk_hours.data, email=self.email.data)


class BodyForm(DeskForm):
    name = TextField(
        _l("名称"), limit=100, validators=[required(_l("支援機関の名称を入力してください。"))]
    )
    name_en = TextField(
        _l("英語名"), limit=200, validators=[required(_l("英語名を入力してください。"))]
    )
    short_name = TextField(
        _l("略称"), limit=SHORT_NAME_LIMIT, validators=[required(_l("略称を入力してください。"))]
    )
    prefecture_code = ChoiceField(
        _l("都道府県"), validators=[required(_l("都道府県を選んでください。"))]
    )

    def __init__(self, **values: Any) -> None:  # noqa: ANN401 -- handed on to WTForms
        super().__init__(**values)
        language = current_language()
        self.prefecture_code.choices = [
            ("", _l("選んでください")),
            *((entry.code, entry.name(language)) for entry in list_prefectures()),
        ]

    def draft(self) -> BodyDraft:
        """Return what was typed."""
        return BodyDraft(
            name=self.name.data,
            name_en=self.name_en.data,
            short_name=self.short_name.data,
            prefecture_code=self.prefecture_code.data,
            phone=self.phone.data,
            desk_hours=self.desk_hours.data,
            email=self.email.data,
        )
