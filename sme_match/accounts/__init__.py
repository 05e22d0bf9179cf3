"""Users, sign-in, sessions, invitations and signed links."""
