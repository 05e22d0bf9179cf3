"""Words for the vocabularies of outcomes."""

from flask_babel import lazy_gettext as _l

from sme_match.outcomes.enums import (
    AmountSource,
    End,
    FollowUpState,
    NoDealReason,
    OutcomeTab,
    Reporter,
    Stage,
    Trace,
)
from sme_match.web.labels import Labels

STAGES = {
    Stage.CONTACT: _l("顔合わせだけ"),
    Stage.INFORMATION: _l("情報を交換した"),
    Stage.DRAWING: _l("図面・秘密保持の話に進んだ"),
    Stage.QUOTE_ASKED: _l("見積りの依頼があった"),
    Stage.QUOTE_GIVEN: _l("見積りを出した"),
    Stage.PROTOTYPE: _l("試作に進んだ"),
    Stage.DEAL: _l("成約（初回の受注）"),
    Stage.CONTINUING: _l("継続して受注している"),
}
ENDS = {
    End.NO_DEAL: _l("成約しなかった"),
    End.ON_HOLD: _l("保留になっている"),
    End.UNKNOWN: _l("わからない"),
}
REPORTERS = {
    Reporter.SME: _l("受託側"),
    Reporter.BUYER: _l("委託側"),
    Reporter.COORDINATOR: _l("支援機関"),
}
AMOUNT_SOURCES = {
    AmountSource.SME_SAID: _l("受託側の申告"),
    AmountSource.BUYER_SAID: _l("委託側の申告"),
    AmountSource.BOTH_AGREE: _l("双方の申告が一致"),
    AmountSource.DOCUMENT_SEEN: _l("書類で確認"),
}
REASONS = {
    NoDealReason.EQUIPMENT: _l("設備が合わない"),
    NoDealReason.SIZE: _l("大きさが合わない"),
    NoDealReason.ACCURACY: _l("精度が合わない"),
    NoDealReason.MATERIAL: _l("材料が合わない"),
    NoDealReason.LOT_TOO_SMALL: _l("ロットが小さすぎる"),
    NoDealReason.LOT_TOO_LARGE: _l("ロットが大きすぎる"),
    NoDealReason.PRICE: _l("価格"),
    NoDealReason.LEAD_TIME: _l("納期"),
    NoDealReason.CAPACITY: _l("受注の余力"),
    NoDealReason.CERTIFICATE: _l("認証"),
    NoDealReason.DISTANCE: _l("距離"),
    NoDealReason.INFORMATION: _l("情報が足りない"),
    NoDealReason.TERMS: _l("取引条件"),
    NoDealReason.OTHER: _l("その他"),
}
FOLLOW_UP_STATES = {
    FollowUpState.DUE: _l("これから"),
    FollowUpState.DONE: _l("回答あり"),
    FollowUpState.CLOSED: _l("終了"),
}
TABS = {
    OutcomeTab.DUE: _l("報告待ち"),
    OutcomeTab.DISAGREEMENT: _l("食い違い"),
    OutcomeTab.FOLLOW_UP: _l("追跡の期限"),
    OutcomeTab.ALL: _l("すべて"),
}
SATISFACTION = {
    5: _l("5 とても満足"),
    4: _l("4 満足"),
    3: _l("3 ふつう"),
    2: _l("2 不満"),
    1: _l("1 とても不満"),
}
TRACES = {
    Trace.PROPOSAL: _l("企業を採用した案件"),
    Trace.MEETING: _l("商談した案件"),
    Trace.DEAL: _l("成約した案件"),
}
LABELS: Labels = {
    Trace: TRACES,
    Stage: STAGES,
    End: ENDS,
    Reporter: REPORTERS,
    AmountSource: AMOUNT_SOURCES,
    NoDealReason: REASONS,
    FollowUpState: FOLLOW_UP_STATES,
    OutcomeTab: TABS,
}
