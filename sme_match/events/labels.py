"""Words for the vocabularies of events."""

from flask_babel import lazy_gettext as _l

from sme_match.events.enums import (
    BuyerAnswer,
    CandidateOrigin,
    ChangeKind,
    Equipment,
    EventMode,
    EventState,
    EventTab,
    ParticipantState,
    RunKind,
    RunState,
    Side,
)
from sme_match.web.labels import Labels

EVENT_STATES = {
    EventState.PREPARING: _l("準備中"),
    EventState.PUBLISHED: _l("時間割を公開"),
    EventState.ENDED: _l("終了"),
    EventState.CANCELLED: _l("中止"),
}
EVENT_TABS = {
    EventTab.PREPARING: _l("準備中"),
    EventTab.PUBLISHED: _l("時間割を公開"),
    EventTab.PAST: _l("終わった商談会"),
}
MODES = {EventMode.WEB: _l("Web"), EventMode.IN_PERSON: _l("対面"), EventMode.BOTH: _l("Webと対面")}
SIDES = {Side.BUYER: _l("委託側"), Side.SME: _l("受託側")}
PARTICIPANT_STATES = {
    ParticipantState.INVITED: _l("回答待ち"),
    ParticipantState.APPLIED: _l("申込あり"),
    ParticipantState.ACCEPTED: _l("参加"),
    ParticipantState.REFUSED: _l("お断り"),
    ParticipantState.WITHDRAWN: _l("辞退"),
    ParticipantState.EXPIRED: _l("回答期限切れ"),
}
EQUIPMENTS = {
    Equipment.OWN: _l("自社から参加"),
    Equipment.HOSTED_ROOM: _l("支援機関の部屋から参加"),
}
ANSWERS = {
    BuyerAnswer.MUST: _l("ぜひ会いたい"),
    BuyerAnswer.WANT: _l("会ってもよい"),
    BuyerAnswer.NO: _l("会わない"),
}
CANDIDATE_ORIGINS = {
    CandidateOrigin.MATCHING: _l("マッチング"),
    CandidateOrigin.SME: _l("受託側の希望"),
    CandidateOrigin.BODY: _l("支援機関の発案"),
}
RUN_STATES = {
    RunState.QUEUED: _l("順番待ち"),
    RunState.RUNNING: _l("計算中"),
    RunState.DONE: _l("できました"),
    RunState.STOPPED: _l("途中で止めました"),
    RunState.FAILED: _l("失敗しました"),
}
RUN_KINDS = {RunKind.FRESH: _l("はじめから作る"), RunKind.REPAIR: _l("いまの時間割を直す")}
CHANGES = {
    ChangeKind.PLACE: _l("割り当て"),
    ChangeKind.MOVE: _l("移動"),
    ChangeKind.UNPLACE: _l("未割り当てへ"),
    ChangeKind.SWAP: _l("入れ替え"),
    ChangeKind.LOCK: _l("固定"),
    ChangeKind.UNLOCK: _l("固定を外す"),
    ChangeKind.APPLY: _l("計算の結果を使う"),
    ChangeKind.BACKFILL: _l("空いたコマに追加"),
    ChangeKind.UNDO: _l("元に戻す"),
    ChangeKind.REDO: _l("やり直す"),
}
LABELS: Labels = {
    EventState: EVENT_STATES,
    EventTab: EVENT_TABS,
    EventMode: MODES,
    Side: SIDES,
    ParticipantState: PARTICIPANT_STATES,
    Equipment: EQUIPMENTS,
    BuyerAnswer: ANSWERS,
    CandidateOrigin: CANDIDATE_ORIGINS,
    RunState: RUN_STATES,
    RunKind: RUN_KINDS,
    ChangeKind: CHANGES,
}
