"""Forms of capabilities: the whole row for staff, one topic at a time for managers."""
