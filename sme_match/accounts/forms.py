"""Forms of accounts."""

from collections.abc import Sequence
from typing import cast

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, RadioField
from wtforms.fields.choices import SelectChoice

from sme_match.accounts.labels import ROLES
from sme_match.accounts.models import User
from sme_match.accounts.policy import STAFF_ROLES
from sme_match.accounts.services.invitations import StaffDraft
from sme_match.accounts.services.users import UserDraft
from sme_match.core.actor import Role
from sme_match.support_bodies.labels import SECOND_FACTOR_RULES
from sme_match.support_bodies.models import SupportBody
from sme_match.web.fields import ChoiceField, EditForm, Form, TextField, required
from sme_match.web.languages import DEFAULT, LANGUAGES

_NEW_PASSWORD_HINT = _l(
    "10文字以上。記号や大文字はなくてもかまいません。関係のない言葉を3つほどつなげると、"
    "覚えやすく破られにくくなります。"
)


def _name_field() -> TextField:
    return TextField(_l("お名前"), limit=100, validators=[required(_l("お名前を入力してください。"))])


def _email_field() -> TextField:
    return TextField(
        _l("メールアドレス"), limit=254, validators=[required(_l("メールアドレスを入力してください。"))]
    )


def _language_field() -> RadioField:
    languages = [SelectChoice(code, name) for code, name in LANGUAGES.items()]
    return RadioField(_l("言語"), choices=languages, default=DEFAULT)


class SignInForm(Form):
    email = _email_field()
    password = PasswordField(
        _l("パスワード"), validators=[required(_l("パスワードを入力してください。"))]
    )


class AcceptForm(Form):
    name = _name_field()
    password = PasswordField(
        _l("パスワード"),
        description=_NEW_PASSWORD_HINT,
        validators=[required(_l("パスワードを決めて入力してください。"))],
    )


class RequestResetForm(Form):
    email = _email_field()


class ResetForm(Form):
    password = PasswordField(
        _l("新しいパスワード"),
        description=_NEW_PASSWORD_HINT,
        validators=[required(_l("新しいパスワードを入力してください。"))],
    )


class ChangePasswordForm(Form):
    old = PasswordField(
        _l("いまのパスワード"), validators=[required(_l("いまのパスワードを入力してください。"))]
    )
    password = PasswordField(
        _l("新しいパスワード"),
        description=_NEW_PASSWORD_HINT,
        validators=[required(_l("新しいパスワードを入力してください。"))],
    )


class CodeForm(Form):
    code = TextField(
        _l("確認の数字"),
        limit=40,
        description=_l(
            "スマートフォンのアプリに出ている6けたの数字。"
            "スマートフォンが手もとにないときは、紙に控えた回復コードを入力してください。"
        ),
        validators=[required(_l("アプリに出ている6けたの数字を入力してください。"))],
    )


class PasswordForm(Form):
    password = PasswordField(
        _l("いまのパスワード"), validators=[required(_l("いまのパスワードを入力してください。"))]
    )


class SecondFactorRuleForm(Form):
    rule = RadioField(
        _l("職員の二段階認証"),
        choices=[(rule.value, text) for rule, text in SECOND_FACTOR_RULES.items()],
        validators=[required(_l("どれかを選んでください。"))],
    )


class AccountForm(Form):
    name = _name_field()
    language = _language_field()


class ManagerForm(Form):
    name = _name_field()
    email = _email_field()
    language = _language_field()


class _RoleFields:
    """Role and body of staff; the choices depend on the bodies there are."""

    role: ChoiceField
    body_id: ChoiceField

    def offer(self, bodies: Sequence[SupportBody]) -> None:
        """Fill the choices."""
        self.role.choices = [
            ("", _l("選んでください")),
            *((role.value, ROLES[role]) for role in STAFF_ROLES),
        ]
        self.body_id.choices = [
            ("", _l("なし（システム管理者）")),
            *((str(body.id), body.name) for body in bodies),
        ]

    def chosen_body_id(self) -> int | None:
        """Return the chosen body."""
        return int(self.body_id.data) if self.body_id.data else None


class StaffForm(_RoleFields, Form):
    name = _name_field()
    email = _email_field()
    role = ChoiceField(_l("役割"), validators=[required(_l("役割を選んでください。"))])
    body_id = ChoiceField(_l("支援機関"))
    language = _language_field()

    def draft(self) -> StaffDraft:
        """Return what was typed."""
        return StaffDraft(
            name=self.name.data,
            email=self.email.data,
            role=Role(self.role.data),
            body_id=self.chosen_body_id(),
            language=self.language.data,
        )


class EditUserForm(_RoleFields, EditForm):
    name = _name_field()
    name_kana = TextField(_l("フリガナ"), limit=100)
    email = _email_field()
    role = ChoiceField(_l("役割"), validators=[required(_l("役割を選んでください。"))])
    body_id = ChoiceField(_l("支援機関"))

    def show(self, record: object) -> None:
        """Fill the form from a user."""
        super().show(record)
        user = cast("User", record)
        if "role" in self:
            self.role.data = user.role.value
            self.body_id.data = str(user.body_id or "")

    def keep_role(self, user: User) -> None:
        """Leave role and body of a company's manager out of the form: they cannot change."""
        del self.role, self.body_id
        self.kept = user

    def draft(self) -> UserDraft:
        """Return what was typed."""
        kept: User | None = getattr(self, "kept", None)
        return UserDraft(
            name=self.name.data,
            name_kana=self.name_kana.data,
            email=self.email.data,
            role=kept.role if kept else Role(self.role.data),
            body_id=kept.body_id if kept else self.chosen_body_id(),
        )
