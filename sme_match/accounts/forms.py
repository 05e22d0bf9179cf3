"""Forms of accounts."""

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField

from sme_match.web.fields import Form, TextField, required


class SignInForm(Form):
    email = TextField(
        _l("メールアドレス"), limit=254, validators=[required(_l("メールアドレスを入力してください。"))]
    )
    password = PasswordField(
        _l("パスワード"), validators=[required(_l("パスワードを入力してください。"))]
    )
