"""Files of the registers: choosing one, looking at it, bringing it in, taking it back, exporting."""

from collections.abc import Callable
from datetime import timedelta
from typing import Literal

from flask import Blueprint, Flask, current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sme_match.core.actor import Actor, Role
from sme_match.core.errors import InvalidError, NotFoundError
from sme_match.registers.description import Register, Registers, find_register
from sme_match.registers.enums import ImportState, RowAction
from sme_match.registers.forms import NO_FILE, ImportForm, decision_name, read_decisions
from sme_match.registers.models import RegisterImport
from sme_match.registers.policy import may_export, may_import
from sme_match.registers.queries import get_import
from sme_match.registers.rows import ImportRow, summarise
from sme_match.registers.services import (
    apply_import,
    may_undo,
    parse_import,
    queue_import,
    read_file,
    start_import,
    undo_import,
    written_of,
)
from sme_match.tables.columns import map_header
from sme_match.tables.table import Row, Table, TableFormat
from sme_match.tables.template import write_error_rows, write_template
from sme_match.tables.writing import (
    Sheet,
    write_csv,
    write_xlsx,
)
from sme_match.web.access import allow
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.files import attachment
from sme_match.web.flashes import flash_done
from sme_match.web.transactions import let_others_write

blueprint = Blueprint("registers", __name__, url_prefix="/registers")

EXTENSION = "sme_match_registers"
KEEPERS = (Role.COORDINATOR, Role.ADMINISTRATOR)
LATE_AFTER = timedelta(minutes=2)
ROWS_AT_ONCE = 2_000
"""Files with more rows are brought in by the scheduler: they take more than about a second."""
ROWS_SHOWN = 100
"""Rows of each kind on the page; the rest is in the file to download, or follows one choice."""
FEW_QUESTIONS = 5
"""More of them can also be decided at once."""
Page = str | Response | tuple[str, int]


def init_app(app: Flask, registers: Registers) -> None:
    """Hand over the registers of the domains, which this package does not know."""
    app.extensions[EXTENSION] = registers


def _register(key: str) -> Register:
    """Return the register of a key."""
    return find_register(current_app.extensions[EXTENSION], current_session(), key)


def _own_register(key: str, may: Callable[[Actor, Register], bool] = may_import) -> Register:
    """Return the register of a key.

    Raises:
        NotFoundError: there is none, or not for this actor.
    """
    found = _register(key)
    if not may(current_actor(), found):
        raise NotFoundError
    return found


@blueprint.route("/<register>/import", methods=["GET", "POST"])
@allow(*KEEPERS)
def choose(register: str) -> Page:
    """Choose a file and look at what it would do."""
    chosen, form = _own_register(register), ImportForm()
    if not form.is_submitted():
        return render_template("registers/choose.html", register=chosen, form=form)
    try:
        filename, data = _upload()
        let_others_write()
        file = read_file(chosen, filename=filename, data=data)
        started = start_import(current_session(), current_actor(), chosen, file, now=current_time())
    except InvalidError as error:
        form.refuse(InvalidError(error.message, field="file", **error.values))
        return render_template("registers/choose.html", register=chosen, form=form), 422
    return redirect(url_for("registers.show", import_id=started.id))


@blueprint.get("/<register>/template.xlsx")
@allow(*KEEPERS)
def template(register: str) -> Response:
    """Download the empty file to fill in."""
    chosen = _own_register(register)
    data = write_template(chosen.columns, translate=_)
    return attachment(data, _("%(title)s_ひな形", title=_(chosen.title)), "xlsx")


@blueprint.get("/<register>/export.<format>")
@allow(*KEEPERS, Role.LEAD)
def export(register: str, format: str) -> Response:  # noqa: A002 -- the word of the URL
    """Download the list with the filters of its URL."""
    chosen = _own_register(register, may_export)
    rows = chosen.export(current_session(), current_actor(), request.args, current_time())
    titles = [column.title for column in chosen.columns]
    title = _(chosen.title)
    if format == "xlsx":
        return attachment(write_xlsx([Sheet(title, titles, rows)]), title, "xlsx")
    if format != "csv":
        raise NotFoundError
    encoding: Literal["utf-8-sig", "cp932"] = (
        "cp932" if request.args.get("encoding") == "cp932" else "utf-8-sig"
    )
    return attachment(write_csv(titles, rows, encoding=encoding).data, title, "csv")


