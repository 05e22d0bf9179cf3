"""Words for the vocabularies of companies."""

from flask_babel import lazy_gettext as _l

from sme_match.companies.enums import AgglomerationType, ContactKind, MeetingMode, Visibility
from sme_match.web.labels import Labels

CONTACT_KINDS = {
    ContactKind.MAIN: _l("主な担当者"),
    ContactKind.DEPUTY: _l("副担当者"),
    ContactKind.DAY: _l("当日の連絡先"),
}
VISIBILITIES = {
    Visibility.PUBLIC: _l("公開"),
    Visibility.PARTNERS: _l("商談相手のみ"),
    Visibility.BODIES: _l("担当の支援機関のみ"),
}
AGGLOMERATION_TYPES = {
    AgglomerationType.CASTLE_TOWN: _l("企業城下町型"),
    AgglomerationType.PRODUCTION_AREA: _l("産地型"),
    AgglomerationType.URBAN: _l("都市型"),
    AgglomerationType.ATTRACTED: _l("誘致型複合"),
}
MEETING_MODES = {
    MeetingMode.WEB: _l("Web"),
    MeetingMode.IN_PERSON: _l("対面"),
    MeetingMode.EITHER: _l("Webでも対面でも"),
}
PROFILE_VISIBILITY = _l("会社と加工の紹介を見られる範囲")
CONTACT_VISIBILITY = _l("担当者の連絡先を見られる範囲")
LABELS: Labels = {
    ContactKind: CONTACT_KINDS,
    Visibility: VISIBILITIES,
    AgglomerationType: AGGLOMERATION_TYPES,
    MeetingMode: MEETING_MODES,
}

HISTORY_ACTIONS = {
    "company.create": _l("企業を登録しました"),
    "company.import": _l("ファイルから取り込みました"),
    "company.import_undo": _l("取り込みを取り消しました"),
    "company.edit": _l("企業の内容を直しました"),
    "company.confirm": _l("内容に変わりがないことを確認しました"),
    "company.visibility": _l("公開の範囲を変えました"),
    "company.archive": _l("登録から外しました"),
    "company.restore": _l("登録に戻しました"),
    "company.stop_use": _l("利用停止の申出を受け、使うのをやめました"),
    "company.lift_stop": _l("利用停止を解除しました"),
    "contact.stop_use": _l("担当者の利用停止の申出を受け、使うのをやめました"),
    "contact.lift_stop": _l("担当者の利用停止を解除しました"),
    "contact.add": _l("担当者を加えました"),
    "contact.edit": _l("担当者の内容を直しました"),
    "contact.remove": _l("担当者を消しました"),
    "certificate.add": _l("認証を加えました"),
    "certificate.edit": _l("認証の内容を直しました"),
    "certificate.remove": _l("認証を消しました"),
    "share.grant": _l("ほかの支援機関と共有しました"),
    "share.withdraw": _l("共有をやめました"),
    "exclusion.write": _l("除外に登録しました"),
    "exclusion.withdraw": _l("除外の登録をやめました"),
    "capability.create": _l("加工能力を加えました"),
    "capability.edit": _l("加工能力の内容を直しました"),
    "capability.archive": _l("加工能力を外しました"),
    "capability.restore": _l("加工能力を戻しました"),
    "capability.import": _l("加工能力をファイルから取り込みました"),
    "capability.import_undo": _l("加工能力の取り込みを取り消しました"),
}
