"""Pages of accounts, one module per family; importing them fills the blueprint."""

from sme_match.accounts.views import invitations, own, passwords, second_factor, sign_in, users
from sme_match.accounts.views.blueprint import blueprint, connect

__all__ = [
    "blueprint",
    "connect",
    "invitations",
    "own",
    "passwords",
    "second_factor",
    "sign_in",
    "users",
]
