"""What accounts need to know of companies. The register stands above: it is connected from outside."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from sme_match.core.actor import Actor


@dataclass(frozen=True, slots=True)
class CompanyEntry:
    """A company as accounts see it."""

    id: int
    body_id: int
    name: str


class CompanyDirectory(Protocol):
    """Looks companies up, limited to what the actor may see."""

    def find(self, session: Session, actor: Actor, company_id: int) -> CompanyEntry:
        """Return one company, or raise NotFoundError."""
        ...

    def search(self, session: Session, actor: Actor, text: str) -> Sequence[CompanyEntry]:
        """Return the first companies of the actor's body whose name or number contains the text."""
        ...

    def names(self, session: Session, actor: Actor, ids: Iterable[int]) -> Mapping[int, str]:
        """Return the names of those of the companies that the actor may see."""
        ...
