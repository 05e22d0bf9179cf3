"""How long the body keeps what, and what the next sweep would do."""

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.core.actor import Role
from sme_match.core.errors import InvalidError
from sme_match.privacy.blueprint import blueprint
from sme_match.privacy.enums import RetentionClass
from sme_match.privacy.forms import RetentionForm
from sme_match.privacy.labels import GROUNDS
from sme_match.privacy.queries.retention import list_coming
from sme_match.privacy.services.retention import set_years
from sme_match.web.access import allow
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.flashes import flash_done


@blueprint.route("/personal-data/retention", methods=["GET", "POST"])
@allow(Role.LEAD)
def retention() -> str | Response | tuple[str, int]:
    """Show and change how long each kind is kept."""
    session, actor, now = current_session(), current_actor(), current_time()
    form = RetentionForm()
    coming = list_coming(session, actor.body_id or 0, now=now)
    page = "privacy/retention.html"
    if not form.is_submitted():
        for each in coming:
            form[each.kind.value].data = each.years
        return render_template(page, form=form, coming=coming, grounds=GROUNDS)
    if form.validate():
        try:
            wanted = {kind: form[kind.value].data for kind in RetentionClass}
            set_years(session, actor, wanted, now=now)
        except InvalidError as error:
            form.refuse(error)
        else:
            flash_done(_("保存しました。"))
            return redirect(url_for("privacy.retention"))
    return render_template(page, form=form, coming=coming, grounds=GROUNDS), 422
