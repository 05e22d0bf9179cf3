"""The lists of outcomes, and the outcome of one meeting."""

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.core.actor import Role
from sme_match.meetings.enums import MeetingState
from sme_match.meetings.policy import may_arrange, party_of
from sme_match.meetings.queries import get_meeting
from sme_match.meetings.wording import partner_of
from sme_match.outcomes.blueprint import STAFF, blueprint
from sme_match.outcomes.enums import FollowUpState, NoDealReason, OutcomeTab, Reporter, Stage
from sme_match.outcomes.labels import REASONS
from sme_match.outcomes.policy import reporter_of
from sme_match.outcomes.queries import (
    OutcomeFilter,
    count_by_tab,
    find_outcome,
    list_due_follow_ups,
    list_evidence,
    list_follow_ups,
    list_outcomes,
    list_reports,
)
from sme_match.web.access import allow
from sme_match.web.arguments import TEXT_LIMIT, requested_day
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.flashes import flash_done
from sme_match.web.paging import requested_page


def requested_filter(problems: list[str]) -> OutcomeFilter:
    """Return the filter of the URL; what cannot be read is named in `problems` and left out."""
    args = request.args
    tabs = {tab.value: tab for tab in OutcomeTab}
    return OutcomeFilter(
        tab=tabs.get(args.get("tab", ""), OutcomeTab.DUE),
        text=args.get("q", "")[:TEXT_LIMIT],
        need=args.get("need", "")[:TEXT_LIMIT],
        from_on=requested_day("from", problems),
        to_on=requested_day("to", problems),
    )


@blueprint.app_template_global("reason_words")
def reason_words(codes: list[str]) -> str:
    """Return the reasons of a stored report in words."""
    return str(_("、")).join(str(REASONS[NoDealReason(code)]) for code in codes)


@blueprint.get("/outcomes/")
@allow(*STAFF, Role.SME)
def index() -> str:
    """Show what waits for a report, what is told differently, and what falls due."""
    session, actor, now = current_session(), current_actor(), current_time()
    problems: list[str] = []
    filters, page = requested_filter(problems), requested_page()
    is_follow_up = filters.tab is OutcomeTab.FOLLOW_UP and actor.is_staff
    if is_follow_up:
        lines = list_due_follow_ups(session, actor, now=now, page=page, filters=filters)
    else:
        lines = list_outcomes(session, actor, filters, page=page, now=now)
    return render_template(
        "outcomes/index.html",
        is_follow_up=is_follow_up,
        page=lines,
        sides=(Reporter.SME, Reporter.BUYER),
        counts=count_by_tab(session, actor, now=now),
        tabs=list(OutcomeTab),
        filters=filters,
        problems=problems,
        stage_of=Stage,
        partner_of=lambda line: partner_of(line, party_of(actor, line)),
    )


@blueprint.get("/outcomes/<int:meeting_id>")
@allow(*STAFF, Role.SME)
def show(meeting_id: int) -> str | Response:
    """Show what both sides said about a meeting to staff, and to a company its own words."""
    session, actor = current_session(), current_actor()
    meeting = get_meeting(session, actor, meeting_id)
    if meeting.state is not MeetingState.HELD:
        flash_done(_("実施した商談ではないため、結果はまだありません。"))
        return redirect(url_for("meetings.show", meeting_id=meeting.id))
    own = reporter_of(actor, meeting)
    reports = [row for row in list_reports(session, meeting.id) if own in {None, row.reporter}]
    return render_template(
        "outcomes/show.html",
        meeting=meeting,
        own=own,
        partner=partner_of(meeting, party_of(actor, meeting)),
        outcome=find_outcome(session, meeting.id) if own is None else None,
        reports=reports,
        latest={row.reporter: row for row in reversed(reports)},
        reporters=list(Reporter),
        follow_ups=list_follow_ups(session, meeting.id) if own is None else [],
        evidence=list_evidence(session, actor, meeting.id),
        is_due=FollowUpState.DUE,
        may_arrange=may_arrange(actor, meeting),
        stage_of=Stage,
    )
