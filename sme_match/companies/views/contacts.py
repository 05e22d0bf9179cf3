"""Adding, changing and removing the people at a company."""

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.companies import services
from sme_match.companies.blueprint import EDITORS, blueprint
from sme_match.companies.forms import ContactForm
from sme_match.companies.models import Company, Contact
from sme_match.companies.policy import may_edit_company
from sme_match.companies.queries import get_company, get_contact
from sme_match.core.errors import InvalidError, NotAllowedError, StaleVersionError
from sme_match.web.access import allow
from sme_match.web.conflicts import differences
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.flashes import flash_done
from sme_match.web.redirects import next_path

Answer = str | Response | tuple[str, int]


@blueprint.route("/<int:company_id>/contacts/new", methods=["GET", "POST"])
@allow(*EDITORS)
def create_contact(company_id: int) -> Answer:
    """Add a person to a company."""
    company = get_company(current_session(), current_actor(), company_id)
    if not may_edit_company(current_actor(), company):
        raise NotAllowedError
    form = ContactForm()
    if not form.is_submitted():
        return _page(form, company, None)
    if form.validate():
        try:
            services.add_contact(
                current_session(), current_actor(), company_id, form.draft(), now=current_time()
            )
        except InvalidError as error:
            form.refuse(error)
        else:
            flash_done(_("担当者を加えました。"))
            return redirect(_back(company_id))
    return _page(form, company, None), 422


@blueprint.route("/contacts/<int:contact_id>/edit", methods=["GET", "POST"])
@allow(*EDITORS)
def edit_contact(contact_id: int) -> Answer:
    """Change what is known about a person."""
    contact = get_contact(current_session(), current_actor(), contact_id)
    if not may_edit_company(current_actor(), contact.company):
        raise NotAllowedError
    form = ContactForm()
    if not form.is_submitted():
        form.show(contact)
        return _page(form, contact.company, contact)
    if not form.validate():
        return _page(form, contact.company, contact), 422
    try:
        services.edit_contact(
            current_session(),
            current_actor(),
            contact_id,
            form.draft(),
            version=form.opened_version(),
            now=current_time(),
        )
    except InvalidError as error:
        form.refuse(error)
        return _page(form, contact.company, contact), 422
    except StaleVersionError:
        stored = ContactForm()
        stored.show(contact)
        conflict = differences(form, stored)
        form.version.data = str(contact.version)
        return _page(form, contact.company, contact, conflict=conflict), 409
    flash_done(_("担当者の内容を保存しました。"))
    return redirect(_back(contact.company_id))


@blueprint.post("/contacts/<int:contact_id>/remove")
@allow(*EDITORS)
def remove_contact(contact_id: int) -> Response:
    """Take a person out of the company's record."""
    company = services.remove_contact(
        current_session(),
        current_actor(),
        contact_id,
        version=request.form.get("version", 0, int),
        now=current_time(),
    )
    flash_done(_("担当者を消しました。"))
    return redirect(_back(company.id))


def _back(company_id: int) -> str:
    return next_path(url_for("companies.show", company_id=company_id))


def _page(form: ContactForm, company: Company, contact: Contact | None, **more: object) -> str:
    return render_template(
        "companies/contact.html",
        form=form,
        company=company,
        contact=contact,
        back=_back(company.id),
        **more,
    )
