"""The match review: what the engine proposes, why, and what the coordinator decides."""

from collections.abc import Sequence
from typing import cast

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.audit.queries import list_history
from sme_match.capabilities.queries import list_capabilities
from sme_match.companies.policy import may_edit_company, may_see_contacts
from sme_match.companies.queries import get_company
from sme_match.core.actor import Role
from sme_match.core.clock import jst_date
from sme_match.core.errors import InvalidError, NotAllowedError, StaleVersionError
from sme_match.core.text import mark_text
from sme_match.matching.blueprint import STAFF, blueprint
from sme_match.matching.enums import ProposalState, RejectionReason
from sme_match.matching.errors import MeetingUnderWayError
from sme_match.matching.explanations import Explanation
from sme_match.matching.forms import DecisionForm, RejectionForm, SheetNoteForm
from sme_match.matching.labels import HISTORY_ACTIONS, PROPOSAL_STATES, SORTS
from sme_match.matching.models import Proposal
from sme_match.matching.policy import (
    check_meeting,
    may_decide,
    may_match,
)
from sme_match.matching.presenters import (
    ProposalCard,
    card_for,
    mark_places,
    mark_terms,
    shared_terms,
)
from sme_match.matching.progress import list_progress
from sme_match.matching.queries import (
    ProposalLine,
    ReviewFilter,
    RunLine,
    find_run_line,
    get_proposal,
    get_sheet_proposal,
    list_proposals,
    list_runs,
)
from sme_match.matching.questions import open_questions
from sme_match.matching.reviewed import get_reviewed_need
from sme_match.matching.services.deciding import (
    Decision,
    decide_proposal,
    undo_decision,
    write_sheet_note,
)
from sme_match.matching.services.running import match_need
from sme_match.matching.sheets import make_sheet
from sme_match.matching.training import points_in_use
from sme_match.matching.views.chains import beside_proposals
from sme_match.matching.wording import (
    condition_text,
    evidence_words,
    proposal_vocabulary,
    question_words,
    term_words,
)
from sme_match.needs.condition_words import list_contradictions
from sme_match.needs.enums import ConditionKind
from sme_match.needs.labels import HISTORY_ACTIONS as NEED_ACTIONS
from sme_match.needs.policy import is_buyer_named
from sme_match.needs.queries import (
    get_need,
    list_owners,
    owner_names,
)
from sme_match.needs.wording import vocabulary
from sme_match.support_bodies.queries import get_body
from sme_match.web.access import allow
from sme_match.web.conflicts import differences
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.errors import message_of, status_of
from sme_match.web.flashes import flash_done, flash_undoable
from sme_match.web.history import Vocabulary, in_words
from sme_match.web.paging import requested_page
from sme_match.web.shell import here

blueprint.add_app_template_filter(mark_terms)
blueprint.add_app_template_filter(mark_places)
blueprint.add_app_template_filter(condition_text)
blueprint.add_app_template_filter(term_words)
blueprint.add_app_template_filter(evidence_words)

NOT_SHARED = frozenset({"need.watch", "need.unwatch"})
"""What the history of a need tells to its own body alone."""
OPEN_CARDS = 2
"""How many cards of the first page show their reasons without a click."""
BUTTONS = {"accept": ProposalState.ACCEPTED, "hold": ProposalState.HELD, "reopen": ProposalState.NEW}


@blueprint.get("/matching/")
@allow(*STAFF)
def index() -> str:
    """Show the open needs with the state of their proposals."""
    text, show = request.args.get("q", "")[:100], request.args.get("show", "")
    return render_template(
        "matching/index.html",
        page=list_progress(
            current_session(), current_actor(), text=text, show=show, page=requested_page()
        ),
        text=text,
        show=show,
        states={state: str(word) for state, word in PROPOSAL_STATES.items()},
    )


@blueprint.get("/needs/<int:need_id>/matches")
@allow(*STAFF)
def review(need_id: int) -> str:
    """Show the proposals for a need with their reasons."""
    session, actor = current_session(), current_actor()
    need, conditions = get_reviewed_need(session, actor, need_id)
    filters = requested_filter()
    page, counts = list_proposals(session, actor, need.id, filters, page=requested_page())
    run = find_run_line(session, actor, need.id)
    cards = _cards(page.items, now_open=page.number == 1)
    beside: dict[str, object] = {}
    if run is not None and page.number == 1 and not filters.state:
        beside = beside_proposals(run)
    return render_template(
        "matching/review.html",
        need=need,
        run=run,
        page=page,
        cards=cards,
        filters=filters,
        counts=counts,
        conditions=conditions,
        terms=tuple(shared_terms(cards)),
        states=tuple(PROPOSAL_STATES),
        sorts=SORTS,
        may_match=may_match(actor, need),
        excluded=_excluded(run),
        contradictions=list_contradictions(need, conditions, today=jst_date(current_time())),
        **beside,
    )


