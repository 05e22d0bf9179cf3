"""Outbox, rendering and delivery of mails. Knows no domain: it is told."""
