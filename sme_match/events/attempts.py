"""Running a use case for a form: refusals go back into the form, with the input kept."""

from collections.abc import Callable

from flask_babel import gettext as _

from sme_match.core.errors import InvalidError, StaleVersionError
from sme_match.web.errors import status_of
from sme_match.web.fields import Form

DONE = 200
REFUSED = 422


def attempt(form: Form, act: Callable[[], object]) -> int:
    """Run the use case and return the status of the answer; the form holds the reason of a refusal."""
    if not form.validate():
        return REFUSED
    try:
        act()
    except InvalidError as error:
        form.refuse(error)
        return REFUSED
    except StaleVersionError as error:
        form.form_errors.append(
            _("ほかの人が先に更新しました。いまの内容を確かめて、よければもう一度押してください。")
        )
        return status_of(error)
    return DONE
