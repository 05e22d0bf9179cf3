"""Words for the vocabularies of matching."""

from flask_babel import lazy_gettext as _l

from sme_match.matching.engine.conditions import Verdict
from sme_match.matching.enums import ProposalState, RejectionReason
from sme_match.matching.finding import Hint
from sme_match.needs.enums import ConditionKind
from sme_match.web.labels import Labels

PROPOSAL_STATES = {
    ProposalState.NEW: _l("未確認"),
    ProposalState.ACCEPTED: _l("採用"),
    ProposalState.HELD: _l("保留"),
    ProposalState.REJECTED: _l("見送り"),
}
REJECTION_REASONS = {
    RejectionReason.LOT: _l("ロット数が合わない"),
    RejectionReason.ACCURACY: _l("精度・設備が合わない"),
    RejectionReason.LEAD_TIME: _l("納期が合わない"),
    RejectionReason.CERTIFICATE: _l("認証がない"),
    RejectionReason.SME_DECLINED: _l("企業が希望しなかった"),
    RejectionReason.OTHER: _l("その他"),
}
VERDICTS = {
    Verdict.PASS: _l("満たす"),
    Verdict.FAIL: _l("満たさない"),
    Verdict.UNKNOWN: _l("不明"),
}
FIELDS = {
    "capability": _l("加工能力"),
    "profile": _l("紹介文"),
    "english": _l("工程の英語名"),
    "wins": _l("採用された案件"),
    "deals": _l("成約した案件"),
}
"""Where in a profile a word was found."""

EVIDENCE_FIELDS = frozenset({"wins", "deals"})
"""Fields that hold what was decided before, not what the company says itself."""

SORTS = {
    "score": _l("点数が高い順"),
    "confidence": _l("情報がそろっている順"),
    "updated": _l("最近更新された順"),
}
SEARCH_HINTS = {
    Hint.TOO_LONG: _l(
        "文章が長すぎます。100KB（日本語でおよそ3万文字）までに縮めてください。大切な部分だけでも探せます。"
    ),
    Hint.NO_WORDS: _l(
        "記号や絵文字だけなので、手がかりになる言葉がありません。加工、材質、部品の名前などを入れてください。"
    ),
    Hint.ONLY_DIGITS: _l(
        "数字だけでは、何の数字かわかりません。「SUS304」「公差0.01mm」のように、言葉や単位を添えてください。"
    ),
    Hint.ONE_CHARACTER: _l(
        "1文字だけでは、手がかりが足りません。「切削」「めっき」のように、言葉を足してください。"
    ),
}
"""Why a text finds little, and what to do."""
HISTORY_ACTIONS = {
    "need.match": _l("合う企業を計算しました"),
    "need.watch": _l("新しく合う企業の知らせを受けはじめました"),
    "need.unwatch": _l("新しく合う企業の知らせを止めました"),
    "proposal.decide": _l("推薦について判断しました"),
    "proposal.undo": _l("推薦についての判断を元に戻しました"),
    "proposal.note": _l("提案理由書の所見を書きました"),
    "exclusion.write": _l("除外に登録しました"),
    "exclusion.withdraw": _l("除外の登録をやめました"),
}
QUESTIONS = {
    ConditionKind.PROCESS: _l("「%(required)s」はできますか。"),
    ConditionKind.MATERIAL: _l("「%(required)s」を加工できますか。"),
    ConditionKind.SIZE_MM: _l("%(required)sの大きさのものを加工できますか。"),
    ConditionKind.WEIGHT_KG: _l("重さ%(required)sのものを扱えますか。"),
    ConditionKind.LOT: _l("1回%(required)sで受けられますか。"),
    ConditionKind.TOLERANCE_MM: _l("公差%(required)sで加工できますか。"),
    ConditionKind.ROUGHNESS_RA_UM: _l("表面粗さRa %(required)sに仕上げられますか。"),
    ConditionKind.CERTIFICATE: _l("「%(required)s」をお持ちですか。有効期限はいつまでですか。"),
    ConditionKind.LEAD_TIME_DAYS: _l("納期は%(required)sにできますか。"),
    ConditionKind.PROTOTYPE_LEAD_TIME_DAYS: _l("試作の納期は%(required)sにできますか。"),
    ConditionKind.CAPACITY: _l(
        "いま受注の余力はありますか。いつまで見込めますか（条件：%(required)s）。"
    ),
    ConditionKind.PREFECTURE: _l("会社の所在地はどこですか（条件：%(required)s）。"),
    ConditionKind.REGION: _l("会社の所在地はどこですか（条件：%(required)s）。"),
    ConditionKind.DISTANCE_KM: _l("会社はどの市区町村にありますか（条件：%(required)s）。"),
    ConditionKind.DRAWING_FORMAT: _l("%(required)sの図面を扱えますか。"),
    ConditionKind.MEETING_MODE: _l("%(required)sでの商談はできますか。"),
}
"""Each kind of condition as a question to a company that has not said."""
LABELS: Labels = {
    ProposalState: PROPOSAL_STATES,
    RejectionReason: REJECTION_REASONS,
    Verdict: VERDICTS,
}
