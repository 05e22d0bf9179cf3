"""Needs (発注案件) of buyers with must and wish conditions."""
