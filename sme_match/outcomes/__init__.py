"""Outcomes (商談結果) from both sides and follow-ups (追跡)."""
