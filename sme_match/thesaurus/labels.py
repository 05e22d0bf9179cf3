"""Words for the vocabularies of the thesaurus."""

from flask_babel import lazy_gettext as _l

from sme_match.matching.enums import WordChange, WordKind, WordState
from sme_match.web.labels import Labels

WORD_KINDS = {
    WordKind.PROCESS: _l("加工・工程"),
    WordKind.MATERIAL: _l("材質"),
    WordKind.MACHINE: _l("設備・測定器"),
    WordKind.CERTIFICATE: _l("認証・規格"),
    WordKind.TRADE: _l("部品・取引の言葉"),
}
WORD_CHANGES = {
    WordChange.NEW: _l("新しい用語"),
    WordChange.ADD: _l("名前の追加"),
    WordChange.REMOVE: _l("名前の削除"),
}
WORD_STATES = {
    WordState.PROPOSED: _l("確認待ち"),
    WordState.ACCEPTED: _l("採用"),
    WordState.REJECTED: _l("見送り"),
    WordState.WITHDRAWN: _l("取り下げ"),
}
HISTORY_ACTIONS = {
    "word.propose": _l("提案しました"),
    "word.edit": _l("提案を直しました"),
    "word.accept": _l("採用しました"),
    "word.reject": _l("見送りました"),
    "word.withdraw": _l("取り下げました"),
    "word.reopen": _l("確認待ちに戻しました"),
}
LABELS: Labels = {WordKind: WORD_KINDS, WordChange: WORD_CHANGES, WordState: WORD_STATES}
