"""Pages of the words of the trade: the list, one concept, proposals and their review."""

from dataclasses import replace

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.audit.queries import list_history
from sme_match.core.actor import Role
from sme_match.core.errors import InvalidError, NotAllowedError, StaleVersionError
from sme_match.core.text import normalize_width
from sme_match.matching.enums import WordChange, WordState
from sme_match.matching.models import WordEntry
from sme_match.matching.vocabulary import load_vocabulary
from sme_match.reference.thesaurus import ThesaurusConcept
from sme_match.thesaurus.forms import LONGEST_NAME, DecisionForm, WordForm
from sme_match.thesaurus.labels import HISTORY_ACTIONS, WORD_KINDS, WORD_STATES
from sme_match.thesaurus.policy import (
    may_decide_entry,
    may_edit_entry,
    may_propose_words,
    may_reopen_entry,
    may_withdraw_entry,
)
from sme_match.thesaurus.queries import (
    WordFilter,
    body_names,
    count_waiting_entries,
    get_concept_page,
    get_entry,
    list_entries,
    list_words,
)
from sme_match.thesaurus.services import (
    decide_entry,
    edit_entry,
    propose_entry,
    reopen_entry,
    withdraw_entry,
)
from sme_match.thesaurus.wording import vocabulary_of
from sme_match.web.access import allow
from sme_match.web.conflicts import differences
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.flashes import flash_done, flash_undoable
from sme_match.web.history import HistoryRow, in_words
from sme_match.web.labels import choices
from sme_match.web.paging import requested_page

blueprint = Blueprint("thesaurus", __name__, url_prefix="/words")

STAFF = (Role.COORDINATOR, Role.LEAD)
KEEPERS = (*STAFF, Role.ADMINISTRATOR)
Page = str | Response | tuple[str, int]


@blueprint.get("/")
@allow(*KEEPERS)
def index() -> str:
    """Show the words to everybody who keeps them."""
    session, actor = current_session(), current_actor()
    filters = WordFilter.of(request.args)
    return render_template(
        "thesaurus/index.html",
        page=list_words(session, actor, filters, page=requested_page()),
        filters=filters,
        kinds=WORD_KINDS,
        waiting=count_waiting_entries(session),
        may_propose=may_propose_words(actor),
    )


@blueprint.get("/concepts/<path:code>")
@allow(*KEEPERS)
def show(code: str) -> str:
    """Show one concept with its names and what it belongs to."""
    actor = current_actor()
    return render_template(
        "thesaurus/show.html",
        found=get_concept_page(current_session(), actor, code),
        kinds=WORD_KINDS,
        may_propose=may_propose_words(actor),
    )


@blueprint.get("/proposals/")
@allow(*KEEPERS)
def proposals() -> str:
    """Show what is proposed, or was."""
    session, actor = current_session(), current_actor()
    state = request.args.get("state", WordState.PROPOSED.value)
    concepts = load_vocabulary(session).concepts
    return render_template(
        "thesaurus/proposals.html",
        page=list_entries(session, actor, state=state, page=requested_page()),
        concepts=concepts,
        state=state,
        states=choices(WORD_STATES),
        may_propose=may_propose_words(actor),
    )


@blueprint.get("/proposals/<int:entry_id>")
@allow(*KEEPERS)
def entry(entry_id: int) -> str:
    """Show one proposal to everybody who keeps words; they may decide it unless it is theirs."""
    found = get_entry(current_session(), current_actor(), entry_id)
    form = DecisionForm()
    form.version.data = str(found.version)
    return _entry_page(found, form)


@blueprint.route("/propose", methods=["GET", "POST"])
@allow(*STAFF)
def propose() -> Page:
    """Propose a new concept, or other names for one that is there."""
    session, actor = current_session(), current_actor()
    concept = load_vocabulary(session).concepts.get(request.args.get("concept", ""))
    change = _requested_change() if concept else WordChange.NEW
    form = WordForm(change)
    if not form.is_submitted():
        form.ja.data = normalize_width(request.args.get("name", ""))[:LONGEST_NAME]
        return _edit_page(form, concept)
    if form.validate():
        try:
            made = propose_entry(session, actor, form.draft(concept), now=current_time())
        except InvalidError as error:
            form.refuse(error)
        else:
            flash_undoable(
                _("提案しました。別の人が確認すると、辞書に入ります。"),
                "thesaurus.withdraw",
                entry_id=made.id,
            )
            return redirect(url_for("thesaurus.entry", entry_id=made.id))
    return _edit_page(form, concept), 422


