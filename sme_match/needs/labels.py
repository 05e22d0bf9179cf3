"""Words for the vocabularies of needs, and the units of their conditions."""

from flask_babel import lazy_gettext as _l

from sme_match.needs.conditions import DAY_KINDS, UNITS
from sme_match.needs.contradictions import ContradictionKind
from sme_match.needs.enums import (
    ConditionKind,
    ConditionLevel,
    DrawingRelease,
    NeedKind,
    NeedState,
)
from sme_match.web.labels import Labels

NEED_STATES = {
    NeedState.DRAFT: _l("下書き"),
    NeedState.OPEN: _l("募集中"),
    NeedState.CLOSED: _l("締め切り"),
}
NEED_KINDS = {
    NeedKind.PROTOTYPE: _l("試作"),
    NeedKind.SERIES: _l("量産"),
    NeedKind.PROTOTYPE_TO_SERIES: _l("試作から量産"),
    NeedKind.REPAIR: _l("修理・補修"),
}
DRAWING_RELEASES = {
    DrawingRelease.NOW: _l("いま見せられる"),
    DrawingRelease.AT_MEETING: _l("商談のときに見せる"),
    DrawingRelease.AFTER_NDA: _l("秘密保持契約のあと"),
}
CONDITION_LEVELS = {
    ConditionLevel.MUST: _l("必須"),
    ConditionLevel.WISH: _l("希望"),
}
CONDITION_KINDS = {
    ConditionKind.PROCESS: _l("加工・工程"),
    ConditionKind.MATERIAL: _l("材質"),
    ConditionKind.SIZE_MM: _l("加工できる大きさ"),
    ConditionKind.WEIGHT_KG: _l("重さ"),
    ConditionKind.LOT: _l("ロット"),
    ConditionKind.TOLERANCE_MM: _l("公差"),
    ConditionKind.ROUGHNESS_RA_UM: _l("表面粗さ Ra"),
    ConditionKind.CERTIFICATE: _l("認証"),
    ConditionKind.LEAD_TIME_DAYS: _l("納期"),
    ConditionKind.PROTOTYPE_LEAD_TIME_DAYS: _l("試作の納期"),
    ConditionKind.CAPACITY: _l("受注余力"),
    ConditionKind.PREFECTURE: _l("都道府県"),
    ConditionKind.REGION: _l("地方"),
    ConditionKind.DISTANCE_KM: _l("距離"),
    ConditionKind.DRAWING_FORMAT: _l("図面の形式"),
    ConditionKind.MEETING_MODE: _l("商談の方法"),
}
CONDITION_UNITS = {**UNITS, **{kind: _l("日間") for kind in DAY_KINDS}, ConditionKind.LOT: _l("個")}
"""Kind -> the unit behind an input; symbols are the same in every language."""

_FIGURES = {
    ConditionKind.LOT: _l("%(figure)s個"),
    **{kind: _l("%(figure)s日") for kind in DAY_KINDS},
}


def with_unit(kind: ConditionKind, figure: str) -> str:
    """Return a figure with the unit of its kind, as the reader's language writes it."""
    if kind in _FIGURES:
        return str(_FIGURES[kind]) % {"figure": figure}
    return f"{figure}{UNITS.get(kind, '')}"


CAPACITY_WORDS = {
    "free": _l("余力あり"),
    "adjustable": _l("調整できる"),
    "full": _l("余力なし"),
}
DRAWING_FORMAT_WORDS = {
    "paper": _l("紙"),
    "pdf": _l("PDF"),
    "dxf": _l("DXF"),
    "step": _l("STEP"),
}
MEETING_MODE_WORDS = {"web": _l("Web"), "in_person": _l("対面")}
CONDITION_WORDS = {**CAPACITY_WORDS, **DRAWING_FORMAT_WORDS, **MEETING_MODE_WORDS}
"""Code -> word, for the conditions whose words are closed vocabularies."""

CONTRADICTIONS = {
    ContradictionKind.NOT_POSITIVE: _l(
        "条件「%(first)s」に合う企業はありません。0より大きくしてください。"
    ),
    ContradictionKind.TWO_PLACES: _l(
        "必須の「%(first)s」と「%(second)s」は両立しません。このままでは候補が1社も残りません。"
    ),
    ContradictionKind.DUE_TOO_SOON: _l(
        "希望納期まであと%(days)s日です。必須の「%(first)s」では間に合わない企業も候補に残ります。"
    ),
    ContradictionKind.OTHER_MODE: _l("案件の商談の方法と、必須の「%(first)s」が食い違っています。"),
    ContradictionKind.EMPTY_WISH: _l(
        "希望の「%(first)s」は、必須の「%(second)s」を満たす企業ならすべて満たすので、点数の差になりません。"
    ),
    ContradictionKind.ANSWER_AFTER_DUE: _l("回答期限が希望納期より後になっています。"),
    ContradictionKind.LOT_ABOVE_YEAR: _l("1回の数量が年の数量より多くなっています。"),
    ContradictionKind.MONTH_ABOVE_YEAR: _l("月の数量が年の数量より多くなっています。"),
}
HISTORY_ACTIONS = {
    "need.create": _l("登録しました"),
    "need.edit": _l("内容を直しました"),
    "need.publish": _l("募集を始めました"),
    "need.unpublish": _l("下書きに戻しました"),
    "need.close": _l("締め切りました"),
    "need.reopen": _l("募集を再開しました"),
    "need.share": _l("ほかの支援機関と共有しました"),
    "need.unshare": _l("共有をやめました"),
    "need.import": _l("ファイルから取り込みました"),
    "need.import_undo": _l("取り込みを取り消しました"),
}
LABELS: Labels = {
    NeedState: NEED_STATES,
    NeedKind: NEED_KINDS,
    DrawingRelease: DRAWING_RELEASES,
    ConditionLevel: CONDITION_LEVELS,
    ConditionKind: CONDITION_KINDS,
}
