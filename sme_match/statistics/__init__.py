"""Outcome figures of the support bodies beside official series for the same prefectures."""
