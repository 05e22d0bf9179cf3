"""The report of a fiscal year (年度報告): its figures, five years of it, targets, closed editions."""
