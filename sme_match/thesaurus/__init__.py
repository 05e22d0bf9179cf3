"""Keeping the words of the trade: what bodies propose, who decides, and the pages of the list."""
