"""Forms of the words of the trade."""

import re
from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from sme_match.matching.enums import WordChange, WordKind
from sme_match.matching.models import WordEntry
from sme_match.reference.thesaurus import ThesaurusConcept
from sme_match.thesaurus.labels import WORD_KINDS
from sme_match.thesaurus.services import WordDraft
from sme_match.web.fields import (
    ChoiceField,
    EditForm,
    MultilineField,
    TextField,
    one_of,
    required,
)
from sme_match.web.labels import choices

MOST_NAMES = 20
LONGEST_NAME = 60
_BETWEEN = re.compile(r"[、,;]")
_JAPANESE = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]")


def split_names(text: str) -> list[str]:
    """Return the names of a line, each once."""
    names = (name.strip() for name in _BETWEEN.split(text or ""))
    return list(dict.fromkeys(name for name in names if name))


def join_names(names: Sequence[str]) -> str:
    """Return names as one line."""
    return "、".join(names)


def _few_and_short(form: "WordForm", field: TextField) -> None:
    del form
    names = split_names(field.data)
    if len(names) > MOST_NAMES:
        raise ValidationError(str(_l("一度に%(count)s個までにしてください。")) % {"count": MOST_NAMES})
    if any(len(name) > LONGEST_NAME for name in names):
        raise ValidationError(
            str(_l("一つの名前は%(limit)s文字までです。「、」で区切ってください。"))
            % {"limit": LONGEST_NAME}
        )


class WordForm(EditForm):
    kind = ChoiceField(
        _l("種類"),
        choices=choices(WORD_KINDS),
        default=WordKind.TRADE.value,
        validators=[one_of(_l("種類を選んでください。"))],
    )
    ja = TextField(
        _l("日本語の名前"),
        limit=400,
        description=_l("「、」で区切って、同じ意味の言い方をいくつでも。例：挽物、旋削"),
        validators=[_few_and_short],
    )
    en = TextField(
        _l("英語の名前"),
        limit=400,
        description=_l("例：turning、lathe work"),
        validators=[_few_and_short],
    )
    broader = TextField(
        _l("上位の用語"),
        limit=200,
        description=_l("これを含む、より広い用語。例：SUS304 なら ステンレス"),
        validators=[_few_and_short],
    )
    reason = MultilineField(
        _l("提案の理由"),
        limit=500,
        description=_l("どの支援機関にも見えます。企業名や個人名は書かないでください。"),
        validators=[required(_l("提案の理由を入力してください。"))],
    )
    example = TextField(
        _l("使われる文の例"),
        limit=300,
        description=_l("例：小径の挽物を月1,000個、お願いしたい"),
    )

    def __init__(self, change: WordChange) -> None:
        super().__init__()
        self.change = change
        for field in (self.ja, self.en):
            field.flags.required = change is WordChange.NEW
        if change is not WordChange.NEW:
            # The concept keeps its kind.
            del self.kind
        if change is WordChange.REMOVE:
            self.ja.description = self.en.description = _l("上の名前のうち、この意味ではないもの。")

    def validate_en(self, field: TextField) -> None:
        """Keep the languages apart: pages show them in two columns."""
        if _JAPANESE.search(field.data or ""):
            raise ValidationError(str(_l("英語の名前は英字で入力してください。")))

    def show_entry(self, entry: WordEntry, broader: Sequence[str]) -> None:
        """Fill the form from a proposal; `broader` are the names of its broader concepts."""
        if "kind" in self:
            self.kind.data = entry.kind.value
        self.ja.data, self.en.data = join_names(entry.ja), join_names(entry.en)
        self.broader.data = join_names(broader)
        self.reason.data, self.example.data = entry.reason, entry.example
        self.version.data = str(entry.version)

    def draft(self, concept: ThesaurusConcept | None) -> WordDraft:
        """Return what was typed."""
        return WordDraft(
            change=self.change,
            concept_code=concept.code if concept else "",
            kind=WordKind(concept.kind if concept else self.kind.data),
            ja=split_names(self.ja.data),
            en=split_names(self.en.data),
            broader=[] if self.change is WordChange.REMOVE else split_names(self.broader.data),
            reason=self.reason.data,
            example=self.example.data,
        )


class DecisionForm(EditForm):
    note = MultilineField(
        _l("判断の理由"),
        limit=500,
        description=_l("見送るときは必ず書いてください。提案した支援機関に見えます。"),
    )
