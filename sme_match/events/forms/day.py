"""Forms of the day: what a participant says, and how a meeting goes on."""

from flask_babel import lazy_gettext as _l

from sme_match.meetings.enums import MeetingChannel
from sme_match.meetings.labels import CHANNELS
from sme_match.web.fields import (
    ChoiceField,
    EditForm,
    Form,
    MultilineField,
    TextField,
    WholeNumberField,
    required,
)
from sme_match.web.labels import choices


class ObjectionForm(Form):
    words = MultilineField(
        _l("ご都合の悪い商談と理由"),
        limit=300,
        description=_l("例：10:25の商談は、社内の会議と重なっています。午後なら出られます。"),
        validators=[required(_l("ご都合の悪い商談と理由を入力してください。"))],
    )


class SubstituteForm(Form):
    name = TextField(
        _l("代わりに出席する人のお名前"),
        limit=100,
        description=_l("空のまま送ると、申込の方が出席することになります。"),
    )


class WayForm(EditForm):
    channel = ChoiceField(_l("方法"), choices=choices(CHANNELS))
    place = TextField(_l("場所・電話番号"), limit=200)

    def way(self) -> tuple[MeetingChannel, str]:
        """Return how the meeting goes on, and where."""
        return MeetingChannel(self.channel.data), self.place.data


class FillInForm(EditForm):
    candidate = WholeNumberField(
        _l("受託側"), minimum=1, validators=[required(_l("入れる受託側を選んでください。"))]
    )
