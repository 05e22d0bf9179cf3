"""The history of an account in the reader's words."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from sme_match.accounts.labels import ROLES
from sme_match.core.actor import Role
from sme_match.web.history import Vocabulary
from sme_match.web.languages import LANGUAGES

ACTIONS = {
    "user.invite": _l("招待しました"),
    "user.reinvite": _l("招待しなおしました"),
    "user.accept": _l("利用をはじめました"),
    "user.sign_in": _l("ログインしました"),
    "user.edit": _l("内容を直しました"),
    "user.edit_own": _l("自分の内容を直しました"),
    "user.disable": _l("利用を停止しました"),
    "user.enable": _l("利用を再開しました"),
    "user.stop_use": _l("利用停止の申出を受け、使うのをやめました"),
    "user.lift_stop": _l("利用停止を解除しました"),
    "user.reset_password": _l("パスワードを再設定しました"),
    "user.change_password": _l("パスワードを変えました"),
    "user.second_factor_on": _l("二段階認証を始めました"),
    "user.second_factor_off": _l("二段階認証をやめました"),
    "user.second_factor_reset": _l("二段階認証を解除しました"),
    "user.recovery_codes": _l("回復コードを作りなおしました"),
    "user.recovery_code_used": _l("回復コードを使いました"),
    "user.end_sessions": _l("ほかの端末をログアウトしました"),
}
FIELDS = {
    "name": _l("お名前"),
    "name_kana": _l("フリガナ"),
    "email": _l("メールアドレス"),
    "role": _l("役割"),
    "body_id": _l("支援機関"),
    "language": _l("言語"),
}


def user_vocabulary(bodies: Mapping[int, str]) -> Vocabulary:
    """Return the words of accounts; `bodies` names the support bodies."""
    return Vocabulary(
        labels=FIELDS,
        words={
            "role": lambda value: str(ROLES[Role(value)]),
            "body_id": lambda value: bodies[value],
            "language": lambda value: LANGUAGES[value],
        },
        # What happened says it already.
        unsaid={"active"},
    )
