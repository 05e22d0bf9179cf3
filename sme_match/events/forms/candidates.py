"""Forms of candidates: putting a pair in, taking it out, a buyer's answers."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from sme_match.events.enums import BuyerAnswer
from sme_match.events.models import Participant
from sme_match.events.queries.candidates import COMING
from sme_match.events.queries.participants import Wishable
from sme_match.web.fields import ChoiceField, EditForm, Form, TextField, required
from sme_match.web.routing import is_record_number


class CandidateForm(EditForm):
    reason = TextField(_l("理由"), limit=300, validators=[required(_l("理由を入力してください。"))])


class AddForm(Form):
    need = ChoiceField(_l("委託側の案件"), validators=[required(_l("案件を選んでください。"))])
    sme = ChoiceField(_l("受託側の企業"), validators=[required(_l("企業を選んでください。"))])
    reason = TextField(_l("理由"), limit=300, validators=[required(_l("理由を入力してください。"))])

    def offer(self, wishable: Sequence[Wishable], smes: Sequence[Participant]) -> None:
        """Offer the needs on the table and the SMEs that may come."""
        hidden = _("社名は非公開")
        empty = ("", _("選んでください"))
        self.need.choices = [
            empty,
            *((each.key, f"{each.need.title}（{each.buyer_name or hidden}）") for each in wishable),
        ]
        self.sme.choices = [
            empty,
            *((str(part.id), part.company.name) for part in smes if part.state in COMING),
        ]

    def chosen(self) -> tuple[int, int]:
        """Return need and SME; the choices have been checked."""
        return int(self.need.data), int(self.sme.data)


class AnswerForm(Form):
    """The answers are radio buttons for each candidate, read by `read_answers`."""


def read_answers(texts: Mapping[str, str]) -> dict[int, BuyerAnswer]:
    """Return the answers of the request by candidate; anything odd is left out."""
    found = {}
    for name, value in texts.items():
        prefix, _, number = name.partition("_")
        if prefix == "answer" and is_record_number(number) and value in set(BuyerAnswer):
            found[int(number)] = BuyerAnswer(value)
    return found
