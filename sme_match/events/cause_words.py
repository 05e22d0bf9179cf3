"""Rules that cannot all be kept, in words that a coordinator can act on: which one to loosen.

A cause is a rule that binds, not one that is broken: it says what is demanded or what there is only
so much of. Message ids with their values, as in `faults`.
"""

from collections.abc import Mapping

from sme_match.core.text import mark_text
from sme_match.events.faults import name_of, slot_time
from sme_match.events.problems import LANES, pair_of
from sme_match.events.queries.timetable import Timetable
from sme_match.events.timetable.solution import Cause, CauseKind

OF_PAIR: Mapping[CauseKind, str] = {
    CauseKind.LOCK: mark_text("%(buyer)sと%(sme)sの商談は %(time)s に固定されています。"),
    CauseKind.CANDIDATE_SLOTS: mark_text(
        "%(buyer)sと%(sme)sは、参加の辞退・「会わない」の回答・候補から外したことのどれかで、会えません。"
    ),
    CauseKind.EXCLUSION: mark_text("%(buyer)sと%(sme)sの組み合わせは置けません。"),
    CauseKind.ALTERNATIVES: mark_text("%(buyer)sと%(sme)sは、1回だけ会います。"),
    CauseKind.MUST: mark_text("%(buyer)sは%(sme)sに「ぜひ会いたい」と答えています。"),
    CauseKind.PRECEDENCE: mark_text("%(buyer)sと%(sme)sの商談は、別の商談より先に行います。"),
}
OF_COMPANY: Mapping[CauseKind, str] = {
    CauseKind.BUYER_AVAILABLE: mark_text("%(name)sが会えるコマは限られています。"),
    CauseKind.BUYER_LANES: mark_text("%(name)sの席（レーン）は%(number)sつです。"),
    CauseKind.BUYER_LIMIT: mark_text("%(name)sの商談は%(number)s件までです。"),
    CauseKind.COMPANY_LIMIT: mark_text("%(name)sの商談は%(number)s件までです。"),
    CauseKind.FLOOR: mark_text("%(name)sには、少なくとも%(number)s件の商談が必要です。"),
}
OF_ATTENDEE: Mapping[CauseKind, str] = {
    CauseKind.ATTENDEE_AVAILABLE: mark_text("%(name)sが会えるコマは限られています。"),
    CauseKind.ATTENDEE_CALENDAR: mark_text("%(name)sの出席者は、同じ時間に1件しか会えません。"),
    CauseKind.ATTENDEE_LIMIT: mark_text("%(name)sの商談は%(number)s件までです。"),
}
OF_EVENT: Mapping[CauseKind, str] = {
    CauseKind.MEETINGS_AT_ONCE: mark_text("同時に使える会議室は%(number)s室です。"),
    CauseKind.HOSTED_ROOMS: mark_text("支援機関の部屋は%(number)s室です。"),
    CauseKind.RESOURCE: mark_text("付き添いの人は%(number)s人です。"),
}


def words_of(timetable: Timetable, cause: Cause) -> tuple[str, dict[str, object]] | None:
    """Return the message and its values; None where what it is about has gone since."""
    values: dict[str, object] = {"number": cause.number or 0, "time": slot_time(timetable, cause.slot)}
    if cause.kind in OF_EVENT:
        return OF_EVENT[cause.kind], values
    subject = int(cause.subject or 0)
    if cause.kind in OF_PAIR:
        pair = timetable.candidates.get(pair_of(subject)[0])
        if pair is None:
            return None
        sides = {"buyer": pair.buyer_id, "sme": pair.sme_id}
        names = {key: name_of(timetable, timetable.participants[side]) for key, side in sides.items()}
        return OF_PAIR[cause.kind], values | names
    of_attendee = cause.kind in OF_ATTENDEE
    party = timetable.participants.get(subject // LANES if of_attendee else subject)
    if party is None:
        return None
    message = OF_ATTENDEE[cause.kind] if of_attendee else OF_COMPANY[cause.kind]
    return message, values | {"name": name_of(timetable, party)}
