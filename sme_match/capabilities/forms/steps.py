"""The forms of a manager's steps: one topic at a time, the same fields and rules as the whole."""

from typing import Any, cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectMultipleField

from sme_match.capabilities.forms.rows import CapabilityForm
from sme_match.capabilities.materials import parse_materials
from sme_match.capabilities.models import Capability
from sme_match.companies.completeness import ProfileStep
from sme_match.companies.enums import Visibility
from sme_match.companies.forms import CompanyForm, keep_only
from sme_match.companies.labels import CONTACT_VISIBILITY, PROFILE_VISIBILITY, VISIBILITIES
from sme_match.companies.models import Company
from sme_match.reference.materials import list_families
from sme_match.web.fields import EditForm, MultilineField
from sme_match.web.labels import choices
from sme_match.web.languages import current_language

FAMILIES_FIRST = (
    "stainless", "aluminium", "steel", "copper", "titanium", "plastic", "rubber", "ceramics",
)  # fmt: skip
"""The families that most companies work with: a phone shows these, the others on demand."""
FIELDS = {
    ProfileStep.COMPANY: (
        "name", "name_kana", "postal_code", "prefecture_code", "municipality", "address", "phone",
        "website", "jsic_code", "employees",
    ),
    ProfileStep.PROCESS: ("process_code", "description", "in_house"),
    ProfileStep.MACHINES: ("machines",),
    ProfileStep.LOTS: (
        "lot_min", "lot_sweet", "lot_max", "lead_time_days", "prototype_lead_time_days",
        "quote_days", "capacity", "capacity_until_on",
    ),
    ProfileStep.QUALITY: ("tolerance_mm", "it_grade", "roughness_ra_um", "inspection"),
    ProfileStep.PRESENTATION: ("pr_text", "work_style", "decarbonisation", "meeting_mode"),
}  # fmt: skip


class CompanyStepForm(CompanyForm):
    """会社のこと."""

    def __init__(self) -> None:
        super().__init__()
        keep_only(self, FIELDS[ProfileStep.COMPANY])


class PresentationForm(CompanyForm):
    """紹介と公開範囲."""

    profile_visibility = RadioField(PROFILE_VISIBILITY)
    contact_visibility = RadioField(CONTACT_VISIBILITY)

    def __init__(self) -> None:
        super().__init__()
        keep_only(self, (*FIELDS[ProfileStep.PRESENTATION], "profile_visibility", "contact_visibility"))
        self.profile_visibility.choices = choices(VISIBILITIES)
        self.contact_visibility.choices = choices(VISIBILITIES)

    def show(self, record: object) -> None:
        super().show(record)
        company = cast("Company", record)
        self.profile_visibility.data = company.profile_visibility.value
        self.contact_visibility.data = company.contact_visibility.value

    def visibilities(self) -> tuple[Visibility, Visibility]:
        """Return who may see the profile, and who the contacts."""
        return Visibility(self.profile_visibility.data), Visibility(self.contact_visibility.data)


class RowStepForm(CapabilityForm):
    """得意な加工, 設備・機械, 数量と納期, 品質・検査."""

    def __init__(self, step: ProfileStep) -> None:
        super().__init__()
        keep_only(self, FIELDS[step])


class MaterialsForm(EditForm):
    """加工できる材料: families to tick, everything else in words."""

    families = SelectMultipleField(
        _l("どの材料を加工できますか"), description=_l("あてはまるものを、すべて選んでください。")
    )
    others = MultilineField(
        _l("材料の記号や、ほかの材料"),
        limit=2000,
        description=_l("わかれば書いてください。読点（、）で区切ります。例：SUS304、A5052、インコネル"),
    )

    def __init__(self) -> None:
        super().__init__()
        language = current_language()
        families = sorted(list_families(), key=lambda each: each.code not in FAMILIES_FIRST)
        self.families.choices = [(each.code, each.name(language)) for each in families]

    def show(self, record: object) -> None:
        super().show(record)
        known = {family.code for family in list_families()}
        materials = cast("Capability", record).materials
        self.families.data = [each for each in materials if each in known]
        self.others.data = "、".join(each for each in materials if each not in known)

    def values(self) -> dict[str, Any]:
        """Return the materials of both fields, each once."""
        typed = parse_materials(self.others.data).values
        return {"materials": list(dict.fromkeys([*(self.families.data or []), *typed]))}

    def ask_for_one(self) -> bool:
        """Say that at least one material is needed; return whether there is one."""
        if self.values()["materials"]:
            return True
        self.families.errors = [_("材料を1つ以上選ぶか、下の欄に書いてください。")]
        return False
