"""Capabilities (加工能力): one row per process of a company."""
