"""Broken rules of a timetable in words that a coordinator can act on.

The words are message ids with their values: services put them into errors, pages translate them.
Whoever said that a pair must not meet, and why, is never named.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sme_match.core.clock import to_jst
from sme_match.core.text import mark_text
from sme_match.events.enums import BuyerAnswer, ParticipantState
from sme_match.events.models import Participant
from sme_match.events.problems import LANES, pair_of
from sme_match.events.queries.timetable import Timetable
from sme_match.events.timetable.check import Violation
from sme_match.events.timetable.problem import Key
from sme_match.events.timetable.solution import CauseKind

AWAY = mark_text("%(name)sは %(time)s の都合が悪いと回答しています。")
FELL_OUT = mark_text("%(name)sは参加していません。")
ELSEWHERE = mark_text("%(name)sは %(time)s に、この商談会の外の商談があります。")
SAID_NO = mark_text("%(buyer)sは%(sme)sとは「会わない」と答えています。")
TAKEN_OUT = mark_text("%(buyer)sと%(sme)sは候補から外されています。")
SETTLED = mark_text(
    "%(buyer)sと%(sme)sには、この商談会の商談がもうあります（持ち越したか、済んだ商談）。日時は商談の画面で変えてください。"
)
APART = mark_text("%(buyer)sと%(sme)sは、会わない組み合わせです。")
DOUBLE = mark_text("%(name)sが %(time)s に%(count)s件入っています（%(partners)s）。")
LIMIT = mark_text("%(name)sの商談が%(count)s件になり、上限の%(limit)s件を超えます。")
ROOMS = mark_text("%(time)s の商談が%(count)s件になり、会議室（%(limit)s室）が足りません。")
HOSTED = mark_text("%(time)s は、支援機関の部屋（%(limit)s室）が足りません。")
HELPER = mark_text("%(time)s は、付き添いの人（%(limit)s人）が足りません。")
LOCKED = mark_text("%(buyer)sと%(sme)sの商談は固定されています。")
OTHER = mark_text("%(buyer)sと%(sme)sの商談は、この時間には置けません。")

SHORT: Mapping[CauseKind, str] = {
    CauseKind.BUYER_AVAILABLE: mark_text("委託側 不可"),
    CauseKind.ATTENDEE_AVAILABLE: mark_text("受託側 不可"),
    CauseKind.BUYER_LANES: mark_text("委託側 商談中"),
    CauseKind.ATTENDEE_CALENDAR: mark_text("受託側 商談中"),
    CauseKind.BUYER_LIMIT: mark_text("委託側 上限"),
    CauseKind.COMPANY_LIMIT: mark_text("受託側 上限"),
    CauseKind.MEETINGS_AT_ONCE: mark_text("満室"),
    CauseKind.HOSTED_ROOMS: mark_text("支援機関の部屋 満室"),
    CauseKind.RESOURCE: mark_text("付き添い なし"),
    CauseKind.EXCLUSION: mark_text("会わない組"),
    CauseKind.CANDIDATE_SLOTS: mark_text("候補外"),
}
"""A few characters for a cell of the grid."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A broken rule in words: a message id and its values."""

    message: str
    values: Mapping[str, object]
    candidates: tuple[int, ...] = ()
    """The pairs that could be moved to mend it."""


def fault_of(timetable: Timetable, violation: Violation) -> Fault:
    """Return what a coordinator reads about a broken rule."""
    pairs = tuple(dict.fromkeys(pair_of(key)[0] for key in violation.candidates))
    message, values = _WORDS.get(violation.rule, _other)(timetable, violation)
    return Fault(message, values, pairs)


def slot_time(timetable: Timetable, slot: Key | None) -> str:
    """Return when a slot begins in Japan, with the day where the event has several."""
    found = timetable.slots.get(int(slot)) if slot is not None else None
    if found is None:
        return ""
    start = to_jst(found.starts_at)
    days = {to_jst(each.starts_at).date() for each in timetable.slots.values()}
    return f"{start:%H:%M}" if len(days) == 1 else f"{start.month}/{start.day} {start:%H:%M}"


def name_of(timetable: Timetable, participant: Participant) -> str:
    """Return the short name of a company, for the grid and its messages."""
    company = participant.company
    return timetable.aliases.get(participant.id) or company.short_name or company.name


