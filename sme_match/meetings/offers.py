"""The rules for offered times. Pure: what is booked already is handed in."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sme_match.core.clock import jst_date, jst_midnight
from sme_match.core.errors import InvalidError
from sme_match.core.text import mark_text
from sme_match.meetings.enums import Party
from sme_match.meetings.errors import OfferProblem, OffersRefusedError
from sme_match.meetings.slots import cells_of

MOST_OFFERS = 6
MINUTES = (20, 30, 45, 60)
FURTHEST = timedelta(days=366)

PAST = mark_text("この日時は過ぎています。これからの日時にしてください。")
TOO_FAR = mark_text("1年より先の日時です。年と月を確かめてください。")
TWICE = mark_text("同じ日時がもう一つあります。どちらかを消してください。")
BUSY = {
    Party.SME: mark_text("この時間は、受託側の企業にほかの商談が入っています。"),
    Party.BUYER: mark_text("この時間は、委託側の企業にほかの商談が入っています。"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferPlan:
    """The times that both sides shall be asked about, and until which day they may answer."""

    starts: Sequence[datetime]
    minutes: int
    answer_on: date

    @property
    def spans(self) -> list[tuple[datetime, datetime]]:
        """Return start and end of each time."""
        return [(start, start + timedelta(minutes=self.minutes)) for start in self.starts]

    @property
    def answer_by(self) -> datetime:
        """Return the first instant at which answers are no longer taken."""
        return jst_midnight(self.answer_on + timedelta(days=1))


def check_offers(plan: OfferPlan, *, booked: Mapping[Party, Collection[int]], now: datetime) -> None:
    """Refuse times that cannot be offered; `booked` holds the cells of both companies.

    Times may overlap each other: only one of them will become the meeting.

    Raises:
        OffersRefusedError: naming every time that cannot be offered.
        InvalidError: when there are none or too many, or for the length or the day of answer.
    """
    if not plan.starts:
        raise InvalidError(mark_text("候補の日時を1つ以上入力してください。"), field="day_1")
    if len(plan.starts) > MOST_OFFERS:
        raise InvalidError(mark_text("候補の日時は%(most)sつまでです。"), most=MOST_OFFERS)
    check_minutes(plan.minutes)
    problems = []
    for index, span in enumerate(plan.spans):
        try:
            check_time(*span, booked=booked, now=now)
        except InvalidError as error:
            problems.append(OfferProblem(index, error))
            continue
        if plan.starts.index(span[0]) < index:
            problems.append(OfferProblem(index, InvalidError(TWICE)))
    if problems:
        raise OffersRefusedError(tuple(problems))
    _check_answer_day(plan, now)


def check_minutes(minutes: int) -> None:
    """Refuse a length that is not offered.

    Raises:
        InvalidError: naming the field.
    """
    if minutes not in MINUTES:
        raise InvalidError(mark_text("商談の長さを選んでください。"), field="minutes")


def check_time(
    starts_at: datetime,
    ends_at: datetime,
    *,
    booked: Mapping[Party, Collection[int]],
    now: datetime,
) -> None:
    """Refuse one time: past, too far off, not on a step of five minutes, or booked by a side.

    Raises:
        InvalidError: saying which.
    """
    cells = cells_of(starts_at, ends_at)
    if starts_at <= now:
        raise InvalidError(PAST)
    if starts_at > now + FURTHEST:
        raise InvalidError(TOO_FAR)
    for party, message in BUSY.items():
        if any(cell in booked.get(party, ()) for cell in cells):
            raise InvalidError(message)


def _check_answer_day(plan: OfferPlan, now: datetime) -> None:
    if plan.answer_on < jst_date(now):
        raise InvalidError(
            mark_text("回答期限が過ぎています。今日からあとの日にしてください。"), field="answer_on"
        )
    if plan.answer_on > jst_date(max(plan.starts)):
        raise InvalidError(
            mark_text("回答期限は、いちばん遅い候補の日より前にしてください。"), field="answer_on"
        )