@blueprint.route("/proposals/<int:entry_id>/edit", methods=["GET", "POST"])
@allow(*STAFF)
def edit(entry_id: int) -> Page:
    """Correct a proposal of the own body that waits."""
    session, actor = current_session(), current_actor()
    found = get_entry(session, actor, entry_id)
    if not may_edit_entry(actor, found):
        raise NotAllowedError
    concept = load_vocabulary(session).concepts.get(found.concept_code)
    form = WordForm(found.change)
    if not form.is_submitted():
        _fill(form, found)
        return _edit_page(form, concept, entry=found)
    if not form.validate():
        return _edit_page(form, concept, entry=found), 422
    draft = form.draft(concept)
    try:
        edit_entry(session, actor, entry_id, draft, version=form.opened_version(), now=current_time())
    except InvalidError as error:
        form.refuse(error)
        return _edit_page(form, concept, entry=found), 422
    except StaleVersionError:
        stored = WordForm(found.change)
        _fill(stored, found)
        conflict = differences(form, stored)
        form.version.data = str(found.version)
        return _edit_page(form, concept, entry=found, conflict=conflict), 409
    flash_done(_("保存しました。"))
    return redirect(url_for("thesaurus.entry", entry_id=entry_id))


@blueprint.post("/proposals/<int:entry_id>/decide")
@allow(*KEEPERS)
def decide(entry_id: int) -> Page:
    """Accept or reject a proposal of somebody else."""
    session, actor = current_session(), current_actor()
    found = get_entry(session, actor, entry_id)
    form = DecisionForm()
    accept = "accept" in request.form
    if not form.validate():
        return _entry_page(found, form), 422
    try:
        decide_entry(
            session,
            actor,
            entry_id,
            accept=accept,
            note=form.note.data,
            version=form.opened_version(),
            now=current_time(),
        )
    except InvalidError as error:
        # A name that was taken meanwhile belongs to no field of this form.
        form.refuse(InvalidError(error.message, field=_own_field(error), **error.values))
        return _entry_page(found, form), 422
    except StaleVersionError:
        form.version.data = str(found.version)
        form.form_errors.append(
            _("提案がその間に直されました。下の内容を確かめて、もう一度押してください。")
        )
        return _entry_page(found, form), 409
    done = _("採用しました。次の計算から使われます。") if accept else _("見送りました。")
    flash_undoable(done, "thesaurus.reopen", entry_id=entry_id)
    return redirect(url_for("thesaurus.proposals"))


@blueprint.post("/proposals/<int:entry_id>/withdraw")
@allow(*KEEPERS)
def withdraw(entry_id: int) -> Response:
    """Take a proposal back, accepted or not."""
    found = withdraw_entry(current_session(), current_actor(), entry_id, now=current_time())
    if may_reopen_entry(current_actor(), found):
        flash_undoable(_("提案を取り下げました。"), "thesaurus.reopen", entry_id=entry_id)
    else:
        flash_done(_("提案を取り下げました。"))
    return redirect(url_for("thesaurus.entry", entry_id=entry_id))


@blueprint.post("/proposals/<int:entry_id>/reopen")
@allow(*KEEPERS)
def reopen(entry_id: int) -> Response:
    """Undo a decision or a withdrawal."""
    reopen_entry(current_session(), current_actor(), entry_id, now=current_time())
    flash_done(_("確認待ちに戻しました。"))
    return redirect(url_for("thesaurus.entry", entry_id=entry_id))


def _requested_change() -> WordChange:
    return WordChange.REMOVE if request.args.get("change") == "remove" else WordChange.ADD


def _own_field(error: InvalidError) -> str | None:
    return error.field if error.field == "note" else None


def _fill(form: WordForm, found: WordEntry) -> None:
    concepts = load_vocabulary(current_session()).concepts
    form.show_entry(found, [concepts[code].ja[0] for code in found.broader if code in concepts])


def _edit_page(form: WordForm, concept: ThesaurusConcept | None, **more: object) -> str:
    return render_template("thesaurus/edit.html", form=form, concept=concept, **more)


def _entry_page(found: WordEntry, form: DecisionForm) -> str:
    session, actor = current_session(), current_actor()
    concepts = load_vocabulary(session).concepts
    return render_template(
        "thesaurus/entry.html",
        entry=found,
        form=form,
        concepts=concepts,
        concept=concepts.get(found.code),
        history=_history(found),
        actions=HISTORY_ACTIONS,
        may_decide=may_decide_entry(actor, found),
        may_edit=may_edit_entry(actor, found),
        may_withdraw=may_withdraw_entry(actor, found),
        may_reopen=may_reopen_entry(actor, found),
        is_mine=found.proposed_by == actor.user_id,
    )


def _history(found: WordEntry) -> list[HistoryRow]:
    """Return who did what: people of other bodies go by the name of their body."""
    session, actor = current_session(), current_actor()
    entries = list_history(session, "word_entry", found.id)
    names = body_names(session, {each.body_id for each in entries if each.body_id})
    rows = in_words(entries, {"word": vocabulary_of(load_vocabulary(session).concepts)})
    return [
        row
        if each.body_id == actor.body_id
        else replace(row, actor_name=names.get(each.body_id or 0, _("システム管理者")))
        for each, row in zip(entries, rows, strict=True)
    ]
