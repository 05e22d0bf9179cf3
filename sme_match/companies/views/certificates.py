"""Adding, changing and removing the certificates of a company."""

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.companies import services
from sme_match.companies.blueprint import EDITORS, blueprint
from sme_match.companies.forms import CertificateForm
from sme_match.companies.models import Certificate, Company
from sme_match.companies.policy import may_edit_company
from sme_match.companies.queries import get_certificate, get_company
from sme_match.core.errors import InvalidError, NotAllowedError, StaleVersionError
from sme_match.reference.certificates import list_certificates
from sme_match.web.access import allow
from sme_match.web.conflicts import differences
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.flashes import flash_done
from sme_match.web.languages import current_language
from sme_match.web.redirects import next_path

Answer = str | Response | tuple[str, int]


@blueprint.route("/<int:company_id>/certificates/new", methods=["GET", "POST"])
@allow(*EDITORS)
def create_certificate(company_id: int) -> Answer:
    """Add a certificate to a company."""
    company = get_company(current_session(), current_actor(), company_id)
    if not may_edit_company(current_actor(), company):
        raise NotAllowedError
    form = CertificateForm()
    if not form.is_submitted():
        return _page(form, company, None)
    if form.validate():
        try:
            services.add_certificate(
                current_session(), current_actor(), company_id, form.draft(), now=current_time()
            )
        except InvalidError as error:
            form.refuse(error)
        else:
            flash_done(_("認証を加えました。"))
            return redirect(_back(company_id))
    return _page(form, company, None), 422


@blueprint.route("/certificates/<int:certificate_id>/edit", methods=["GET", "POST"])
@allow(*EDITORS)
def edit_certificate(certificate_id: int) -> Answer:
    """Change what is known about a certificate."""
    certificate = get_certificate(current_session(), current_actor(), certificate_id)
    if not may_edit_company(current_actor(), certificate.company):
        raise NotAllowedError
    form = CertificateForm()
    if not form.is_submitted():
        form.show(certificate)
        return _page(form, certificate.company, certificate)
    if not form.validate():
        return _page(form, certificate.company, certificate), 422
    try:
        services.edit_certificate(
            current_session(),
            current_actor(),
            certificate_id,
            form.draft(),
            version=form.opened_version(),
            now=current_time(),
        )
    except InvalidError as error:
        form.refuse(error)
        return _page(form, certificate.company, certificate), 422
    except StaleVersionError:
        stored = CertificateForm()
        stored.show(certificate)
        conflict = differences(form, stored)
        form.version.data = str(certificate.version)
        return _page(form, certificate.company, certificate, conflict=conflict), 409
    flash_done(_("認証の内容を保存しました。"))
    return redirect(_back(certificate.company_id))


@blueprint.post("/certificates/<int:certificate_id>/remove")
@allow(*EDITORS)
def remove_certificate(certificate_id: int) -> Response:
    """Take a certificate out of the company's record."""
    company = services.remove_certificate(
        current_session(),
        current_actor(),
        certificate_id,
        version=request.form.get("version", 0, int),
        now=current_time(),
    )
    flash_done(_("認証を消しました。"))
    return redirect(_back(company.id))


def _back(company_id: int) -> str:
    return next_path(url_for("companies.show", company_id=company_id))


def _page(
    form: CertificateForm, company: Company, certificate: Certificate | None, **more: object
) -> str:
    return render_template(
        "companies/certificate.html",
        form=form,
        company=company,
        certificate=certificate,
        back=_back(company.id),
        names=[entry.name(current_language()) for entry in list_certificates()],
        **more,
    )
