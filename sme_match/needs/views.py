"""Pages of the register of needs."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.audit.queries import list_history
from sme_match.core.actor import Role
from sme_match.core.clock import jst_date
from sme_match.core.errors import InvalidError, NotAllowedError, StaleVersionError
from sme_match.needs.condition_words import list_contradictions
from sme_match.needs.enums import ConditionLevel
from sme_match.needs.forms import (
    EXAMPLES,
    RARE_KINDS,
    USUAL_KINDS,
    NeedForm,
    ShareForm,
    buyer_choices,
)
from sme_match.needs.labels import (
    CONDITION_UNITS,
    CONDITION_WORDS,
    NEED_STATES,
    with_unit,
)
from sme_match.needs.models import Need
from sme_match.needs.policy import (
    is_buyer_named,
    may_edit_need,
    may_register_need,
    may_share_need,
)
from sme_match.needs.queries import (
    NeedFilter,
    body_name,
    find_buyer,
    get_need,
    list_buyers,
    list_needs,
    list_owners,
    list_receivers,
    owner_names,
    read_id,
)
from sme_match.needs.services import (
    as_drafts,
    close_need,
    edit_need,
    publish_need,
    register_need,
    reopen_need,
    unpublish_need,
)
from sme_match.needs.sharing import share_need, unshare_need
from sme_match.web.access import allow
from sme_match.web.conflicts import differences
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.flashes import flash_done, flash_undoable
from sme_match.web.labels import choices
from sme_match.web.paging import requested_page

blueprint = Blueprint("needs", __name__, url_prefix="/needs")

STAFF = (Role.COORDINATOR, Role.LEAD)
Page = str | Response | tuple[str, int]


blueprint.add_app_template_global(with_unit)


@blueprint.app_template_filter("condition_word")
def condition_word(code: str) -> str:
    """Return the word for a demanded code that is in no list of reference data."""
    return str(CONDITION_WORDS.get(code, code))


@blueprint.context_processor
def condition_units() -> dict[str, object]:
    """Give the form of a need the units of its conditions."""
    return {"condition_units": CONDITION_UNITS}


@blueprint.get("/")
@allow(*STAFF)
def index() -> str:
    """Show the needs of the body, and those shared with it, to its staff."""
    session, actor = current_session(), current_actor()
    filters = NeedFilter.of(request.args)
    today = jst_date(current_time())
    page = list_needs(session, actor, filters, page=requested_page(), today=today)
    return render_template(
        "needs/index.html",
        page=page,
        filters=filters,
        today=today,
        owners=list_owners(session, actor),
        buyer=find_buyer(session, actor, filters.buyer_id),
        states=choices(NEED_STATES),
        may_register=may_register_need(actor),
    )


@blueprint.get("/<int:need_id>")
@allow(*STAFF)
def show(need_id: int) -> str:
    """Show one need with its conditions to staff."""
    session, actor = current_session(), current_actor()
    return _show(get_need(session, actor, need_id), ShareForm([]))


def _show(need: Need, form: ShareForm) -> str:
    session, actor = current_session(), current_actor()
    may_share = may_share_need(actor, need)
    bodies = list_receivers(session, need) if may_share else []
    form.offer([body for body in bodies if body.granted_at is None])
    return render_template(
        "needs/show.html",
        need=need,
        buyer_named=is_buyer_named(actor, need),
        form=form,
        today=jst_date(current_time()),
        contradictions=list_contradictions(
            need, as_drafts(need.conditions), today=jst_date(current_time())
        ),
        levels=list(ConditionLevel),
        owner_names=owner_names(session, [need]),
        shares=[body for body in bodies if body.granted_at is not None],
        owner_body="" if need.body_id == actor.body_id else body_name(session, need.body_id),
        may_edit=may_edit_need(actor, need),
        may_share=may_share,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def create() -> Page:
    """Write a new need, empty or as a copy of another one."""
    session, actor = current_session(), current_actor()
    form = NeedForm(list_owners(session, actor))
    if not form.is_submitted():
        copied = _requested_copy()
        if copied is not None:
            form.show_copy(copied, today=jst_date(current_time()))
        else:
            form.owner_id.data = str(actor.user_id)
            form.buyer_id.data = request.args.get("buyer", "")
        return _edit_page(form, None, copied=copied)
    if "find" in request.form:
        return _edit_page(form, None)
    if form.validate():
        publish = "publish" in request.form
        try:
            need = register_need(session, actor, form.draft(), publish=publish, now=current_time())
        except InvalidError as error:
            form.refuse(error)
        else:
            if publish:
                flash_done(_("「%(title)s」を登録し、募集を始めました。", title=need.title))
            else:
                flash_done(_("「%(title)s」を下書きとして登録しました。", title=need.title))
            return redirect(url_for("needs.show", need_id=need.id))
    return _edit_page(form, None), 422


@blueprint.route("/<int:need_id>/edit", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def edit(need_id: int) -> Page:
    """Change the facts and conditions of a need."""
    session, actor = current_session(), current_actor()
    need = get_need(session, actor, need_id)
    if not may_edit_need(actor, need):
        raise NotAllowedError
    form = NeedForm(list_owners(session, actor))
    form.keep_owner(need.owner_id)
    if not form.is_submitted():
        form.show(need)
        return _edit_page(form, need)
    if "find" in request.form:
        return _edit_page(form, need)
    if not form.validate():
        return _edit_page(form, need), 422
    try:
        edit_need(
            session,
            actor,
            need_id,
            form.draft(),
            version=form.opened_version(),
            now=current_time(),
        )
    except InvalidError as error:
        form.refuse(error)
        return _edit_page(form, need), 422
    except StaleVersionError:
        return _conflict_page(form, need), 409
    flash_done(_("保存しました。"))
    return redirect(url_for("needs.show", need_id=need_id))


@blueprint.post("/<int:need_id>/publish")
@allow(Role.COORDINATOR)
def publish(need_id: int) -> Response:
    """Open a draft for proposals."""
    publish_need(current_session(), current_actor(), need_id, now=current_time())
    flash_undoable(_("募集を始めました。"), "needs.unpublish", need_id=need_id)
    return redirect(url_for("needs.show", need_id=need_id))


@blueprint.post("/<int:need_id>/unpublish")
@allow(Role.COORDINATOR)
def unpublish(need_id: int) -> Response:
    """Make an open need a draft again."""
    unpublish_need(current_session(), current_actor(), need_id, now=current_time())
    flash_undoable(_("下書きに戻しました。"), "needs.publish", need_id=need_id)
    return redirect(url_for("needs.show", need_id=need_id))


@blueprint.post("/<int:need_id>/close")
@allow(Role.COORDINATOR)
def close(need_id: int) -> Response:
    """Close an open need."""
    close_need(current_session(), current_actor(), need_id, now=current_time())
    flash_undoable(_("この案件を締め切りました。"), "needs.reopen", need_id=need_id)
    return redirect(url_for("needs.show", need_id=need_id))


@blueprint.post("/<int:need_id>/reopen")
@allow(Role.COORDINATOR)
def reopen(need_id: int) -> Response:
    """Open a closed need again."""
    reopen_need(current_session(), current_actor(), need_id, now=current_time())
    flash_undoable(_("募集を再開しました。"), "needs.close", need_id=need_id)
    return redirect(url_for("needs.show", need_id=need_id))


@blueprint.post("/<int:need_id>/shares")
@allow(Role.COORDINATOR)
def share(need_id: int) -> Page:
    """Let another support body see the need."""
    session, actor = current_session(), current_actor()
    need = get_need(session, actor, need_id)
    bodies = list_receivers(session, need) if may_share_need(actor, need) else []
    form = ShareForm([body for body in bodies if body.granted_at is None])
    try:
        receiver = share_need(
            session, actor, need_id, body_id=form.chosen_body_id(), now=current_time()
        )
    except InvalidError as error:
        form.refuse(error)
        return _show(need, form), 422
    flash_undoable(
        _("「%(name)s」と共有しました。", name=receiver.name),
        "needs.unshare",
        need_id=need_id,
        body_id=receiver.id,
    )
    return redirect(url_for("needs.show", need_id=need_id))


@blueprint.post("/<int:need_id>/shares/<int:body_id>/withdraw")
@allow(Role.COORDINATOR)
def unshare(need_id: int, body_id: int) -> Response:
    """Take a share back."""
    receiver = unshare_need(
        current_session(), current_actor(), need_id, body_id=body_id, now=current_time()
    )
    flash_done(_("「%(name)s」との共有をやめました。", name=receiver.name))
    return redirect(url_for("needs.show", need_id=need_id))


def _requested_copy() -> Need | None:
    need_id = read_id(request.args.get("copy", ""))
    if need_id is None:
        return None
    need = get_need(current_session(), current_actor(), need_id)
    if not may_edit_need(current_actor(), need):
        raise NotAllowedError
    return need


def _edit_page(form: NeedForm, need: Need | None, **more: object) -> str:
    session, actor = current_session(), current_actor()
    text = form.buyer_text.data or ""
    chosen_id = form.chosen_buyer_id()
    chosen = find_buyer(session, actor, chosen_id)
    if chosen is None and need is not None and need.buyer_id == chosen_id:
        chosen = need.buyer
    buyers = list_buyers(session, actor, text)
    if chosen is None:
        # A search that finds one company has answered the question.
        form.buyer_id.data = str(buyers[0].id) if text and len(buyers) == 1 else ""
    return render_template(
        "needs/edit.html",
        form=form,
        need=need,
        buyers=buyer_choices(buyers, chosen),
        usual=form.condition_rows(USUAL_KINDS),
        rare=form.condition_rows(RARE_KINDS),
        examples=EXAMPLES,
        **more,
    )


def _conflict_page(form: NeedForm, need: Need) -> str:
    session, actor = current_session(), current_actor()
    stored = NeedForm([])
    stored.owner_id.choices = form.owner_id.choices
    stored.show(need)
    mine = find_buyer(session, actor, form.chosen_buyer_id())
    chosen = form.buyer_id.data
    form.buyer_id.data, stored.buyer_id.data = mine.name if mine else "", need.buyer.name
    form.buyer_text.data = stored.buyer_text.data = ""
    conflict = differences(form, stored)
    form.buyer_id.data = chosen
    form.version.data = str(need.version)
    last = list_history(session, "need", need.id)[:1]
    return _edit_page(form, need, conflict=conflict, last=last)
