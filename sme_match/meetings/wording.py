"""How meetings are worded for one reader: where a meeting stands, and its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _

from sme_match.core.clock import to_jst
from sme_match.meetings.enums import MeetingChannel, MeetingState, Party
from sme_match.meetings.facts import MeetingFacts, Sides
from sme_match.meetings.labels import CHANNELS, FIELDS, PARTIES, STATES
from sme_match.meetings.models import MeetingOffer
from sme_match.meetings.policy import is_buyer_revealed
from sme_match.web.formats import moment
from sme_match.web.history import Vocabulary

ROOM_OPENS = timedelta(minutes=15)
"""How long before the start the room's link is shown to the two sides."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a meeting stands, as a chip with a word."""

    kind: str
    """The colour of the chip: ok, ng, wa, un, bl, gr."""
    text: str


@dataclass(frozen=True, slots=True)
class OfferCard:
    """One offered time on the reply page."""

    offer: MeetingOffer
    is_past: bool
    is_taken: bool
    answer: str
    """`yes`, `no`, or empty while nothing was chosen."""

    @property
    def is_free(self) -> bool:
        """Whether the time can still be chosen."""
        return not (self.is_past or self.is_taken)


def standing_of(meeting: MeetingFacts, now: datetime, party: Party | None = None) -> Standing:
    """Return where the meeting stands for staff, or for one of the two sides."""
    if meeting.state is MeetingState.ASKED:
        return _asked(meeting, now) if party is None else _asked_side(meeting, now, party)
    if meeting.state is MeetingState.CONFIRMED:
        over = meeting.ends_at is not None and meeting.ends_at <= now
        return Standing("wa", _("結果の入力待ち")) if over else Standing("ok", _("確定"))
    if meeting.state is MeetingState.CARRIED_OVER:
        text = _("持越し：日時の出しなおし") if party is None else _("日時を調整しています")
        return Standing("wa", text)
    kinds = {MeetingState.HELD: "ok", MeetingState.ABSENT: "ng", MeetingState.PROPOSED: "un"}
    return Standing(kinds.get(meeting.state, "gr"), str(STATES[meeting.state]))


def _asked(meeting: MeetingFacts, now: datetime) -> Standing:
    if len(meeting.replied) == len(Party):
        return Standing("ng", _("日時が合いませんでした"))
    if is_over(meeting, now):
        return Standing("wa", _("回答期限が過ぎました"))
    waiting = [str(word) for party, word in PARTIES.items() if party not in meeting.replied]
    return Standing("bl", _("%(sides)sの返事待ち", sides=_("・").join(waiting)))


def _asked_side(meeting: MeetingFacts, now: datetime, party: Party) -> Standing:
    if len(meeting.replied) == len(Party):
        return Standing("wa", _("日時を調整しています"))
    if is_over(meeting, now):
        return Standing("gr", _("回答期限が過ぎました"))
    if party in meeting.replied:
        return Standing("bl", _("相手の返事待ち"))
    return Standing("wa", _("お返事をお待ちしています"))


def is_over(meeting: MeetingFacts, now: datetime) -> bool:
    """Tell whether the time to answer has run out."""
    return meeting.expired_at is not None or meeting.answer_by is None or meeting.answer_by <= now


def partner_of(meeting: Sides, party: Party | None) -> str:
    """Return the other side's name as this side may know it."""
    if party is Party.BUYER:
        return meeting.company_name
    if party is Party.SME and not is_buyer_revealed(meeting):
        return str(_("発注企業（社名は、日時が決まるとわかります）"))
    return meeting.buyer_name


def is_room_open(meeting: MeetingFacts, now: datetime) -> bool:
    """Tell whether the two sides may enter: from a quarter of an hour before until the end."""
    if meeting.starts_at is None or meeting.ends_at is None:
        return False
    if meeting.channel is not MeetingChannel.WEB or meeting.state is not MeetingState.CONFIRMED:
        return False
    return meeting.starts_at - ROOM_OPENS <= now < meeting.ends_at + ROOM_OPENS


def room_opens_at(meeting: MeetingFacts) -> str:
    """Return the time of day from which the room's link is shown."""
    return "" if meeting.starts_at is None else f"{to_jst(meeting.starts_at - ROOM_OPENS):%H:%M}"


def vocabularies() -> dict[str, Vocabulary]:
    """Return the words in which the history of a meeting is told."""
    return {
        "meeting": Vocabulary(
            labels=FIELDS,
            words={
                "state": lambda value: str(STATES[MeetingState(value)]),
                "channel": lambda value: str(CHANNELS[MeetingChannel(value)]),
                "offers": _moments,
                "starts_at": _moment,
                "ends_at": _moment,
                "said_by": lambda value: str(PARTIES[Party(value)]) if value in set(Party) else value,
            },
        )
    }


def _moment(value: str) -> str:
    return moment(datetime.fromisoformat(value))


def _moments(values: Sequence[str]) -> str:
    return str(_("、")).join(_moment(value) for value in values)