@blueprint.post("/needs/<int:need_id>/matches/run")
@allow(Role.COORDINATOR)
def run(need_id: int) -> Response:
    """Run the engine for a need."""
    done = match_need(
        current_session(),
        current_actor(),
        need_id=need_id,
        now=current_time(),
        use_evidence=request.form.get("evidence") != "0",
        with_chains=request.form.get("chains") == "1",
    )
    flash_done(_("%(count)s社の中から計算しました。", count=f"{done.index_size:,}"))
    return redirect(url_for("matching.review", need_id=need_id))


@blueprint.get("/needs/<int:need_id>/matches/runs")
@allow(*STAFF)
def runs(need_id: int) -> str:
    """Show when the engine ran for a need, with which version and settings."""
    need = get_need(current_session(), current_actor(), need_id)
    return render_template(
        "matching/runs.html", need=need, runs=list_runs(current_session(), current_actor(), need.id)
    )


@blueprint.get("/needs/<int:need_id>/history")
@allow(*STAFF)
def history(need_id: int) -> str:
    """Show who changed the need, and to its own body what was decided about its proposals too."""
    session, actor = current_session(), current_actor()
    need = get_need(session, actor, need_id)
    entries = list_history(session, "need", need.id)
    if need.body_id != actor.body_id:
        # Whom the owner body proposed, and who watches it, is not shared along with the need.
        entries = [
            entry
            for entry in entries
            if entry.action.startswith("need.") and entry.action not in NOT_SHARED
        ]
    hidden = set() if is_buyer_named(actor, need) else {"buyer_id"}
    owners = {user.id: user.name for user in list_owners(session, actor)}
    words = {
        "need": vocabulary(owners | owner_names(session, [need])),
        "proposal": proposal_vocabulary(),
        "exclusion": Vocabulary(labels={}, words={}),
    }
    return render_template(
        "needs/history.html",
        need=need,
        entries=in_words(entries, words, hidden=hidden),
        actions=NEED_ACTIONS | HISTORY_ACTIONS,
    )


@blueprint.post("/proposals/<int:proposal_id>/decision")
@allow(Role.COORDINATOR)
def decide(proposal_id: int) -> Response:
    """Accept, hold or reopen a proposal; a rejection goes on to the page that asks for the reason."""
    proposal = get_proposal(current_session(), current_actor(), proposal_id)
    if not may_decide(current_actor(), proposal):
        raise NotAllowedError
    if request.form.get("decision") == "reject":
        return redirect(url_for("matching.reject", proposal_id=proposal_id))
    state = BUTTONS.get(request.form.get("decision", ""))
    form = DecisionForm()
    if state is None or not form.validate():
        raise InvalidError(mark_text("採用・保留・見送りのどれかを選んでください。"))
    return _decide(proposal, form, Decision(state=state, note=form.note.data))


