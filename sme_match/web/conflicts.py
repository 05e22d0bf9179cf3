"""What two people typed into the same record, side by side."""

from itertools import chain

from flask_babel import gettext as _
from wtforms import BooleanField
from wtforms.fields import SelectFieldBase

from sme_match.web.fields import EditForm

Difference = tuple[str, str, str]


def differences(mine: EditForm, theirs: EditForm) -> list[Difference]:
    """Return label, own text and stored text of each field that differs."""
    found = []
    for field in mine:
        if field.name in {"csrf_token", "version"}:
            continue
        own, stored = _text(mine, field.name), _text(theirs, field.name)
        if own != stored:
            found.append((str(field.label.text), own, stored))
    return found


def _text(form: EditForm, name: str) -> str:
    field = form[name]
    if isinstance(field, BooleanField):
        return str(_("はい") if field.data else _("いいえ"))
    if isinstance(field, SelectFieldBase):
        options = field.iter_choices()
        if field.has_groups():
            options = chain.from_iterable(group for _label, group in field.iter_groups())
        return "、".join(str(option[1]) for option in options if option[2] and option[0])
    if field.data is None:
        return ""
    return str(field.data)
