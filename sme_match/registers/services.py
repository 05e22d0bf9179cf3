"""Use cases of register files: look at one, bring its good rows in, take that back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sme_match.audit.services import record
from sme_match.core.actor import Actor
from sme_match.core.errors import ConflictError, InvalidError, NotAllowedError
from sme_match.core.text import mark_text, normalize_width
from sme_match.registers.description import Finding, Register, RowToWrite, Written
from sme_match.registers.enums import ImportState, RowAction
from sme_match.registers.models import RegisterImport
from sme_match.registers.policy import may_import
from sme_match.registers.queries import get_import
from sme_match.registers.rows import ImportRow, combine
from sme_match.tables.columns import HeaderMap, ParsedRow, is_example, map_header, parse_row
from sme_match.tables.reading import read_table
from sme_match.tables.table import Row, Table

UNDO_WINDOW = timedelta(hours=24)
LONGEST_FILENAME = 200

_CHANGED_MEANWHILE = mark_text(
    "同じときに、ほかの人が登録の内容を変えました。もう一度ファイルを選んでください。"
)


@dataclass(frozen=True, slots=True)
class UndoReport:
    """How many records were taken back, and those that somebody changed since."""

    undone: int
    left: tuple[Written, ...]


@dataclass(frozen=True, slots=True)
class RegisterFile:
    """A file that could be read: its rows, and their values where those could be read too."""

    filename: str
    header: HeaderMap
    titles: Sequence[str]
    rows: Sequence[Row]
    parsed: Sequence[ParsedRow]


def read_file(register: Register, *, filename: str, data: bytes) -> RegisterFile:
    """Read a file without asking the register: the long part of a look, which needs no database.

    Raises:
        InvalidError: when the file is no table, lacks a required column or has no rows.
    """
    # A browser may send any characters as a name; PostgreSQL refuses NUL.
    filename = normalize_width(filename)
    table = register.adapt(read_table(data, filename, arrange=register.arrange))
    header = read_header(register, table)
    rows = [row for row in table.rows if not is_example(row, header)]
    if not rows:
        raise InvalidError(
            mark_text("見出しの下にデータの行がありません。2行目からデータを入れてください。")
        )
    parsed = [parse_row(row, header) for row in rows]
    return RegisterFile(filename[-LONGEST_FILENAME:], header, table.header, rows, parsed)


def start_import(
    session: Session, actor: Actor, register: Register, file: RegisterFile, *, now: datetime
) -> RegisterImport:
    """Store what would happen to the rows of a file; nothing is registered yet.

    Raises:
        NotAllowedError: unless the actor keeps the register.
    """
    if not may_import(actor, register):
        raise NotAllowedError
    looks = _look(session, actor, register, file.header, file.rows, parsed=file.parsed, now=now)
    # What the same person looked at before and left is not kept: files hold personal data.
    session.execute(
        delete(RegisterImport).where(
            RegisterImport.body_id == actor.body_id,
            RegisterImport.register == register.key,
            RegisterImport.created_by == actor.user_id,
            RegisterImport.state == ImportState.PREVIEW,
        )
    )
    started = RegisterImport(
        body_id=actor.body_id,
        register=register.key,
        filename=file.filename,
        header=list(file.titles),
        rows=[row.to_json() for row, __ in looks],
        written=[],
        created_by=actor.user_id,
        created_at=now,
    )
    session.add(started)
    session.flush()
    return started


def read_header(register: Register, table: Table) -> HeaderMap:
    """Return the columns of a table.

    Raises:
        InvalidError: when a required one is missing.
    """
    header = map_header(table.header, register.columns)
    if header.missing:
        raise InvalidError(
            mark_text(
                "「%(titles)s」の列が見つかりません。ひな形のファイルと同じ見出しにしてください。"
            ),
            titles="」「".join(header.missing),
        )
    return header


def apply_import(
    session: Session,
    actor: Actor,
    register: Register,
    import_id: int,
    *,
    decisions: Mapping[int, RowAction],
    now: datetime,
    parsed: Sequence[ParsedRow] | None = None,
) -> RegisterImport:
    """Bring the good rows in, in one transaction. `decisions` are by row number.

    When the register changed since the preview, nothing is written and the preview is made anew:
    the import comes back as a preview. `parsed` is what `parse_import` gave, so that the
    transaction need not be open meanwhile.

    Raises:
        NotFoundError: when the import is not of the actor's body.
        ConflictError: when it was brought in already, or somebody registers the same right now.
    """
    found = get_import(session, actor, import_id)
    before = [ImportRow.of_json(stored) for stored in found.rows]
    header = map_header(found.header, register.columns)
    rows = [Row(row.number, row.cells) for row in before]
    read = parse_import(register, found) if parsed is None else parsed
    looks = _look(session, actor, register, header, rows, parsed=read, now=now)
    source = ImportState.WAITING if found.state is ImportState.WAITING else ImportState.PREVIEW
    if any(stored != new.to_json() for stored, (new, __) in zip(found.rows, looks, strict=True)):
        _claim(session, found, source, ImportState.PREVIEW)
        found.rows = [row.to_json() for row, __ in looks]
        found.register_changed = True
        session.flush()
        return found
    _claim(session, found, source, ImportState.APPLIED)
    chosen = [_decide(row, decisions) for row in before]
    to_write = [
        RowToWrite(number=row.number, action=row.action, values=values, known_id=row.known_id)
        for row, (__, values) in zip(chosen, looks, strict=True)
        if row.comes_in and row.action is not RowAction.SKIP
    ]
    try:
        with session.begin_nested():
            written = register.write(session, actor, to_write, now)
    except IntegrityError as error:
        raise ConflictError(_CHANGED_MEANWHILE) from error
    found.applied_at = now
    found.rows = [
        stored if row is old else row.to_json()
        for stored, old, row in zip(found.rows, before, chosen, strict=True)
    ]
    found.written = [_store(entry) for entry in written]
    session.flush()
    _record(session, actor, found, "register.import", len(written), now=now)
    return found


def queue_import(
    session: Session,
    actor: Actor,
    import_id: int,
    *,
    decisions: Mapping[int, RowAction],
    now: datetime,
) -> RegisterImport:
    """Let the scheduler bring an import in: it takes longer than anybody should look at a still page.

    Raises:
        NotFoundError: when the import is not of the actor's body.
        ConflictError: when it was brought in or told to come in already.
    """
    found = get_import(session, actor, import_id)
    _claim(session, found, ImportState.PREVIEW, ImportState.WAITING)
    found.decisions = {str(number): action.value for number, action in decisions.items()}
    found.waiting_since, found.waiting_for = now, actor.user_id
    session.flush()
    return found


def parse_import(register: Register, found: RegisterImport) -> list[ParsedRow]:
    """Return the values of the rows of an import; its cells no longer change, so no lock is needed."""
    header = map_header(found.header, register.columns)
    return [parse_row(Row(row["number"], row["cells"]), header) for row in found.rows]


def return_import(session: Session, actor: Actor, import_id: int) -> None:
    """Give an import that could not come in back to be looked at."""
    found = get_import(session, actor, import_id)
    _claim(session, found, ImportState.WAITING, ImportState.PREVIEW)
    found.register_changed = True
    session.flush()


def undo_import(
    session: Session, actor: Actor, register: Register, import_id: int, *, now: datetime
) -> UndoReport:
    """Take an import back: values as before, what it created archived.

    A record that somebody changed since stays as it is and is reported.

    Raises:
        NotFoundError: when the import is not of the actor's body.
        ConflictError: when it is not applied, or more than 24 hours ago.
    """
    found = get_import(session, actor, import_id)
    if found.applied_at is not None and now - found.applied_at > UNDO_WINDOW:
        raise ConflictError(mark_text("取り込んでから24時間が過ぎたため、まとめて取り消せません。"))
    _claim(session, found, ImportState.APPLIED, ImportState.UNDONE)
    written = written_of(found)
    left = register.undo(session, actor, written, now)
    kept = {(entry.kind, entry.id) for entry in left}
    found.written = [_store(entry) | {"left": (entry.kind, entry.id) in kept} for entry in written]
    session.flush()
    undone = len(written) - len(left)
    _record(session, actor, found, "register.undo", undone, now=now)
    return UndoReport(undone, tuple(left))


def may_undo(found: RegisterImport, *, now: datetime) -> bool:
    """Whether an import can still be taken back."""
    return (
        found.state is ImportState.APPLIED
        and found.applied_at is not None
        and now - found.applied_at <= UNDO_WINDOW
    )


def written_of(found: RegisterImport, *, left: bool = False) -> list[Written]:
    """Return what an import wrote; with `left`, only what its undo left alone."""
    return [
        Written(
            kind=stored["kind"],
            id=stored["id"],
            version=stored["version"],
            name=stored["name"],
            before=stored["before"],
        )
        for stored in found.written
        if not left or stored.get("left")
    ]


def _look(
    session: Session,
    actor: Actor,
    register: Register,
    header: HeaderMap,
    rows: Sequence[Row],
    *,
    parsed: Sequence[ParsedRow],
    now: datetime,
) -> list[tuple[ImportRow, Mapping[str, Any]]]:
    """Return each row with what the register finds, and the values to write."""
    readable = [row for row in parsed if not row.errors]
    findings: dict[int, Finding] = {
        row.number: finding
        for row, finding in zip(readable, register.check(session, actor, readable, now), strict=True)
    }
    titles = {column.key: title for title, column in header.columns.items()}
    named_by = [titles[key] for key in register.name_columns if key in titles]
    looks = []
    for row, read in zip(rows, parsed, strict=True):
        finding = findings.get(row.number)
        looked = combine(
            row,
            read,
            finding,
            name=" ".join(filter(None, (row.values.get(title, "") for title in named_by))),
        )
        looks.append((looked, finding.values if finding is not None else {}))
    return looks


def _decide(row: ImportRow, decisions: Mapping[int, RowAction]) -> ImportRow:
    """Return the row with the action that a person chose, where there was a choice."""
    chosen = decisions.get(row.number)
    return replace(row, action=chosen) if chosen is not None and chosen in row.choices else row


def _claim(session: Session, found: RegisterImport, source: ImportState, target: ImportState) -> None:
    """Move the import on; the second of two clicks waits for the first here and is refused."""
    changed = session.scalars(
        update(RegisterImport)
        .where(RegisterImport.id == found.id, RegisterImport.state == source)
        .values(state=target, version=RegisterImport.version + 1)
        .returning(RegisterImport.id)
    ).all()
    if not changed:
        raise ConflictError(
            mark_text(
                "この取り込みは、もう終わっているか取り消されています。画面を読み込みなおしてください。"
            )
        )
    session.refresh(found, ["state", "version"])


def _store(entry: Written) -> dict[str, Any]:
    return {
        "kind": entry.kind,
        "id": entry.id,
        "version": entry.version,
        "name": entry.name,
        "before": entry.before,
    }


def _record(
    session: Session,
    actor: Actor,
    found: RegisterImport,
    action: str,
    count: int,
    *,
    now: datetime,
) -> None:
    record(
        session,
        actor,
        action=action,
        subject=("register_import", found.id),
        body_id=found.body_id,
        now=now,
        note=f"{found.register}: {found.filename} ({count})",
    )
