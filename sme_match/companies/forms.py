"""Forms of companies."""

from collections.abc import Collection
from dataclasses import fields
from typing import Any, cast

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from sme_match.companies.enums import AgglomerationType, ContactKind, MeetingMode
from sme_match.companies.labels import AGGLOMERATION_TYPES, CONTACT_KINDS, MEETING_MODES
from sme_match.companies.models import Certificate, Company, Contact
from sme_match.companies.services import CertificateDraft, CompanyDraft, ContactDraft
from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text
from sme_match.reference.certificates import find_certificate, get_certificate
from sme_match.reference.corporate_number import parse_corporate_number
from sme_match.reference.jsic import list_major_groups
from sme_match.reference.municipalities import find_municipality, get_municipality, list_municipalities
from sme_match.reference.prefectures import find_prefecture, list_prefectures
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

SHORT_NAME_LIMIT = 6
PLAIN_FIELDS = frozenset(field.name for field in fields(CompanyDraft)) - {
    "corporate_number",
    "municipality_code",
    "agglomeration",
    "meeting_mode",
}
"""What the draft takes as it was typed."""


def keep_only(form: EditForm, names: Collection[str]) -> None:
    """Drop the fields of a form that a page on one topic does not ask for."""
    for name in [field.name for field in form]:
        if name not in {"csrf_token", "version", *names}:
            del form[name]


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
        _l("自社の紹介"), limit=10_000, description=_l("発注企業は、この文章の言葉でも探します。")
    )
    work_style = TextField(
        _l("働き方"), limit=500, description=_l("テレワーク、副業人材の受け入れなど")
    )
    decarbonisation = TextField(_l("脱炭素の取り組み"), limit=500)
    meeting_mode = ChoiceField(_l("商談の方法"), description=_l("発注企業とどのように会えるか"))

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
        self.meeting_mode.choices = choices(MEETING_MODES, empty=_l("決めていない"))

    def show(self, record: object) -> None:
        """Fill the form from a record."""
        super().show(record)
        company = cast("Company", record)
        if "corporate_number" in self:
            self.corporate_number.data = company.corporate_number or ""
        if "agglomeration" in self:
            self.agglomeration.data = company.agglomeration.value if company.agglomeration else ""
        if "meeting_mode" in self:
            self.meeting_mode.data = company.meeting_mode.value if company.meeting_mode else ""
        if "municipality" in self and company.municipality_code:
            self.municipality.data = get_municipality(company.municipality_code).name()

    def values(self) -> dict[str, Any]:
        """Return what was typed, by the field of the draft; only of fields that the page has.

        Raises:
            InvalidError: for a number or place that does not exist, naming the field.
        """
        names = [field.name for field in self if field.name in PLAIN_FIELDS]
        found: dict[str, Any] = {name: self[name].data for name in names}
        if "corporate_number" in self:
            found["corporate_number"] = self._corporate_number()
        if "municipality" in self:
            found["municipality_code"] = self._municipality_code()
        if "agglomeration" in self:
            chosen = self.agglomeration.data
            found["agglomeration"] = AgglomerationType(chosen) if chosen else None
        if "meeting_mode" in self:
            mode = self.meeting_mode.data
            found["meeting_mode"] = MeetingMode(mode) if mode else None
        return found

    def draft(self) -> CompanyDraft:
        """Return what was typed as plain values.

        Raises:
            InvalidError: for a number or place that does not exist, naming the field.
        """
        return CompanyDraft(**self.values())

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


class RegistrationForm(CompanyForm):
    confirmed = BooleanField(_l("候補を確かめました。別の会社なので登録します。"))


class ContactForm(EditForm):
    kind = ChoiceField(_l("役割"), default=ContactKind.MAIN.value)
    name = TextField(_l("氏名"), limit=100, validators=[required(_l("氏名を入力してください。"))])
    name_kana = TextField(_l("フリガナ"), limit=100)
    position = TextField(_l("部署・役職"), limit=100)
    email = TextField(
        _l("メールアドレス"), limit=254, description=_l("商談の案内は、このアドレスに届きます。")
    )
    phone = TextField(_l("電話番号"), limit=20)

    def __init__(self) -> None:
        super().__init__()
        self.kind.choices = choices(CONTACT_KINDS)

    def show(self, record: object) -> None:
        super().show(record)
        self.kind.data = cast("Contact", record).kind.value

    def draft(self) -> ContactDraft:
        return ContactDraft(
            kind=ContactKind(self.kind.data),
            name=self.name.data,
            name_kana=self.name_kana.data,
            position=self.position.data,
            email=self.email.data,
            phone=self.phone.data,
        )


class CertificateForm(EditForm):
    standard = TextField(
        _l("認証・認定の名前"),
        limit=60,
        description=_l("一覧にないものは、そのまま書いてください。例：ISO 9001"),
        validators=[required(_l("認証の名前を入力してください。"))],
    )
    number = TextField(_l("登録番号"), limit=60)
    scope = TextField(_l("対象の範囲"), limit=200, description=_l("例：本社工場、切削加工"))
    expires_on = DayField(_l("有効期限"))

    def show(self, record: object) -> None:
        super().show(record)
        self.standard.data = certificate_words(cast("Certificate", record).standard)

    def draft(self) -> CertificateDraft:
        found = find_certificate(self.standard.data)
        return CertificateDraft(
            standard=found.code if found else self.standard.data,
            number=self.number.data,
            scope=self.scope.data,
            expires_on=self.expires_on.data,
        )


def certificate_words(standard: str) -> str:
    """Return the name of a certificate, or the free text that was given instead."""
    try:
        return get_certificate(standard).name(current_language())
    except KeyError:
        return standard


class ShareForm(Form):
    body_id = ChoiceField(
        _l("共有先の支援機関"), validators=[required(_l("共有先の支援機関を選んでください。"))]
    )
    consented_on = DayField(
        _l("企業が同意した日"), validators=[required(_l("企業が同意した日を入力してください。"))]
    )
    note = TextField(
        _l("同意の記録"),
        limit=500,
        description=_l("だれが、どのように同意したか。例：訪問時に社長から口頭で"),
    )


def municipality_names(prefecture_code: str) -> list[str]:
    """Return the names that a field for municipalities offers."""
    language = current_language()
    known = find_prefecture(prefecture_code)
    return [place.name(language) for place in list_municipalities(known.code)] if known else []
