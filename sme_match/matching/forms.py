"""Forms of the match review."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField

from sme_match.matching.exclusions import ExclusionDraft
from sme_match.matching.labels import REJECTION_REASONS
from sme_match.needs.queries import read_id
from sme_match.web.fields import EditForm, Form, MultilineField, TextField, required
from sme_match.web.labels import choices

NOTE_LIMIT = 300
SHEET_NOTE_LIMIT = 400


class DecisionForm(EditForm):
    """A decision with an optional note; the button says which."""

    note = TextField(_l("メモ"), limit=NOTE_LIMIT)


class ExclusionForm(Form):
    """Who must not be proposed; the choices are what the search found."""

    other_id = RadioField(_l("除外する相手"), validate_choice=False)
    reason = TextField(
        _l("理由"),
        limit=NOTE_LIMIT,
        description=_l("担当の支援機関のコーディネーターだけが見られます。"),
    )

    def draft(self) -> ExclusionDraft:
        """Return what was chosen; nothing or something odd is nobody."""
        return ExclusionDraft(other_id=read_id(self.other_id.data or ""), reason=self.reason.data)


class RejectionForm(DecisionForm):
    """A rejection asks for its reason."""

    reason = RadioField(
        _l("見送る理由"),
        validators=[required(_l("見送る理由を選んでください。"))],
        validate_choice=False,
    )

    def __init__(self) -> None:
        super().__init__()
        self.reason.choices = choices(REJECTION_REASONS)


class SheetNoteForm(EditForm):
    """What the coordinator says on the reason sheet."""

    sheet_note = MultilineField(
        _l("所見"),
        limit=SHEET_NOTE_LIMIT,
        description=_l(
            "提案理由書に印刷されます。400文字まで。点数とは別に、この組み合わせをすすめる理由を書きます。"
        ),
    )
