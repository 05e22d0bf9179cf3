"""Reads over several domains, each limited to the actor's body, company or office."""
