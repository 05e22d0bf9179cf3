"""Words for the vocabularies of matching."""

from flask_babel import lazy_gettext as _l

from sme_match.matching.engine.conditions import Verdict
from sme_match.matching.enums import ProposalState, RejectionReason
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
SORTS = {
    "score": _l("点数が高い順"),
    "confidence": _l("情報がそろっている順"),
    "updated": _l("最近更新された順"),
}
HISTORY_ACTIONS = {
    "need.match": _l("合う企業を計算しました"),
    "proposal.decide": _l("推薦について判断しました"),
    "proposal.undo": _l("推薦についての判断を元に戻しました"),
}
LABELS: Labels = {
    ProposalState: PROPOSAL_STATES,
    RejectionReason: REJECTION_REASONS,
    Verdict: VERDICTS,
}
