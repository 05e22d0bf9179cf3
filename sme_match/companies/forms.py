"""Forms of companies."""

from typing import cast

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from sme_match.companies.enums import AgglomerationType
from sme_match.companies.labels import AGGLOMERATION_TYPES
from sme_match.companies.models import Company
from sme_match.companies.services import CompanyDraft
from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text
from sme_match.reference.corporate_number import parse_corporate_number
from sme_match.reference.jsic import list_major_groups
from sme_match.reference.municipalities import find_municipality, get_municipality
from sme_match.reference.prefectures import list_prefectures
from sme_match.web.fields import (
    ChoiceField,
    EditForm,
    MultilineField,
    TextField,
    WholeNumberField,
    required,
)
from sme_match.web.labels import choices
from sme_match.web.languages import current_language

SHORT_NAME_LIMIT = 6


class CompanyForm(EditForm):
    name = TextField(_l("企業名"), limit=100, validators=[required(_l("企業名を入力してください。"))])
    name_kana = TextField(
        _l("フリガナ"),
        limit=150,
        description=_l("全角カタカナで。例：ミヤギセイミツ"),
        validators=[required(_l("フリガナを入力してください。並べかえと電話のときに使います。"))],
    )
    name_en = TextField(_l("英語名"), limit=200)
    short_name = TextField(
        _l("略称"), limit=SHORT_NAME_LIMIT, description=_l("6文字まで。時間割の表に出ます。")
    )
    corporate_number = TextField(
        _l("法人番号"), limit=20, description=_l("13桁の数字。ハイフンは不要です。")
    )
    is_sme = BooleanField(_l("受託側（中小企業）"), default=True)
    is_buyer = BooleanField(_l("委託側（発注企業）"))
    postal_code = TextField(_l("郵便番号"), limit=10)
    prefecture_code = ChoiceField(
        _l("都道府県"), validators=[required(_l("都道府県を選んでください。"))]
    )
    municipality = TextField(_l("市区町村"), limit=50)
    address = TextField(_l("町名・番地"), limit=200)
    phone = TextField(_l("電話番号"), limit=20)
    website = TextField(_l("ウェブサイト"), limit=300)
    jsic_code = ChoiceField(_l("業種（日本標準産業分類・中分類）"))
    capital_man_yen = WholeNumberField(_l("資本金"), unit=_l("万円"), maximum=100_000_000)
    employees = WholeNumberField(_l("従業員数"), unit=_l("名"), maximum=1_000_000)
    founded_year = WholeNumberField(_l("設立年（西暦）"), unit=_l("年"), minimum=1600, maximum=2100)
    agglomeration = ChoiceField(_l("産業集積の型"))
    pr_text = MultilineField(
        _l("自社の紹介"), limit=2000, description=_l("発注企業は、この文章の言葉でも探します。")
    )
    work_style = TextField(
        _l("働き方"), limit=500, description=_l("テレワーク、副業人材の受け入れなど")
    )
    decarbonisation = TextField(_l("脱炭素の取り組み"), limit=500)

    def __init__(self) -> None:
        super().__init__()
        language = current_language()
        self.prefecture_code.choices = [
            ("", _l("選んでください")),
            *((entry.code, entry.name(language)) for entry in list_prefectures()),
        ]
        self.jsic_code.choices = [
            ("", _l("選んでください")),
            *((entry.code, f"{entry.code} {entry.name(language)}") for entry in list_major_groups()),
        ]
        self.agglomeration.choices = choices(AGGLOMERATION_TYPES, empty=_l("わからない"))

    def show(self, record: object) -> None:
        """Fill the form from a record."""
        super().show(record)
        company = cast("Company", record)
        self.corporate_number.data = company.corporate_number or ""
        self.agglomeration.data = company.agglomeration.value if company.agglomeration else ""
        if company.municipality_code:
            self.municipality.data = get_municipality(company.municipality_code).name()

    def draft(self) -> CompanyDraft:
        """Return what was typed as plain values.

        Raises:
            InvalidError: for a number or place that does not exist, naming the field.
        """
        return CompanyDraft(
            name=self.name.data,
            name_kana=self.name_kana.data,
            name_en=self.name_en.data,
            short_name=self.short_name.data,
            corporate_number=self._corporate_number(),
            is_sme=self.is_sme.data,
            is_buyer=self.is_buyer.data,
            postal_code=self.postal_code.data,
            prefecture_code=self.prefecture_code.data,
            municipality_code=self._municipality_code(),
            address=self.address.data,
            phone=self.phone.data,
            website=self.website.data,
            jsic_code=self.jsic_code.data,
            capital_man_yen=self.capital_man_yen.data,
            employees=self.employees.data,
            founded_year=self.founded_year.data,
            agglomeration=AgglomerationType(self.agglomeration.data)
            if self.agglomeration.data
            else None,
            pr_text=self.pr_text.data,
            work_style=self.work_style.data,
            decarbonisation=self.decarbonisation.data,
        )

    def _corporate_number(self) -> str | None:
        text = self.corporate_number.data
        if not text:
            return None
        try:
            return parse_corporate_number(text)
        except InvalidError as error:
            raise InvalidError(error.message, field="corporate_number", **error.values) from None

    def _municipality_code(self) -> str:
        text = self.municipality.data
        if not text:
            return ""
        found = find_municipality(text, self.prefecture_code.data)
        if found is None:
            raise InvalidError(
                mark_text(
                    "「%(text)s」という市区町村が見つかりません。都道府県と合っているか確かめてください。"
                ),
                field="municipality",
                text=text,
            )
        return found.code
