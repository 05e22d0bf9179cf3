"""Refusals of meetings."""

from dataclasses import dataclass

from sme_match.core.errors import ConflictError, InvalidError
from sme_match.core.text import mark_text


class SlotTakenError(ConflictError):
    """One of the two companies holds this time for another meeting."""

    def __init__(self) -> None:
        super().__init__(
            mark_text("この時間は、ほかの商談が先に決まりました。別の日時を選んでください。")
        )


class PastMeetingError(ConflictError):
    """The time of the meeting is over: only what became of it can be recorded."""

    def __init__(self) -> None:
        super().__init__(
            mark_text(
                "商談の時間が過ぎているため、日時や方法の変更、取りやめはできません。"
                "商談のページの「実施・欠席などを記録する」で、どうなったかを記録してください。"
                "改めて行うときは、そこで「持越し」を選んでください。"
            )
        )


@dataclass(frozen=True, slots=True)
class OfferProblem:
    """What is wrong with one of the offered times; `index` counts the times from 0."""

    index: int
    error: InvalidError


class OffersRefusedError(InvalidError):
    """Some of the offered times cannot be offered; `problems` names each."""

    def __init__(self, problems: tuple[OfferProblem, ...]) -> None:
        super().__init__(mark_text("候補の日時を確かめてください。"))
        self.problems = problems
