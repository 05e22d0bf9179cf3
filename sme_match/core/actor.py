"""Who acts: a plain value that web, jobs, commands and tests hand to every use case."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """The roles of the business. A buyer acts through a signed link, the system through jobs."""

    COORDINATOR = "coordinator"
    SME = "sme"
    LEAD = "lead"
    ADMINISTRATOR = "administrator"
    BUYER = "buyer"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """One acting person or process.

    `body_id` is None for administrators of the installation and for the system; `company_id` is set
    for SME managers and for buyers.
    """

    role: Role
    name: str
    user_id: int | None = None
    body_id: int | None = None
    company_id: int | None = None

    @property
    def is_staff(self) -> bool:
        """Whether the actor works at a support body."""
        return self.role in {Role.COORDINATOR, Role.LEAD}


SYSTEM = Actor(role=Role.SYSTEM, name="system")
