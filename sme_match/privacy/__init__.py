"""Personal data: who saw what, what was handed on, and what a person may ask of a body."""
