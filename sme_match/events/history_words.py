"""The words in which the history of an event and of its participants is told."""

from flask_babel import lazy_gettext as _l

from sme_match.events.enums import EventMode, EventState
from sme_match.events.labels import EVENT_STATES, MODES
from sme_match.web.history import Vocabulary

ACTIONS = {
    "event.create": _l("商談会を作りました"),
    "event.edit": _l("計画を変えました"),
    "event.cancel": _l("中止にしました"),
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
    "skip_met": _l("12か月以内に商談した組合せを候補から外す"),
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
        )
    }
