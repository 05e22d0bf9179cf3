"""What a register tells about itself, so that files can come in and go out without knowing it.

The domains describe their registers; the composition root hands the descriptions to the pages and
commands.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from sme_match.core.actor import Actor, Role
from sme_match.core.errors import NotFoundError
from sme_match.core.text import mark_text
from sme_match.registers.enums import RowAction
from sme_match.tables.columns import CellError, Column, ParsedRow
from sme_match.tables.parsers import text
from sme_match.tables.reading import Arrange
from sme_match.tables.table import Table
from sme_match.tables.writing import Value


@dataclass(frozen=True, slots=True)
class Note:
    """Something to look at before a row comes in; `message` is a message id with its values."""

    message: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the register says about one row that could be read.

    `choices` are what a person may decide; without any, `action` is what happens. `values` are the
    row's values with names turned into records; they are not stored but found again.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    errors: tuple[CellError, ...] = ()
    notes: tuple[Note, ...] = ()
    known_id: int | None = None
    known_version: int | None = None
    action: RowAction = RowAction.CREATE
    choices: tuple[RowAction, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowToWrite:
    """One row that comes in: create a record, or update the known one."""

    number: int
    action: RowAction
    values: Mapping[str, Any]
    known_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One record that an import wrote: its version then, and the values before.

    `before` is None when the record was created.
    """

    kind: str
    id: int
    version: int
    name: str
    before: dict[str, Any] | None


Check = Callable[[Session, Actor, Sequence[ParsedRow], datetime], list[Finding]]
Write = Callable[[Session, Actor, Sequence[RowToWrite], datetime], list[Written]]
Undo = Callable[[Session, Actor, Sequence[Written], datetime], list[Written]]
"""Takes back what was written; returns what it left alone because it was changed since."""
Export = Callable[[Session, Actor, Mapping[str, str], datetime], Iterable[Sequence[Value]]]
"""Yields the rows of the list with the filters of a URL, in the order of the columns."""


OWNER_COLUMN = Column(
    "owner",
    "登録した支援機関",
    "Support body",
    text(100),
    "",
    mark_text("書き出したファイルだけの列です。ほかの支援機関の行は取り込みません。"),
    blank="",
)
"""Names the body of a shared record in exports; empty for the own ones."""


def belongs_elsewhere(row: ParsedRow) -> bool:
    """Whether a row is the exported record of another body, which only that body changes."""
    return bool(row.values.get(OWNER_COLUMN.key))


def leave_as_it_is(table: Table) -> Table:
    """Return the table: the file has the columns of the register."""
    return table


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """One register as files see it."""

    key: str
    """`companies`, `capabilities`, `needs` or `official-3`: the part of URLs and of stored imports."""
    kind: str
    """What its records are called in history and undo, such as `company` or `need`."""
    title: str
    """What the pages and the names of files call it."""
    unit: str
    """社 or 件: what one row is."""
    list_page: str
    """The endpoint of the page with the list."""
    name_columns: tuple[str, ...]
    """Keys of the columns by which people recognise a row."""
    columns: tuple[Column, ...]
    check: Check
    write: Write
    undo: Undo
    export: Export
    arrange: Arrange | None = None
    """Finds the headings among the first rows of a file."""
    adapt: Callable[[Table], Table] = leave_as_it_is
    """Turns files of another known form into the columns of the register."""
    how: str = ""
    """What people are told of other forms that can be read."""
    keeper: Role = Role.COORDINATOR
    """Who brings files in: coordinators for their body, administrators for the whole installation."""


RegisterOfPart = Callable[[Session, str], Register]
"""Makes the register of one part of something, or raises NotFoundError; its key is `key-part`."""
Registers = Mapping[str, Register | RegisterOfPart]


def find_register(registers: Registers, session: Session, key: str) -> Register:
    """Return the register of a key.

    Raises:
        NotFoundError: there is none.
    """
    whole, _, part = key.partition("-")
    found = registers.get(whole)
    if found is None or isinstance(found, Register) is bool(part):
        raise NotFoundError
    return found if isinstance(found, Register) else found(session, part)
