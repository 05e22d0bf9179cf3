"""The manager's own profile: the hub, and one page for each topic.

These pages belong to the companies blueprint; they stand here because they show capabilities.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from sme_match.capabilities import services
from sme_match.capabilities.completeness import facts_of
from sme_match.capabilities.forms.steps import (
    FAMILIES_FIRST,
    CompanyStepForm,
    MaterialsForm,
    PresentationForm,
    RowStepForm,
)
from sme_match.capabilities.labels import STEP_HINTS, STEP_TITLES
from sme_match.capabilities.models import Capability
from sme_match.capabilities.queries import list_capabilities
from sme_match.capabilities.views.rows import say_saved
from sme_match.companies import services as company_services
from sme_match.companies.blueprint import blueprint
from sme_match.companies.completeness import ProfileStep, measure_completeness
from sme_match.companies.forms import municipality_names
from sme_match.companies.freshness import expiry_state, is_due, months_between
from sme_match.companies.models import Company
from sme_match.companies.queries import get_company, get_owner
from sme_match.core.actor import Role
from sme_match.core.clock import jst_date
from sme_match.core.errors import InvalidError, NotFoundError, StaleVersionError
from sme_match.core.text import mark_text
from sme_match.reference.materials import list_families, list_materials
from sme_match.web.access import allow
from sme_match.web.conflicts import differences
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.fields import EditForm
from sme_match.web.flashes import flash_done

Answer = str | Response | tuple[str, int]
STEPS = tuple(ProfileStep)
NEW = "new"
EXAMPLES = 2


@dataclass(frozen=True, slots=True)
class Topic:
    """What the page of one step works on."""

    make_form: Callable[[], EditForm]
    record: Company | Capability | None
    """None for a capability that is still to be added."""
    save: Callable[[EditForm], None]


@blueprint.get("/mine")
@allow(Role.SME)
def my_profile() -> str:
    """Show the manager what is there, what is missing, and whom to call."""
    company, rows = _own_profile()
    now = current_time()
    return render_template(
        "companies/my_profile.html",
        company=company,
        owner=get_owner(current_session(), company),
        progress=measure_completeness(facts_of(company, rows)),
        titles=STEP_TITLES,
        hints=STEP_HINTS,
        due=is_due(company.confirmed_at, now),
        months=months_between(company.confirmed_at, now) if company.confirmed_at else None,
    )


@blueprint.route(f"/mine/<any({','.join(STEPS)}):step>", methods=["GET", "POST"])
@allow(Role.SME)
def my_step(step: str) -> Answer:
    """Ask the manager about one topic."""
    company, rows = _own_profile()
    current = ProfileStep(step)
    topic = _topic(current, company, rows)
    if topic is None:
        return _page(current, company, rows, None, None)
    form = topic.make_form()
    if form.is_submitted():
        return _save(current, company, rows, topic, form)
    if topic.record is not None:
        form.show(topic.record)
    return _page(current, company, rows, topic, form)


def _save(
    step: ProfileStep, company: Company, rows: Sequence[Capability], topic: Topic, form: EditForm
) -> Answer:
    """Keep what was typed; 「あとで」 asks for nothing, but keeps nothing that breaks a rule."""
    later = request.form.get("go") == "later"
    if (
        later
        and topic.record is None
        and not any((form["process_code"].data, form["description"].data))
    ):
        return redirect(url_for("companies.my_profile"))
    if not form.validate() or not (later or _has_what_it_needs(form)):
        return _page(step, company, rows, topic, form, unsaved=later), 422
    try:
        topic.save(form)
    except InvalidError as error:
        form.refuse(error)
        return _page(step, company, rows, topic, form, unsaved=later), 422
    except StaleVersionError:
        return _conflict_page(step, company, rows, topic, form), 409
    if later:
        flash_done(_("ここまでの入力を保存しました。つづきは、いつでも入力できます。"))
        return redirect(url_for("companies.my_profile"))
    return redirect(_next_address(step))


def _own_profile() -> tuple[Company, list[Capability]]:
    session, actor = current_session(), current_actor()
    company = get_company(session, actor, actor.company_id or 0)
    return company, list_capabilities(session, [company.id])[company.id]


def _has_what_it_needs(form: EditForm) -> bool:
    return form.ask_for_one() if isinstance(form, MaterialsForm) else True


def _next_address(step: ProfileStep) -> str:
    if step is STEPS[-1]:
        flash_done(_("保存しました。これで7つの項目を見終わりました。"))
        return url_for("companies.my_profile")
    following = STEPS[STEPS.index(step) + 1]
    row = request.args.get("row")
    return url_for("companies.my_step", step=following, row=None if row == NEW else row)


def _topic(step: ProfileStep, company: Company, rows: Sequence[Capability]) -> Topic | None:
    """Return what the step works on; None when it needs a capability and there is none."""
    if step is ProfileStep.COMPANY:
        return Topic(CompanyStepForm, company, lambda form: _save_company(company, form))
    if step is ProfileStep.PRESENTATION:
        return Topic(PresentationForm, company, lambda form: _save_presentation(company, form))
    row = _chosen_row(rows)
    if row is None and step is not ProfileStep.PROCESS:
        return None
    if step is ProfileStep.MATERIALS:
        make: Callable[[], EditForm] = MaterialsForm
    else:

        def make() -> EditForm:
            return RowStepForm(step)

    return Topic(make, row, lambda form: _save_row(company, row, form))


def _chosen_row(rows: Sequence[Capability]) -> Capability | None:
    """Return the row that the URL names, else the first; None for a new one."""
    wanted = request.args.get("row", "")
    if wanted == NEW:
        return None
    if not wanted:
        return rows[0] if rows else None
    for row in rows:
        if str(row.id) == wanted:
            return row
    raise NotFoundError(mark_text("この加工能力は見つかりませんでした。"))


def _save_company(company: Company, form: EditForm) -> None:
    company_services.edit_company(
        current_session(),
        current_actor(),
        company.id,
        replace(company_services.draft_of(company), **form.values()),
        version=form.opened_version(),
        now=current_time(),
    )


def _save_presentation(company: Company, form: EditForm) -> None:
    session: Session = current_session()
    _save_company(company, form)
    profile, contacts = form.visibilities()
    company_services.choose_visibility(
        session,
        current_actor(),
        company.id,
        profile=profile,
        contacts=contacts,
        version=company.version,
        now=current_time(),
    )


def _save_row(company: Company, row: Capability | None, form: EditForm) -> None:
    session, actor, now = current_session(), current_actor(), current_time()
    if row is None:
        draft = services.CapabilityDraft(**form.values())
        say_saved(
            services.create_capability(session, actor, company.id, draft, now=now),
            _("加工能力を加えました。"),
        )
        return
    draft = replace(services.draft_of(row), **form.values())
    saved = services.edit_capability(
        session, actor, row.id, draft, version=form.opened_version(), now=now
    )
    say_saved(saved, _("保存しました。"))


def _conflict_page(
    step: ProfileStep, company: Company, rows: Sequence[Capability], topic: Topic, form: EditForm
) -> str:
    stored = topic.make_form()
    record = topic.record or company
    stored.show(record)
    conflict = differences(form, stored)
    form.version.data = str(record.version)
    return _page(step, company, rows, topic, form, conflict=conflict)


def _page(
    step: ProfileStep,
    company: Company,
    rows: Sequence[Capability],
    topic: Topic | None,
    form: EditForm | None,
    **more: object,
) -> str:
    today = jst_date(current_time())
    record = topic.record if topic else None
    return render_template(
        "companies/my_step.html",
        step=step,
        number=STEPS.index(step) + 1,
        company=company,
        rows=rows,
        row=record if isinstance(record, Capability) else None,
        record=record,
        form=form,
        progress=measure_completeness(facts_of(company, rows)),
        titles=STEP_TITLES,
        examples={
            family.code: "、".join(each.code for each in list_materials(family.code)[:EXAMPLES])
            for family in list_families()
        },
        families_shown=len(FAMILIES_FIRST),
        expiry={each.id: expiry_state(each.expires_on, today) for each in company.certificates},
        municipalities=municipality_names(company.prefecture_code),
        **more,
    )
