"""Words for the vocabularies of capabilities."""

from flask_babel import lazy_gettext as _l

from sme_match.capabilities.enums import CapacityState, DrawingFormat
from sme_match.companies.completeness import ProfileStep
from sme_match.web.labels import Labels

CAPACITY_STATES = {
    CapacityState.FREE: _l("余力あり"),
    CapacityState.ADJUSTABLE: _l("調整すれば可能"),
    CapacityState.FULL: _l("余力なし"),
}
DRAWING_FORMATS = {
    DrawingFormat.PAPER: _l("紙"),
    DrawingFormat.PDF: _l("PDF"),
    DrawingFormat.DXF: _l("DXF・DWG"),
    DrawingFormat.STEP: _l("STEP（3D）"),
}
STEP_TITLES = {
    ProfileStep.COMPANY: _l("会社のこと"),
    ProfileStep.PROCESS: _l("得意な加工"),
    ProfileStep.MATERIALS: _l("加工できる材料"),
    ProfileStep.MACHINES: _l("設備・機械"),
    ProfileStep.LOTS: _l("数量と納期"),
    ProfileStep.QUALITY: _l("品質・検査"),
    ProfileStep.PRESENTATION: _l("紹介と公開範囲"),
}
STEP_HINTS = {
    ProfileStep.COMPANY: _l("住所・従業員数・連絡先"),
    ProfileStep.PROCESS: _l("加工の種類と、得意なこと"),
    ProfileStep.MATERIALS: _l("ステンレス、アルミなど"),
    ProfileStep.MACHINES: _l("機械の名前と台数"),
    ProfileStep.LOTS: _l("ロット・納期・受注余力"),
    ProfileStep.QUALITY: _l("精度、測定機、取得した認証"),
    ProfileStep.PRESENTATION: _l("自社の紹介と、見せる相手"),
}
LABELS: Labels = {
    CapacityState: CAPACITY_STATES,
    DrawingFormat: DRAWING_FORMATS,
    ProfileStep: STEP_TITLES,
}
