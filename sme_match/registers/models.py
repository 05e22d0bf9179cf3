"""Imports of register files."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from sme_match.db.base import Base, Versioned, enum_type
from sme_match.registers.enums import ImportState


class RegisterImport(Versioned, Base):
    """One uploaded file: what was read, what was wrong, what was written, so that it can be undone."""

    __tablename__ = "register_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int | None] = mapped_column(ForeignKey("support_body.id"), index=True)
    """None for what administrators bring in for the whole installation."""
    register: Mapped[str] = mapped_column(String(32))
    """`companies`, `capabilities`, `needs` or `official-3`."""
    filename: Mapped[str] = mapped_column(String(200))
    state: Mapped[ImportState] = mapped_column(enum_type(ImportState), default=ImportState.PREVIEW)
    header: Mapped[list[str]]
    rows: Mapped[list[dict[str, Any]]]
    """One item per row: number, values as read, errors, warnings, decision."""
    written: Mapped[list[dict[str, Any]]]
    """One item per record written: id, version, and the values before (None when it was created)."""
    decisions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Row number -> what a person decided about it, while the import waits."""
    waiting_since: Mapped[datetime | None]
    waiting_for: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    """Who told it to come in."""
    register_changed: Mapped[bool] = mapped_column(default=False)
    """Whether the preview was made anew because the register had changed since the first look."""
    created_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
