"""Home pages of the roles, lists of what waits, search, and the pages about the service itself."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.links import find_link
from sme_match.core.actor import Actor, Role
from sme_match.core.clock import jst_date
from sme_match.core.errors import InvalidError, NotFoundError
from sme_match.home import digest, saved
from sme_match.home.enums import Waiting
from sme_match.home.forms import SavedViewForm
from sme_match.home.labels import WAITING
from sme_match.home.policy import TO_DO, may_see_waiting
from sme_match.home.queries.agenda import (
    find_next_meeting,
    find_own_body,
    find_own_company,
    list_bodies,
    list_near_meetings,
    needs_confirmation,
)
from sme_match.home.queries.lines import WaitingLine, list_waiting
from sme_match.home.queries.search import LONGEST_TEXT, search
from sme_match.home.queries.waiting import recall_waiting
from sme_match.statistics import words
from sme_match.statistics.definitions import DEFINITIONS
from sme_match.statistics.filters import StatisticsFilter, name_fiscal_year
from sme_match.statistics.periods import fiscal_year_of
from sme_match.statistics.services import make_report
from sme_match.web.access import allow, public
from sme_match.web.context import current_actor, current_session, current_time, find_actor
from sme_match.web.flashes import flash_done
from sme_match.web.paging import requested_page
from sme_match.web.redirects import safe_path

blueprint = Blueprint("home", __name__)

EVERYBODY = (Role.COORDINATOR, Role.SME, Role.LEAD, Role.ADMINISTRATOR)
STAFF = (Role.COORDINATOR, Role.LEAD)
KPI_KEYS = ("meetings", "quote_rate", "deals", "total_yen")
SHOWN_ON_PHONE = 5
_KINDS = ", ".join(f"'{waiting}'" for waiting in Waiting)
_PLACES = {
    Waiting.NEEDS_TO_REVIEW: ("matching.review", "need_id"),
    Waiting.NEEDS_WITHOUT_PROPOSAL: ("matching.review", "need_id"),
    Waiting.PROPOSALS_TO_ARRANGE: ("meetings.create", "proposal_id"),
    Waiting.MEETINGS_UNANSWERED: ("meetings.show", "meeting_id"),
    Waiting.MEETINGS_EXPIRED: ("meetings.show", "meeting_id"),
    Waiting.MEETINGS_WITHOUT_TIME: ("meetings.show", "meeting_id"),
    Waiting.MEETINGS_AWAITING_RESULT: ("meetings.show", "meeting_id"),
    Waiting.REPORTS_OVERDUE: ("outcomes.show", "meeting_id"),
    Waiting.DISAGREEMENTS: ("outcomes.show", "meeting_id"),
    Waiting.FOLLOW_UPS_DUE: ("outcomes.show", "meeting_id"),
    Waiting.EVENTS_TODAY: ("events.day", "event_id"),
    Waiting.EVENT_OBJECTIONS: ("events.day", "event_id"),
    Waiting.EVENT_APPLICATIONS: ("events.participants", "event_id"),
    Waiting.EVENT_BUYERS_UNANSWERED: ("events.participants", "event_id"),
    Waiting.EVENTS_TO_PUBLISH: ("events.timetable", "event_id"),
    Waiting.EVENTS_TO_APPLY: ("events.show", "event_id"),
    Waiting.EVENTS_TO_CONFIRM: ("events.mine", "event_id"),
    Waiting.STALE_COMPANIES: ("companies.show", "company_id"),
    Waiting.WORDS_TO_REVIEW: ("thesaurus.entry", "entry_id"),
    Waiting.ANSWERS_DUE: ("meetings.show", "meeting_id"),
    Waiting.REPORTS_DUE: ("outcomes.report", "meeting_id"),
    Waiting.USERS_NEVER_SIGNED_IN: ("accounts.show", "user_id"),
}
"""Where a waiting thing is dealt with; a failed mail has no page of its own."""


@blueprint.get("/")
@allow(*EVERYBODY)
def index() -> str:
    """Show what needs the reader today."""
    actor = current_actor()
    pages = {Role.COORDINATOR: _coordinator, Role.LEAD: _lead, Role.SME: _sme}
    return pages.get(actor.role, _administrator)(actor)


def _coordinator(actor: Actor) -> str:
    now = current_time()
    return render_template(
        "home/coordinator.html",
        waiting=recall_waiting(current_session(), actor, TO_DO[actor.role], now=now),
        words=WAITING,
        meetings=list_near_meetings(current_session(), actor, now=now),
        now=now,
        today=jst_date(now),
    )


def _lead(actor: Actor) -> str:
    now = current_time()
    year = fiscal_year_of(jst_date(now))
    filters = StatisticsFilter(period=name_fiscal_year(year))
    report = make_report(current_session(), actor, filters, now=now)
    return render_template(
        "home/lead.html",
        waiting=recall_waiting(current_session(), actor, TO_DO[actor.role], now=now),
        words=WAITING,
        report=report,
        figure_words=words,
        definitions=DEFINITIONS,
        kpis=[report.figure(key) for key in KPI_KEYS],
        now=now,
    )


def _sme(actor: Actor) -> str:
    session, now = current_session(), current_time()
    company = find_own_company(session, actor)
    if company is None:
        raise NotFoundError
    lists = {
        waiting: list_waiting(session, actor, waiting, now=now, size=SHOWN_ON_PHONE)
        for waiting in TO_DO[actor.role]
    }
    return render_template(
        "home/sme.html",
        company=company,
        must_confirm=needs_confirmation(company, now=now),
        meeting=find_next_meeting(session, actor, now=now),
        lists=lists,
        words=WAITING,
        address_of=address_of,
        body=find_own_body(session, actor),
        now=now,
    )


def _administrator(actor: Actor) -> str:
    return render_template(
        "home/administrator.html",
        waiting=recall_waiting(current_session(), actor, TO_DO[actor.role], now=current_time()),
        words=WAITING,
        bodies=list_bodies(current_session()),
    )


@blueprint.get(f"/waiting/<any({_KINDS}):kind>")
@allow(*EVERYBODY)
def waiting(kind: str) -> str:
    """List everything of one kind that waits, the oldest first."""
    actor, chosen = current_actor(), Waiting(kind)
    if not may_see_waiting(actor, chosen):
        raise NotFoundError
    page = list_waiting(current_session(), actor, chosen, now=current_time(), page=requested_page())
    return render_template(
        "home/waiting.html", kind=chosen, words=WAITING[chosen], page=page, address_of=address_of
    )


@blueprint.get("/search")
@allow(*STAFF)
def find() -> str:
    """Search companies, needs and meetings of the body."""
    text = request.args.get("q", "")[:LONGEST_TEXT]
    return render_template(
        "home/find.html", text=text, found=search(current_session(), current_actor(), text)
    )


@blueprint.get("/accessibility")
@public
def accessibility() -> str:
    """Show the accessibility policy."""
    return render_template("home/accessibility.html", body=_own_body())


@blueprint.get("/privacy")
@public
def privacy() -> str:
    """Show how personal data is handled."""
    return render_template("home/privacy.html", body=_own_body())


@blueprint.get("/contact")
@public
def contact() -> str:
    """Show whom to call: the desk of the reader's own body."""
    return render_template("home/contact.html", body=_own_body())