@blueprint.route("/proposals/<int:proposal_id>/reject", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def reject(proposal_id: int) -> str | Response | tuple[str, int]:
    """Ask why a proposal is passed over, and reject it."""
    proposal = get_proposal(current_session(), current_actor(), proposal_id)
    if not may_decide(current_actor(), proposal):
        raise NotAllowedError
    form = RejectionForm()
    if not form.is_submitted():
        check_meeting(proposal, ProposalState.REJECTED)
        form.version.data = str(proposal.version)
        return render_template("matching/reject.html", form=form, proposal=proposal)
    if not form.validate() or form.reason.data not in set(RejectionReason):
        return render_template("matching/reject.html", form=form, proposal=proposal), 422
    decision = Decision(
        state=ProposalState.REJECTED, reason=RejectionReason(form.reason.data), note=form.note.data
    )
    return _decide(proposal, form, decision)


@blueprint.get("/proposals/<int:proposal_id>/questions")
@allow(*STAFF)
def questions(proposal_id: int) -> str:
    """Show what is still to be asked of the company, in words that can be sent or read out."""
    session, actor = current_session(), current_actor()
    proposal = get_proposal(session, actor, proposal_id)
    company = get_company(session, actor, proposal.company_id)
    asked = [
        (each.level, question_words(each))
        for each in open_questions(cast("Explanation", proposal.explanation))
    ]
    return render_template(
        "matching/questions.html",
        proposal=proposal,
        company=company,
        contacts=company.contacts if may_see_contacts(actor, company) else [],
        may_edit=may_edit_company(actor, company),
        questions=asked,
        letter="\n".join(f"{number}. {words}" for number, (__, words) in enumerate(asked, start=1)),
    )


@blueprint.post("/decisions/<int:decision_id>/undo")
@allow(Role.COORDINATOR)
def undo(decision_id: int) -> Response:
    """Take the latest decision back."""
    session, actor = current_session(), current_actor()
    written = undo_decision(session, actor, decision_id=decision_id, now=current_time())
    proposal = get_proposal(session, actor, written.proposal_id)
    flash_done(_("「%(name)s」を元に戻しました。", name=proposal.company.name))
    return redirect(_review_url(proposal))


@blueprint.route("/proposals/<int:proposal_id>/sheet", methods=["GET", "POST"])
@allow(*STAFF)
def sheet(proposal_id: int) -> str | Response | tuple[str, int]:
    """Show the reason sheet of a pair, and let the coordinator write the note on it."""
    session, actor = current_session(), current_actor()
    proposal = get_sheet_proposal(session, actor, proposal_id)
    form = SheetNoteForm()
    if not form.is_submitted():
        form.show(proposal)
        return _sheet_page(proposal, form)
    if not may_decide(actor, proposal):
        raise NotAllowedError
    if not form.validate():
        return _sheet_page(proposal, form), 422
    try:
        write_sheet_note(
            session,
            actor,
            proposal_id=proposal.id,
            note=form.sheet_note.data,
            version=form.opened_version(),
            now=current_time(),
        )
    except StaleVersionError:
        proposal = get_sheet_proposal(session, actor, proposal_id)
        stored = SheetNoteForm(formdata=None)
        stored.show(proposal)
        conflict = differences(form, stored)
        form.version.data = str(proposal.version)
        return _sheet_page(proposal, form, conflict=conflict), 409
    flash_done(_("所見を保存しました。"))
    return redirect(here({}))


def _sheet_page(proposal: Proposal, form: SheetNoteForm, **more: object) -> str:
    session, actor = current_session(), current_actor()
    capabilities = list_capabilities(session, [proposal.company_id])[proposal.company_id]
    return render_template(
        "matching/sheet.html",
        sheet=make_sheet(proposal, capabilities),
        form=form,
        may_write=may_decide(actor, proposal),
        body=get_body(session, actor, proposal.body_id),
        owner_names=owner_names(session, [proposal.need]),
        now=current_time(),
        **more,
    )


@blueprint.get("/matching/scores")
@allow(*STAFF)
def scores() -> str:
    """Say how scores are computed."""
    return render_template(
        "matching/scores.html",
        points=points_in_use(current_session(), current_actor().body_id or 0),
    )


@blueprint.errorhandler(MeetingUnderWayError)
def show_meeting_under_way(error: MeetingUnderWayError) -> tuple[str, int]:
    """Say which meeting stands in the way of a decision, and lead to it."""
    page = render_template(
        "matching/meeting_under_way.html",
        message=message_of(error),
        meeting_id=error.meeting_id,
        note=request.form.get("note", ""),
    )
    return page, status_of(error)


def requested_filter() -> ReviewFilter:
    """Return the filter of the URL."""
    state = request.args.get("state", "")
    return ReviewFilter(
        state=ProposalState(state) if state in set(ProposalState) else None,
        musts_met=request.args.get("must") == "1",
        sort=request.args.get("sort", "score"),
    )


def _decide(proposal: Proposal, form: DecisionForm, decision: Decision) -> Response:
    written = decide_proposal(
        current_session(),
        current_actor(),
        proposal_id=proposal.id,
        decision=decision,
        version=form.opened_version(),
        now=current_time(),
    )
    flash_undoable(
        _(
            "「%(name)s」を「%(state)s」にしました。",
            name=proposal.company.name,
            state=PROPOSAL_STATES[decision.state],
        ),
        "matching.undo",
        decision_id=written.id,
    )
    return redirect(_review_url(proposal))


def _review_url(proposal: Proposal) -> str:
    return url_for("matching.review", need_id=proposal.need_id, _anchor=f"p{proposal.id}")


def _excluded(run: RunLine | None) -> list[tuple[ConditionKind, int]]:
    """Return how many companies failed a must of each kind, in the order of the kinds."""
    failed = run.excluded if run else {}
    return [(kind, failed[kind]) for kind in ConditionKind if failed.get(kind)]


def _cards(proposals: Sequence[ProposalLine], *, now_open: bool) -> list[ProposalCard]:
    today = current_time()
    return [
        card_for(proposal, now=today, is_open=now_open and place < OPEN_CARDS)
        for place, proposal in enumerate(proposals)
    ]
