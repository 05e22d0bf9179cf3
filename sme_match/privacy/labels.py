"""Words for what people see and download."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import lazy_gettext as _l

from sme_match.privacy.enums import AccessKind, PersonKind, RetentionClass, Section, Subject
from sme_match.web.labels import Labels

LABELS: Labels = {
    AccessKind: {
        AccessKind.PAGE: _l("画面で見た"),
        AccessKind.FILE: _l("ファイルに書き出した"),
        AccessKind.LINK: _l("メールのリンクで見た"),
    },
    PersonKind: {
        PersonKind.CONTACT: _l("企業の担当者"),
        PersonKind.USER: _l("利用者"),
        PersonKind.ATTENDEE: _l("商談会の出席者"),
    },
    RetentionClass: {
        RetentionClass.MAILS: _l("送ったメールの宛先と本文"),
        RetentionClass.LINKS: _l("期限が切れたメールのリンク"),
        RetentionClass.ACCESS: _l("だれが何を見たかの記録"),
        RetentionClass.CONTACTS: _l("登録から外した企業の担当者と、利用停止中の担当者"),
        RetentionClass.USERS: _l("停止した利用者"),
        RetentionClass.ATTENDEES: _l("終わった商談会の出席者"),
        RetentionClass.ANSWERS: _l("終わった商談に回答した人の名前"),
        RetentionClass.IMPORTS: _l("取り込んだファイルの内容"),
    },
    Subject: {
        Subject.COMPANY: _l("企業"),
        Subject.NEED: _l("発注案件"),
        Subject.MEETING: _l("商談"),
        Subject.EVENT: _l("商談会"),
        Subject.USER: _l("利用者"),
        Subject.REGISTER: _l("一覧"),
    },
}

FILES: Mapping[str, object] = MappingProxyType(
    {
        "registers.export": _l("登録の一覧"),
        "registers.errors": _l("取り込めない行"),
        "events.timetable_xlsx": _l("商談会の時間割"),
        "events.calendar": _l("予定表（商談会）"),
        "meetings.calendar": _l("予定表（商談）"),
        "outcomes.document": _l("成果の証拠書類"),
        "matching.sheet": _l("提案シート"),
        "privacy.affected_file": _l("影響を受けた人の一覧"),
        "privacy.copy": _l("個人情報の写し"),
    }
)
"""What the files are called that come from these pages; all others are figures."""
FIGURES = _l("統計")


def file_name(page: str) -> str:
    """Return what a file of this page is called."""
    return str(FILES.get(page, FIGURES))


SECTIONS: Mapping[Section, object] = MappingProxyType(
    {
        Section.RECORD: _l("登録内容"),
        Section.SAME_ADDRESS: _l("同じメールアドレスの利用者"),
        Section.MEETINGS: _l("担当した商談"),
        Section.EVENTS: _l("参加した商談会"),
        Section.ANSWERS: _l("商談への回答"),
        Section.MAILS: _l("送ったメール"),
        Section.SHARES: _l("ほかの支援機関との共有"),
        Section.CHANGES: _l("変更の履歴"),
        Section.DONE: _l("この人が行った操作"),
        Section.SESSIONS: _l("ログイン"),
        Section.OPENED: _l("だれが見たか"),
    }
)
COLUMNS: Mapping[str, object] = MappingProxyType(
    {
        "name": _l("氏名"),
        "name_kana": _l("フリガナ"),
        "position": _l("役職"),
        "email": _l("メールアドレス"),
        "phone": _l("電話番号"),
        "created_at": _l("作成日時"),
        "updated_at": _l("更新日時"),
        "use_stopped_at": _l("利用停止の日時"),
        "role": _l("役割"),
        "language": _l("言語"),
        "active": _l("利用できる"),
        "last_sign_in_at": _l("最後のログイン"),
        "starts_at": _l("開始"),
        "sme": _l("受託側"),
        "buyer": _l("委託側"),
        "state": _l("状態"),
        "event": _l("商談会"),
        "attendee": _l("出席者"),
        "day_phone": _l("当日の電話番号"),
        "at": _l("日時"),
        "said_by": _l("回答した人"),
        "note": _l("メモ"),
        "sent_at": _l("送信日時"),
        "to_address": _l("宛先"),
        "subject": _l("件名"),
        "receiver": _l("提供先"),
        "granted_at": _l("共有した日時"),
        "withdrawn_at": _l("取りやめた日時"),
        "consented_on": _l("同意した日"),
        "actor_name": _l("行った人"),
        "action": _l("操作"),
        "last_seen_at": _l("最後に使った日時"),
        "ended_at": _l("終了日時"),
        "reader": _l("見た人"),
        "kind": _l("方法"),
        "page": _l("画面"),
    }
)

GROUNDS: Mapping[RetentionClass, object] = MappingProxyType(
    {
        RetentionClass.MAILS: _l("送った事実を確かめられる間。個人情報保護法第22条"),
        RetentionClass.LINKS: _l("使えなくなったリンクに用はありません。同法第22条"),
        RetentionClass.ACCESS: _l(
            "第三者に渡した記録は3年間の保存義務があります。同法第29条・施行規則第21条"
        ),
        RetentionClass.CONTACTS: _l(
            "外した日または申出の日から、問い合わせにこたえられる間。同法第22条"
        ),
        RetentionClass.USERS: _l("最後に使った日から。氏名とメールアドレスを消します。同法第22条"),
        RetentionClass.ATTENDEES: _l("当日の運営と追跡が終わるまで。同法第22条"),
        RetentionClass.ANSWERS: _l("1年の追跡と年度の報告が終わるまで。同法第22条"),
        RetentionClass.IMPORTS: _l("取り消せる期間と確認が終わるまで。同法第22条"),
    }
)
"""Why each kind is kept that long."""
