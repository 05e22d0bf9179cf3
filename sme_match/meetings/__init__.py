"""Meetings (商談): times, room link, calendar invitation, attendance."""
