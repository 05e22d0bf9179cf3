"""Pages of support bodies: all of them for administrators, the own desk for staff."""

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.audit.queries import list_history
from sme_match.core.actor import Role
from sme_match.core.errors import InvalidError, NotAllowedError, StaleVersionError
from sme_match.support_bodies.enums import SecondFactorRule
from sme_match.support_bodies.forms import BodyForm, DeskForm
from sme_match.support_bodies.labels import SECOND_FACTOR_RULES
from sme_match.support_bodies.policy import may_edit_desk, may_manage_bodies
from sme_match.support_bodies.queries import get_body, list_bodies
from sme_match.support_bodies.services import create_body, edit_body, switch_body
from sme_match.web.access import allow
from sme_match.web.conflicts import differences
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.flashes import flash_done, flash_undoable
from sme_match.web.history import Vocabulary, in_words
from sme_match.web.names import prefecture_name

blueprint = Blueprint("support_bodies", __name__, url_prefix="/support-bodies")

VOCABULARY = Vocabulary(
    labels={},
    words={
        "prefecture_code": prefecture_name,
        "second_factor": lambda value: str(SECOND_FACTOR_RULES[SecondFactorRule(value)]),
    },
)
STAFF = (Role.COORDINATOR, Role.LEAD)


@blueprint.get("/")
@allow(Role.ADMINISTRATOR)
def index() -> str:
    """Show all bodies."""
    return render_template(
        "support_bodies/index.html", bodies=list_bodies(current_session(), current_actor())
    )


@blueprint.route("/new", methods=["GET", "POST"])
@allow(Role.ADMINISTRATOR)
def create() -> str | Response | tuple[str, int]:
    """Register a body."""
    form = BodyForm()
    if not form.is_submitted():
        return render_template("support_bodies/edit.html", form=form, body=None)
    if form.validate():
        try:
            body = create_body(current_session(), current_actor(), form.draft(), now=current_time())
        except InvalidError as error:
            form.refuse(error)
        else:
            flash_done(_("「%(name)s」を登録しました。次に担当者を招待してください。", name=body.name))
            return redirect(url_for("support_bodies.index"))
    return render_template("support_bodies/edit.html", form=form, body=None), 422


@blueprint.get("/mine")
@allow(*STAFF)
def mine() -> Response:
    """Go to the own desk."""
    return redirect(url_for("support_bodies.edit", body_id=current_actor().body_id))


@blueprint.route("/<int:body_id>/edit", methods=["GET", "POST"])
@allow(Role.ADMINISTRATOR, *STAFF)
def edit(body_id: int) -> str | Response | tuple[str, int]:
    """Change a body; staff see the fields of their desk only."""
    session, actor = current_session(), current_actor()
    body = get_body(session, actor, body_id)
    if not may_edit_desk(actor, body):
        raise NotAllowedError
    kind = BodyForm if may_manage_bodies(actor) else DeskForm
    form = kind()
    page = "support_bodies/edit.html"
    entries = in_words(list_history(session, "support_body", body.id), {"support_body": VOCABULARY})
    if not form.is_submitted():
        form.show(body)
        return render_template(page, form=form, body=body, entries=entries)
    if not form.validate():
        return render_template(page, form=form, body=body, entries=entries), 422
    try:
        edit_body(
            session,
            actor,
            body_id,
            form.draft(),
            version=form.opened_version(),
            now=current_time(),
        )
    except InvalidError as error:
        form.refuse(error)
        return render_template(page, form=form, body=body, entries=entries), 422
    except StaleVersionError:
        stored = kind()
        stored.show(body)
        conflict = differences(form, stored)
        form.version.data = str(body.version)
        answer = render_template(page, form=form, body=body, entries=entries, conflict=conflict)
        return answer, 409
    flash_done(_("保存しました。"))
    back = "support_bodies.index" if may_manage_bodies(actor) else "support_bodies.mine"
    return redirect(url_for(back))


@blueprint.post("/<int:body_id>/deactivate")
@allow(Role.ADMINISTRATOR)
def deactivate(body_id: int) -> Response:
    """Shut the people of a body out."""
    body = switch_body(current_session(), current_actor(), body_id, active=False, now=current_time())
    flash_undoable(
        _("「%(name)s」を停止しました。所属する人はログインできません。", name=body.name),
        "support_bodies.activate",
        body_id=body_id,
    )
    return redirect(url_for("support_bodies.index"))


@blueprint.post("/<int:body_id>/activate")
@allow(Role.ADMINISTRATOR)
def activate(body_id: int) -> Response:
    """Let the people of a body in again."""
    body = switch_body(current_session(), current_actor(), body_id, active=True, now=current_time())
    flash_done(_("「%(name)s」を再開しました。", name=body.name))
    return redirect(url_for("support_bodies.index"))
