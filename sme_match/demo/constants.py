"""What the demonstration region promises to those who start it."""

DEMO_PASSWORD = "monozukuri-demo"  # noqa: S105 -- printed at start-up; the region holds no real data
SEED = 20260401
"""Another seed gives another region; the same seed and day give the same rows."""
BODY_ORDER = ("03", "06", "07", "35")
"""Prefectures of the four bodies, in the order of the weights in the vocabulary."""
