"""Adding, changing and archiving one capability."""

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.audit.queries import list_history
from sme_match.capabilities import services
from sme_match.capabilities.blueprint import blueprint
from sme_match.capabilities.forms.rows import CapabilityForm
from sme_match.capabilities.materials import unknown_materials
from sme_match.capabilities.models import Capability
from sme_match.capabilities.policy import may_edit_capability
from sme_match.capabilities.queries import get_capability
from sme_match.capabilities.wording import vocabulary
from sme_match.companies.blueprint import EDITORS, STAFF
from sme_match.companies.labels import HISTORY_ACTIONS
from sme_match.companies.models import Company
from sme_match.companies.policy import may_edit_company, may_see_history
from sme_match.companies.queries import get_company
from sme_match.core.actor import Role
from sme_match.core.errors import InvalidError, NotAllowedError, StaleVersionError
from sme_match.web.access import allow
from sme_match.web.conflicts import differences
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.flashes import flash_done, flash_undoable
from sme_match.web.history import in_words
from sme_match.web.names import process_name
from sme_match.web.redirects import next_path

Answer = str | Response | tuple[str, int]


@blueprint.route("/companies/<int:company_id>/capabilities/new", methods=["GET", "POST"])
@allow(*EDITORS)
def create(company_id: int) -> Answer:
    """Add a process to a company's profile."""
    company = get_company(current_session(), current_actor(), company_id)
    if not may_edit_company(current_actor(), company):
        raise NotAllowedError
    form = CapabilityForm()
    if not form.is_submitted():
        return _page(form, company, None)
    if form.validate():
        try:
            capability = services.create_capability(
                current_session(), current_actor(), company_id, form.draft(), now=current_time()
            )
        except InvalidError as error:
            form.refuse(error)
        else:
            say_saved(capability, _("加工能力を加えました。"))
            return redirect(_back(company_id))
    return _page(form, company, None), 422


@blueprint.route("/capabilities/<int:capability_id>/edit", methods=["GET", "POST"])
@allow(*EDITORS)
def edit(capability_id: int) -> Answer:
    """Change what a company states about one process."""
    capability = get_capability(current_session(), current_actor(), capability_id)
    if not may_edit_capability(current_actor(), capability):
        raise NotAllowedError
    form = CapabilityForm()
    if not form.is_submitted():
        form.show(capability)
        return _page(form, capability.company, capability)
    if not form.validate():
        return _page(form, capability.company, capability), 422
    try:
        services.edit_capability(
            current_session(),
            current_actor(),
            capability_id,
            form.draft(),
            version=form.opened_version(),
            now=current_time(),
        )
    except InvalidError as error:
        form.refuse(error)
        return _page(form, capability.company, capability), 422
    except StaleVersionError:
        stored = CapabilityForm()
        stored.show(capability)
        conflict = differences(form, stored)
        form.version.data = str(capability.version)
        last = list_history(current_session(), "capability", capability_id)[:1]
        return _page(form, capability.company, capability, conflict=conflict, last=last), 409
    say_saved(capability, _("保存しました。"))
    return redirect(_back(capability.company_id))


@blueprint.post("/capabilities/<int:capability_id>/archive")
@allow(*EDITORS)
def archive(capability_id: int) -> Response:
    """Take a process out of the profile."""
    capability = services.archive_capability(
        current_session(), current_actor(), capability_id, now=current_time()
    )
    flash_undoable(
        _("「%(name)s」を外しました。", name=process_name(capability.process_code)),
        "capabilities.restore",
        capability_id=capability_id,
        next=_back(capability.company_id),
    )
    return redirect(_back(capability.company_id))


@blueprint.post("/capabilities/<int:capability_id>/restore")
@allow(*EDITORS)
def restore(capability_id: int) -> Response:
    """Bring a process back into the profile."""
    capability = services.restore_capability(
        current_session(), current_actor(), capability_id, now=current_time()
    )
    flash_done(_("「%(name)s」を戻しました。", name=process_name(capability.process_code)))
    return redirect(_back(capability.company_id))


@blueprint.get("/capabilities/<int:capability_id>/history")
@allow(*STAFF, Role.SME)
def history(capability_id: int) -> str:
    """Show who changed what about one process."""
    capability = get_capability(current_session(), current_actor(), capability_id)
    if not may_see_history(current_actor(), capability.company):
        raise NotAllowedError
    entries = list_history(current_session(), "capability", capability.id)
    return render_template(
        "capabilities/history.html",
        company=capability.company,
        capability=capability,
        entries=in_words(entries, {"capability": vocabulary()}),
        actions=HISTORY_ACTIONS,
    )


def say_saved(capability: Capability, text: str) -> None:
    """Say that a row was saved, and which materials the reference list does not know."""
    unknown = unknown_materials(capability.materials)
    if unknown:
        text += _("一覧にない材料は、書かれたとおりに登録しました：%(names)s", names="、".join(unknown))
    flash_done(text)


def _back(company_id: int) -> str:
    return next_path(url_for("companies.show", company_id=company_id))


def _page(form: CapabilityForm, company: Company, capability: Capability | None, **more: object) -> str:
    return render_template(
        "capabilities/edit.html",
        form=form,
        company=company,
        capability=capability,
        back=_back(company.id),
        **more,
    )
