"""Scheduled work of the registers: bringing in the files that are too large for a page."""

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from sme_match.accounts.models import User
from sme_match.core.errors import ConflictError, NotFoundError
from sme_match.db.session import Database
from sme_match.registers.description import Registers, find_register
from sme_match.registers.enums import ImportState, RowAction
from sme_match.registers.models import RegisterImport
from sme_match.registers.queries import get_import
from sme_match.registers.services import apply_import, parse_import, return_import

log = logging.getLogger(__name__)


def bring_in_waiting(
    database: Database, registers: Registers, *, now_of: Callable[[], datetime]
) -> int:
    """Bring in the imports that wait, the first told first; return how many.

    Each is one transaction, and its rows are read before that begins: nobody else waits for it
    longer than the writing takes. What breaks off in the middle is taken up by the next run.
    """
    with database.reading() as session:
        query = (
            select(RegisterImport.id, RegisterImport.register, RegisterImport.decisions, User)
            .join(User, User.id == RegisterImport.waiting_for)
            .where(RegisterImport.state == ImportState.WAITING)
            .order_by(RegisterImport.waiting_since)
        )
        waiting = [tuple(row) for row in session.execute(query)]
    for import_id, key, decided, user in waiting:
        actor = user.as_actor()
        decisions = {int(number): RowAction(action) for number, action in decided.items()}
        try:
            with database.reading() as session:
                register = find_register(registers, session, key)
                found = get_import(session, actor, import_id)
        except NotFoundError:
            # One that nobody can bring in any more keeps nobody else's waiting.
            log.warning("Import %s has no register, or nobody to bring it in", import_id)
            continue
        parsed = parse_import(register, found)
        try:
            with database.unit_of_work() as session:
                apply_import(
                    session,
                    actor,
                    register,
                    import_id,
                    decisions=decisions,
                    now=now_of(),
                    parsed=parsed,
                )
        except ConflictError:
            log.info("Import %s met a change of the register", import_id)
            with database.unit_of_work() as session:
                return_import(session, actor, import_id)
    return len(waiting)
