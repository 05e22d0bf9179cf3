"""Flask kit: access, sign-in, errors, fields, paging, headers, languages. Knows no domain."""
