"""Forms of the home pages: naming the filter of a page."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField

from sme_match.home.saved import NAME_LENGTH
from sme_match.web.fields import Form, TextField, required


class SavedViewForm(Form):
    path = HiddenField()
    """The address of the page, with its filter."""
    name = TextField(
        _l("名前"),
        limit=NAME_LENGTH,
        description=_l("例：今年度の切削、岩手の企業"),
        validators=[required(_l("名前を入力してください。"))],
    )
    shared = BooleanField(_l("支援機関のほかの人にも見せる"))
