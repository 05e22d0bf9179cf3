"""Reporting what came of a meeting: signed in, by a mail's link, or a coordinator for somebody."""

from collections.abc import Callable

from flask import Response as FlaskResponse
from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.accounts.enums import LinkPurpose
from sme_match.accounts.links import find_link
from sme_match.core.actor import Actor, Role
from sme_match.core.errors import InvalidError, NotFoundError
from sme_match.core.text import mark_text
from sme_match.meetings.attempts import DONE, attempt
from sme_match.meetings.enums import MeetingState, Party
from sme_match.meetings.models import Meeting
from sme_match.meetings.policy import party_of
from sme_match.meetings.queries import get_meeting
from sme_match.meetings.wording import partner_of
from sme_match.outcomes.blueprint import STAFF, blueprint
from sme_match.outcomes.enums import Reporter
from sme_match.outcomes.forms import ReportForm
from sme_match.outcomes.policy import may_report_as, reporter_of
from sme_match.outcomes.queries import get_document, list_reports
from sme_match.outcomes.services.documents import SeenDocument
from sme_match.outcomes.services.reporting import NOTHING_SEEN, report_outcome
from sme_match.outcomes.services.reporting import report_by_link as use_link_to_report
from sme_match.tables.writing import content_disposition
from sme_match.web.access import allow, public
from sme_match.web.context import current_actor, current_session, current_time, reach
from sme_match.web.flashes import flash_done

Answer = str | Response | tuple[str, int]


@blueprint.route("/outcomes/<int:meeting_id>/report", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.SME)
def report(meeting_id: int) -> Answer:
    """Report as a company's manager, or as a coordinator in anybody's name."""
    session, actor = current_session(), current_actor()
    meeting = get_meeting(session, actor, meeting_id)
    reporter = reporter_of(actor, meeting)
    if meeting.state is not MeetingState.HELD:
        flash_done(_("実施した商談ではないため、結果を報告できません。"))
        return redirect(url_for("meetings.show", meeting_id=meeting.id))
    form = ReportForm()
    _offer_reporters(form, actor, meeting)

    def act() -> None:
        draft = form.draft(reporter=reporter, name=actor.name)
        seen = _seen(form) if reporter is None else NOTHING_SEEN
        report_outcome(session, actor, meeting_id, draft, now=current_time(), seen=seen)

    done = url_for("outcomes.show", meeting_id=meeting.id)
    return _answer(meeting, form, reporter, act, done=done, actor=actor)


@blueprint.route("/report/<token>", methods=["GET", "POST"])
@public
def report_by_link(token: str) -> Answer:
    """Let the holder of a mail's link report once; a GET shows, a POST reports."""
    session, now = current_session(), current_time()
    link = find_link(session, token, LinkPurpose.OUTCOME_REPORT, now)
    actor = Actor(
        role=Role.BUYER, name=link.holder_name, body_id=link.body_id, company_id=link.company_id
    )
    reach(actor)
    meeting = get_meeting(session, actor, link.subject_id)
    reporter = reporter_of(actor, meeting)
    if reporter is None:
        raise NotFoundError
    form = ReportForm()

    def act() -> None:
        draft = form.draft(reporter=reporter, name=actor.name)
        use_link_to_report(session, actor, token, meeting.id, draft, now=now)

    return _answer(meeting, form, reporter, act, done=url_for("outcomes.thanks"), actor=actor)


@blueprint.get("/report/thanks")
@public
def thanks() -> str:
    """Thank whoever reported by a link."""
    return render_template("outcomes/thanks.html")


@blueprint.get("/outcomes/evidence/<int:evidence_id>")
@allow(*STAFF)
def document(evidence_id: int) -> Response:
    """Send a document; browsers save it and never show it as a page of ours."""
    found = get_document(current_session(), current_actor(), evidence_id)
    answer = FlaskResponse(found.content, mimetype=found.media_type)
    answer.headers["Content-Disposition"] = content_disposition(found.filename)
    return answer


def _seen(form: ReportForm) -> SeenDocument:
    upload = request.files.get("document")
    if upload is None or not upload.filename:
        return SeenDocument(note=form.seen_note.data)
    with upload.stream:
        content = upload.read()
    if not content:
        raise InvalidError(mark_text("ファイルが空です。"), field="document")
    return SeenDocument(note=form.seen_note.data, filename=upload.filename, content=content)


def _offer_reporters(form: ReportForm, actor: Actor, meeting: Meeting) -> None:
    names = {
        Reporter.SME: _("受託側（%(name)s）の話", name=meeting.company.name),
        Reporter.BUYER: _("委託側（%(name)s）の話", name=meeting.buyer.name),
        Reporter.COORDINATOR: _("支援機関として確かめたこと"),
    }
    form.reporter.choices = [
        (reporter.value, name)
        for reporter, name in names.items()
        if may_report_as(actor, meeting, reporter)
    ]


def _answer(
    meeting: Meeting,
    form: ReportForm,
    reporter: Reporter | None,
    act: Callable[[], None],
    *,
    done: str,
    actor: Actor,
) -> Answer:
    """Show the form, or take the report."""
    if reporter is not None:
        # A side reports for itself; its own words are the source of its amounts.
        form.reporter.choices = [(reporter.value, "")]
        form.reporter.data = reporter.value
        form.amount_source.choices = [("", "")]
    if not form.is_submitted():
        return _page(meeting, form, reporter, actor)
    status = attempt(form, act)
    if status != DONE:
        upload = request.files.get("document")
        if upload is not None and upload.filename and not form.document.errors:
            form.document.errors = [_("お手数ですが、ファイルをもう一度選んでください。")]
        return _page(meeting, form, reporter, actor), status
    flash_done(_("報告を受け付けました。ありがとうございました。"))
    return redirect(done)


def _page(meeting: Meeting, form: ReportForm, reporter: Reporter | None, actor: Actor) -> str:
    party = party_of(actor, meeting)
    reports = list_reports(current_session(), meeting.id)
    return render_template(
        "outcomes/report.html",
        meeting=meeting,
        form=form,
        reporter=reporter,
        own_company=meeting.buyer if party is Party.BUYER else meeting.company,
        partner=partner_of(meeting, party),
        before=next((row for row in reports if row.reporter is reporter), None),
        with_order=form.stage.data in {"6", "7"} or bool(form.errors),
    )