def _party(timetable: Timetable, violation: Violation) -> Participant:
    """Return the company of a rule; attendees are named by company and lane."""
    subject = int(violation.subject or 0)
    attendees = {CauseKind.ATTENDEE_AVAILABLE, CauseKind.ATTENDEE_CALENDAR, CauseKind.ATTENDEE_LIMIT}
    return timetable.participants[subject // LANES if violation.rule in attendees else subject]


def _pair(timetable: Timetable, violation: Violation) -> dict[str, object]:
    pair = timetable.candidates[pair_of(violation.candidates[0])[0]]
    sides = {"buyer": pair.buyer_id, "sme": pair.sme_id}
    return {name: name_of(timetable, timetable.participants[side]) for name, side in sides.items()}


def _away(timetable: Timetable, violation: Violation) -> tuple[str, dict[str, object]]:
    party = _party(timetable, violation)
    values: dict[str, object] = {
        "name": name_of(timetable, party),
        "time": slot_time(timetable, violation.slot),
    }
    if party.state is not ParticipantState.ACCEPTED:
        return FELL_OUT, values
    away = timetable.unavailable.get(party.id, frozenset())
    return (AWAY if violation.slot in away else ELSEWHERE), values


def _not_allowed(timetable: Timetable, violation: Violation) -> tuple[str, dict[str, object]]:
    pair = timetable.candidates[pair_of(violation.candidates[0])[0]]
    for side in (pair.buyer_id, pair.sme_id):
        party = timetable.participants[side]
        if party.state is not ParticipantState.ACCEPTED:
            return FELL_OUT, {"name": name_of(timetable, party)}
    if pair.id in timetable.settled:
        return SETTLED, _pair(timetable, violation)
    message = SAID_NO if pair.answer is BuyerAnswer.NO else TAKEN_OUT
    return message, _pair(timetable, violation)


def _double(timetable: Timetable, violation: Violation) -> tuple[str, dict[str, object]]:
    party = _party(timetable, violation)
    partners = []
    for key in violation.candidates:
        pair = timetable.candidates[pair_of(key)[0]]
        partner = pair.sme_id if party.id == pair.buyer_id else pair.buyer_id
        partners.append(name_of(timetable, timetable.participants[partner]))
    return DOUBLE, {
        "name": name_of(timetable, party),
        "time": slot_time(timetable, violation.slot),
        "count": len(partners),
        "partners": "、".join(partners),
    }


def _limit(timetable: Timetable, violation: Violation) -> tuple[str, dict[str, object]]:
    party, event = _party(timetable, violation), timetable.event
    general = event.buyer_limit if violation.rule is CauseKind.BUYER_LIMIT else event.sme_limit
    limits = [limit for limit in (general, party.meeting_limit) if limit is not None]
    return LIMIT, {
        "name": name_of(timetable, party),
        "count": len(violation.candidates),
        "limit": min(limits, default=0),
    }


def _rooms(timetable: Timetable, violation: Violation) -> tuple[str, dict[str, object]]:
    event = timetable.event
    message, limit = {
        CauseKind.MEETINGS_AT_ONCE: (ROOMS, event.rooms),
        CauseKind.HOSTED_ROOMS: (HOSTED, event.hosted_rooms),
    }.get(violation.rule, (HELPER, event.helpers))
    time = slot_time(timetable, violation.slot)
    return message, {"time": time, "count": len(violation.candidates), "limit": limit}


def _apart(timetable: Timetable, violation: Violation) -> tuple[str, dict[str, object]]:
    return APART, _pair(timetable, violation)


def _locked(timetable: Timetable, violation: Violation) -> tuple[str, dict[str, object]]:
    return LOCKED, _pair(timetable, violation)


def _other(timetable: Timetable, violation: Violation) -> tuple[str, dict[str, object]]:
    return OTHER, _pair(timetable, violation)


_WORDS = {
    CauseKind.BUYER_AVAILABLE: _away,
    CauseKind.ATTENDEE_AVAILABLE: _away,
    CauseKind.CANDIDATE_SLOTS: _not_allowed,
    CauseKind.BUYER_LANES: _double,
    CauseKind.ATTENDEE_CALENDAR: _double,
    CauseKind.BUYER_LIMIT: _limit,
    CauseKind.COMPANY_LIMIT: _limit,
    CauseKind.MEETINGS_AT_ONCE: _rooms,
    CauseKind.HOSTED_ROOMS: _rooms,
    CauseKind.RESOURCE: _rooms,
    CauseKind.EXCLUSION: _apart,
    CauseKind.LOCK: _locked,
}
