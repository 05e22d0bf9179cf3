"""Forms of the match review."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField

from sme_match.matching.labels import REJECTION_REASONS
from sme_match.web.fields import EditForm, TextField, required
from sme_match.web.labels import choices

NOTE_LIMIT = 300


class DecisionForm(EditForm):
    """A decision with an optional note; the button says which."""

    note = TextField(_l("メモ"), limit=NOTE_LIMIT)


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
