"""Pages of the register of companies."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.audit.queries import list_history
from sme_match.companies.forms import CompanyForm
from sme_match.companies.policy import may_edit_company, may_register_company, may_share_company
from sme_match.companies.queries import DEFAULT_SORT, CompanyFilter, get_company, list_companies
from sme_match.companies.services import edit_company, register_company
from sme_match.core.actor import Role
from sme_match.core.errors import InvalidError, NotAllowedError, StaleVersionError
from sme_match.reference.jsic import list_major_groups
from sme_match.reference.prefectures import list_prefectures
from sme_match.web.access import allow
from sme_match.web.conflicts import differences
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.flashes import flash_done
from sme_match.web.paging import requested_page

blueprint = Blueprint("companies", __name__, url_prefix="/companies")

STAFF = (Role.COORDINATOR, Role.LEAD)


def requested_filter() -> CompanyFilter:
    """Return the filter of the URL."""
    args = request.args
    return CompanyFilter(
        text=args.get("q", "")[:100],
        side=args.get("side", ""),
        prefecture=args.get("prefecture", ""),
        jsic=args.get("jsic", ""),
        archived=args.get("archived") == "1",
        sort=args.get("sort", DEFAULT_SORT),
    )


@blueprint.get("/")
@allow(*STAFF)
def index() -> str:
    """Show the register to staff of the body."""
    filters = requested_filter()
    return render_template(
        "companies/index.html",
        page=list_companies(current_session(), current_actor(), filters, page=requested_page()),
        filters=filters,
        prefectures=list_prefectures(),
        industries=list_major_groups(),
        may_register=may_register_company(current_actor()),
    )


@blueprint.get("/<int:company_id>")
@allow(*STAFF, Role.SME)
def show(company_id: int) -> str:
    """Show one company with its contacts and capabilities."""
    company = get_company(current_session(), current_actor(), company_id)
    return render_template(
        "companies/show.html",
        company=company,
        may_edit=may_edit_company(current_actor(), company),
        may_share=may_share_company(current_actor(), company),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def create() -> str | Response | tuple[str, int]:
    """Register a company."""
    form = CompanyForm()
    if not form.is_submitted():
        return render_template("companies/edit.html", form=form, company=None)
    if form.validate():
        try:
            company = register_company(
                current_session(), current_actor(), form.draft(), now=current_time()
            )
        except InvalidError as error:
            form.refuse(error)
        else:
            flash_done(_("「%(name)s」を登録しました。", name=company.name))
            return redirect(url_for("companies.show", company_id=company.id))
    return render_template("companies/edit.html", form=form, company=None), 422


@blueprint.route("/<int:company_id>/edit", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.SME)
def edit(company_id: int) -> str | Response | tuple[str, int]:
    """Change the facts about a company."""
    session, actor = current_session(), current_actor()
    company = get_company(session, actor, company_id)
    if not may_edit_company(actor, company):
        raise NotAllowedError
    form = CompanyForm()
    if not form.is_submitted():
        form.show(company)
        return render_template("companies/edit.html", form=form, company=company)
    if not form.validate():
        return render_template("companies/edit.html", form=form, company=company), 422
    try:
        edit_company(
            session, actor, company_id, form.draft(), version=form.opened_version(), now=current_time()
        )
    except InvalidError as error:
        form.refuse(error)
        return render_template("companies/edit.html", form=form, company=company), 422
    except StaleVersionError:
        stored = CompanyForm()
        stored.show(company)
        conflict = differences(form, stored)
        form.version.data = str(company.version)
        last = list_history(session, "company", company_id)[:1]
        page = render_template(
            "companies/edit.html", form=form, company=company, conflict=conflict, last=last
        )
        return page, 409
    flash_done(_("保存しました。"))
    return redirect(url_for("companies.show", company_id=company_id))


@blueprint.get("/<int:company_id>/history")
@allow(*STAFF, Role.SME)
def history(company_id: int) -> str:
    """Show who changed what."""
    company = get_company(current_session(), current_actor(), company_id)
    return render_template(
        "companies/history.html",
        company=company,
        entries=list_history(current_session(), "company", company.id),
        labels={field.name: field.label.text for field in CompanyForm()},
    )


@blueprint.get("/mine")
@allow(Role.SME)
def my_profile() -> Response:
    """Go to the own company."""
    return redirect(url_for("companies.show", company_id=current_actor().company_id))
