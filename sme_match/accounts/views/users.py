"""Keeping users: administrators those of every body, coordinators the managers of their companies."""

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.accounts.forms import EditUserForm, ManagerForm, StaffForm
from sme_match.accounts.labels import ROLES, USER_STATES
from sme_match.accounts.models import User
from sme_match.accounts.policy import (
    STAFF_ROLES,
    may_edit_user,
    may_invite_staff,
    may_reset_second_factor,
    may_switch_user,
)
from sme_match.accounts.queries import DEFAULT_SORT, UserFilter, get_user, has_second_factor, list_users
from sme_match.accounts.services import invitations
from sme_match.accounts.services.users import disable_user, edit_user, enable_user
from sme_match.accounts.views.blueprint import blueprint, company_directory
from sme_match.accounts.wording import ACTIONS, user_vocabulary
from sme_match.audit.queries import list_history
from sme_match.core.actor import Role
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError, StaleVersionError
from sme_match.core.text import normalize_width
from sme_match.support_bodies.models import SupportBody
from sme_match.support_bodies.queries import list_bodies
from sme_match.web.access import allow
from sme_match.web.conflicts import differences
from sme_match.web.context import current_actor, current_session, current_settings, current_time
from sme_match.web.errors import message_of
from sme_match.web.flashes import flash_done, flash_undoable
from sme_match.web.history import in_words
from sme_match.web.paging import requested_page
from sme_match.web.routing import requested_id

KEEPERS = (Role.ADMINISTRATOR, Role.COORDINATOR)
Answer = str | Response | tuple[str, int]


def requested_filter() -> UserFilter:
    """Return the filter of the URL."""
    args = request.args
    return UserFilter(
        # PostgreSQL refuses NUL in what it compares.
        text=normalize_width(args.get("q", ""))[:100],
        role=args.get("role", ""),
        state=args.get("state", ""),
        body=requested_id("body"),
        sort=args.get("sort", DEFAULT_SORT),
    )


@blueprint.get("/users")
@allow(*KEEPERS)
def index() -> str:
    """Show the users that the actor keeps."""
    session, actor = current_session(), current_actor()
    filters = requested_filter()
    page = list_users(session, actor, filters, page=requested_page())
    ids = [user.company_id for user in page.items if user.company_id]
    return render_template(
        "accounts/index.html",
        page=page,
        filters=filters,
        companies=company_directory().names(session, actor, ids),
        everybody=may_invite_staff(actor),
        bodies=list_bodies(session, actor) if may_invite_staff(actor) else (),
        roles=[(role.value, ROLES[role]) for role in (*STAFF_ROLES, Role.SME)],
        states=USER_STATES,
    )


@blueprint.route("/users/new", methods=["GET", "POST"])
@allow(*KEEPERS)
def create() -> Answer:
    """Invite staff (administrators) or the manager of a company (coordinators)."""
    if may_invite_staff(current_actor()):
        return _invite_staff()
    if "company" not in request.args:
        text = request.args.get("q", "")[:100]
        found = company_directory().search(current_session(), current_actor(), text)
        return render_template("accounts/choose_company.html", text=text, companies=found)
    return _invite_manager(requested_id("company"))


@blueprint.get("/users/<int:user_id>")
@allow(*KEEPERS)
def show(user_id: int) -> str:
    """Show one user with the history of the account."""
    session, actor = current_session(), current_actor()
    user = get_user(session, actor, user_id)
    companies = company_directory().names(session, actor, [user.company_id or 0])
    return render_template(
        "accounts/show.html",
        user=user,
        company_name=companies.get(user.company_id or 0, ""),
        entries=in_words(
            list_history(session, "user", user.id),
            {"user": user_vocabulary({body.id: body.name for body in list_bodies(session, actor)})},
        ),
        actions=ACTIONS,
        may_edit=may_edit_user(actor, user),
        may_switch=may_switch_user(actor, user),
        may_reset=may_reset_second_factor(actor, user) and has_second_factor(session, user.id),
    )


