"""Mails about accounts, in the language of the account."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from sme_match.accounts.models import User
from sme_match.accounts.tokens import hash_token
from sme_match.core.clock import to_jst
from sme_match.core.fiscal_year import format_date_ja
from sme_match.notifications.services import queue_mail, void_mails


@dataclass(frozen=True, slots=True)
class Letter:
    """Subject and text with placeholders."""

    subject: str
    text: str


INVITATION = {
    "ja": Letter(
        "【ものづくり商談ナビ】ご利用の案内（{sender}）",
        """{name} 様

{sender}です。
「ものづくり商談ナビ」をお使いいただけるようになりました。
次のリンクを開いて、お名前とパスワードを決めてください。

{link}

リンクは{until}まで、一度だけ使えます。
期限が切れたときや、うまくいかないときは、窓口までご連絡ください。

{desk}
このメールに心当たりがないときは、何もせずに消してください。
""",
    ),
    "en": Letter(
        "[Monozukuri Shodan Navi] Your invitation from {sender}",
        """Dear {name},

{sender} invites you to use Monozukuri Shodan Navi.
Please open this link and choose your name and password:

{link}

The link works once, until {until}.
If it has expired or something does not work, please call the desk.

{desk}
If you did not expect this mail, please delete it.
""",
    ),
}
PASSWORD_RESET = {
    "ja": Letter(
        "【ものづくり商談ナビ】パスワードの再設定",
        """{name} 様

パスワードの再設定を受け付けました。
次のリンクを開いて、新しいパスワードを決めてください。

{link}

リンクは60分間（{until}まで）、一度だけ使えます。
心当たりがないときは、何もしなければパスワードは変わりません。

{desk}""",
    ),
    "en": Letter(
        "[Monozukuri Shodan Navi] Reset your password",
        """Dear {name},

You asked for a new password. Please open this link and choose one:

{link}

The link works once, for 60 minutes (until {until}).
If you did not ask for it, do nothing: your password stays as it is.

{desk}""",
    ),
}
PASSWORD_CHANGED = {
    "ja": Letter(
        "【ものづくり商談ナビ】パスワードが変わりました",
        """{name} 様

{at}に、パスワードが変更されました。
ほかの端末のログインはすべて終了しました。

心当たりがないときは、すぐに窓口までご連絡ください。

{desk}""",
    ),
    "en": Letter(
        "[Monozukuri Shodan Navi] Your password was changed",
        """Dear {name},

Your password was changed on {at}.
All other devices have been signed out.

If it was not you, please call the desk at once.

{desk}""",
    ),
}
EMAIL_CHANGED = {
    "ja": Letter(
        "【ものづくり商談ナビ】メールアドレスが変わりました",
        """{name} 様

{at}に、ログインに使うメールアドレスが管理者によって変更されました。
このアドレスではログインできなくなりました。

心当たりがないときは、すぐに窓口までご連絡ください。

{desk}""",
    ),
    "en": Letter(
        "[Monozukuri Shodan Navi] Your mail address was changed",
        """Dear {name},

On {at} an administrator changed the mail address you sign in with.
This address can no longer be used.

If you did not expect this, please call the desk at once.

{desk}""",
    ),
}

SECOND_FACTOR_ON = {
    "ja": Letter(
        "【ものづくり商談ナビ】二段階認証が始まりました",
        """{name} 様

{at}に、二段階認証が始まりました。
次のログインから、パスワードのあとに、スマートフォンのアプリに出る6けたの数字を入力します。

心当たりがないときは、すぐに窓口までご連絡ください。

{desk}""",
    ),
    "en": Letter(
        "[Monozukuri Shodan Navi] Two-step sign-in is on",
        """Dear {name},

Two-step sign-in was turned on on {at}.
From the next sign-in you type the six digits of the app on your phone after your password.

If it was not you, please call the desk at once.

{desk}""",
    ),
}
SECOND_FACTOR_OFF = {
    "ja": Letter(
        "【ものづくり商談ナビ】二段階認証が解除されました",
        """{name} 様

{at}に、二段階認証が解除されました。
もう一度始めるには、ログインして「アカウント」の画面を開いてください。

心当たりがないときは、すぐに窓口までご連絡ください。

{desk}""",
    ),
    "en": Letter(
        "[Monozukuri Shodan Navi] Two-step sign-in is off",
        """Dear {name},

Two-step sign-in was turned off on {at}.
To turn it on again, sign in and open the page of your account.

If you did not expect this, please call the desk at once.

{desk}""",
    ),
}
RECOVERY_CODE_USED = {
    "ja": Letter(
        "【ものづくり商談ナビ】回復コードが使われました",
        """{name} 様

{at}に、回復コードが1つ使われました。残りは{left}個です。
少なくなったら「アカウント」の画面で新しく作ってください。

心当たりがないときは、すぐに窓口までご連絡ください。

{desk}""",
    ),
    "en": Letter(
        "[Monozukuri Shodan Navi] A recovery code was used",
        """Dear {name},