def _own_body() -> object:
    actor = find_actor()
    return None if actor is None else find_own_body(current_session(), actor)


def address_of(waiting: Waiting, line: WaitingLine) -> str:
    """Return where a waiting thing is dealt with; empty when there is no page of its own."""
    if waiting not in _PLACES:
        return ""
    endpoint, argument = _PLACES[waiting]
    target: dict[str, Any] = {argument: line.target_id}
    return url_for(endpoint, **target)


@blueprint.post("/digest")
@allow(Role.LEAD)
def switch_digest() -> Response:
    """Begin or stop the own monthly mail."""
    wanted = request.form.get("wanted") == "y"
    digest.switch_digest(current_session(), current_actor(), wanted=wanted, now=current_time())
    flash_done(_("毎月のまとめをお送りします。") if wanted else _("毎月のまとめを止めました。"))
    return redirect(url_for("accounts.account"))


@blueprint.route("/digest/stop/<token>", methods=["GET", "POST"])
@public
def stop_digest(token: str) -> str:
    """Stop the monthly mail by the link in it; a GET shows, a POST stops."""
    session, now = current_session(), current_time()
    is_stopped = request.method == "POST"
    if is_stopped:
        digest.stop_by_link(session, token, now=now)
    else:
        find_link(session, token, LinkPurpose.DIGEST_STOP, now)
    return render_template("home/stop_digest.html", is_stopped=is_stopped)


SAVED_PAGES = frozenset(
    {
        "companies.index",
        "needs.index",
        "matching.index",
        "meetings.index",
        "outcomes.index",
        "statistics.index",
        "statistics.evaluation",
        "statistics.demand",
        "statistics.refusals",
        "statistics.region",
        "statistics.year",
    }
)
"""The pages whose address can be saved: those that include `_saved.html`."""


@blueprint.app_template_global("saved_views")
def saved_views() -> Sequence[saved.SavedLink]:
    """Return the saved filters of the page that is shown."""
    return saved.list_saved(current_session(), current_actor(), request.path, now=current_time())


@blueprint.route("/saved-views/new", methods=["GET", "POST"])
@allow(*STAFF)
def save_view() -> str | Response | tuple[str, int]:
    """Give the filter of a page a name."""
    form = SavedViewForm(request.form if request.method == "POST" else request.args)
    path, query = _saved_page(form.path.data or "")
    if request.method == "GET":
        return render_template("home/save_view.html", form=form)
    if form.validate():
        try:
            saved.save_view(
                current_session(),
                current_actor(),
                path=path,
                query=query,
                name=form.name.data,
                shared=form.shared.data,
                now=current_time(),
            )
        except InvalidError as error:
            form.refuse(error)
        else:
            flash_done(_("「%(name)s」を保存しました。", name=form.name.data))
            return redirect(request.root_path + form.path.data)
    return render_template("home/save_view.html", form=form), 422


@blueprint.post("/saved-views/<int:saved_view_id>/delete")
@allow(*STAFF)
def delete_view(saved_view_id: int) -> Response:
    """Forget a saved filter."""
    gone = saved.delete_view(current_session(), current_actor(), saved_view_id, now=current_time())
    flash_done(_("「%(name)s」を消しました。", name=gone.name))
    return redirect(request.root_path + gone.path)


def _saved_page(address: str) -> tuple[str, str]:
    """Return path and query of an address of a page whose filter can be saved."""
    path, _mark, query = (safe_path(address) or "").partition("?")
    try:
        endpoint, _values = current_app.url_map.bind("localhost").match(path)
    except HTTPException:
        raise NotFoundError from None
    if endpoint not in SAVED_PAGES or len(path) > saved.LONGEST_PATH:
        raise NotFoundError
    return path, query
