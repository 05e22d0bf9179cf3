"""Pure ground floor: actor, roles, errors, clock, text, fiscal year. Standard library only."""
