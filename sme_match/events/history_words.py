"""The words in which the history of an event and of its participants is told."""

from flask_babel import lazy_gettext as _l

from sme_match.events.enums import Equipment, EventMode, EventState, ParticipantState
from sme_match.events.labels import CHANGES, EQUIPMENTS, EVENT_STATES, MODES, PARTICIPANT_STATES
from sme_match.web.history import Vocabulary

ACTIONS = {
    "event.create": _l("商談会を作りました"),
    "event.edit": _l("計画を変えました"),
    "event.cancel": _l("中止にしました"),
    "event.end": _l("最終日が過ぎたので終了にしました"),
    "event.propose": _l("候補を作りました"),
    "event.run_wish": _l("自動の割り当てを始めました"),
    "event.run_stop": _l("自動の割り当てを止めました"),
    "event.publish": _l("時間割を公開しました"),
    **{
        f"event.timetable_{kind}": _l("時間割を変えました（%(kind)s）", kind=words)
        for kind, words in CHANGES.items()
    },
    "participant.ask": _l("会いたい企業をたずねました"),
    "participant.answer": _l("会いたい企業の回答がありました"),
    "participant.expired": _l("回答期限が切れました"),
    "participant.apply": _l("申込を書きました"),
    "participant.invite": _l("委託側として招きました"),
    "participant.accepted": _l("参加を決めました"),
    "participant.refused": _l("お断りしました"),
    "participant.withdrawn": _l("辞退を記録しました"),
}
EVENT_FIELDS = {
    "state": _l("状態"),
    "name": _l("商談会の名前"),
    "name_en": _l("英語の名前"),
    "summary": _l("案内文"),
    "mode": _l("方法"),
    "venue": _l("会場"),
    "desk_phone": _l("当日につながる電話"),
    "hosts": _l("主催"),
    "days": _l("日程"),
    "sme_call_from": _l("受託側の申込の始まり"),
    "sme_call_until": _l("受託側の申込の締切"),
    "buyer_answer_until": _l("委託側の回答期限"),
    "sme_limit": _l("受託側1社の商談の上限"),
    "buyer_limit": _l("委託側1社の商談の上限"),
    "floor": _l("受託側1社の最低の回数"),
    "rooms": _l("同時に使える会議室・席"),
    "hosted_rooms": _l("機材のある部屋"),
    "helpers": _l("付き添う人"),
    "candidates_per_need": _l("案件ごとの候補の数"),
    "candidates": _l("候補の数"),
    "meetings": _l("商談の数"),
    "run": _l("計算"),
    "skip_met": _l("12か月以内に商談した組合せを候補から外す"),
}

PARTICIPANT_FIELDS = {
    "state": _l("状態"),
    "attendee": _l("出席する方"),
    "day_phone": _l("当日の電話"),
    "lanes": _l("同時に会える人数"),
    "meeting_limit": _l("商談の上限"),
    "mode": _l("方法"),
    "equipment": _l("参加する場所"),
    "needs_helper": _l("付き添い"),
    "pr_text": _l("紹介"),
    "contact_id": _l("連絡する担当者"),
}


def vocabularies() -> dict[str, Vocabulary]:
    """Return the words by the domain before an action's dot."""
    return {
        "event": Vocabulary(
            labels=EVENT_FIELDS,
            words={
                "state": lambda value: str(EVENT_STATES[EventState(value)]),
                "mode": lambda value: str(MODES[EventMode(value)]),
            },
        ),
        "participant": Vocabulary(
            labels=PARTICIPANT_FIELDS,
            words={
                "state": lambda value: str(PARTICIPANT_STATES[ParticipantState(value)]),
                "mode": lambda value: str(MODES[EventMode(value)]),
                "equipment": lambda value: str(EQUIPMENTS[Equipment(value)]),
            },
        ),
    }
