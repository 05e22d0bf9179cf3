"""Use cases of accounts: signing in, invitations, passwords, users, the own account."""
