"""Reading what is kept about personal data, limited to the own body."""
