"""Declarative base, engine, session and unit of work: the only place that commits."""
