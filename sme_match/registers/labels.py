"""Words for the vocabularies of imports."""

from flask_babel import lazy_gettext as _l

from sme_match.registers.enums import ImportState, RowAction
from sme_match.web.labels import Labels

ROW_ACTIONS = {
    RowAction.CREATE: _l("新しく登録する"),
    RowAction.UPDATE: _l("登録済みの内容を更新する"),
    RowAction.KEEP: _l("変わりなし"),
    RowAction.SKIP: _l("取り込まない"),
}
IMPORT_STATES = {
    ImportState.PREVIEW: _l("確認中"),
    ImportState.WAITING: _l("取り込み中"),
    ImportState.APPLIED: _l("取り込み済み"),
    ImportState.UNDONE: _l("取り消し済み"),
    ImportState.DISCARDED: _l("破棄"),
}
LABELS: Labels = {RowAction: ROW_ACTIONS, ImportState: IMPORT_STATES}
