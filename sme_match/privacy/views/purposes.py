"""The purposes of use: reading and answering them, and telling a new version."""

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.core.actor import Role
from sme_match.core.errors import InvalidError
from sme_match.privacy.blueprint import blueprint
from sme_match.privacy.forms import PurposeForm
from sme_match.privacy.models import PurposeText
from sme_match.privacy.queries.purposes import (
    find_answer,
    find_purpose,
    list_people_asked,
    list_versions,
    must_answer,
)
from sme_match.privacy.services.purposes import (
    answer_purpose,
    publish_purpose,
    withdraw_consent,
)
from sme_match.web.access import allow
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.flashes import flash_done
from sme_match.web.paging import requested_page

ASKED = (Role.COORDINATOR, Role.LEAD, Role.SME)


@blueprint.app_template_global("must_answer_purpose")
def must_answer_purpose() -> bool:
    """Tell whether the home page asks the reader about a version of the purposes."""
    return must_answer(current_session(), current_actor(), now=current_time())


@blueprint.app_template_global("purpose_of")
def purpose_of(body_id: int | None) -> PurposeText | None:
    """Return what a body says now, for the page that an invitation leads to."""
    return find_purpose(current_session(), body_id)


@blueprint.get("/personal-data/purpose")
@allow(*ASKED)
def purpose() -> str:
    """Show what the own body uses personal data for, and what the reader answered."""
    session, actor = current_session(), current_actor()
    found = find_purpose(session, actor.body_id)
    answer = None if found is None else find_answer(session, actor, found)
    return render_template("privacy/purpose.html", purpose=found, answer=answer)


@blueprint.post("/personal-data/purpose")
@allow(*ASKED)
def answer() -> Response:
    """Take the reader's answer, or take it back."""
    session, actor, now = current_session(), current_actor(), current_time()
    said = request.form.get("answer", "")
    if said == "withdraw":
        withdraw_consent(session, actor, now=now)
        flash_done(_("同意を取り消しました。"))
        return redirect(url_for("privacy.purpose"))
    if said not in {"agree", "refuse"}:
        abort(400)
    shown = request.form.get("purpose", 0, type=int)
    answer_purpose(session, actor, shown, agreed=said == "agree", now=now)
    flash_done(_("お答えを記録しました。"))
    return redirect(url_for("home.index"))


@blueprint.route("/personal-data/purposes", methods=["GET", "POST"])
@allow(Role.LEAD)
def purposes() -> str | Response | tuple[str, int]:
    """Show the versions and the answers to the newest; tell a new version."""
    form = PurposeForm()
    if not form.is_submitted():
        found = find_purpose(current_session(), current_actor().body_id)
        form.text.data = found.text if found else _DRAFT
        return _page(form)
    if form.validate():
        try:
            publish_purpose(current_session(), current_actor(), text=form.text.data, now=current_time())
        except InvalidError as error:
            form.refuse(error)
        else:
            flash_done(_("新しい版を知らせました。次にホームを開いた人に確認を求めます。"))
            return redirect(url_for("privacy.purposes"))
    return _page(form), 422


def _page(form: PurposeForm) -> str:
    session, actor = current_session(), current_actor()
    people, answers = list_people_asked(
        session, actor, find_purpose(session, actor.body_id), page=requested_page()
    )
    return render_template(
        "privacy/purposes.html",
        form=form,
        versions=list_versions(session, actor),
        people=people,
        answers=answers,
    )


_DRAFT = """1. 商談の日程調整、当日の連絡、結果の確認
2. 発注案件に合う企業を探し、双方に紹介すること
3. 商談会の案内と運営
4. 個々の企業や人が分からない形での統計

お預かりした情報は、法令に基づく場合を除き、同意なく第三者に渡しません。"""
"""What a body may begin with; it is Japanese like the duty it follows."""