A recovery code was used on {at}; {left} are left.
When few are left, make new ones on the page of your account.

If it was not you, please call the desk at once.

{desk}""",
    ),
}
CODES_GUESSED = {
    "ja": Letter(
        "【ものづくり商談ナビ】確認の数字が何度も間違えられました",
        """{name} 様

{at}までに、正しいパスワードのあとで、確認の数字が何度も間違えられました。
ご本人でないときは、だれかがパスワードを知っています。
ログインの画面の「パスワードを忘れたとき」から、すぐにパスワードを変えてください。

{desk}""",
    ),
    "en": Letter(
        "[Monozukuri Shodan Navi] Wrong codes were tried many times",
        """Dear {name},

Until {at}, wrong codes were tried many times after the right password.
If it was not you, somebody knows your password:
please change it at once through "Forgot your password?" on the sign-in page.

{desk}""",
    ),
}


def send_invitation(
    session: Session, user: User, *, link: str, expires_at: datetime, now: datetime
) -> None:
    """Queue the invitation; one that has not gone out yet is taken back."""
    void_mails(session, key_prefix=f"user:{user.id}:invitation:", now=now)
    _queue(
        session, user, f"invitation:{_mark(link)}", INVITATION, now=now, useful_until=expires_at,
        link=link, until=_moment(expires_at, user.language),
    )  # fmt: skip


def send_password_reset(
    session: Session, user: User, *, link: str, expires_at: datetime, now: datetime
) -> None:
    """Queue the link for a new password."""
    _queue(
        session, user, f"reset:{_mark(link)}", PASSWORD_RESET, now=now, useful_until=expires_at,
        link=link, until=_moment(expires_at, user.language),
    )  # fmt: skip


def send_password_changed(session: Session, user: User, *, now: datetime) -> None:
    """Queue the notice that the password is a new one."""
    _queue(session, user, "password", PASSWORD_CHANGED, now=now, at=_moment(now, user.language))


def send_email_changed(session: Session, user: User, *, old: str, now: datetime) -> None:
    """Queue the notice to the address that no longer signs in."""
    _queue(
        session, user, "email", EMAIL_CHANGED, now=now, to_address=old, at=_moment(now, user.language)
    )


def send_second_factor_on(session: Session, user: User, *, now: datetime) -> None:
    """Queue the notice that a code is asked for from now on."""
    _queue(session, user, "2fa-on", SECOND_FACTOR_ON, now=now, at=_moment(now, user.language))


def send_second_factor_off(session: Session, user: User, *, now: datetime) -> None:
    """Queue the notice that the password alone signs in again."""
    _queue(session, user, "2fa-off", SECOND_FACTOR_OFF, now=now, at=_moment(now, user.language))


def send_recovery_code_used(session: Session, user: User, *, left: int, now: datetime) -> None:
    """Queue the notice that a code on paper was used."""
    at = _moment(now, user.language)
    _queue(session, user, "2fa-paper", RECOVERY_CODE_USED, now=now, at=at, left=str(left))


def send_codes_guessed(session: Session, user: User, *, now: datetime) -> None:
    """Queue the warning that somebody else may know the password."""
    _queue(session, user, "2fa-guess", CODES_GUESSED, now=now, at=_moment(now, user.language))


def _queue(
    session: Session,
    user: User,
    kind: str,
    letters: dict[str, Letter],
    *,
    now: datetime,
    to_address: str = "",
    useful_until: datetime | None = None,
    **values: str,
) -> None:
    letter = letters.get(user.language, letters["ja"])
    values |= {"name": user.name, "sender": _sender(user), "desk": _desk(user)}
    queue_mail(
        session,
        key=f"user:{user.id}:{kind}:{now:%Y%m%d%H%M%S%f}",
        to_address=to_address or user.email,
        to_name=user.name,
        reply_to=user.body.email if user.body else "",
        subject=letter.subject.format_map(values),
        text=letter.text.format_map(values),
        body_id=user.body_id,
        useful_until=useful_until,
        now=now,
    )


def _mark(link: str) -> str:
    """Return what tells the mails of two links apart without giving the token away."""
    return hash_token(link)[:16]


def _sender(user: User) -> str:
    if user.language == "en":
        return user.body.name_en if user.body else "the administrator"
    return user.body.name if user.body else "システム管理者"


def _desk(user: User) -> str:
    body = user.body
    if body is None:
        return ""
    if user.language == "en":
        return f"{body.name_en}\nTel: {body.phone} ({body.desk_hours})\nMail: {body.email}\n"
    return f"{body.name}\n電話：{body.phone}（{body.desk_hours}）\nメール：{body.email}\n"


def _moment(instant: datetime, language: str) -> str:
    local = to_jst(instant)
    if language == "en":
        return f"{local:%a, %d %b %Y %H:%M} Japan time"
    return f"{format_date_ja(local.date())} {local:%H:%M}（日本時間）"
