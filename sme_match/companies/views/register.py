"""The list of companies, and registering, changing, confirming and archiving one."""

from flask import jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.companies.blueprint import EDITORS, STAFF, blueprint
from sme_match.companies.forms import CompanyForm, RegistrationForm, municipality_names
from sme_match.companies.freshness import STALE_AFTER_MONTHS, months_before
from sme_match.companies.models import Company
from sme_match.companies.policy import may_edit_company, may_register_company
from sme_match.companies.queries import (
    CompanyFilter,
    get_company,
    list_companies,
    list_company_history,
    list_similar_companies,
)
from sme_match.companies.services import (
    CompanyDraft,
    archive_company,
    confirm_company,
    edit_company,
    register_company,
    restore_company,
)
from sme_match.core.actor import Role
from sme_match.core.errors import InvalidError, NotAllowedError, StaleVersionError
from sme_match.reference.prefectures import find_prefecture
from sme_match.web.access import allow
from sme_match.web.conflicts import differences
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.flashes import flash_done, flash_undoable
from sme_match.web.paging import requested_page
from sme_match.web.redirects import next_path

Answer = str | Response | tuple[str, int]


def requested_filter() -> CompanyFilter:
    """Return the filter of the URL."""
    return CompanyFilter.of(request.args, now=current_time())


@blueprint.get("/")
@allow(*STAFF)
def index() -> str:
    """Show the register to staff of the body."""
    filters = requested_filter()
    return render_template(
        "companies/index.html",
        page=list_companies(current_session(), current_actor(), filters, page=requested_page()),
        filters=filters,
        stale_before=months_before(current_time(), STALE_AFTER_MONTHS),
        may_register=may_register_company(current_actor()),
    )


@blueprint.get("/municipalities")
@allow(*STAFF, Role.SME)
def municipalities() -> Response:
    """Give the names of one prefecture's municipalities to the script that narrows the list."""
    prefecture = find_prefecture(request.args.get("prefecture", ""))
    return jsonify(municipality_names(prefecture.code if prefecture else ""))


@blueprint.route("/new", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def create() -> Answer:
    """Register a company, after a look at those that may be the same one."""
    form = RegistrationForm()
    if not form.is_submitted():
        return _form_page(form, None)
    similar: list[Company] = []
    if form.validate():
        try:
            draft = form.draft()
            similar = _similar(draft)
            if not similar or form.confirmed.data:
                company = register_company(
                    current_session(), current_actor(), draft, now=current_time()
                )
                flash_done(_("「%(name)s」を登録しました。", name=company.name))
                return redirect(url_for("companies.show", company_id=company.id))
        except InvalidError as error:
            form.refuse(error)
    return _form_page(form, None, similar=similar), 422


def _similar(draft: CompanyDraft) -> list[Company]:
    return list_similar_companies(
        current_session(),
        current_actor(),
        name=draft.name,
        prefecture_code=draft.prefecture_code,
        phone=draft.phone,
        corporate_number=draft.corporate_number,
    )


@blueprint.route("/<int:company_id>/edit", methods=["GET", "POST"])
@allow(*EDITORS)
def edit(company_id: int) -> Answer:
    """Change the facts about a company."""
    session, actor = current_session(), current_actor()
    company = get_company(session, actor, company_id)
    if not may_edit_company(actor, company):
        raise NotAllowedError
    form = CompanyForm()
    if not form.is_submitted():
        form.show(company)
        return _form_page(form, company)
    if not form.validate():
        return _form_page(form, company), 422
    try:
        edit_company(
            session, actor, company_id, form.draft(), version=form.opened_version(), now=current_time()
        )
    except InvalidError as error:
        form.refuse(error)
        return _form_page(form, company), 422
    except StaleVersionError:
        stored = CompanyForm()
        stored.show(company)
        conflict = differences(form, stored)
        form.version.data = str(company.version)
        last = list_company_history(session, company_id)[:1]
        return _form_page(form, company, conflict=conflict, last=last), 409
    flash_done(_("保存しました。"))
    return redirect(url_for("companies.show", company_id=company_id))


def _form_page(form: CompanyForm, company: Company | None, **more: object) -> str:
    return render_template(
        "companies/edit.html",
        form=form,
        company=company,
        municipalities=municipality_names(form.prefecture_code.data or ""),
        **more,
    )


@blueprint.post("/<int:company_id>/confirm")
@allow(*EDITORS)
def confirm(company_id: int) -> Response:
    """Note with one tap that nothing has changed."""
    confirm_company(current_session(), current_actor(), company_id, now=current_time())
    flash_done(_("「変わりありません」を受け付けました。ありがとうございます。"))
    return redirect(next_path(url_for("companies.show", company_id=company_id)))


@blueprint.post("/<int:company_id>/archive")
@allow(Role.COORDINATOR)
def archive(company_id: int) -> Response:
    """Take a company out of the register."""
    company = archive_company(current_session(), current_actor(), company_id, now=current_time())
    flash_undoable(
        _("「%(name)s」を登録から外しました。", name=company.name),
        "companies.restore",
        company_id=company_id,
    )
    return redirect(url_for("companies.show", company_id=company_id))


@blueprint.post("/<int:company_id>/restore")
@allow(Role.COORDINATOR)
def restore(company_id: int) -> Response:
    """Bring a company back into the register."""
    company = restore_company(current_session(), current_actor(), company_id, now=current_time())
    flash_done(_("「%(name)s」を登録に戻しました。", name=company.name))
    return redirect(url_for("companies.show", company_id=company_id))
