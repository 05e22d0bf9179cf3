"""The pure matching engine: text similarity, hard conditions, score, explanation, evaluation.

It knows neither web nor database and can be used from a notebook. Start at `match.match`.
"""
