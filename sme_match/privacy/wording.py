"""Values of what is kept about a person, in the words of its reader."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import Final

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from sme_match.accounts.wording import ACTIONS as ACCOUNT_ACTIONS
from sme_match.companies.labels import HISTORY_ACTIONS as COMPANY_ACTIONS
from sme_match.core.clock import to_jst
from sme_match.events.history_words import ACTIONS as EVENT_ACTIONS
from sme_match.matching.labels import HISTORY_ACTIONS as MATCHING_ACTIONS
from sme_match.meetings.labels import ACTIONS as MEETING_ACTIONS
from sme_match.needs.labels import HISTORY_ACTIONS as NEED_ACTIONS
from sme_match.privacy.labels import file_name

ACTIONS: Final[Mapping[str, object]] = MappingProxyType(
    {
        **ACCOUNT_ACTIONS,
        **COMPANY_ACTIONS,
        **NEED_ACTIONS,
        **MATCHING_ACTIONS,
        **MEETING_ACTIONS,
        **EVENT_ACTIONS,
        "calendar.open": _l("予定表のアドレスを作りました"),
        "calendar.close": _l("予定表のアドレスを止めました"),
        "candidate.add": _l("商談の候補を加えました"),
        "candidate.drop": _l("商談の候補から外しました"),
        "candidate.keep": _l("商談の候補に戻しました"),
        "closed_year.close": _l("年度の報告を確定しました"),
        "official_series.create": _l("公的統計の系列を加えました"),
        "official_series.edit": _l("公的統計の系列を直しました"),
        "official_series.remove": _l("公的統計の系列を消しました"),
        "outcome.report": _l("商談の結果を報告しました"),
        "outcome.close_follow_up": _l("追跡を終えました"),
        "outcome.evidence": _l("証拠書類を加えました"),
        "purpose.publish": _l("利用目的の新しい版を知らせました"),
        "purpose.agree": _l("利用目的に同意しました"),
        "purpose.refuse": _l("利用目的に同意しませんでした"),
        "purpose.withdraw": _l("利用目的への同意を取り消しました"),
        "retention.edit": _l("保存期間を変えました"),
        "saved_view.create": _l("しぼり込みを保存しました"),
        "saved_view.delete": _l("保存したしぼり込みを消しました"),
        "support_body.create": _l("支援機関を登録しました"),
        "support_body.edit": _l("支援機関の内容を直しました"),
        "support_body.activate": _l("支援機関の利用を再開しました"),
        "support_body.deactivate": _l("支援機関の利用を停止しました"),
        "training.run": _l("判断から学ぶ計算をしました"),
        "training.use": _l("学んだ点数を使いはじめました"),
        "training.stop": _l("学んだ点数を使うのをやめました"),
        "user.digest": _l("毎月のメールの受け取りを変えました"),
        "word.propose": _l("用語を提案しました"),
        "word.accept": _l("用語の提案を採用しました"),
        "word.reject": _l("用語の提案を見送りました"),
        "word.edit": _l("用語の提案を直しました"),
        "word.reopen": _l("用語の提案を検討に戻しました"),
        "word.withdraw": _l("用語の提案を取り下げました"),
        "year_target.set": _l("年度の目標を決めました"),
    }
)
"""What people do; those without words stay as the log has them."""
PAGES: Final[Mapping[str, object]] = MappingProxyType(
    {
        "accounts.show": _l("利用者の画面"),
        "companies.edit_contact": _l("担当者を直す画面"),
        "companies.history": _l("企業の変更の履歴"),
        "companies.show": _l("企業の画面"),
        "events.participant": _l("商談会の参加企業の画面"),
        "privacy.person": _l("個人情報の画面"),
    }
)
"""The pages that show one company or account."""


def value_text(column: str, value: object) -> str:
    """Return a value of a column as its reader knows it."""
    if column == "action":
        return str(ACTIONS.get(str(value), value))
    if column == "page":
        return str(PAGES[str(value)]) if str(value) in PAGES else file_name(str(value))
    if isinstance(value, Enum):
        return str(current_app.jinja_env.filters["label"](value))
    if isinstance(value, datetime):
        return f"{to_jst(value):%Y/%m/%d %H:%M}"
    if isinstance(value, bool):
        return str(_("はい") if value else _("いいえ"))
    return "" if value is None else str(value)