@blueprint.route("/users/<int:user_id>/edit", methods=["GET", "POST"])
@allow(Role.ADMINISTRATOR)
def edit(user_id: int) -> Answer:
    """Change name, address, role and body of a user."""
    session, actor = current_session(), current_actor()
    user = get_user(session, actor, user_id)
    if not may_edit_user(actor, user):
        raise NotAllowedError
    form = _edit_form(user)
    if not form.is_submitted():
        form.show(user)
        return render_template("accounts/edit.html", form=form, user=user)
    if not form.validate():
        return render_template("accounts/edit.html", form=form, user=user), 422
    try:
        edit_user(
            session,
            actor,
            user_id,
            form.draft(),
            version=form.opened_version(),
            base_url=current_settings().base_url,
            now=current_time(),
        )
    except InvalidError as error:
        form.refuse(error)
        return render_template("accounts/edit.html", form=form, user=user), 422
    except StaleVersionError:
        stored = _edit_form(user)
        stored.show(user)
        conflict = differences(form, stored)
        form.version.data = str(user.version)
        return render_template("accounts/edit.html", form=form, user=user, conflict=conflict), 409
    except ConflictError as error:
        form.form_errors.append(message_of(error))
        return render_template("accounts/edit.html", form=form, user=user), 409
    flash_done(_("保存しました。"))
    return redirect(url_for("accounts.show", user_id=user_id))


@blueprint.post("/users/<int:user_id>/disable")
@allow(*KEEPERS)
def disable(user_id: int) -> Response:
    """Shut a user out."""
    user = disable_user(current_session(), current_actor(), user_id, now=current_time())
    flash_undoable(
        _("%(name)sさんの利用を停止しました。", name=user.name), "accounts.enable", user_id=user_id
    )
    return redirect(url_for("accounts.show", user_id=user_id))


@blueprint.post("/users/<int:user_id>/enable")
@allow(*KEEPERS)
def enable(user_id: int) -> Response:
    """Let a disabled user in again."""
    user = enable_user(current_session(), current_actor(), user_id, now=current_time())
    flash_done(_("%(name)sさんの利用を再開しました。", name=user.name))
    return redirect(url_for("accounts.show", user_id=user_id))


@blueprint.post("/users/<int:user_id>/reinvite")
@allow(*KEEPERS)
def reinvite(user_id: int) -> Response:
    """Send a new invitation."""
    user = invitations.reinvite(
        current_session(),
        current_actor(),
        user_id,
        base_url=current_settings().base_url,
        now=current_time(),
    )
    flash_done(
        _("%(email)s に招待メールを送りなおしました。前のリンクは使えません。", email=user.email)
    )
    return redirect(url_for("accounts.show", user_id=user_id))


def _invite_staff() -> Answer:
    form = StaffForm()
    form.offer(_active_bodies())
    if not form.is_submitted():
        return render_template("accounts/create.html", form=form, company=None)
    if form.validate():
        try:
            user = invitations.invite_staff(
                current_session(),
                current_actor(),
                form.draft(),
                base_url=current_settings().base_url,
                now=current_time(),
            )
        except InvalidError as error:
            form.refuse(error)
        else:
            return _invited(user)
    return render_template("accounts/create.html", form=form, company=None), 422


def _invite_manager(company_id: int) -> Answer:
    session, actor = current_session(), current_actor()
    company = company_directory().find(session, actor, company_id)
    form = ManagerForm()
    if not form.is_submitted():
        return render_template("accounts/create.html", form=form, company=company)
    if form.validate():
        try:
            user = invitations.invite_manager(
                session,
                actor,
                company=company,
                name=form.name.data,
                email=form.email.data,
                language=form.language.data,
                base_url=current_settings().base_url,
                now=current_time(),
            )
        except InvalidError as error:
            form.refuse(error)
        else:
            return _invited(user)
    return render_template("accounts/create.html", form=form, company=company), 422


def _invited(user: User) -> Response:
    flash_done(_("%(email)s に招待メールを送りました。リンクは7日間使えます。", email=user.email))
    return redirect(url_for("accounts.show", user_id=user.id))


def _edit_form(user: User) -> EditUserForm:
    form = EditUserForm()
    if user.role is Role.SME:
        form.keep_role(user)
    else:
        form.offer(_active_bodies(user.body_id))
    return form


def _active_bodies(kept_id: int | None = None) -> list[SupportBody]:
    bodies = list_bodies(current_session(), current_actor())
    return [body for body in bodies if body.active or body.id == kept_id]