@blueprint.get("/imports/<int:import_id>")
@allow(*KEEPERS)
def show(import_id: int) -> str:
    """Show the preview of a file, or what came of it."""
    found = get_import(current_session(), current_actor(), import_id)
    register = _register(found.register)
    rows = _rows(found)
    if found.state is ImportState.WAITING:
        return render_template(
            "registers/waiting.html",
            found=found,
            register=register,
            is_late=found.waiting_since is not None
            and current_time() - found.waiting_since > LATE_AFTER,
        )
    if found.state is not ImportState.PREVIEW:
        written = written_of(found)
        return render_template(
            "registers/result.html",
            found=found,
            register=register,
            summary=summarise(rows),
            created=[w for w in written if w.before is None and w.kind == register.kind],
            updated=[w for w in written if w.before is not None and w.kind == register.kind],
            others=[w for w in written if w.kind != register.kind],
            skipped=sum(not row.errors and row.action is RowAction.SKIP for row in rows),
            left=written_of(found, left=True),
            may_undo=may_undo(found, now=current_time()),
        )
    summary = summarise(rows)
    return render_template(
        "registers/preview.html",
        found=found,
        register=register,
        summary=summary,
        new=sum(row.action is RowAction.CREATE for row in summary.good),
        unknown=map_header(found.header, register.columns).unknown,
        name_title=next(c.title for c in register.columns if c.key == register.name_columns[0]),
        shown=ROWS_SHOWN,
        few=FEW_QUESTIONS,
        decision_name=decision_name,
    )


@blueprint.get("/imports/<int:import_id>/errors.xlsx")
@allow(*KEEPERS)
def errors(import_id: int) -> Response:
    """Download only the rows that cannot come in, with what to correct."""
    found = get_import(current_session(), current_actor(), import_id)
    rows = summarise(_rows(found)).refused
    table = Table(
        tuple(found.header), tuple(Row(row.number, row.cells) for row in rows), TableFormat.XLSX
    )
    data = write_error_rows(table, {row.number: row.errors for row in rows}, translate=_)
    return attachment(data, _("取り込めない行"), "xlsx")


@blueprint.post("/imports/<int:import_id>/apply")
@allow(*KEEPERS)
def apply(import_id: int) -> Response:
    """Bring the good rows in."""
    session, actor = current_session(), current_actor()
    found = get_import(session, actor, import_id)
    register = _register(found.register)
    decisions = read_decisions(summarise(_rows(found)).questions)
    if len(found.rows) > ROWS_AT_ONCE:
        queue_import(session, actor, import_id, decisions=decisions, now=current_time())
        return redirect(url_for("registers.show", import_id=import_id))
    let_others_write()
    parsed = parse_import(register, found)
    found = apply_import(
        session, actor, register, import_id, decisions=decisions, now=current_time(), parsed=parsed
    )
    if found.state is ImportState.APPLIED:
        flash_done(_("%(count)s件を取り込みました。", count=f"{len(found.written):,}"))
    return redirect(url_for("registers.show", import_id=import_id))


@blueprint.post("/imports/<int:import_id>/undo")
@allow(*KEEPERS)
def undo(import_id: int) -> Response:
    """Take the whole import back."""
    session, actor = current_session(), current_actor()
    register = _register(get_import(session, actor, import_id).register)
    report = undo_import(session, actor, register, import_id, now=current_time())
    if report.left:
        flash_done(
            _(
                "%(count)s件を取り消しました。%(left)s件は、あとから変更されているため残しました。",
                count=f"{report.undone:,}",
                left=f"{len(report.left):,}",
            )
        )
    else:
        flash_done(_("取り込みを取り消しました（%(count)s件）。", count=f"{report.undone:,}"))
    return redirect(url_for("registers.show", import_id=import_id))


def _upload() -> tuple[str, bytes]:
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise InvalidError(NO_FILE)
    with upload.stream:
        return upload.filename, upload.read()


def _rows(found: RegisterImport) -> list[ImportRow]:
    return [ImportRow.of_json(stored) for stored in found.rows]
