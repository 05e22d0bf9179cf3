"""Reading imports, limited to those of the actor's own body."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from sme_match.core.actor import Actor
from sme_match.core.errors import NotFoundError
from sme_match.core.text import mark_text
from sme_match.registers.models import RegisterImport
from sme_match.registers.policy import visible_to


def get_import(session: Session, actor: Actor, import_id: int) -> RegisterImport:
    """Return an import with its rows.

    Raises:
        NotFoundError: when it does not exist, or not for this actor.
    """
    found = session.scalar(
        select(RegisterImport).where(RegisterImport.id == import_id, visible_to(actor))
    )
    if found is None:
        raise NotFoundError(mark_text("この取り込みは見つかりませんでした。"))
    return found
