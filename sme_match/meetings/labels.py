"""Words for the vocabularies of meetings."""

from flask_babel import lazy_gettext as _l

from sme_match.meetings.enums import (
    AbsentSide,
    Answer,
    MeetingChannel,
    MeetingState,
    MeetingTab,
    Origin,
    Party,
    ReplyKind,
    RoomKind,
)
from sme_match.meetings.services.replying import ReplyResult
from sme_match.web.labels import Labels

STATES = {
    MeetingState.PROPOSED: _l("打診の前"),
    MeetingState.ASKED: _l("返事待ち"),
    MeetingState.CONFIRMED: _l("確定"),
    MeetingState.DECLINED: _l("見送り"),
    MeetingState.HELD: _l("実施"),
    MeetingState.ABSENT: _l("欠席"),
    MeetingState.BROKEN_OFF: _l("中断"),
    MeetingState.CARRIED_OVER: _l("持越し"),
    MeetingState.CANCELLED: _l("取りやめ"),
}
CHANNELS = {
    MeetingChannel.WEB: _l("Web商談"),
    MeetingChannel.IN_PERSON: _l("対面"),
    MeetingChannel.PHONE: _l("電話"),
}
ORIGINS = {
    Origin.SYSTEM: _l("マッチングの提案"),
    Origin.BODY: _l("支援機関の発案"),
    Origin.BUYER: _l("委託側の希望"),
    Origin.SME: _l("受託側の希望"),
    Origin.BOTH: _l("双方の希望"),
}
PARTIES = {Party.SME: _l("受託側"), Party.BUYER: _l("委託側")}
ANSWERS = {Answer.YES: _l("できる"), Answer.NO: _l("できない")}
ABSENT_SIDES = {
    AbsentSide.SME: _l("受託側"),
    AbsentSide.BUYER: _l("委託側"),
    AbsentSide.BOTH: _l("双方"),
}
ROOM_KINDS = {RoomKind.GENERATED: _l("自動で作る会議室"), RoomKind.PASTED: _l("貼り付けたリンク")}
REPLY_KINDS = {
    ReplyKind.TIMES: _l("日時の返事"),
    ReplyKind.OTHER_TIMES: _l("ほかの日時を希望"),
    ReplyKind.DECLINED: _l("辞退"),
}
TABS = {
    MeetingTab.WAITING: _l("返事待ち"),
    MeetingTab.COMING: _l("これから"),
    MeetingTab.RESULT: _l("結果待ち"),
    MeetingTab.ENDED: _l("終わった"),
}
REPLY_RESULTS = {
    ReplyResult.WAITING: _l(
        "お返事を受け付けました。相手のお返事がそろいしだい、結果をメールでお知らせします。"
    ),
    ReplyResult.CONFIRMED: _l("日時が決まりました。確定のお知らせをメールでお送りします。"),
    ReplyResult.NO_COMMON_TIME: _l(
        "お返事を受け付けました。双方の日時が合わなかったため、支援機関の担当者が別の日時を調整します。"
    ),
    ReplyResult.TIMES_TAKEN: _l(
        "お返事を受け付けましたが、その時間はほかの商談が先に決まりました。"
        "支援機関の担当者が別の日時を調整します。"
    ),
    ReplyResult.DECLINED: _l("辞退を受け付けました。ご連絡ありがとうございました。"),
}
ACTIONS = {
    "meeting.open": _l("日時の候補を送りました"),
    "meeting.offer_again": _l("候補を出しなおしました"),
    "meeting.reply_times": _l("日時に返事がありました"),
    "meeting.reply_other_times": _l("ほかの日時の希望がありました"),
    "meeting.reply_declined": _l("辞退がありました"),
    "meeting.confirm": _l("日時が決まりました"),
    "meeting.move": _l("日時を変えました"),
    "meeting.change_place": _l("方法・場所を変えました"),
    "meeting.cancel": _l("取りやめました"),
    "meeting.held": _l("実施と記録しました"),
    "meeting.absent": _l("欠席と記録しました"),
    "meeting.broken_off": _l("中断と記録しました"),
    "meeting.carried_over": _l("持越しにしました"),
    "meeting.expire": _l("回答期限が過ぎました"),
}
FIELDS = {
    "state": _l("状態"),
    "offers": _l("候補の日時"),
    "channel": _l("方法"),
    "room_url": _l("会議のリンク"),
    "venue": _l("場所"),
    "starts_at": _l("開始"),
    "ends_at": _l("終了"),
    "said_by": _l("答えた人"),
}
LABELS: Labels = {
    MeetingState: STATES,
    MeetingChannel: CHANNELS,
    Origin: ORIGINS,
    Party: PARTIES,
    Answer: ANSWERS,
    AbsentSide: ABSENT_SIDES,
    RoomKind: ROOM_KINDS,
    ReplyKind: REPLY_KINDS,
    MeetingTab: TABS,
    ReplyResult: REPLY_RESULTS,
}
