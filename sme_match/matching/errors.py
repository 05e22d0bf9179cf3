"""Refusals of matching."""

from sme_match.core.errors import ConflictError
from sme_match.core.text import mark_text


class MeetingUnderWayError(ConflictError):
    """The proposal cannot stop being accepted: a meeting that may still take place rests on it."""

    def __init__(self, *, company: str, need: str, meeting_id: int) -> None:
        super().__init__(
            mark_text(
                "「%(company)s」とは「%(need)s」の商談が進んでいるため、採用を取り消せません。"
                "先に、その商談を取りやめるか、辞退の返事を記録してください。"
            ),
            company=company,
            need=need,
        )
        self.meeting_id = meeting_id
