"""Commands that bring register files in, the same way as the pages do."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.companies.register import COMPANY_REGISTER
from sme_match.core.actor import Actor, Role
from sme_match.core.errors import DomainError
from sme_match.db.scope import EVERY_BODY
from sme_match.needs.register import NEED_REGISTER
from sme_match.registers.description import Register
from sme_match.registers.models import RegisterImport
from sme_match.registers.rows import ImportRow, summarise
from sme_match.registers.services import RegisterFile, apply_import, read_file, start_import
from sme_match.support_bodies.models import SupportBody
from sme_match.web.context import installation

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
ERRORS_SHOWN = 50
_BODY_HELP = "Name or number of the support body; needed when there are several."


@click.command("import-companies")
@with_appcontext
@click.argument("file", type=FILE)
@click.option("--body", default="", help=_BODY_HELP)
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
def import_companies(file: Path, body: str, *, dry_run: bool) -> None:
    """Import companies from XLSX or CSV.

    The columns are those of the template, or corporate_number and capability_text.
    """
    _run(COMPANY_REGISTER, file, body, dry_run=dry_run)


@click.command("import-needs")
@with_appcontext
@click.argument("file", type=FILE)
@click.option("--body", default="", help=_BODY_HELP)
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
def import_needs(file: Path, body: str, *, dry_run: bool) -> None:
    """Import needs from XLSX or CSV.

    The columns are those of the template, or need_id, text, date, buyer and amount_yen.
    """
    _run(NEED_REGISTER, file, body, dry_run=dry_run)


def _run(register: Register, file: Path, body: str, *, dry_run: bool) -> None:
    base = installation()
    try:
        # Reading takes long, so nothing is locked meanwhile.
        read = read_file(register, filename=file.name, data=file.read_bytes())
        if dry_run:
            # What is not committed is undone when the session closes.
            with base.database.open_session(write=True, scope=EVERY_BODY) as session:
                _, started = _start(session, register, read, body, now=base.clock())
            report(started, register)
            return
        with base.database.unit_of_work() as session:
            actor, started = _start(session, register, read, body, now=base.clock())
            applied = apply_import(
                session, actor, register, started.id,
                decisions={}, now=base.clock(), parsed=read.parsed,
            )  # fmt: skip
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    report(applied, register)
    say_written(applied)


def _start(
    session: Session, register: Register, read: RegisterFile, body: str, *, now: datetime
) -> tuple[Actor, RegisterImport]:
    actor = _actor(find_body(session, body))
    return actor, start_import(session, actor, register, read, now=now)


def find_body(session: Session, wanted: str) -> SupportBody:
    """Return the support body of a name or number, or the only one there is.

    Raises:
        click.ClickException: there is none, or it is not clear which one is meant.
    """
    bodies = session.scalars(
        select(SupportBody).where(SupportBody.active).order_by(SupportBody.id)
    ).all()
    if not bodies:
        raise click.ClickException(
            "There is no support body yet. Sign in as an administrator and add one "
            "(`flask --app wsgi create-administrator EMAIL NAME` lets the first one in), "
            "or load the demonstration region (`flask --app wsgi load-demo`)."
        )
    if not wanted and len(bodies) == 1:
        return bodies[0]
    for body in bodies:
        if wanted in {str(body.id), body.name, body.short_name, body.name_en} - {""}:
            return body
    listed = "\n".join(f"  {body.id}  {body.name}" for body in bodies)
    problem = f'There is no support body "{wanted}".' if wanted else "There are several support bodies."
    raise click.ClickException(f"{problem} Choose one with --body:\n{listed}")


def _actor(body: SupportBody) -> Actor:
    return Actor(role=Role.COORDINATOR, name="コマンドによる取り込み", body_id=body.id)


def say_written(applied: RegisterImport) -> None:
    """Say what came in and where it can be taken back."""
    click.echo(f"Written: {len(applied.written)} records.")
    click.echo(f"/registers/imports/{applied.id} shows the import and undoes it within 24 hours.")


def report(found: RegisterImport, register: Register) -> None:
    """Say what an import does with the rows of its file."""
    rows = [ImportRow.of_json(stored) for stored in found.rows]
    summary = summarise(rows)
    click.echo(f"Rows in the file: {summary.total}")
    click.echo(f"  {summary.coming} can come in ({len(summary.questions)} of them with a note)")
    click.echo(f"  {len(summary.unchanged)} say what is registered already")
    click.echo(f"  {len(summary.refused)} cannot come in")
    nameless = sum(
        register is COMPANY_REGISTER and row.name.isdigit() and not row.errors for row in rows
    )
    if nameless:
        click.echo(f"  {nameless} have no name: their 法人番号 stands in for it until somebody adds it")
    _list([row for row in summary.questions if row.notes], "Notes")
    _list(list(summary.refused), "Cannot come in")


def _list(rows: Sequence[ImportRow], title: str) -> None:
    if not rows:
        return
    click.echo(f"{title}:")
    for row in rows[:ERRORS_SHOWN]:
        for error in row.errors:
            click.echo(
                f"  row {row.number} {row.name}: {error.title}: {error.text()} [{error.value[:60]}]"
            )
        for note in row.notes:
            message = note.message % note.values if note.values else note.message
            click.echo(f"  row {row.number} {row.name}: {message}")
    if len(rows) > ERRORS_SHOWN:
        click.echo(f"  … and {len(rows) - ERRORS_SHOWN} more")
